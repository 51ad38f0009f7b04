"""File contents, on demand: from what was picked up while indexing, else from the layer itself."""

from collections.abc import Sequence

from layerscope.layers.elf import ElfFacts
from layerscope.layers.index import LayerIndex
from layerscope.sources.image import Layer


class Contents:
    """Reads entries of indexed layers. ``row`` is a row of the layer's index."""

    def __init__(self, layers: Sequence[Layer], indexes: Sequence[LayerIndex]) -> None: ...

    def read(self, layer: int, row: int, limit: int | None = None) -> bytes:
        """The entry's content, its first ``limit`` bytes when a limit is given; ImageError when it cannot be read."""

    def elf(self, layer: int, row: int) -> ElfFacts | None:
        """The entry's ELF facts; None when it is no ELF file or cannot be read."""
