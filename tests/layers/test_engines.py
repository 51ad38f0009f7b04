"""Odd headers are read as the engines read them, which use Go's archive/tar; each case was loaded by one."""

import gzip
import tarfile
from collections.abc import Callable

import pytest

from layerscope.layers import tar
from layerscope.layers.index import LayerIndex
from tests.support.archives import layer_tar
from tests.support.layers import index_of, rows

END = bytes(1024)


def header(name: str, size: int = 0, type: bytes = tarfile.REGTYPE, size_field: bytes = b"") -> bytes:
    """One header; ``size_field`` stands in the place of how the size is usually written."""
    info = tarfile.TarInfo(name)
    info.type, info.size = type, size
    found = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    found[124 : 124 + len(size_field)] = size_field
    found[148:156] = b" " * 8
    found[148:156] = b"%06o\0 " % sum(found)
    return bytes(found)


def padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 512)


def file(name: str, content: bytes) -> bytes:
    return header(name, len(content)) + padded(content)


def pax(type: bytes = tarfile.XHDTYPE, **records: str) -> bytes:
    content = b"".join(record(key, value) for key, value in records.items())
    return header("pax", len(content), type) + padded(content)


def record(key: str, value: str) -> bytes:
    text = f" {key}={value}\n"
    length = next(size for size in range(len(text), len(text) + 4) if len(f"{size}{text}") == size)
    return f"{length}{text}".encode()


def long_name(name: str, type: bytes = tarfile.GNUTYPE_LONGNAME) -> bytes:
    return header("././@LongLink", len(name) + 1, type) + padded(name.encode() + b"\0")


def named(index: LayerIndex) -> list[tuple[bytes, int]]:
    assert index.problem == ""
    return [(path, size) for path, _, size in rows(index)]


@pytest.fixture(params=["with the helper", "without it"])
def _both(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without it":
        monkeypatch.setattr(tar, "scan", None)


@pytest.mark.usefixtures("_both")
@pytest.mark.parametrize("size", [b"000000000005", b"00000000005\0", b"          5 ", b"\x80" + bytes(10) + b"\x05"])
def test_a_size_may_fill_its_field_or_end_early(size: bytes) -> None:
    content = header("a", size_field=size) + padded(b"hello") + file("b", b"2") + END
    assert named(index_of(content)) == [(b"a", 5), (b"b", 1)]


@pytest.mark.usefixtures("_both")
def test_a_header_for_all_that_follow_says_nothing_of_them() -> None:
    told = pax(tarfile.XGLTYPE, path="all", linkpath="to", size="7", uid="5", mtime="9")
    index = index_of(told + file("a", b"1") + file("b", b"22") + END)
    assert named(index) == [(b"a", 1), (b"b", 2)]
    assert (list(index.uids), list(index.mtimes)) == ([0, 0], [0, 0])


def test_a_header_for_all_that_follow_ends_what_the_one_before_it_says() -> None:
    assert named(index_of(pax(path="x") + pax(tarfile.XGLTYPE, comment="c") + file("a", b"1") + END)) == [(b"a", 1)]


@pytest.mark.parametrize("before", [long_name("long") + pax(path="pax"), pax(path="pax") + long_name("long")])
def test_a_long_name_stands_above_that_of_a_pax_header(before: bytes) -> None:
    assert named(index_of(before + file("a", b"1") + END)) == [(b"long", 1)]


def test_a_long_target_stands_above_that_of_a_pax_header() -> None:
    before = long_name("long", tarfile.GNUTYPE_LONGLINK) + pax(linkpath="pax")
    assert index_of(before + header("a", type=tarfile.SYMTYPE) + END).links == {0: b"long"}


def test_of_several_pax_headers_the_last_one_counts() -> None:
    index = index_of(pax(path="x", uid="5") + pax(path="y") + file("a", b"1") + END)
    assert (named(index), list(index.uids)) == ([(b"y", 1)], [0])


@pytest.mark.usefixtures("_both")
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
class TestAnEndThatIsMissing:
    def test_without_the_padding_of_the_last_file_all_is_there(self, pack: Callable[[bytes], bytes]) -> None:
        content = layer_tar([("a", b"1" * 700)])[: 512 + 700]
        for end in (0, 1, 323):
            assert named(index_of(pack(content + bytes(end)))) == [(b"a", 700)]

    def test_without_a_byte_of_the_last_file_it_is_cut_off(self, pack: Callable[[bytes], bytes]) -> None:
        assert "cut off" in index_of(pack(layer_tar([("a", b"1" * 700)])[: 512 + 699])).problem

    def test_an_extension_without_what_it_extends_is_cut_off(self, pack: Callable[[bytes], bytes]) -> None:
        content = file("a", b"1") + pax(path="x")[: 512 + 20]
        assert "cut off" in index_of(pack(content)).problem or "middle of a header" in index_of(pack(content)).problem

    def test_no_bytes_are_a_layer_without_entries(self, pack: Callable[[bytes], bytes]) -> None:
        assert named(index_of(pack(b""))) == []


@pytest.mark.parametrize(("told", "found"), [("-1", 0), ("-2", 0xFFFFFFFE), ("4294967295", 0), ("70000", 70000)])
def test_a_negative_owner_is_what_the_kernel_makes_of_it(told: str, found: int) -> None:
    index = index_of(pax(uid=told, gid=told) + file("a", b"1") + END)
    assert (named(index), list(index.uids), list(index.gids)) == ([(b"a", 1)], [found], [found])


@pytest.mark.parametrize("told", ["x", "--1", "-", "1.5"])
def test_an_owner_that_is_no_number_is_damage(told: str) -> None:
    assert "malformed number" in index_of(pax(uid=told) + file("a", b"1") + END).problem
