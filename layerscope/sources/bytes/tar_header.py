"""Headers of a tar: POSIX.1-2001 (ustar, pax), and what GNU tar writes (long names, base-256 numbers). Names are bytes."""

import struct
from collections.abc import Iterator
from functools import lru_cache
from zlib import adler32

from msgspec import Struct

from layerscope.core.errors import ImageError

BLOCK = 512
EXTENSIONS = frozenset((b"x", b"X", b"g", b"L", b"K"))
"""Type flags of headers that say something of the entry that follows, or of all that follow."""
LONG_NAMES = {b"L": b"path", b"K": b"linkpath"}
"""Those of GNU tar that hold a name, and the pax key that says the same."""

_FIELDS = struct.Struct("100s48s8sc100s6s82x155s12x")
_MAGICS = frozenset((b"ustar\0", b"ustar "))
_SPACES = 8 * 32
"""What the checksum's own place counts as."""
_MOST = (1 << 63) - 1


class Header(Struct, frozen=True, gc=False):
    """One header. ``numbers`` are the fields of mode, user, group, size and time as they are written; ``size`` are the bytes
    that follow, ``flag`` says what the entry is."""

    flag: bytes
    name: bytes
    link: bytes
    size: int
    numbers: bytes


def read_header(view: memoryview, at: int, offset: int) -> Header | None:
    """The header at ``view[at:]``, None for a block of zeros, which ends a tar. ImageError for anything else: ``offset`` is
    where it lies in the tar."""
    name, numbers, checksum, flag, link, magic, prefix = _FIELDS.unpack_from(view, at)
    if magic not in _MAGICS or adler32(view[at : at + BLOCK]) & 0xFFFF != _adler_sum(checksum):
        block = bytes(view[at : at + BLOCK])
        if not any(block):
            return None
        if not checksum_fits(block):
            damaged = f"the tar header at byte {offset:,} is damaged"
            raise ImageError(damaged if magic in _MAGICS else f"there is no tar header at byte {offset:,}")
    name = name.partition(b"\0")[0]
    if prefix[0] and magic == b"ustar\0":
        name = prefix.partition(b"\0")[0] + b"/" + name
    return Header(flag, name, link.partition(b"\0")[0], number(numbers[24:36], "size"), numbers)


@lru_cache(4096)
def _adler_sum(checksum: bytes) -> int:
    """The lower half of a sound header's Adler-32, which is 1 and the sum of all bytes: zlib adds them up far faster than
    :func:`sum`; -1 where the checksum is no number."""
    try:
        return (1 + int(checksum.rstrip(b" \0"), 8) + sum(checksum) - _SPACES) % 65521
    except ValueError:
        return -1


def checksum_fits(header: bytes) -> bool:
    """Whether these are the bytes of a whole header with its right checksum, also as the oldest programs wrote it."""
    unsigned = sum(header) - sum(header[148:156]) + _SPACES
    signed = unsigned - 256 * sum(byte > 127 for byte in header[:148] + header[156:])
    try:
        return len(header) == BLOCK and int(header[148:156].strip(b" \0") or b"-1", 8) in (unsigned, signed)
    except ValueError:
        return False


def number(field: bytes, what: str) -> int:
    """A number field: octal digits ended by space or NUL, or GNU's base-256; ImageError when negative or malformed."""
    if field[0] & 0x80:
        if field[0] & 0x40:
            raise ImageError(f"a tar header has a negative {what}")
        return min(int.from_bytes(bytes((field[0] & 0x7F,)) + field[1:], "big"), _MOST)
    digits = field.partition(b"\0")[0].strip() or b"0"
    if digits.strip(b"01234567"):
        raise ImageError(f"a tar header has a malformed {what}")
    return int(digits, 8)


def decimal(field: bytes) -> int:
    """A pax record's whole number; ImageError when it is none or does not fit 63 bits."""
    if not field.isdigit() or len(field) > 19:
        raise ImageError("a pax header holds a malformed number")
    return min(int(field), _MOST)


def padded(size: int) -> int:
    """The bytes that a content takes in a tar: whole blocks."""
    return size + BLOCK - 1 & -BLOCK


def extension(header: Header, content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """What an extension header says, as pax keys and values; ImageError at the first malformed one."""
    if header.flag in LONG_NAMES:
        yield LONG_NAMES[header.flag], content.rstrip(b"\0")
        return
    position = 0
    while position < len(content) and content[position]:
        space = content.find(b" ", position, position + 24)
        digits = content[position:space] if space > 0 else b""
        end = position + int(digits) if digits.isdigit() else position
        key, equals, value = content[space + 1 : end].partition(b"=")
        if not position < end <= len(content) or not equals or not value.endswith(b"\n"):
            raise ImageError("a pax header is malformed")
        yield key, value[:-1]
        position = end
