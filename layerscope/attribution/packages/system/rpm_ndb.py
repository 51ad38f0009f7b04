"""The headers of rpm's own database format NDB, the file ``Packages.db`` of SUSE's systems.

Pages of slots, each pointing at a run of 16-byte blocks: a blob with a head, the package's header, and a tail with the Adler-32
checksum of what is before it. All integers are 32 bits wide and little-endian.

Format: ``lib/backend/ndb/rpmpkg.c`` in rpm's sources, which is its only specification.
"""

import struct
import zlib
from collections.abc import Iterator

_PAGE = 4096
_BLOCK = 16
_DATABASE = struct.Struct("<4sIIII12x")
_SLOT = struct.Struct("<4sIII")
_HEAD = struct.Struct("<4sIII")
_TAIL = struct.Struct("<II4s")


def headers(content: bytes) -> Iterator[bytes]:
    """The headers of the packages that the slots name; a blob that is cut or does not fit its checksum is passed over."""
    view, unread = memoryview(content), len(content)
    for package, block, blocks in _slots(view):
        blob = view[block * _BLOCK : (block + blocks) * _BLOCK]
        unread -= len(blob)
        if unread < 0:
            return  # Blobs do not overlap in a sound database.
        size = _header_size(blob, package)
        if len(blob) == blocks * _BLOCK and size:
            yield blob[_HEAD.size : _HEAD.size + size].tobytes()


def _slots(database: memoryview) -> Iterator[tuple[int, int, int]]:
    """The package, the first block and the number of blocks of each slot in use."""
    if len(database) < _DATABASE.size:
        return
    magic, version, _, pages, _ = _DATABASE.unpack_from(database)
    slots = database[_DATABASE.size : pages * _PAGE] if (magic, version) == (b"RpmP", 0) else database[:0]
    for slot, package, block, blocks in _SLOT.iter_unpack(slots[: len(slots) // _SLOT.size * _SLOT.size]):
        if slot == b"Slot" and block:
            yield package, block, blocks


def _header_size(blob: memoryview, package: int) -> int:
    """The bytes of the header in a blob, 0 when the blob is not whole."""
    if len(blob) < _HEAD.size + _TAIL.size:
        return 0
    magic, of_package, _, size = _HEAD.unpack_from(blob)
    checksum, size_again, end = _TAIL.unpack_from(blob, len(blob) - _TAIL.size)
    padding = len(blob) - _HEAD.size - size - _TAIL.size
    whole = (
        (magic, of_package, size_again, end) == (b"BlbS", package, size, b"BlbE")
        and 0 <= padding < _BLOCK
        and zlib.adler32(blob[: -_TAIL.size]) == checksum
    )
    return size if whole else 0
