"""The header structure in which rpm keeps everything that it knows of a package.

In a database a header is: the number of index entries and the bytes of the store, the index entries (tag, type, offset in the
store, count), and the store; all integers 32 bits wide and big-endian. The package's own entries, its immutable region, come
first; after them comes what rpm added or changed while it installed the package. So of two entries with the same tag the later
one counts.

Format: rpm's manual, "RPM Package Header format".
"""

import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from layerscope.core.limits import LAYER_ENTRIES

_INTRO = struct.Struct(">II")
_ENTRY = struct.Struct(">IIII")
_INTEGERS = 4
_STRINGS = (6, 8, 9)
_OCTETS = (1, 2, 7)


class Header(NamedTuple):
    """A package's header: ``entries`` maps tags to type, offset in ``store``, and count.

    A tag that is missing, of another type than asked for, or that points outside the store has no values.
    """

    store: bytes
    entries: Mapping[int, tuple[int, int, int]]

    def string(self, tag: int) -> bytes:
        """The first string of a tag, b"" without one."""
        kind, offset, _ = self.entries.get(tag, (0, 0, 0))
        end = self.store.find(b"\0", offset) if kind in _STRINGS else -1
        return self.store[offset:end] if end >= 0 else b""

    def strings(self, tag: int) -> list[bytes]:
        """All strings of a tag that end within the store."""
        kind, offset, count = self.entries.get(tag, (0, 0, 0))
        if kind not in _STRINGS:
            return []
        count = min(count, LAYER_ENTRIES)  # No package has more files than a layer may have.
        found = self.store[offset:].split(b"\0", count)
        return found[:count] if len(found) > count else found[:-1]

    def integers(self, tag: int) -> Sequence[int]:
        """The 32-bit integers of a tag."""
        kind, offset, count = self.entries.get(tag, (0, 0, 0))
        count = min(count, (len(self.store) - offset) // 4)
        return struct.unpack_from(f">{count}I", self.store, offset) if kind == _INTEGERS and count > 0 else ()

    def octets(self, tag: int) -> bytes:
        """The bytes of a tag."""
        kind, offset, count = self.entries.get(tag, (0, 0, 0))
        return self.store[offset : offset + count] if kind in _OCTETS else b""


def read_header(blob: bytes) -> Header | None:
    """The header that a database's value holds; None where it is cut or is no header."""
    if len(blob) < _INTRO.size:
        return None
    entries, size = _INTRO.unpack_from(blob)
    store = _INTRO.size + entries * _ENTRY.size
    if store + size > len(blob):
        return None
    index = memoryview(blob)[_INTRO.size : store]
    return Header(
        blob[store : store + size], {tag: (kind, offset, count) for tag, kind, offset, count in _ENTRY.iter_unpack(index)}
    )
