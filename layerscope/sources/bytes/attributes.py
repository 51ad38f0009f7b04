"""Extended attributes of a file in a layer: the pax header in front of it has them (``SCHILY.xattr.…``, as GNU tar and star).

An index does not keep them, as next to no file has any; they are looked up where a decision depends on them.
"""

from contextlib import suppress

from layerscope.core.errors import ImageError
from layerscope.core.names import path_text
from layerscope.sources.bytes.tar_header import BLOCK, extension, padded, read_header

BEFORE = 64 * BLOCK
"""How many bytes in front of a file's content are looked through."""

_PAX = b"x"
_PREFIX = b"SCHILY.xattr."


def extended_attributes(before: bytes) -> dict[str, bytes]:
    """The attributes of a file by their names, from the bytes ``before`` its content: its header comes last, its pax header
    in front of that."""
    for at in range(len(before) - 3 * BLOCK, -1, -BLOCK):
        found = _extension_at(before, at)
        if found is not None:
            return {path_text(key.removeprefix(_PREFIX)): value for key, value in found if key.startswith(_PREFIX)}
    return {}


def _extension_at(before: bytes, at: int) -> list[tuple[bytes, bytes]] | None:
    """The records of a pax header that begins there and ends in front of the last block; None where there is none."""
    if before[at + 156 : at + 157] != _PAX:
        return None
    with suppress(ImageError):
        header = read_header(memoryview(before), at, at)
        if header is not None and at + BLOCK + padded(header.size) == len(before) - BLOCK:
            return list(extension(header, before[at + BLOCK : at + BLOCK + header.size]))
    return None
