"""Compressed streams, layers and whole archives: recognised by their bytes, inflated in steps, never more at a time than asked.

gzip (RFC 1952, several members one after another) by ISA-L, zstd (RFC 8878, several frames, skippable frames between them) by
the standard library or its backport, and bzip2 and xz, which the oldest builders stored.
"""

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from types import ModuleType
from typing import BinaryIO, Protocol, cast

from layerscope.core import limits
from layerscope.core.errors import ImageError, LimitError
from layerscope.core.expressions import expression
from layerscope.sources.bytes.tar_header import BLOCK, checksum_fits

INPUT_STEP = 256 * 1024
OUTPUT_STEP = 2 * 1024 * 1024
"""Inflated bytes at a time: so many that calls do not count, so few that they stay in a processor's cache."""
_PADDING = 64 * 1024
"""Bytes behind a stream that have to be zeros."""

Used = Callable[[int], object]
"""Called with the number of stored bytes that were used up since the last call; raises to stop."""


class Form(StrEnum):
    """In which form bytes are stored; ``TAR`` is a tar that is not compressed."""

    GZIP = "gzip"
    ZSTD = "zstd"
    BZIP2 = "bzip2"
    XZ = "xz"
    TAR = "tar"
    EMPTY = "empty"
    UNKNOWN = "unknown"


