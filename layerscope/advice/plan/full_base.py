"""What a full base image brings and its slim variant of the same release leaves out."""

import fnmatch
from functools import cache
from typing import Any

from msgspec import Struct

from layerscope.advice.ground import Ground
from layerscope.advice.rules import document
from layerscope.attribution.model import Attribution
from layerscope.history.history import History


class FullBase(Struct, frozen=True):
    """``reference`` is the base, ``slim`` its slim variant; ``entries`` are what only the full one has."""

    reference: str
    slim: str
    entries: frozenset[int]


@cache
def _variants() -> dict[str, dict[str, Any]]:
    return {row["repository"]: row for row in document("bases.toml")["slim"]}


def full_base(ground: Ground) -> FullBase | None:
    """The image's base, if it is a full one that has a slim variant.

    Counted are the packages of the operating system in the layers up to the instruction that makes the base a full one,
    without those that the slim variant installs too, and without the lowest layer, which is the distribution itself.
    """
    history, filesystem, attribution = ground.history, ground.filesystem, ground.attribution
    repository, _, tag = history.base_reference.partition("@")[0].rpartition(":")
    variant = _variants().get(repository.rpartition("/")[2])
    if variant is None or any(word in tag for word in ("slim", "alpine", "windows")):
        return None
    last = _last_layer(history, variant["until"])
    if last < 1:
        return None
    beyond = _packages_beyond(attribution, variant["keeps"])
    start, end = filesystem.starts[1], (*filesystem.starts, len(filesystem))[last + 1]
    stored = (entry for entry in range(start, end) if filesystem.sizes[entry])
    entries = frozenset(entry for entry in stored if attribution.owner[entry] in beyond)
    return FullBase(history.base_reference, f"{repository}:{_slim(tag)}", entries)


def _packages_beyond(attribution: Attribution, kept: list[str]) -> frozenset[int]:
    """The components that are packages, but for those that the slim variant has too."""
    return frozenset(
        number
        for number, owner in enumerate(attribution.components)
        if owner.package and not any(fnmatch.fnmatchcase(owner.package, glob) for glob in kept)
    )


def _slim(tag: str) -> str:
    """The tag of the slim variant: ``3.11`` has ``3.11-slim``, ``3.11-bookworm`` has ``3.11-slim-bookworm``."""
    version, dash, release = tag.partition("-")
    return f"{version}-slim{dash}{release}"


def _last_layer(history: History, word: str) -> int:
    """The layer of the base's instruction with that word in it, -1 when it has none."""
    base = (item for item in history.instructions if item.index < history.base_instructions and word in item.text)
    return max((item.layer for item in base if item.layer is not None), default=-1)
