"""What a person says that real paths are, and what layerscope says: ``python -m tests.attribution.labelled`` prints both.

``labelled.txt`` holds the judgements, one path a line::

    IMAGE | PATH | OWNER | CATEGORY | COMPONENT

OWNER is the package of the operating system that has the file (``gcc-12``), or the library of a language's package manager
(``pip:flask@3.0.0``, with ``dev`` behind it where a lock file says that only developing needs it); empty for none. COMPONENT is
what a person would call the files; empty where any name will do. Lines that begin with ``@`` tell what else of an image is
needed to understand its paths: ``@ IMAGE | WHAT | VALUE``, where WHAT is

========== ===========================================================================================================
real       the name of the image that the paths are from, where it can be had or built (tests/engine)
database   ``dpkg`` (the default), ``apk``, ``rpm``, ``distroless``
workdir    WORKDIR; ``workdirs`` are earlier ones
cmd        CMD, ``entrypoint`` is ENTRYPOINT, as a shell would read them; ``env`` one NAME=VALUE of ENV
copied     the files that COPY brought after the base image, between spaces
link       PATH -> TARGET, a symbolic link that the start of the image goes through
file       PATH | CONTENT, with ``\\n`` for ends of lines, of a file that says something about others
requires   LIBRARY: REQUIREMENT, …: what a wheel says that it needs
differs    PATH: why layerscope says something else than the label, and is wrong
========== ===========================================================================================================

Without the real image, one of the same shape is made up: the paths, the packages' database, the libraries' records, what COPY
brought, and the configuration. So the labels hold without an engine, and with one the same labels hold for the real images.
"""

import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from layerscope.attribution.attribute import attribute
from layerscope.attribution.model import Attribution, Component
from layerscope.core.vocabulary import CATEGORIES
from layerscope.filesystem.merged import Filesystem
from layerscope.filesystem.stacking import stack
from layerscope.layers.index import Kind
from layerscope.layers.indexing import index_layers
from layerscope.layers.keep import Picks
from tests.support.archives import Entry, layer_tar, link
from tests.support.attributions import apk_database, dpkg_database, history_of, image_config
from tests.support.layers import layer_of
from tests.support.records import File, Installed, records
from tests.support.rpm_databases import rpm_database

VERSION = "1.0-1"
"""The version of every package of the operating system in the made-up images."""

_LABELS = Path(__file__).with_name("labelled.txt")
_SIZE = 7


class Label(NamedTuple):
    """What a person says of a path. ``owner`` is a package, or ``SYSTEM:NAME@VERSION`` with `` dev`` behind it."""

    image: str
    path: str
    owner: str
    category: str
    component: str

    @property
    def package(self) -> str:
        """The package of the operating system, "" for none."""
        return "" if ":" in self.owner else self.owner


class Image(NamedTuple):
    """An image with its labels, and what the file tells of it besides."""

    name: str
    labels: tuple[Label, ...]
    facts: dict[str, list[str]]

    def fact(self, what: str, otherwise: str = "") -> str:
        """The one value of a fact."""
        return self.facts.get(what, [otherwise])[-1]


class Judgement(NamedTuple):
    """A label beside what layerscope says."""

    label: Label
    found: Component

    @property
    def agrees(self) -> bool:
        """Whether the categories are the same."""
        return self.found.category == self.label.category

    @property
    def names_agree(self) -> bool:
        """Whether layerscope calls it what the person does, where a name was asked for."""
        return not self.label.component or normal(self.found.name) == normal(self.label.component)


def normal(name: str) -> str:
    """A name as package managers compare it: without case, and with one kind of separator."""
    return name.casefold().replace("_", "-").replace(".", "-")


@cache
def images() -> dict[str, Image]:
    """All images of the file, in its order."""
    facts: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    labels: defaultdict[str, list[Label]] = defaultdict(list)
    for line in _LABELS.read_text().splitlines():
        if line.startswith("@"):
            name, what, value = (column.strip() for column in line[1:].split("|", 2))
            facts[name][what].append(value)
        elif line and not line.startswith("#"):
            label = Label(*(column.strip() for column in line.split("|")))
            labels[label.image].append(label)
    return {name: Image(name, tuple(found), dict(facts[name])) for name, found in labels.items()}


def made_up(image: Image) -> tuple[Filesystem, Attribution]:
    """An image of the same shape, attributed: a base layer, and what COPY brought in a second one."""
    base, brought = _layers(image)
    config = image_config(
        working_dir=image.fact("workdir"),
        entrypoint=tuple(shlex.split(image.fact("entrypoint"))),
        cmd=tuple(shlex.split(image.fact("cmd"))),
        env=tuple(image.facts.get("env", ())),
    )
    instructions = ["ADD rootfs.tar /", *(f"WORKDIR {path}" for path in image.facts.get("workdirs", ()))]
    history = history_of(*instructions, *(["COPY . ."] if brought else []), base_layers=1)
    layers = [layer_of(layer_tar(layer)) for layer in (base, brought) if layer]
    filesystem = stack(index_layers(layers, Picks.of_commands(config.entrypoint, config.cmd)))
    return filesystem, attribute(filesystem, config, history)


