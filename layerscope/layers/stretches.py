"""Stretches of a layer's tar in the order in which they lie there: read in place, or while the layer is inflated once."""

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import NamedTuple

from layerscope.core.errors import ImageError
from layerscope.sources.bytes.blobs import Blob
from layerscope.sources.bytes.inflate import inflate_blob

STEP = 4 * 1024 * 1024
"""Bytes of an uncompressed layer that are given at once."""
_LONG = 1024 * 1024


class Stretch(NamedTuple):
    """A file's content in the uncompressed tar, and the row (or entry) that it is of."""

    offset: int
    size: int
    row: int


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
        yield stretch, _in_place(blob, stretch) if inflating is None else inflating.pieces(stretch)


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
    view = blob.view()[stretch.offset : stretch.offset + stretch.size]
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
        offset, end = stretch.offset, stretch.offset + stretch.size
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
