"""Compressed streams, layers and whole archives: told by their bytes, inflated in steps, never more than asked for at a time.

gzip (RFC 1952, several members one after another) by ISA-L, zstd (RFC 8878, several frames, skippable frames between them) by
the standard library or its backport, and bzip2 and xz, which the oldest builders stored.
"""

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import BinaryIO, Protocol, cast

from layerscope.core import limits
from layerscope.core.errors import ImageError, LimitError

INPUT_STEP = 256 * 1024
OUTPUT_STEP = 2 * 1024 * 1024
"""Inflated bytes at a time: so many that calls do not count, so few that they stay in a processor's cache."""
_PADDING = 64 * 1024
"""Bytes behind a stream that have to be zeros."""
_SKIPPABLE = b"*M\x18"


class Decompressor(Protocol):
    """What the decompressors of the standard library and its backports have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes | memoryview, max_length: int = -1, /) -> bytes: ...


def compression(start: bytes) -> str:
    """``gzip``, ``zstd``, ``bzip2``, ``xz``, ``tar`` (not compressed), ``empty`` or ``unknown``, from the first 512 bytes."""
    if not start:
        return "empty"
    if start[:2] == b"\x1f\x8b":
        return "gzip"
    if start[:4] == b"\x28\xb5\x2f\xfd" or (start[1:4] == _SKIPPABLE and 0x50 <= start[0] <= 0x5F):
        return "zstd"
    if start[:3] == b"BZh":
        return "bzip2"
    if start[:6] == b"\xfd7zXZ\0":
        return "xz"
    if start[257:262] == b"ustar" or start == bytes(len(start)) or _looks_like_v7(start):
        return "tar"
    return "unknown"


def compressed(start: bytes) -> str:
    """The name of the compression, "" when the bytes are not compressed by any that is known."""
    kind = compression(start)
    return kind if kind in ("gzip", "zstd", "bzip2", "xz") else ""


def _looks_like_v7(start: bytes) -> bool:
    field = start[148:156].strip(b" \0")
    if len(start) < 512 or not field.isdigit():
        return False
    return sum(start[:512]) - sum(start[148:156]) + 8 * 32 == int(field, 8) if not field.strip(b"01234567") else False


def inflate(view: memoryview, kind: str, used: Callable[[int], None] | None = None) -> Iterator[memoryview]:
    """The inflated bytes in pieces of at most ``OUTPUT_STEP``; ImageError when it is damaged, cut off or out of bounds.

    A piece is valid until the next one is asked for. ``used`` is told of every stored byte that was used up, by counts.
    """
    out = 0
    for piece in _gunzipped(view, used) if kind == "gzip" else _decompressed(view, kind, used):
        out += len(piece)
        if out > limits.INFLATED_BYTES:
            raise LimitError(limits.exceeded("an inflated size", out, limits.INFLATED_BYTES))
        yield piece


def _gunzipped(view: memoryview, used: Callable[[int], None] | None) -> Iterator[memoryview]:
    """What is inside of gzip members, always in the same memory: ISA-L's reader fills it without a copy in between.

    The reader does not say how far it is in the stored bytes; what ``used`` is told of them follows from what came out.
    """
    from isal import isal_zlib

    damaged = cast("type[Exception]", isal_zlib.IsalError), OSError
    reader = isal_zlib._GzipReader(cast("BinaryIO", view))
    memory = memoryview(bytearray(OUTPUT_STEP))
    expected = _inflated_size(view)
    problem, done, told, ended = "", 0, 0, False
    while not ended:
        try:
            ended = reader.readinto(memory) == 0
        except EOFError:
            problem, ended = "cut off", True
        except damaged as error:
            problem, ended = f"damaged: {error}", True
        count = reader.tell() - done
        done += count
        if used is not None:
            position = len(view) if ended else min(len(view), len(view) * done // expected)
            used(position - told)
            told = position
        if count:
            yield memory[:count]
    if problem:
        raise ImageError(f"the gzip stream is {problem}")


def _inflated_size(view: memoryview) -> int:
    """About how much comes out of a gzip stream: what its last member says, unless that cannot be all of it."""
    said = int.from_bytes(view[-4:], "little")
    return said if said > len(view) else 3 * len(view)


def _decompressed(view: memoryview, kind: str, used: Callable[[int], None] | None) -> Iterator[memoryview]:
    """What is inside of the members or frames of other streams."""
    make, errors = _decompressor(kind)
    position = out = 0
    decompressor = make()
    while True:
        if decompressor.eof:
            position -= len(decompressor.unused_data)
            if not _follows(bytes(view[position : position + 6]), kind):
                if any(bytes(view[position : position + _PADDING])):
                    raise ImageError(f"something else follows the {kind} stream")
                return
            decompressor = make()
        data: bytes | memoryview = b""
        if decompressor.needs_input:
            data = view[position : position + INPUT_STEP]
            if not data:
                raise ImageError(f"the {kind} stream is cut off")
            position += len(data)
            if used is not None:
                used(len(data))
        try:
            piece = decompressor.decompress(data, OUTPUT_STEP)
        except errors as error:
            raise ImageError(f"the {kind} stream is damaged: {error}") from error
        out += len(piece)
        if out > limits.INFLATE_RATIO_FLOOR and out > limits.INFLATE_RATIO * position:
            raise LimitError(limits.exceeded("an inflation ratio", out // max(position, 1), limits.INFLATE_RATIO))
        if piece:
            yield memoryview(piece)


def _follows(start: bytes, kind: str) -> bool:
    """Whether another member or frame begins with these bytes; else what is left is only padding."""
    return compression(start[:4] + bytes(4)) == "zstd" if kind == "zstd" else compression(start.ljust(6, b"\0")) == kind


def _decompressor(kind: str) -> tuple[Callable[[], Decompressor], tuple[type[Exception], ...]]:
    """A maker of decompressors for one member, and the errors that they raise."""
    if kind == "zstd":
        zstd = zstd_module()
        return zstd.ZstdDecompressor, (zstd.ZstdError, EOFError)
    if kind == "bzip2":
        import bz2

        return bz2.BZ2Decompressor, (OSError, EOFError)
    if kind == "xz":
        import lzma

        return lambda: lzma.LZMADecompressor(memlimit=1 << 28), (lzma.LZMAError, EOFError)
    raise ImageError("the compression of this layer is unknown")


def zstd_module() -> ModuleType:
    """zstd as Python 3.14 has it, or its backport."""
    import sys

    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd
