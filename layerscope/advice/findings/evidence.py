"""What findings have in common: how they name instructions, files and categories."""

from collections import defaultdict
from collections.abc import Iterable
from heapq import nsmallest

from layerscope.core.vocabulary import Category
from layerscope.filesystem.merged import Filesystem
from layerscope.history.history import History

UNATTRIBUTED = "unattributed"
"""Stands for the instruction of a layer that the history does not tell."""

PATHS_NAMED = 8
FILES_TOLD = 3

_MOST_TOLD = 64
_LONGEST_INSTRUCTION = 160
_NAMES = {Category.OS: "operating system", Category.DOCS: "documentation", Category.UNKNOWN: "unknown files"}


def instructions_of(history: History, layers: Iterable[int]) -> tuple[str, ...]:
    """The instruction that made each layer."""
    made_by = {item.layer: item.text for item in history.instructions if item.layer is not None}
    return tuple(made_by.get(layer, UNATTRIBUTED) for layer in layers)


def told_layer(history: History, layer: int) -> str:
    """A layer with its instruction, for a sentence: ``layer 3 (RUN chmod 755 /app)``."""
    (text,) = instructions_of(history, (layer,))
    text = text if len(text) <= _LONGEST_INSTRUCTION else text[: _LONGEST_INSTRUCTION - 1] + "…"
    return f"layer {layer}" if text == UNATTRIBUTED else f"layer {layer} ({text})"


def layers_by_bytes(filesystem: Filesystem, entries: Iterable[int]) -> tuple[int, ...]:
    """The layers of some entries, the one that stores most of their bytes first: that is where they have to be mended."""
    stored: dict[int, int] = defaultdict(int)
    for entry in entries:
        stored[filesystem.layers[entry]] += filesystem.sizes[entry]
    return tuple(sorted(stored, key=lambda layer: (-stored[layer], layer)))


def largest(filesystem: Filesystem, entries: Iterable[int]) -> list[int]:
    """The entries with the most bytes, the largest first: enough of them for all that is told."""
    sizes, paths = filesystem.sizes, filesystem.paths
    return nsmallest(_MOST_TOLD, entries, key=lambda entry: (-sizes[entry], paths[entry]))


def places(filesystem: Filesystem, ordered: Iterable[int]) -> tuple[bytes, ...]:
    """The first paths of ordered entries, each once."""
    found: dict[bytes, None] = {}
    for entry in ordered:
        found[filesystem.paths[entry]] = None
        if len(found) == PATHS_NAMED:
            break
    return tuple(found)


def category_name(category: Category) -> str:
    """A category as the subject of a title."""
    return _NAMES.get(category, category)
