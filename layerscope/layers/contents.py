"""File contents, on demand: from what was picked up while indexing, else from the layer itself."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING

from layerscope.core.compiled import Made
from layerscope.core.errors import ImageError
from layerscope.core.limits import BINARY_BYTES, ELF_FILE_BYTES, SPARSE_READ_BYTES, exceeded
from layerscope.layers.cache import remembered
from layerscope.layers.elf import ElfFacts, elf_facts
from layerscope.layers.index import Kind, LayerIndex
from layerscope.layers.stretches import Stretch, joined, read_stretches, sparse_slice, stretch_of
from layerscope.sources.bytes.attributes import BEFORE, extended_attributes
from layerscope.sources.bytes.compression import Form
from layerscope.sources.image import Layer, Progress

if TYPE_CHECKING:
    from layerscope.layers.binaries.model import BinaryDetails

_ELF = b"\x7fELF"
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

        ``used`` is called with the bytes of a compressed layer that were inflated since the last call, and raises Cancelled to
        stop.
        """
        index = self._indexes[layer]
        size = index.sizes[row] if index.kinds[row] == Kind.REGULAR else 0
        size = size if limit is None else min(size, limit)
        picked = index.contents.get(row)
        if picked is not None and len(picked) >= size:
            return picked[:size]
        if row in index.sparse and size > SPARSE_READ_BYTES:
            raise ImageError(exceeded("the content of a sparse file", size, SPARSE_READ_BYTES))
        content = self._stored_content(layer, row, size, used)
        if len(content) < size:
            raise ImageError(f"layer {layer} ends in the middle of a file")
        return content

    def _stored_content(self, layer: int, row: int, size: int, used: Callable[[int], None] | None) -> bytes:
        """The first ``size`` bytes of an entry out of the layer itself, fewer where that ends early."""
        blob = self._layers[layer].blob
        if blob is None:
            raise ImageError(f"layer {layer} is missing from the image")
        if self.plain(layer):
            return self.stretch(layer, row, 0, size)
        [(_, pieces)] = read_stretches(blob, [stretch_of(self._indexes[layer], row, size)], used)
        return joined(pieces)

    def attributes(self, layer: int, row: int) -> dict[str, bytes]:
        """The extended attributes of a regular file; none where the layer cannot be read."""
        index, blob = self._indexes[layer], self._layers[layer].blob
        if blob is None or index.kinds[row] != Kind.REGULAR:
            return {}
        end = index.offsets[row]
        start = max(end - BEFORE, 0)
        with suppress(ImageError):
            [(_, pieces)] = read_stretches(blob, [Stretch(start, end - start, row)])
            return extended_attributes(joined(pieces))
        return {}

    def remembered(self, layer: int, row: int, made: Made, find: Callable[[], bool]) -> bool:
        """What ``find`` says of an entry, which reads it whole: of a compressed layer it is found once and kept."""
        blob = self._layers[layer].blob
        return find() if blob is None or self.plain(layer) else remembered(blob, row, made, find)

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
        if row in index.sparse:
            size = max(0, min(size, index.sizes[row] - start))
            return sparse_slice(stored[index.offsets[row] :], index.sparse[row], start, size)
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
            self._plain[layer] = blob.view() if blob is not None and blob.form is Form.TAR else None
        return self._plain[layer]

    def read_many(self, layer: int, rows: Iterable[int]) -> dict[int, bytes]:
        """The whole contents of files of one layer, which is inflated once for all of them when it is compressed.

        What cannot be read because the layer is missing, cut off or damaged is left out.
        """
        picked, wanted = self._indexes[layer].contents, list(rows)
        found = {row: picked[row] for row in wanted if row in picked}
        with suppress(ImageError):
            for stretch, pieces in self._stretches(layer, [row for row in wanted if row not in picked]):
                content = joined(pieces)
                if len(content) == stretch.size:
                    found[stretch.row] = content
        return found

    def digests(self, layer: int, rows: Iterable[int]) -> dict[int, bytes]:
        """The SHA-256 of files of one layer; a compressed layer is inflated once for all of them.

        What cannot be read because the layer is missing, cut off or damaged is left out.
        """
        kinds = self._indexes[layer].kinds
        found: dict[int, bytes] = {}
        with suppress(ImageError):
            for stretch, pieces in self._stretches(layer, [row for row in rows if kinds[row] == Kind.REGULAR]):
                hasher, read = sha256(), 0
                for piece in pieces:
                    hasher.update(piece)
                    read += len(piece)
                if read == stretch.size:
                    found[stretch.row] = hasher.digest()
        return found

    def _stretches(self, layer: int, rows: Sequence[int]) -> Iterator[tuple[Stretch, Iterator[memoryview]]]:
        """The contents of files as they lie in their layer; nothing of a layer that is missing."""
        index, blob = self._indexes[layer], self._layers[layer].blob
        small = [row for row in rows if row not in index.sparse or index.sizes[row] <= SPARSE_READ_BYTES]
        if blob is not None and small:
            yield from read_stretches(blob, [stretch_of(index, row) for row in small])

    def examine(self, layer: int, rows: Iterable[int]) -> None:
        """Reads the ELF facts of files of one layer ahead of :meth:`elf`; a compressed layer is inflated once for many."""
        if self.plain(layer):
            return
        for batch in _batches(self._unexamined(layer, rows), self._indexes[layer]):
            for row, content in self.read_many(layer, batch).items():
                self._facts[layer, row] = elf_facts(content)

    def _unexamined(self, layer: int, rows: Iterable[int]) -> list[int]:
        """The rows, in order, whose facts are not known and whose contents are not too large."""
        index = self._indexes[layer]
        unknown = (row for row in sorted(rows) if row not in index.elf and (layer, row) not in self._facts)
        return [row for row in unknown if index.sizes[row] <= ELF_FILE_BYTES]

    def elf(self, layer: int, row: int) -> ElfFacts | None:
        """The entry's ELF facts; None when it is no ELF file or cannot be read."""
        known = self._indexes[layer].elf
        if row in known:
            return known[row]
        key = layer, row
        if key not in self._facts:
            self._facts[key] = None
            with suppress(ImageError):
                self._facts[key] = self._elf_facts(layer, row)
        return self._facts[key]

    def _elf_facts(self, layer: int, row: int) -> ElfFacts | None:
        """The facts of a file that was not examined yet. In an uncompressed layer its tables are read where they lie."""
        index, stored, blob = self._indexes[layer], self._stored(layer), self._layers[layer].blob
        if stored is None or blob is None or row in index.contents or row in index.sparse or index.kinds[row] != Kind.REGULAR:
            return elf_facts(self.read(layer, row, ELF_FILE_BYTES)) if self.read(layer, row, 4) == _ELF else None
        offset, size = index.offsets[row], min(index.sizes[row], ELF_FILE_BYTES)
        content = stored[offset : offset + size]
        facts = elf_facts(content) if len(content) == size else None
        if size >= _LONG_STRETCH:
            blob.file.forget(blob.offset + offset, size)
        return facts

    def details(self, layer: int, row: int, progress: Progress | None = None) -> "BinaryDetails | None":
        """What is inside a program or shared library; None when the entry is none, is too large, or cannot be read.

        It takes milliseconds for each 10 MB, and in a compressed layer as long as inflating up to its end; ``progress``
        reports that and may raise Cancelled. What was found is remembered.
        """
        key = layer, row
        if key not in self._details:
            self._details[key] = self._look_inside(layer, row, progress)
        return self._details[key]

    def _look_inside(self, layer: int, row: int, progress: Progress | None) -> "BinaryDetails | None":
        from layerscope.layers.binaries.details import binary_details

        done = 0

        def used(count: int) -> None:
            nonlocal done
            done += count
            if progress is not None:
                progress("looking into the file", done, None)

        index = self._indexes[layer]
        if index.kinds[row] != Kind.REGULAR or not 0 < index.sizes[row] <= BINARY_BYTES:
            return None
        try:
            return binary_details(self.read(layer, row, used=used))
        except ImageError:
            return None


def _batches(rows: Iterable[int], index: LayerIndex) -> Iterator[list[int]]:
    """The rows in lists whose contents fit into memory together."""
    batch: list[int] = []
    total = 0
    for row in rows:
        size = index.sizes[row]
        if batch and total + size > ELF_FILE_BYTES:
            yield batch
            batch, total = [], 0
        batch.append(row)
        total += size
    if batch:
        yield batch
