"""Sparse files in a tar: which parts of them it stores, in GNU's own header and in the three forms of its pax records.

Reference: GNU tar's manual, appendix "Storing Sparse Files", and ``struct sparse`` of its header ``tar.h``.
"""

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from layerscope.core.errors import ImageError
from layerscope.core.limits import PAX_HEADER_BYTES, SPARSE_FILE_BYTES, exceeded
from layerscope.sources.bytes.tar_header import BLOCK, Header, decimal, number, padded

Parts = tuple[tuple[int, int], ...]
"""The parts of a sparse file that a tar stores, one behind the other: offset in the file and bytes of each, ascending."""

KEYS = frozenset(
    (
        b"GNU.sparse.name",
        b"GNU.sparse.realsize",
        b"GNU.sparse.size",
        b"GNU.sparse.map",
        b"GNU.sparse.major",
        b"GNU.sparse.minor",
    )
)
"""Keys of pax records that say something of a sparse file, each once."""
REPEATED = {b"GNU.sparse.offset": b"GNU.sparse.map", b"GNU.sparse.numbytes": b"GNU.sparse.map"}
"""Keys of form 0.0, one record for each number of the map, and the key of form 0.1 that has all of them."""

_MALFORMED = "the map of a sparse file is malformed"
_FLAG = b"S"
_REAL_SIZE = slice(483, 495)
_FIELD = 12
_IN_HEADER, _MORE_IN_HEADER = slice(386, 482), 482
_IN_BLOCK, _MORE_IN_BLOCK = slice(0, 504), 504
"""Where the map lies in the header and in each block that goes on with it, and the byte that says whether one follows."""


class Sparse(Struct, frozen=True, gc=False):
    """A file of ``size`` bytes, of which the tar stores ``parts``; ``content`` is where they begin in the view, beyond its end
    where the map is not all there yet."""

    size: int
    parts: Parts
    content: int


def sparse_file(header: Header, values: Mapping[bytes, bytes], view: memoryview, position: int) -> Sparse | None:
    """What the header at ``view[position:]`` says of a sparse file, None for any other; ``values`` are its pax records.

    ImageError where the map is malformed, or the file is larger than :data:`SPARSE_FILE_BYTES`.
    """
    size = values.get(b"GNU.sparse.realsize", values.get(b"GNU.sparse.size"))
    if header.flag != _FLAG and size is None:
        return None
    real = number(bytes(view[position:][_REAL_SIZE]), "size") if size is None else decimal(size)
    if real > SPARSE_FILE_BYTES:
        raise ImageError(exceeded("a sparse file", real, SPARSE_FILE_BYTES))
    content, numbers = _map_reader(header, values)(view, position)
    stored = header.size - (content - position - BLOCK if values.get(b"GNU.sparse.major") == b"1" else 0)
    return Sparse(real, _parts(numbers, real, stored) if content <= len(view) else (), content)


_Map = tuple[int, list[int]]
"""Where the content begins, and the numbers of a map: offset, size, offset, size …"""


def _map_reader(header: Header, values: Mapping[bytes, bytes]) -> Callable[[memoryview, int], _Map]:
    """How the map of a file is read."""
    if header.flag == _FLAG:
        return _header_map
    if values.get(b"GNU.sparse.major") == b"1":
        return _text_map
    listed = values.get(b"GNU.sparse.map", b"")
    return lambda _, position: (position + BLOCK, [decimal(word) for word in listed.split(b",") if word])


def _header_map(view: memoryview, position: int) -> _Map:
    """The map in a header and the blocks behind it (type flag S)."""
    content, more = position + BLOCK, view[position + _MORE_IN_HEADER]
    fields = bytes(view[position:][_IN_HEADER])
    while more:
        if content + BLOCK > len(view):
            return len(view) + 1, []
        fields += bytes(view[content:][_IN_BLOCK])
        more = view[content + _MORE_IN_BLOCK]
        content += BLOCK
    return content, list(_fields(fields))


def _fields(text: bytes) -> Iterator[int]:
    """The numbers of fields up to the first pair that is not used."""
    for start in range(0, len(text), 2 * _FIELD):
        if not text[start]:
            return
        yield number(text[start : start + _FIELD], "sparse map")
        yield number(text[start + _FIELD : start + 2 * _FIELD], "sparse map")


def _text_map(view: memoryview, position: int) -> _Map:
    """The map in front of the content (form 1.0): decimal numbers, each on a line, the first says how many pairs follow."""
    start = position + BLOCK
    for end in range(start + BLOCK, min(len(view), start + PAX_HEADER_BYTES) + 1, BLOCK):
        lines = bytes(view[start:end]).split(b"\n")[:-1]
        if not lines:
            raise ImageError(_MALFORMED)
        if len(lines) > 2 * decimal(lines[0]):
            return end, [decimal(line) for line in lines[1 : 1 + 2 * decimal(lines[0])]]
    if len(view) - start >= PAX_HEADER_BYTES:
        raise ImageError(exceeded("the map of a sparse file", len(view) - start, PAX_HEADER_BYTES))
    return len(view) + 1, []


def _parts(numbers: list[int], size: int, stored: int) -> Parts:
    """The parts that a map names; ImageError unless they ascend, lie inside the file and are what the tar stores."""
    parts = tuple(zip(numbers[::2], numbers[1::2], strict=False))
    ends = [0, *(start + length for start, length in parts)]
    ascends = all(end <= start for end, (start, _) in zip(ends, parts, strict=False))
    if len(numbers) % 2 or not ascends or ends[-1] > size or padded(sum(length for _, length in parts)) != padded(stored):
        raise ImageError(_MALFORMED)
    return parts
