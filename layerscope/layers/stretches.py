"""Stretches of a layer's tar in the order in which they lie there: read in place, or while the layer is inflated once."""

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import NamedTuple

from layerscope.core.errors import ImageError
from layerscope.layers.index import LayerIndex
from layerscope.sources.bytes.blobs import Blob
from layerscope.sources.bytes.inflate import inflate_blob
from layerscope.sources.bytes.sparse import Parts

STEP = 4 * 1024 * 1024
"""Bytes of an uncompressed layer that are given at once."""
_LONG = 1024 * 1024


HOLE = memoryview(bytes(STEP))
"""Zeros: the pieces of a sparse file that no tar stores are parts of this."""


class Stretch(NamedTuple):
    """A file's content in the uncompressed tar, and the row (or entry) that it is of. ``parts`` are those of a sparse file,
    which are all that lies at ``offset``; ``size`` is what they are to be filled up to."""

    offset: int
    size: int
    row: int
    parts: Parts | None = None

    @property
    def stored(self) -> int:
        """The bytes that lie in the tar."""
        return self.size if self.parts is None else sum(length for _, length in self.parts)


def stretch_of(index: LayerIndex, row: int, limit: int | None = None) -> Stretch:
    """The content of a row, its first ``limit`` bytes where there is a limit."""
    size = index.sizes[row] if limit is None else min(index.sizes[row], limit)
    parts = index.sparse.get(row)
    if parts is not None:
        parts = tuple((start, min(length, size - start)) for start, length in parts if start < size)
    return Stretch(index.offsets[row], size, row, parts)


def read_stretches(
    blob: Blob, wanted: Iterable[Stretch], used: Callable[[int], None] | None = None
) -> Iterator[tuple[Stretch, Iterator[memoryview]]]:
    """Each stretch and its bytes in pieces, which are fewer where the layer ends early.

    The pieces are to be used up in this order, each before the next one is asked for. What was read leaves this process's
    memory. ``used`` is called with the bytes of a compressed layer that were inflated since the last call; it raises
    Cancelled to stop. ImageError for a stream that is damaged.
    """
    inflating = _Inflating(blob, used) if blob.compressed else None
    for stretch in sorted(wanted):
        pieces = _in_place(blob, stretch) if inflating is None else inflating.pieces(stretch)
        yield stretch, pieces if stretch.parts is None else _filled(pieces, stretch.parts, stretch.size)


def _filled(pieces: Iterator[memoryview], parts: Parts, size: int) -> Iterator[memoryview]:
    """The content of a sparse file: what is stored of it, and holes between; it ends early where what is stored does."""
    position, piece = 0, memoryview(b"")
    for start, length in parts:
        yield from _hole(start - position)
        position, end = start, start + length
        while position < end:
            piece = piece or next(pieces, memoryview(b""))
            if not piece:
                return
            part, piece = piece[: end - position], piece[end - position :]
            position += len(part)
            yield part
    yield from _hole(size - position)


def _hole(size: int) -> Iterator[memoryview]:
    for start in range(0, size, STEP):
        yield HOLE[: size - start]


def sparse_slice(stored: memoryview, parts: Parts, start: int, size: int) -> bytes:
    """``size`` bytes of a sparse file from ``start`` on; ``stored`` is what the tar has of it and what follows."""
    content, offset = bytearray(size), 0
    for begin, length in parts:
        first, last = max(begin, start), min(begin + length, start + size)
        if first < last:
            content[first - start : last - start] = stored[offset + first - begin : offset + last - begin]
        offset += length
    return bytes(content)


def joined(pieces: Iterable[memoryview]) -> bytes:
    """The pieces in one, never twice in memory."""
    content = BytesIO()
    for piece in pieces:
        content.write(piece)
    return content.getvalue()


def whole(pieces: Iterable[memoryview], size: int, layer: int) -> Iterator[memoryview]:
    """The pieces; ImageError at the end when they are not ``size`` bytes."""
    for piece in pieces:
        size -= len(piece)
        yield piece
    if size:
        raise ImageError(f"layer {layer} ends in the middle of a file", "the image is incomplete: fetch or save it again")


def _in_place(blob: Blob, stretch: Stretch) -> Iterator[memoryview]:
    view = blob.view()[stretch.offset : stretch.offset + stretch.stored]
    for start in range(0, len(view), STEP):
        yield view[start : start + STEP]
        if len(view) >= _LONG:
            blob.file.forget(blob.offset + stretch.offset + start, STEP)


class _Inflating:
    """A compressed layer, inflated as far as stretches are asked for; they must ascend."""

    def __init__(self, blob: Blob, used: Callable[[int], None] | None) -> None:
        self._inflated = inflate_blob(blob, used)
        self._piece = memoryview(b"")
        self._start = 0

    def pieces(self, stretch: Stretch) -> Iterator[memoryview]:
        """The bytes of a stretch, as they come out."""
        offset, end = stretch.offset, stretch.offset + stretch.stored
        while offset < end and self._reach(offset):
            part = self._piece[offset - self._start : end - self._start]
            yield part
            offset += len(part)

    def _reach(self, offset: int) -> bool:
        """Inflates up to the piece with that offset; whether the layer goes so far, and has not gone farther."""
        while self._start + len(self._piece) <= offset:
            self._start += len(self._piece)
            self._piece = next(self._inflated, memoryview(b""))
            if not self._piece:
                return False
        return self._start <= offset
