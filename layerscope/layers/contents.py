"""File contents, on demand: from what was picked up while indexing, else from the layer itself."""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING

from layerscope.core.errors import ImageError
from layerscope.core.limits import BINARY_BYTES, ELF_FILE_BYTES
from layerscope.layers.elf import ElfFacts, elf_facts
from layerscope.layers.index import Kind, LayerIndex
from layerscope.sources.bytes.blobs import Blob
from layerscope.sources.bytes.compression import Form
from layerscope.sources.bytes.inflate import inflate_blob
from layerscope.sources.image import Layer, Progress

if TYPE_CHECKING:
    from layerscope.layers.binaries.model import BinaryDetails

_HASH_STEP = 4 * 1024 * 1024
_LONG_STRETCH = 1024 * 1024


class Contents:
    """Reads entries of indexed layers. ``row`` is a row of the layer's index.

    An uncompressed layer is read where the entry lies; a compressed one is inflated up to it, which takes as long as it takes.
    """

    def __init__(self, layers: Sequence[Layer], indexes: Sequence[LayerIndex]) -> None:
        self._layers = tuple(layers)
        self._indexes = tuple(indexes)
        self._facts: dict[tuple[int, int], ElfFacts | None] = {}
        self._plain: dict[int, memoryview | None] = {}
        self._details: dict[tuple[int, int], BinaryDetails | None] = {}

    def read(self, layer: int, row: int, limit: int | None = None, used: Callable[[int], None] | None = None) -> bytes:
        """The entry's content, its first ``limit`` bytes when a limit is given; ImageError when it cannot be read.

        ``used`` is told how many bytes of a compressed layer were inflated since the last call; it raises Cancelled to stop.
        """
        index = self._indexes[layer]
        size = index.sizes[row] if index.kinds[row] == Kind.REGULAR else 0
        size = size if limit is None else min(size, limit)
        picked = index.contents.get(row)
        if picked is not None and (len(picked) >= size):
            return picked[:size]
        blob = self._layers[layer].blob
        if blob is None:
            raise ImageError(f"layer {layer} is missing from the image")
        content = self.stretch(layer, row, 0, size) if self.plain(layer) else _inflated(blob, index.offsets[row], size, used)
        if len(content) < size:
            raise ImageError(f"layer {layer} ends in the middle of a file")
        return content

    def plain(self, layer: int) -> bool:
        """Whether the layer is stored uncompressed, so that any stretch of it can be read where it lies."""
        return self._stored(layer) is not None

    def stretch(self, layer: int, row: int, start: int, size: int) -> bytes:
        """At most ``size`` bytes of an entry of an uncompressed layer, from ``start`` on; less where the file or layer ends.

        Long stretches leave this process's memory once they are copied.
        """
        stored, index, blob = self._stored(layer), self._indexes[layer], self._layers[layer].blob
        if stored is None or blob is None:
            return b""
        begin, end = index.offsets[row] + start, index.offsets[row] + min(start + size, index.sizes[row])
        content = bytes(stored[begin:end])
        if len(content) >= _LONG_STRETCH:
            blob.file.forget(blob.offset + begin, len(content))
        return content

    def forget(self) -> None:
        """Lets what was read of uncompressed layers leave this process's memory."""
        for number, layer in enumerate(self._layers):
            if layer.blob is not None and self.plain(number):
                layer.blob.file.forget(layer.blob.offset, layer.blob.size)

    def _stored(self, layer: int) -> memoryview | None:
        """An uncompressed layer's bytes, None for any other."""
        if layer not in self._plain:
            blob = self._layers[layer].blob
            plain = blob is not None and blob.form is Form.TAR
            self._plain[layer] = blob.view() if blob is not None and plain else None
        return self._plain[layer]

    def read_many(self, layer: int, rows: Sequence[int]) -> dict[int, bytes]:
        """The whole contents of files of one layer, which is inflated once for all of them when it is compressed.

        What cannot be read because the layer is missing, cut off or damaged is left out.
        """
        index, blob = self._indexes[layer], self._layers[layer].blob
        found = {row: content for row in rows if (content := index.contents.get(row)) is not None}
        wanted = sorted((index.offsets[row], index.sizes[row], row) for row in rows if row not in found)
        if blob is None or not wanted:
            return found
        if self.plain(layer):
            pieces = ((row, size, self.stretch(layer, row, 0, size)) for _, size, row in wanted)
            return found | {row: content for row, size, content in pieces if len(content) == size}
        return found | _inflated_files(blob, wanted)

    def examine(self, layer: int, rows: Iterable[int]) -> None:
        """Reads the ELF facts of files of one layer ahead of :meth:`elf`; a compressed layer is inflated once for many."""
        index = self._indexes[layer]
        unknown = [row for row in rows if row not in index.elf and (layer, row) not in self._facts]
        if self.plain(layer):
            return
        batch: list[int] = []
        total = 0
        for row in (*sorted(unknown), -1):
            size = index.sizes[row] if row >= 0 else 0
            if batch and (row < 0 or total + size > ELF_FILE_BYTES):
                for known, content in self.read_many(layer, batch).items():
                    self._facts[layer, known] = elf_facts(content) if content.startswith(b"\x7fELF") else None
                batch, total = [], 0
            if row >= 0 and size <= ELF_FILE_BYTES:
                batch.append(row)
                total += size

    def digests(self, layer: int, rows: Iterable[int]) -> dict[int, bytes]:
        """The SHA-256 of files of one layer; a compressed layer is inflated once for all of them.

        What cannot be read because the layer is missing, cut off or damaged is left out.
        """
        index, blob = self._indexes[layer], self._layers[layer].blob
        wanted = sorted((index.offsets[row], index.sizes[row], row) for row in rows if index.kinds[row] == Kind.REGULAR)
        if blob is None or not wanted:
            return {}
        if self.plain(layer):
            return {row: sha for offset, size, row in wanted if (sha := _digest(blob, offset, size))}
        return _inflated_digests(blob, wanted)

    def elf(self, layer: int, row: int) -> ElfFacts | None:
        """The entry's ELF facts; None when it is no ELF file or cannot be read."""
        index = self._indexes[layer]
        if row in index.elf:
            return index.elf[row]
        key = layer, row
        if key not in self._facts:
            try:
                self._facts[key] = self._elf_facts(layer, row)
            except ImageError:
                self._facts[key] = None
        return self._facts[key]

    def _elf_facts(self, layer: int, row: int) -> ElfFacts | None:
        """The facts of a file that nobody examined yet. In an uncompressed layer its tables are read where they lie."""
        index, stored, blob = self._indexes[layer], self._stored(layer), self._layers[layer].blob
        if stored is None or blob is None or row in index.contents or index.kinds[row] != Kind.REGULAR:
            return elf_facts(self.read(layer, row, ELF_FILE_BYTES)) if self.read(layer, row, 4) == b"\x7fELF" else None
        offset, size = index.offsets[row], min(index.sizes[row], ELF_FILE_BYTES)
        content = stored[offset : offset + size]
        facts = elf_facts(content) if len(content) == size else None
        if size >= _LONG_STRETCH:
            blob.file.forget(blob.offset + offset, size)
        return facts

    def details(self, layer: int, row: int, progress: Progress | None = None) -> "BinaryDetails | None":
        """What is inside a program or shared library; None when the entry is none, is too large, or cannot be read.

        It takes milliseconds for each 10 MB, and in a compressed layer as long as inflating up to its end; ``progress`` is told
        of that and may raise Cancelled. What was found is remembered.
        """
        key = layer, row
        if key in self._details:
            return self._details[key]
        from layerscope.layers.binaries.details import binary_details

        done = 0

        def used(count: int) -> None:
            nonlocal done
            done += count
            if progress is not None:
                progress("looking into the file", done, None)

        index = self._indexes[layer]
        found = None
        try:
            if index.kinds[row] == Kind.REGULAR and 0 < index.sizes[row] <= BINARY_BYTES:
                found = binary_details(self.read(layer, row, used=used))
        except ImageError:
            found = None
        self._details[key] = found
        return found


