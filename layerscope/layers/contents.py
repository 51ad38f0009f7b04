"""File contents, on demand: from what was picked up while indexing, else from the layer itself."""

from collections.abc import Sequence

from layerscope.errors import ImageError
from layerscope.layers.elf import ElfFacts, elf_facts
from layerscope.layers.index import Kind, LayerIndex
from layerscope.limits import ELF_FILE_BYTES
from layerscope.sources.compression import compression, inflate
from layerscope.sources.image import Layer


class Contents:
    """Reads entries of indexed layers. ``row`` is a row of the layer's index.

    An uncompressed layer is read where the entry lies; a compressed one is inflated up to it, which takes as long as it takes.
    """

    def __init__(self, layers: Sequence[Layer], indexes: Sequence[LayerIndex]) -> None:
        self._layers = tuple(layers)
        self._indexes = tuple(indexes)
        self._facts: dict[tuple[int, int], ElfFacts | None] = {}

    def read(self, layer: int, row: int, limit: int | None = None) -> bytes:
        """The entry's content, its first ``limit`` bytes when a limit is given; ImageError when it cannot be read."""
        index = self._indexes[layer]
        size = index.sizes[row] if index.kinds[row] == Kind.REGULAR else 0
        size = size if limit is None else min(size, limit)
        picked = index.contents.get(row)
        if picked is not None and (len(picked) >= size):
            return picked[:size]
        blob = self._layers[layer].blob
        if blob is None:
            raise ImageError(f"layer {layer} is missing from the image")
        view = blob.view()
        offset = index.offsets[row]
        kind = compression(bytes(view[:512]))
        content = bytes(view[offset : offset + size]) if kind == "tar" else _inflated(view, kind, offset, size)
        if len(content) < size:
            raise ImageError(f"layer {layer} ends in the middle of a file")
        return content

    def elf(self, layer: int, row: int) -> ElfFacts | None:
        """The entry's ELF facts; None when it is no ELF file or cannot be read."""
        index = self._indexes[layer]
        if row in index.elf:
            return index.elf[row]
        key = layer, row
        if key not in self._facts:
            try:
                size = index.sizes[row]
                start = self.read(layer, row, 4)
                self._facts[key] = elf_facts(self.read(layer, row, ELF_FILE_BYTES)) if size and start == b"\x7fELF" else None
            except ImageError:
                self._facts[key] = None
        return self._facts[key]


def _inflated(view: memoryview, kind: str, offset: int, size: int) -> bytes:
    """``size`` bytes at ``offset`` of a compressed layer."""
    parts: list[bytes] = []
    position = 0
    for piece in inflate(view, kind):
        following = position + len(piece)
        if following > offset:
            parts.append(piece[max(0, offset - position) : offset + size - position])
        position = following
        if position >= offset + size:
            break
    return b"".join(parts)
