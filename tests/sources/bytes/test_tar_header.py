"""A tar header is read as POSIX and GNU tar write it, and what is none is an error that says where."""

import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerscope.core.errors import ImageError
from layerscope.sources.bytes.tar_header import BLOCK, Header, checksum_fits, decimal, extension, number, padded, read_header


def header_of(info: tarfile.TarInfo, format: int = tarfile.GNU_FORMAT) -> Header | None:
    return read_header(memoryview(info.tobuf(format)[-BLOCK:]), 0, 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (b"0000644\0", 0o644),
        (b"   644 \0", 0o644),
        (b"\0" * 12, 0),
        (b"\x80" + bytes(6) + b"\x01\x00\x00\x00\x00", 1 << 32),
        (b"\x80" + b"\xff" * 11, (1 << 63) - 1),
    ],
)
def test_numbers_are_octal_or_base_256_and_bounded(field: bytes, value: int) -> None:
    assert number(field, "size") == value


@pytest.mark.parametrize("field", [b"\xff" * 12, b"-0000001", b"99999999", b"garbage!"])
def test_a_negative_or_malformed_number_is_an_error(field: bytes) -> None:
    with pytest.raises(ImageError, match="size"):
        number(field, "size")


@pytest.mark.parametrize("field", [b"", b"-1", b"1.5", b"9" * 20])
def test_a_pax_number_has_digits_alone(field: bytes) -> None:
    with pytest.raises(ImageError, match="malformed number"):
        decimal(field)


def test_a_header_has_its_name_with_prefix_its_link_size_and_flag() -> None:
    info = tarfile.TarInfo("d" * 90 + "/" + "n" * 90)
    info.size = 5
    header = header_of(info, tarfile.USTAR_FORMAT)
    assert header is not None
    assert (header.name, header.size, header.flag) == (info.name.encode(), 5, b"0")
    info = tarfile.TarInfo("a")
    info.type, info.linkname = tarfile.SYMTYPE, "b"
    header = header_of(info)
    assert header is not None
    assert (header.name, header.link, header.flag) == (b"a", b"b", b"2")


def test_zeros_end_a_tar_and_anything_else_is_damage() -> None:
    assert read_header(memoryview(bytes(BLOCK)), 0, 0) is None
    with pytest.raises(ImageError, match="no tar header at byte 1,024"):
        read_header(memoryview(b"x" * BLOCK), 0, 1024)


@pytest.mark.parametrize("change", [1, 128, 255])
def test_one_byte_that_is_another_is_damage(change: int) -> None:
    damaged = bytearray(tarfile.TarInfo("a").tobuf())
    damaged[99] ^= change
    with pytest.raises(ImageError, match="header at byte 0 is damaged"):
        read_header(memoryview(damaged), 0, 0)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=60))
def test_the_checksum_of_a_whole_header_fits_also_as_a_signed_one(name: str) -> None:
    header = bytearray(tarfile.TarInfo(name).tobuf(tarfile.GNU_FORMAT)[-BLOCK:])
    assert checksum_fits(bytes(header))
    assert not checksum_fits(bytes(header[:-1]))
    header[148:156] = b" " * 8
    signed = sum(byte - 256 if byte > 127 else byte for byte in header)
    if signed >= 0:
        header[148:156] = b"%06o\0 " % signed
        assert checksum_fits(bytes(header))


def records(content: bytes, flag: bytes = b"x") -> list[tuple[bytes, bytes]]:
    return list(extension(Header(flag, b"", b"", len(content), b""), content))


def test_extensions_are_pax_records_or_gnu_names() -> None:
    assert records(b"6 a=1\n9 path=x\n\0\0") == [(b"a", b"1"), (b"path", b"x")]
    assert records(b"long/name\0", b"L") == [(b"path", b"long/name")]
    assert records(b"target\0\0", b"K") == [(b"linkpath", b"target")]


@pytest.mark.parametrize("content", [b"garbage", b"5 x", b"99 path=a\n", b"0 \n", b"999999999999 path=a\n", b"\xff\xff"])
def test_what_stands_before_a_malformed_record_counts(content: bytes) -> None:
    found = []
    with pytest.raises(ImageError, match="pax header is malformed"):
        found.extend(extension(Header(b"x", b"", b"", 0, b""), content))
    found = []
    with pytest.raises(ImageError):  # noqa: PT012
        for record in extension(Header(b"x", b"", b"", 0, b""), b"6 a=1\n" + content):
            found.append(record)
    assert found == [(b"a", b"1")]


def test_contents_take_whole_blocks() -> None:
    assert [padded(size) for size in (0, 1, 512, 513)] == [0, 512, 512, 1024]
