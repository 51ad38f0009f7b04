"""What a full base image brings and its slim variant of the same release leaves out."""

import fnmatch
from functools import cache
from typing import Any

from msgspec import Struct

from layerscope.advice.rules import document
from layerscope.attribution.model import Attribution
from layerscope.filesystem.merged import Filesystem
from layerscope.history.history import History


class FullBase(Struct, frozen=True):
    """``reference`` is the base, ``slim`` its slim variant; ``entries`` are what only the full one has."""

    reference: str
    slim: str
    entries: frozenset[int]


@cache
def _variants() -> dict[str, dict[str, Any]]:
    return {row["repository"]: row for row in document("bases.toml")["slim"]}


def full_base(filesystem: Filesystem, history: History, attribution: Attribution) -> FullBase | None:
    """The image's base, if it is a full one that has a slim variant.

    Counted are the packages of the operating system in the layers up to the instruction that makes the base a full one,
    without those that the slim variant installs too, and without the lowest layer, which is the distribution itself.
    """
    repository, _, tag = history.base_reference.partition("@")[0].rpartition(":")
    variant = _variants().get(repository.rpartition("/")[2])
    if variant is None or any(word in tag for word in ("slim", "alpine", "windows")):
        return None
    last = _last_layer(history, variant["until"])
    if last < 1:
        return None
    kept = frozenset(
        number
        for number, owner in enumerate(attribution.components)
        if not owner.package or any(fnmatch.fnmatchcase(owner.package, glob) for glob in variant["keeps"])
    )
    start, end = filesystem.starts[1], (*filesystem.starts, len(filesystem))[last + 1]
    entries = frozenset(
        entry for entry in range(start, end) if filesystem.sizes[entry] and attribution.owner[entry] not in kept
    )
    return FullBase(history.base_reference, f"{repository}:{_slim(tag)}", entries)


def _slim(tag: str) -> str:
    """The tag of the slim variant: ``3.11`` has ``3.11-slim``, ``3.11-bookworm`` has ``3.11-slim-bookworm``."""
    version, dash, release = tag.partition("-")
    return f"{version}-slim{dash}{release}"


def _last_layer(history: History, word: str) -> int:
    """The layer of the base's instruction with that word in it, -1 when it has none."""
    made = (
        item.layer
        for item in history.instructions
        if item.index < history.base_instructions and item.layer is not None and word in item.text
    )
    return max(made, default=-1)
