"""Which image an image was built on, and where its part of the history ends: by labels, builders and fingerprints.

What well-known images look like is data, in ``bases.toml``.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import dropwhile, takewhile
from typing import NamedTuple

from msgspec import Struct

from layerscope.core.expressions import expression
from layerscope.core.tables import read_table
from layerscope.history.instructions import METADATA, Instruction
from layerscope.sources.image import Config
from layerscope.sources.image_names import is_image_name

_LABEL = "org.opencontainers.image.base.name"
_NAMED = "org.opencontainers.image.ref.name"
_VERSIONED = "org.opencontainers.image.version"
_BUILDAH_BASE = expression(r"FROM \s*(?![0-9a-f]{12,64}\s*\Z)(\S.*?)\s*\Z", re.DOTALL)
_ROOT = ("ADD (base root filesystem)", "(imported from")


class Base(NamedTuple):
    """The base image, as in :class:`History`: its name, its history entries and layers, and how all that is known.
    ``instructions`` and ``layers`` are 0 where its end is not known. ``by_variables`` is whether the variables of a well-known
    image alone say so."""

    reference: str = ""
    instructions: int = 0
    known: str = ""
    layers: int = 0
    by_variables: bool = False


class Record(NamedTuple):
    """What an image records of its build. ``owners`` are the history entries that made its layers, lowest first, empty when
    that is not known; ``annotations`` are the manifest's."""

    config: Config
    instructions: Sequence[Instruction]
    owners: Sequence[int]
    annotations: dict[str, str]


class Suffix(Struct, frozen=True):
    """What is added to a name where all of some texts, and none of others, are in the base's instructions."""

    suffix: str
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()

    def fits(self, texts: str) -> bool:
        """Whether instructions are those of images with this suffix."""
        return all(map(texts.__contains__, self.has)) and not any(map(texts.__contains__, self.lacks))


class Family(Struct, frozen=True, kw_only=True):
    """Images that announce a version in a variable; ``bases.toml`` says what the fields mean."""

    env: str
    reference: str
    ends: tuple[str, ...]
    has: tuple[str, ...]
    suffixes: tuple[Suffix, ...] = ()
    version: str = "(.*)"

    def name(self, value: str) -> str:
        """The image's name by the value of its variable, without a suffix."""
        match = re.search(self.version, value)
        return self.reference.format(version=match[1] if match else value)

    def base_without_history(self, environment: dict[str, str]) -> Base | None:
        """The base of an image without a history, where all of the variables are set."""
        if not environment.keys() >= set(self.has):
            return None
        known = f"ENV {self.env}; the image records no history"
        return Base(self.name(environment[self.env]), known=known, by_variables=True)

    def start(self, instructions: Sequence[Instruction]) -> int:
        """The instruction that sets the variable first; their number where none does."""
        named = f"{self.env}="
        starts = (item.index for item in instructions if item.keyword == "ENV" and named in item.text)
        return next(starts, len(instructions))

    def value(self, instructions: Sequence[Instruction]) -> str:
        """What the instruction that sets the variable gives it, "" where that cannot be read."""
        match = re.search(rf"\b{re.escape(self.env)}=\"?([^\s\"]+)", instructions[self.start(instructions)].text)
        return match[1] if match else ""

    def suffix(self, instructions: Sequence[Instruction]) -> str:
        """What the instructions of such an image add to its name."""
        texts = "\n".join(item.text for item in instructions)
        return next((item.suffix for item in self.suffixes if item.fits(texts)), "")

    def end(self, instructions: Sequence[Instruction]) -> int | None:
        """Behind the first run of instructions that such images end with."""
        ending = re.compile("|".join(f"(?:{pattern})" for pattern in self.ends), re.DOTALL)
        following = instructions[self.start(instructions) + 1 :]
        run = takewhile(
            lambda item: ending.fullmatch(item.text), dropwhile(lambda item: not ending.fullmatch(item.text), following)
        )
        return max((item.index + 1 for item in run), default=None)


class System(Struct, frozen=True):
    """Images that are one root filesystem, by a line of the history."""

    line: str
    reference: str
    known: str


class _Knowledge(Struct, frozen=True):
    family: tuple[Family, ...]
    system: tuple[System, ...]


@cache
def _knowledge() -> _Knowledge:
    return read_table(__file__, "bases.toml", _Knowledge)


@cache
def well_known() -> frozenset[str]:
    """The repositories (``golang``, ``debian``) whose images are recognised by their history."""
    rows: tuple[Family | System, ...] = (*_knowledge().family, *_knowledge().system)
    return frozenset(row.reference.partition(":")[0] for row in rows)


def find_base(record: Record) -> Base:
    """The base of an image: its name as the build recorded it, else as the history shows it."""
    found = _with_recorded_name(_shown_base(record), record)
    return found._replace(layers=sum(owner < found.instructions for owner in record.owners))