_MAGIC = {
    Form.GZIP: expression(rb"\x1f\x8b"),
    Form.ZSTD: expression(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\*M\x18"),  # a frame, or a skippable one
    Form.BZIP2: expression(rb"BZh"),
    Form.XZ: expression(rb"\xfd7zXZ\0"),
}
"""How a compressed stream, and each further member or frame of one, begins."""

COMPRESSED = frozenset(_MAGIC)

_ZSTD_FRAME, _ZSTD_HEADER, _SINGLE_SEGMENT = b"\x28\xb5\x2f\xfd", 6, 0x20
_LZMA2 = expression(rb"\x21\x01([\0-\x28])", re.DOTALL)
"""The flags of a block's filter: its number, the size of its properties, and these."""


class Decompressor(Protocol):
    """What the decompressors of the standard library and its backports have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes | memoryview, max_length: int = -1, /) -> bytes: ...


def form_of(view: memoryview) -> Form:
    """The form of bytes, by how they begin."""
    start = bytes(view[:BLOCK])
    if not start:
        return Form.EMPTY
    for form, magic in _MAGIC.items():
        if magic.match(start):
            return form
    is_tar = start[257:262] == b"ustar" or not any(start) or checksum_fits(start)
    return Form.TAR if is_tar else Form.UNKNOWN


def ignore(_: int) -> None:
    """A :data:`Used` that does nothing."""


def inflate(view: memoryview, form: str, used: Used = ignore) -> Iterator[memoryview]:
    """The inflated bytes in pieces of at most ``OUTPUT_STEP``; ImageError when it is damaged, cut off or out of bounds.

    A piece is valid until the next one is asked for.
    """
    out = 0
    for piece in _gunzip(view, used) if form == Form.GZIP else _decompress(view, Form(form), used):
        out += len(piece)
        if out > limits.INFLATED_BYTES:
            raise LimitError(limits.exceeded("an inflated size", out, limits.INFLATED_BYTES))
        yield piece


def _gunzip(view: memoryview, used: Used) -> Iterator[memoryview]:
    """What is inside gzip members, always in the same memory: ISA-L's reader fills it without a copy in between.

    The reader does not say how far it is in the stored bytes; ``used`` gets an estimate from what came out.
    """
    from isal import isal_zlib

    damaged = cast("type[Exception]", isal_zlib.IsalError), OSError
    reader = isal_zlib._GzipReader(cast("BinaryIO", view))
    memory = memoryview(bytearray(OUTPUT_STEP))
    expected = _expected_size(view)
    problem, done, reported, ended = "", 0, 0, False
    while not ended:
        try:
            ended = reader.readinto(memory) == 0
        except EOFError:
            problem, ended = "cut off", True
        except damaged as error:
            problem, ended = f"damaged: {error}", True
        count = reader.tell() - done
        done += count
        position = len(view) if ended else min(len(view), len(view) * done // expected)
        used(position - reported)
        reported = position
        if count:
            yield memory[:count]
    if problem:
        raise ImageError(f"the gzip stream is {problem}")


def _expected_size(view: memoryview) -> int:
    """About how much comes out of a gzip stream: what its last member says, unless that cannot be all of it."""
    size = int.from_bytes(view[-4:], "little")
    return size if size > len(view) else 3 * len(view)


def _decompress(view: memoryview, form: Form, used: Used) -> Iterator[memoryview]:
    """What is inside the members or frames of other streams."""
    make, errors = _decompressor(form)
    position = out = 0
    _check_window(view, position, form)
    decompressor: Decompressor | None = make()
    while decompressor is not None:
        data = _next_input(view, position, form) if decompressor.needs_input else memoryview(b"")
        position += len(data)
        used(len(data))
        try:
            piece = decompressor.decompress(data, OUTPUT_STEP)
        except errors as error:
            raise ImageError(f"the {form} stream is damaged: {error}") from error
        out += len(piece)
        _check_ratio(out, position)
        if piece:
            yield memoryview(piece)
        if decompressor.eof:
            position -= len(decompressor.unused_data)
            _check_window(view, position, form)
            decompressor = make() if _MAGIC[form].match(view, position) else None
    if any(view[position : position + _PADDING]):
        raise ImageError(f"something else follows the {form} stream")


def _check_window(view: memoryview, position: int, form: Form) -> None:
    """Refuses a frame or stream that asks for more memory than we give it, which is no damage."""
    head = bytes(view[position : position + BLOCK])
    window = {Form.ZSTD: _zstd_window, Form.XZ: _xz_dictionary}.get(form, len)(head)
    if window > limits.WINDOW_BYTES:
        raise LimitError(limits.exceeded(f"the window of a {form} stream", window, limits.WINDOW_BYTES))


def _zstd_window(head: bytes) -> int:
    """The window that a frame asks for (RFC 8878, 3.1.1.1.2), 0 where it says none."""
    if not head.startswith(_ZSTD_FRAME) or len(head) < _ZSTD_HEADER or head[4] & _SINGLE_SEGMENT:
        return 0
    base = 1 << (10 + (head[5] >> 3))
    return base + base // 8 * (head[5] & 7)


def _xz_dictionary(head: bytes) -> int:
    """The dictionary of a stream's first block (the .xz file format, 5.3.1), 0 where no filter of LZMA2 names one."""
    found = _LZMA2.search(head[12:])
    bits = found[1][0] & 63 if found else 0
    return (2 | bits & 1) << (bits // 2 + 11)


def _next_input(view: memoryview, position: int, form: Form) -> memoryview:
    if position >= len(view):
        raise ImageError(f"the {form} stream is cut off")
    return view[position : position + INPUT_STEP]


def _check_ratio(out: int, used: int) -> None:
    if out > limits.INFLATE_RATIO_FLOOR and out > limits.INFLATE_RATIO * used:
        raise LimitError(limits.exceeded("an inflation ratio", out // max(used, 1), limits.INFLATE_RATIO))


def _decompressor(form: Form) -> tuple[Callable[[], Decompressor], tuple[type[Exception], ...]]:
    """A maker of decompressors for one member, and the errors that they raise."""
    if form is Form.ZSTD:
        zstd = zstd_module()
        options = {zstd.DecompressionParameter.window_log_max: limits.WINDOW_BYTES.bit_length() - 1}
        return lambda: zstd.ZstdDecompressor(options=options), (zstd.ZstdError, EOFError)
    if form is Form.BZIP2:
        import bz2

        return bz2.BZ2Decompressor, (OSError, EOFError)
    if form is Form.XZ:
        import lzma

        return lambda: lzma.LZMADecompressor(memlimit=2 * limits.WINDOW_BYTES), (lzma.LZMAError, EOFError)
    raise ImageError("the compression of this layer is unknown")


def zstd_module() -> ModuleType:
    """zstd as Python 3.14 has it, or its backport."""
    import sys

    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd
