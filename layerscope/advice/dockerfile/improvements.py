"""What belongs into the builder itself, beside the boundary: each with its bytes, or with the reason."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from layerscope.advice.ground import Ground
from layerscope.advice.remarks import Code, Remark, remark
from layerscope.advice.rules import document
from layerscope.attribution.catalogue import rule
from layerscope.attribution.model import Attribution
from layerscope.core import units
from layerscope.core.names import printable
from layerscope.core.vocabulary import Category, Ecosystem
from layerscope.filesystem.merged import Filesystem
from layerscope.history.instructions import Instruction
from layerscope.layers.index import Kind

_EVERYTHING = re.compile(r"\A(?:COPY|ADD)(?: --\S+)* (?:\.|\./|dir:\S+)(?: in)? ")
_CACHES = 1_000_000


def improvements(ground: Ground) -> tuple[Remark, ...]:
    """The most bytes first, then what has reasons and no bytes."""
    own = [item for item in ground.history.instructions if item.index >= ground.history.base_instructions]
    counted = [*_useless(ground.attribution), *_not_ignored(ground.filesystem, own)]
    found = [improvement for _, improvement in sorted(counted, key=lambda item: -item[0])]
    found += _sources_first(own)
    if ground.config.user.strip().partition(":")[0] in ("", "root", "0"):
        found.append(remark(Code.RUNS_AS_ROOT))
    linked = (program for program in ground.started if program.ecosystem in (Ecosystem.GO, Ecosystem.C))
    if strippable := sum(program.strippable for program in linked):
        found.append(remark(Code.SYMBOLS, size=units.size(strippable)))
    return tuple(found)


def _useless(attribution: Attribution) -> Iterator[tuple[int, Remark]]:
    """Caches and dependencies for development, which builds need not leave behind."""
    sizes: Counter[str] = Counter()
    for row in attribution.sizes:
        component = attribution.components[row.component]
        if component.rule and component.category in (Category.CACHE, Category.DEV_DEPENDENCY):
            sizes[component.rule] += row.stored
    for identity, size in sizes.items():
        known = rule(identity)
        if known is not None and known.remedy and size >= _CACHES:
            about = known.component or known.name
            yield size, remark(Code.USELESS_FILES, component=about, remedy=known.remedy, size=units.size(size))


def _not_ignored(filesystem: Filesystem, own: Iterable[Instruction]) -> Iterator[tuple[int, Remark]]:
    """What a COPY of everything brought that no program reads, by the names that a .dockerignore should have."""
    ignored = frozenset(name.encode() for name in document("building.toml")["ignored"])
    copied = {item.layer for item in own if item.layer is not None and _EVERYTHING.match(item.text)}
    sizes: Counter[bytes] = Counter()
    for index in map(filesystem.indexes.__getitem__, copied):
        for path, size, kind in zip(index.paths, index.sizes, index.kinds, strict=True):
            if kind == Kind.REGULAR and (name := _first_of(ignored, path)):
                sizes[name] += size
    if sizes:
        names = ", ".join(printable(name) for name, _ in sizes.most_common())
        yield sizes.total(), remark(Code.NOT_IGNORED, names=names, size=units.size(sizes.total()))


def _first_of(names: Collection[bytes], path: bytes) -> bytes:
    return next((part for part in path.split(b"/") if part in names), b"")


def _sources_first(own: Iterable[Instruction]) -> Iterator[Remark]:
    """A COPY of everything in front of the command that fetches dependencies: every change of a source fetches them again."""
    everything = ""
    for item in own:
        if _EVERYTHING.match(item.text):
            everything = item.text
        elif everything and item.keyword == "RUN" and (files := _dependency_files(item.text)):
            yield remark(Code.SOURCES_FIRST, files=printable(files), instruction=everything[:80])
            return


def _dependency_files(command: str) -> str:
    """The files that say which dependencies a command fetches, "" when it fetches none."""
    for row in document("building.toml")["fetch"]:
        if found := re.search(row["command"], command):
            return str(row["files"].format(*found.groups()))
    return ""