def _shown_base(record: Record) -> Base:
    """The base as the history shows it."""
    found = next(filter(None, (find(record) for find in _FINDERS)), Base())
    return found if is_image_name(found.reference) else found._replace(reference="")


def _with_recorded_name(found: Base, record: Record) -> Base:
    """The base under the name that the build recorded, where it did."""
    annotation, label = record.annotations.get(_LABEL, ""), record.config.labels.get(_LABEL, "")
    if not is_image_name(annotation or label):
        return found
    place = "annotation" if annotation else "label"
    return Base(annotation or label, found.instructions, "; ".join(filter(None, (f"{place} {_LABEL}", found.known))))


def _by_buildah(record: Record) -> Base | None:
    """buildah names what it built on in the comment of its first entry; without ``--layers`` in that of its last."""
    for last, match in reversed([*enumerate(_BUILDAH_BASE.match(entry.comment) for entry in record.config.history)]):
        if match is not None:
            start = _start_of_buildah(record, last)
            return None if match[1] == "scratch" else Base(match[1], start, "the history's comment of buildah")
    return None


def _start_of_buildah(record: Record, last: int) -> int:
    """The first entry of the run that buildah stored as the layer of the last one."""
    before = reversed(record.instructions[:last] if last in record.owners else ())
    run = takewhile(lambda item: item.index not in record.owners and item.builder == "buildah", before)
    return min((item.index for item in run), default=last)


def _by_family(record: Record) -> Base | None:
    """The well-known image that ends last in the history; without a history, the one whose variables are all set."""
    environment = record.config.environment()
    families = [family for family in _knowledge().family if family.env in environment]
    if not record.instructions:
        return next(filter(None, (family.base_without_history(environment) for family in families)), None)
    found = filter(None, (_find_family(family, record.instructions) for family in families))
    return max(found, key=lambda base: base.instructions, default=None)


def _find_family(family: Family, instructions: Sequence[Instruction]) -> Base | None:
    end = family.end(instructions)
    if end is None:
        return None
    name = family.name(family.value(instructions)) + family.suffix(instructions[:end])
    return Base(name, end, f"ENV {family.env} and the history", by_variables=True)


def _by_line(record: Record) -> Base | None:
    """A root filesystem that a line of the history names."""
    return next(filter(None, (_find_system(system, record) for system in _knowledge().system)), None)


def _find_system(system: System, record: Record) -> Base | None:
    pattern = re.compile(system.line)
    for item in record.instructions:
        if match := pattern.match(item.raw) or pattern.match(item.text):
            return Base(system.reference.format(version=match[1]), _after_command(record, item.index), system.known)
    return None


def _by_root(record: Record) -> Base | None:
    """The root filesystem that the history begins with, under the name that the labels beside it give it."""
    root = next((item.index for item in record.instructions if item.text.startswith(_ROOT)), None)
    if root is None:
        return None
    end = _after_command(record, root)
    if name := _own_name(record, end):
        return Base(name, end, f"label {_NAMED} beside the base root filesystem")
    root_alone = Base("", end, "the history begins with a root filesystem")
    return max(root_alone, _by_replaced_command(record) or Base(), key=lambda base: base.instructions)


def _own_name(record: Record, end: int) -> str:
    """The name that the labels among the first instructions give an image, "" where they give none."""
    labels = "\n".join(item.text for item in record.instructions[:end] if item.keyword == "LABEL").replace('"', "")
    name, version = (record.config.labels.get(label, "") for label in (_NAMED, _VERSIONED))
    if not name or f"{_NAMED}={name}" not in labels:
        return ""
    return ":".join(filter(None, (name, version)))


def _after_command(record: Record, index: int) -> int:
    """After the root filesystem, and its CMD where one follows at once; after all of umoci's lines."""
    following = record.instructions[index + 1 :]
    umoci = list(takewhile(lambda item: item.builder == "umoci", following))
    settings = takewhile(lambda item: item.keyword in METADATA, following)
    last = umoci[-1].index if umoci else next((item.index for item in settings if item.keyword == "CMD"), index)
    return last + 1


def _by_replaced_command(record: Record) -> Base | None:
    """A CMD or ENTRYPOINT that a later one replaces is most likely the last of another Dockerfile."""
    seen: set[str] = set()
    for item in reversed(record.instructions):
        if item.keyword in seen:
            return Base("", item.index + 1, f"a {item.keyword} that a later one replaces")
        seen |= {item.keyword} & {"CMD", "ENTRYPOINT"}
    return None


_FINDERS: tuple[Callable[[Record], Base | None], ...] = (
    _by_buildah,
    _by_family,
    _by_line,
    _by_root,
    _by_replaced_command,
)
"""Ways to find a base, the surest first."""