def _layers(image: Image) -> tuple[list[Entry], list[Entry]]:
    """The entries of the base and of what COPY brought. A record that is also labelled is written once, as the record."""
    told = dict(_content(line) for line in image.facts.get("file", ()))
    written = {f"/{name}": content for name, content in (*_databases(image), *_library_records(image))}
    contents = {**dict.fromkeys((label.path for label in image.labels), b"x" * _SIZE), **written, **told}
    copied = frozenset(image.fact("copied").split())
    links = [link(path.strip().lstrip("/"), target.strip()) for path, _, target in _parted(image.facts.get("link", ()), "->")]
    if image.fact("database", "dpkg") == "dpkg":
        links += [link("bin", "usr/bin"), link("lib", "usr/lib")]
    base: list[Entry] = [(path.lstrip("/"), content) for path, content in contents.items() if path not in copied]
    return [*links, *base], [(path.lstrip("/"), contents[path]) for path in sorted(copied & contents.keys())]


def _parted(lines: Iterable[str], separator: str) -> Iterable[tuple[str, str, str]]:
    return (line.partition(separator) for line in lines)


def _content(line: str) -> tuple[str, bytes]:
    path, _, content = line.partition("|")
    return path.strip(), content.strip().replace("\\n", "\n").encode()


def _databases(image: Image) -> list[File]:
    """The packages' database; Debian's lists still have the names from before /usr was merged."""
    packages: dict[str, tuple[str, list[str]]] = {}
    for label in image.labels:
        if label.package:
            packages.setdefault(label.package, (VERSION, []))[1].append(label.path)
    kind = image.fact("database", "dpkg")
    if kind == "apk":
        return [("lib/apk/db/installed", apk_database(packages))]
    if kind == "rpm":
        return [("var/lib/rpm/rpmdb.sqlite", rpm_database(packages))]
    if kind == "distroless":
        return [("var/lib/dpkg/status.d/libc6", b"Package: libc6\nVersion: 2.41-12\nArchitecture: amd64\n")]
    unmerged = {
        name: (version, [path.replace("/usr/lib/x86", "/lib/x86").replace("/usr/bin/", "/bin/") for path in paths])
        for name, (version, paths) in packages.items()
    }
    return [(entry[0], entry[1] or b"") for entry in dpkg_database(unmerged) if isinstance(entry, tuple)]


def _library_records(image: Image) -> list[File]:
    found: defaultdict[tuple[str, str, str, bool], list[str]] = defaultdict(list)
    for label in image.labels:
        system, _, rest = label.owner.partition(":")
        if rest:
            name, _, version = rest.removesuffix(" dev").rpartition("@")
            found[system, name, version, rest.endswith(" dev")].append(label.path)
    needs = {
        name: [need.strip() for need in rest.split(",")] for name, _, rest in _parted(image.facts.get("requires", ()), ":")
    }
    by_system: defaultdict[str, list[Installed]] = defaultdict(list)
    for (system, name, version, development), paths in found.items():
        by_system[system].append(Installed(name, version, paths, development, needs.get(name, ())))
    return [entry for system, libraries in by_system.items() for entry in records(system, libraries)]


def judge(image: Image, filesystem: Filesystem, attribution: Attribution) -> list[Judgement]:
    """What layerscope says of an image's labelled paths. A path that was deleted is judged where it was stored last."""
    found = []
    for label in image.labels:
        path = label.path.lstrip("/").encode()
        entry = filesystem.visible.get(path)
        if entry is None:
            entry = max(
                (number for number, name in enumerate(filesystem.paths) if name == path and _stored(filesystem, number))
            )
        found.append(Judgement(label, attribution.component_of(entry)))
    return found


def _stored(filesystem: Filesystem, entry: int) -> bool:
    return filesystem.kinds[entry] not in (Kind.WHITEOUT, Kind.OPAQUE)


def table(judgements: Sequence[Judgement]) -> str:
    """Agreement per category, and what disagrees."""
    labels = Counter(item.label.category for item in judgements)
    agreed = Counter(item.label.category for item in judgements if item.agrees)
    named = Counter(item.label.category for item in judgements if item.label.component)
    same_name = Counter(item.label.category for item in judgements if item.label.component and item.names_agree)
    lines = [f"{'category':16}{'paths':>7}{'agreed':>8}{'share':>9}{'named':>8}{'same name':>11}"]
    for category in (*(name for name in CATEGORIES if labels[name]), "all"):
        counts = [found.total() if category == "all" else found[category] for found in (labels, agreed, named, same_name)]
        lines.append(f"{category:16}{counts[0]:7}{counts[1]:8}{counts[1] / counts[0]:9.1%}{counts[2]:8}{counts[3]:11}")
    return "\n".join([*lines, "", *(line for item in judgements for line in _disagreement(item))])


def _disagreement(item: Judgement) -> Iterable[str]:
    label, found = item.label, item.found
    if not item.agrees or not item.names_agree:
        asked = f"{label.category} {label.component or '(any name)'}"
        yield f"{label.image}: {label.path}\n    a person: {asked}; layerscope: {found.category} {found.name} {found.rule}"


def main() -> None:
    """Prints how far layerscope agrees with people."""
    print(table([item for image in images().values() for item in judge(image, *made_up(image))]))


if __name__ == "__main__":
    main()
