"""What a full base image brings and its slim variant of the same release leaves out."""

import fnmatch
from functools import cache, partial

import msgspec
from msgspec import Struct

from layerscope.advice.ground import Ground
from layerscope.advice.rules import document
from layerscope.attribution.model import Attribution
from layerscope.history.history import History

_OTHERS = ("slim", "alpine", "windows")
"""What the tags of variants that are not full say."""


class FullBase(Struct, frozen=True):
    """``reference`` is the base, ``slim`` its slim variant; ``entries`` are what only the full one has."""

    reference: str
    slim: str
    entries: frozenset[int]


class _Variant(Struct, frozen=True):
    """A repository with slim variants: the word in the instruction that makes its images full, and globs of what slim ones
    install too."""

    repository: str
    until: str
    keeps: tuple[str, ...]


@cache
def _variants() -> dict[str, _Variant]:
    return {row.repository: row for row in msgspec.convert(document("bases.toml")["slim"], tuple[_Variant, ...])}


def full_base(ground: Ground) -> FullBase | None:
    """The image's base, if it is a full one that has a slim variant.

    Counted are the packages of the operating system in the layers up to the instruction that makes the base a full one,
    without those that the slim variant installs too, and without the lowest layer, which is the distribution itself.
    """
    repository, _, tag = ground.history.base_reference.partition("@")[0].rpartition(":")
    variant = _variants().get(repository.rpartition("/")[2])
    if variant is None or any(map(tag.__contains__, _OTHERS)):
        return None
    last = _last_layer(ground.history, variant.until)
    if last < 1:
        return None
    return FullBase(ground.history.base_reference, f"{repository}:{_slim(tag)}", _entries_beyond(ground, variant, last))


def _entries_beyond(ground: Ground, variant: _Variant, last: int) -> frozenset[int]:
    """The content that only the full base has, in the layers above the lowest, up to the ``last``."""
    starts = (*ground.filesystem.starts, len(ground.filesystem))
    beyond = _packages_beyond(ground.attribution, variant)
    owner, sizes = ground.attribution.owner, ground.filesystem.sizes
    entries = range(starts[1], starts[last + 1])
    return frozenset(entry for entry in entries if sizes[entry] and owner[entry] in beyond)


def _packages_beyond(attribution: Attribution, variant: _Variant) -> frozenset[int]:
    """The components that are packages, but for those that the slim variant has too."""
    packages = ((number, owner.package) for number, owner in enumerate(attribution.components) if owner.package)
    return frozenset(number for number, name in packages if not any(map(partial(fnmatch.fnmatchcase, name), variant.keeps)))


def _slim(tag: str) -> str:
    """The tag of the slim variant: ``3.11`` has ``3.11-slim``, ``3.11-bookworm`` has ``3.11-slim-bookworm``."""
    version, dash, release = tag.partition("-")
    return f"{version}-slim{dash}{release}"


def _last_layer(history: History, word: str) -> int:
    """The layer of the base's instruction with that word in it, -1 when it has none."""
    base = history.instructions[: history.base_instructions]
    return max((item.layer for item in base if item.layer is not None and word in item.text), default=-1)