def _digest(blob: Blob, offset: int, size: int) -> bytes:
    """SHA-256 of a stretch of an uncompressed layer, b"" when it is cut off; what was read leaves this process's memory."""
    stored = blob.view()[offset : offset + size]
    if len(stored) < size:
        return b""
    hasher = sha256()
    for position in range(0, size, _HASH_STEP):
        hasher.update(stored[position : position + _HASH_STEP])
        if size > _HASH_STEP:
            blob.file.forget(blob.offset + offset + position, _HASH_STEP)
    return hasher.digest()


def _inflated_digests(blob: Blob, wanted: list[tuple[int, int, int]]) -> dict[int, bytes]:
    """SHA-256 of files, given as (offset, size, row) in the layer's order, while the layer is inflated up to the last."""
    found: dict[int, bytes] = {}
    pending = iter(wanted)
    offset, size, row = next(pending)
    hasher = sha256()
    position = 0
    try:
        for piece in inflate_blob(blob):
            end = position + len(piece)
            while offset < end:
                hasher.update(piece[max(0, offset - position) : max(0, offset + size - position)])
                if offset + size > end:
                    break
                found[row] = hasher.digest()
                offset, size, row = next(pending)
                hasher = sha256()
            position = end
    except (ImageError, StopIteration):
        return found
    return found


def _inflated_files(blob: Blob, wanted: list[tuple[int, int, int]]) -> dict[int, bytes]:
    """Contents of files, given as (offset, size, row) in the layer's order, while the layer is inflated up to the last."""
    found: dict[int, bytes] = {}
    content = BytesIO()
    at = position = 0
    try:
        for piece in inflate_blob(blob):
            end = position + len(piece)
            while at < len(wanted) and wanted[at][0] <= end:
                offset, size, row = wanted[at]
                content.write(piece[max(0, offset - position) : max(0, offset + size - position)])
                if offset + size > end:
                    break
                found[row] = content.getvalue()
                content = BytesIO()
                at += 1
            if at == len(wanted):
                break
            position = end
    except ImageError:
        return found
    return found


def _inflated(blob: Blob, offset: int, size: int, used: Callable[[int], None] | None = None) -> bytes:
    """``size`` bytes at ``offset`` of a compressed layer, never twice in memory."""
    content = BytesIO()
    position = 0
    for piece in inflate_blob(blob, used):
        following = position + len(piece)
        if following > offset:
            content.write(piece[max(0, offset - position) : offset + size - position])
        position = following
        if position >= offset + size:
            break
    return content.getvalue()
