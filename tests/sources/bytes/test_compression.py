"""Compressed streams: what comes out of them whole, cut off, damaged or followed by something else."""

import bz2
import gzip
import lzma
import random
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerscope.core.errors import Cancelled, ImageError, LimitError
from layerscope.sources.bytes import compression
from layerscope.sources.bytes.compression import inflate, zstd_module

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda content: gzip.compress(content, 6, mtime=0),
    "zstd": lambda content: bytes(zstd_module().compress(content)),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}
LONG = random.Random(1).randbytes(300_000) * 9
"""More than two pieces, and hard to compress within one."""


@cache
def long(kind: str) -> bytes:
    return COMPRESS[kind](LONG)


def inflated(stored: bytes, kind: str) -> tuple[bytes, str]:
    """What came out, and why no more did."""
    found = b""
    try:
        for piece in inflate(memoryview(stored), kind):
            assert 0 < len(piece) <= compression.OUTPUT_STEP
            found += piece
    except ImageError as error:
        return found, str(error)
    return found, ""


kinds = pytest.mark.parametrize("kind", COMPRESS)


@kinds
@pytest.mark.parametrize("content", [b"", b"x", LONG], ids=["nothing", "a byte", "several pieces"])
def test_what_was_compressed_comes_out(kind: str, content: bytes) -> None:
    assert inflated(COMPRESS[kind](content), kind) == (content, "")


@kinds
@given(parts=st.lists(st.binary(max_size=3000), min_size=1, max_size=4))
def test_members_and_frames_one_after_another_are_one_stream(kind: str, parts: list[bytes]) -> None:
    assert inflated(b"".join(map(COMPRESS[kind], parts)), kind) == (b"".join(parts), "")


@kinds
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_of_a_stream_that_is_cut_off_the_beginning_comes_out(kind: str, share: float) -> None:
    stored = long(kind)
    found, problem = inflated(stored[: int(len(stored) * share)], kind)
    assert problem == f"the {kind} stream is cut off"
    assert LONG.startswith(found)
    if kind == "gzip" and share >= 0.5:
        assert len(found) > 0.95 * share * 300_000  # nothing that stands before the cut is lost


@given(content=st.binary(min_size=1, max_size=2000), data=st.data())
def test_of_a_short_gzip_stream_all_comes_out_that_stands_before_the_cut(content: bytes, data: st.DataObject) -> None:
    stored = gzip.compress(content, 0, mtime=0)  # stored blocks: a byte is a byte
    kept = data.draw(st.integers(15, len(stored) - 9))
    found, problem = inflated(stored[:kept], "gzip")
    assert problem == "the gzip stream is cut off"
    assert found == content[: kept - 15]


@kinds
def test_zeros_after_the_last_member_are_padding(kind: str) -> None:
    assert inflated(long(kind) + bytes(512), kind) == (LONG, "")


@kinds
@pytest.mark.parametrize("rest", [b"\n", b"garbage" * 100], ids=["short", "long"])
def test_what_else_follows_the_last_member_is_said(kind: str, rest: bytes) -> None:
    found, problem = inflated(long(kind) + rest, kind)
    assert found == LONG
    told = {b"\n": "is cut off", b"garbage" * 100: "is damaged: Not a gzipped file (b'ga')"}
    assert problem == (f"the gzip stream {told[rest]}" if kind == "gzip" else f"something else follows the {kind} stream")


@given(content=st.binary(min_size=100, max_size=3000), data=st.data())
def test_damage_is_said_and_hurts_nothing_else(content: bytes, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(COMPRESS)))
    stored = bytearray(COMPRESS[kind](content))
    stored[data.draw(st.integers(0, len(stored) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    found, problem = inflated(bytes(stored), kind)
    assert problem or found == content or kind in ("gzip", "zstd")  # whose headers have bits that change nothing


def test_a_gzip_stream_with_another_checksum_is_damaged() -> None:
    stored = long("gzip")
    wrong = stored[:-8] + bytes(4) + stored[-4:]
    found, problem = inflated(wrong, "gzip")
    assert found == LONG
    assert problem.startswith("the gzip stream is damaged: CRC check failed")


@kinds
def test_every_stored_byte_is_told_once_and_whoever_is_told_may_stop_it(kind: str) -> None:
    stored = long(kind)
    told: list[int] = []
    for _ in inflate(memoryview(stored), kind, told.append):
        assert 0 <= sum(told) <= len(stored)
    assert sum(told) == len(stored)

    def stop(_: int) -> None:
        raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        list(inflate(memoryview(stored), kind, stop))


@pytest.mark.parametrize(("log", "read"), [(27, True), (28, True), (29, False), (31, False)])
def test_a_zstd_window_is_given_up_to_a_limit_and_a_larger_one_is_no_damage(log: int, read: bool) -> None:
    zstd = zstd_module()
    options = {zstd.CompressionParameter.window_log: log, zstd.CompressionParameter.enable_long_distance_matching: 1}
    compressor = zstd.ZstdCompressor(options=options)
    packed = compressor.compress(b"content" * 1000) + compressor.flush()
    if read:
        assert b"".join(inflate(memoryview(packed), "zstd")) == b"content" * 1000
        return
    with pytest.raises(LimitError, match=rf"the window of a zstd stream of {1 << log:,}, more than the limit of 268,435,456"):
        list(inflate(memoryview(packed), "zstd"))


@pytest.mark.parametrize("filters", ["00210123000000e7271064", "01040021012300bb4404bd"], ids=["lzma2", "x86-lzma2"])
def test_an_xz_dictionary_beyond_the_limit_is_no_damage_either(filters: str) -> None:
    """To have lzma write it, 768 MiB would have to be filled with zeros first."""
    packed = bytes.fromhex(
        f"fd377a585a000004e6d6b44602{filters}010006636f6e74656e740000dc8d3522ffc1477b00011f07162eb8731fb6f37d010000000004595a"
    )
    with pytest.raises(LimitError, match="the window of a xz stream of 805,306,368, more than the limit of 268,435,456"):
        list(inflate(memoryview(packed), "xz"))


def test_a_gzip_stream_of_several_members_is_told_once_too() -> None:
    stored = long("gzip") + COMPRESS["gzip"](b"a few more")
    told: list[int] = []
    for _ in inflate(memoryview(stored), "gzip", told.append):
        assert 0 <= sum(told) <= len(stored)
    assert sum(told) == len(stored)
