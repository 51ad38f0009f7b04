"""What Go's linker writes into ``.go.buildinfo`` since Go 1.13: Go's version, and lines about modules and settings.

It begins with 16 bytes of magic, pointer size and flags. Up to Go 1.17 two pointers to Go strings follow (the version and the
module lines); since Go 1.18 (flag 2) both strings follow from byte 32 on, each after its length as a varint. The Go package
``debug/buildinfo`` reads the same.
"""

from collections.abc import Callable, Iterator
from struct import error, unpack_from

from layerscope.core.limits import BUILD_INFORMATION_BYTES

_MAGIC = b"\xff Go buildinf:"
_ALIGNMENT = 16
_MOST_TRIES = 64
_VARINT_BYTES = 10
_FRAME = 16
"""Bytes before and after the module lines, by which they are found in a running program."""

Place = Callable[[int], int | None]
"""Gives the offset in the file of what is loaded at an address."""


def go_version(view: memoryview, position: int, place: Place) -> str:
    """The version of Go, such as ``go1.22.10``, from build information at this offset; "" when there is none."""
    return build_strings(view, position, place, only_version=True)[0].decode("utf-8", "replace")


def search(content: bytes) -> int | None:
    """The first multiple of 16 where build information begins, in a file without a table of sections."""
    position = -1
    for _ in range(_MOST_TRIES):
        position = content.find(_MAGIC, position + 1)
        if position < 0:
            return None
        if position % _ALIGNMENT == 0:
            return position
    return None


def build_strings(view: memoryview, position: int, place: Place, only_version: bool = False) -> tuple[bytes, bytes]:
    """Version and module lines, both empty when they cannot be read."""
    try:
        header = bytes(view[position : position + 32])
        if len(header) < 32 or not header.startswith(_MAGIC):
            return b"", b""
        strings = _inline_strings(view, position + 32) if header[15] & 2 else _pointed_strings(view, header, place)
        version = next(strings)
        lines = b"" if only_version else next(strings)
    except (error, ValueError, KeyError, OverflowError):
        return b"", b""
    framed = len(lines) > 2 * _FRAME and lines[-_FRAME - 1] == 10
    return version, lines[_FRAME:-_FRAME] if framed else b""


def _inline_strings(view: memoryview, position: int) -> Iterator[bytes]:
    """Strings one after the other, each after its length."""
    while True:
        length, position = _varint(view, position)
        yield _string(view, position, length)
        position += length


def _varint(view: memoryview, position: int) -> tuple[int, int]:
    """A length, and where it ends."""
    length = 0
    for number, byte in enumerate(bytes(view[position : position + _VARINT_BYTES])):
        length |= (byte & 0x7F) << (7 * number)
        if byte < 0x80:
            return length, position + number + 1
    raise ValueError("no length")


def _pointed_strings(view: memoryview, header: bytes, place: Place) -> Iterator[bytes]:
    """The Go strings whose own headers (address and length) lie at the addresses that the header names."""
    width = header[14]
    pointer = (">" if header[15] & 1 else "<") + {4: "I", 8: "Q"}[width]
    for at in (16, 16 + width):
        string = place(unpack_from(pointer, header, at)[0])
        start = place(unpack_from(pointer, view, string)[0]) if string is not None else None
        length = unpack_from(pointer, view, string + width)[0] if string is not None else 0
        yield b"" if start is None else _string(view, start, length)


def _string(view: memoryview, start: int, length: int) -> bytes:
    if length > BUILD_INFORMATION_BYTES or start + length > len(view):
        raise ValueError("a string that does not end")
    return bytes(view[start : start + length])
