"""The walk over a layer's tar reads what Python's tarfile reads, and survives what tarfile does not."""

import gzip
import io
import random
import tarfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerscope.core import limits
from layerscope.layers.index import Kind, LayerIndex
from tests.support.archives import layer_tar, link
from tests.support.layers import index_of, rows


def counted_by_tarfile(content: bytes) -> list[tuple[str, int, int, int, int]]:
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        return [
            (member.name.strip("/"), member.size if member.isreg() else 0, member.mode & 0o7777, member.uid, int(member.mtime))
            for member in tar
        ]


def counted_by_us(index: LayerIndex) -> list[tuple[str, int, int, int, int]]:
    return [
        (path.decode("utf-8", "surrogateescape"), size, mode, uid, mtime)
        for path, size, mode, uid, mtime in zip(index.paths, index.sizes, index.modes, index.uids, index.mtimes, strict=True)
    ]


component = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=130).filter(
    lambda name: name not in (".", "..") and not name.startswith(".wh.")
)
member = st.tuples(
    st.lists(component, min_size=1, max_size=4).map("/".join),
    st.binary(max_size=1200),
    st.integers(0, 0o7777),
    st.sampled_from((0, 1000, 2097152, 3_000_000_000)),
    st.integers(0, 2**33),
)


@pytest.mark.parametrize("format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT], ids=["pax", "gnu"])
@given(members=st.lists(member, max_size=8))
@settings(max_examples=60, deadline=None)
def test_any_tar_is_read_as_tarfile_reads_it(format: int, members: list[tuple[str, bytes, int, int, int]]) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as tar:
        for name, content, mode, uid, mtime in members:
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.uid, info.mtime = len(content), mode, uid, mtime
            tar.addfile(info, io.BytesIO(content))
    index = index_of(buffer.getvalue())
    assert counted_by_us(index) == counted_by_tarfile(buffer.getvalue())
    assert index.problem == ""


@given(seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_a_compressed_layer_gives_the_same_index_as_the_plain_one(seed: int) -> None:
    random_ = random.Random(seed)
    entries = [
        (f"{'d' * random_.randrange(1, 120)}/{number}", random_.randbytes(random_.choice((0, 5, 511, 512, 513, 70_000))))
        for number in range(random_.randrange(1, 40))
    ]
    content = layer_tar([(name, data) for name, data in entries], random_.choice((tarfile.PAX_FORMAT, tarfile.GNU_FORMAT)))
    plain, packed = index_of(content), index_of(gzip.compress(content, 1))
    assert rows(plain) == rows(packed)
    assert plain.offsets == packed.offsets
    assert plain.tar_size == packed.tar_size == len(content)


def test_a_large_file_across_many_steps_of_the_stream_is_picked_up_whole() -> None:
    status = b"Package: libc6\nVersion: 2.36\n\n" * 200_000
    content = layer_tar([("var/lib/dpkg/status", status), ("etc/os-release", b"ID=debian\n")])
    for layer in (content, gzip.compress(content, 1)):
        index = index_of(layer)
        assert index.contents == {0: status, 1: b"ID=debian\n"}


def test_leading_dots_and_slashes_repeated_slashes_and_parent_directories_are_cleaned() -> None:
    names = ["./", "./etc/", "./etc/a", "/etc/b", "etc//c", "x/../etc/d", "../../etc/e", "etc/./f", ".hidden", "..."]
    content = layer_tar([(name, None if name.endswith("/") else b"1") for name in names])
    paths = [path for path, _, _ in rows(index_of(content))]
    assert paths == [b"", b"etc", b"etc/a", b"etc/b", b"etc/c", b"etc/d", b"etc/e", b"etc/f", b".hidden", b"..."]


def test_names_that_are_not_utf8_stay_the_bytes_that_they_are() -> None:
    info = tarfile.TarInfo(b"caf\xe9".decode("utf-8", "surrogateescape"))
    assert index_of(layer_tar([info], tarfile.GNU_FORMAT)).paths == [b"caf\xe9"]


def test_whiteouts_get_the_path_that_they_hide_and_opaque_markers_their_directory() -> None:
    content = layer_tar([("etc/.wh.passwd", b""), ("var/.wh..wh..opq", b""), (".wh.srv", b""), ("a/.wh..wh.plnk", b"")])
    assert rows(index_of(content))[:3] == [(b"etc/passwd", "whiteout", 0), (b"var", "opaque", 0), (b"srv", "whiteout", 0)]


def test_a_whiteout_without_a_name_is_told_and_hides_nothing() -> None:
    index = index_of(layer_tar([("etc/.wh.", b""), ("etc/hosts", b"1")]))
    assert "/etc/.wh. is a whiteout without a name" in index.problem
    assert (b"etc/hosts", "regular", 1) in rows(index)


def test_hard_links_store_nothing_and_point_to_a_path() -> None:
    index = index_of(layer_tar([("bin/a", b"123"), link("bin/b", "./bin/a", tarfile.LNKTYPE), link("c", "bin/a")]))
    assert rows(index) == [(b"bin/a", "regular", 3), (b"bin/b", "hardlink", 0), (b"c", "symlink", 0)]
    assert index.links == {1: b"bin/a", 2: b"bin/a"}


def test_a_pax_global_header_belongs_to_no_entry() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"comment": "git archive"}) as tar:
        info = tarfile.TarInfo("a")
        info.size = 3
        tar.addfile(info, io.BytesIO(b"abc"))
    assert rows(index_of(buffer.getvalue())) == [(b"a", "regular", 3)]


def test_the_capabilities_of_a_file_are_its_own() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in ("plain", "capable", "after"):
            info = tarfile.TarInfo(name)
            info.pax_headers = {"SCHILY.xattr.security.capability": "\x01\x00"} if name == "capable" else {}
            tar.addfile(info)
    assert index_of(buffer.getvalue()).capabilities == {1: b"\x01\x00"}


def sparse_tar() -> bytes:
    """A GNU sparse file (old format) of 1 MiB with 512 bytes stored, and a file behind it."""
    info = tarfile.TarInfo("sparse")
    info.type, info.size = b"S", 512
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[386:410] = b"%011o\0%011o\0" % (1024 * 1024 - 512, 512)
    header[483:495] = b"%011o\0" % (1024 * 1024)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + bytes(512) + layer_tar([("behind", b"1234")])


def test_a_sparse_file_has_its_real_size_and_the_next_entry_is_found() -> None:
    content = sparse_tar()
    assert [(name, size) for name, size, *_ in counted_by_tarfile(content)] == [("sparse", 1024 * 1024), ("behind", 4)]
    assert rows(index_of(content)) == [(b"sparse", "regular", 1024 * 1024), (b"behind", "regular", 4)]


def checked(header: bytearray) -> bytes:
    """The header with its right checksum."""
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def test_a_unix_v7_header_is_accepted_by_its_checksum() -> None:
    header = bytearray(tarfile.TarInfo("old").tobuf(tarfile.USTAR_FORMAT))
    header[257:265] = bytes(8)
    assert rows(index_of(checked(header) + bytes(1024))) == [(b"old", "regular", 0)]


class TestDamage:
    """What was read before the damage stays, and the problem is one line."""

    entries = [("etc/hosts", b"x" * 2000), ("bin/tool", b"y" * 200_000)]

    @pytest.mark.parametrize("compress", [lambda data: data, gzip.compress], ids=["plain", "gzip"])
    def test_a_tar_that_is_cut_off_in_a_file(self, compress: object) -> None:
        content = layer_tar(self.entries)[:4000]
        index = index_of(compress(content))  # type: ignore[operator]
        assert index.paths[0] == b"etc/hosts"
        assert "cut off" in index.problem

    def test_half_a_gzip_stream(self) -> None:
        whole = gzip.compress(layer_tar([("etc/hosts", b"x" * 2000), ("r", random.Random(1).randbytes(300_000))]))
        index = index_of(whole[: len(whole) // 2])
        assert index.paths[0] == b"etc/hosts"
        assert "gzip stream is cut off" in index.problem

    def test_bytes_that_are_no_tar(self) -> None:
        assert index_of(b"nonsense" * 200).problem == "it is no layer tar"

    def test_garbage_between_two_entries(self) -> None:
        content = layer_tar(self.entries[:1])[: 512 + 2048] + b"\x01" * 1024
        index = index_of(content)
        assert index.paths == [b"etc/hosts"]
        assert "no tar header at byte 2,560" in index.problem

    def test_a_pax_name_of_two_megabytes_stops_at_the_limit(self) -> None:
        info = tarfile.TarInfo("a/" * 1_000_000 + "b")
        index = index_of(layer_tar([("first", b"1"), info]))
        assert index.paths == [b"first"]
        assert f"{limits.PAX_HEADER_BYTES:,}" in index.problem

    def test_a_path_deeper_than_any_filesystem_goes(self) -> None:
        index = index_of(layer_tar([("first", b"1"), ("d/" * 1000 + "b", b"")]))
        assert "depth" in index.problem

    def test_a_negative_size(self) -> None:
        header = bytearray(tarfile.TarInfo("a").tobuf(tarfile.GNU_FORMAT))
        header[124:136] = b"\xff" * 12
        assert "negative size" in index_of(checked(header)).problem

    @pytest.mark.parametrize("place", [0, 5, 103, 120, 150, 157, 300, 345, 511])
    def test_a_byte_of_a_header_that_changed_is_noticed_by_the_checksum(self, place: int) -> None:
        content = bytearray(layer_tar([("first", b"1"), *((f"d/{number}", b"2") for number in range(40))]))
        content[1024 + 512 * 2 + place] ^= 1
        index = index_of(bytes(content))
        assert index.paths == [b"first", b"d/0"]
        assert index.problem == "the tar header at byte 2,048 is damaged"

    @pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
    def test_a_file_that_claims_more_than_the_tar_has_counts_what_is_there(self, compress: Callable[[bytes], bytes]) -> None:
        header = bytearray(tarfile.TarInfo("huge").tobuf(tarfile.GNU_FORMAT))
        header[124:136] = b"\x80" + (1 << 62).to_bytes(11, "big")
        index = index_of(compress(layer_tar([("first", b"1")])[:1024] + checked(header) + b"abc"))
        assert rows(index) == [(b"first", "regular", 1), (b"huge", "regular", 3)]
        assert "cut off" in index.problem

    @pytest.mark.parametrize(("name", "said"), [("/", "in the place of the root"), ("./", ""), (".", "")])
    @pytest.mark.parametrize("type", [tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE], ids=["file", "link", "hard link"])
    def test_nothing_takes_the_place_of_the_root(self, name: str, said: str, type: bytes) -> None:
        """Engines leave out what is called ``.``, of whatever kind, and cannot unpack what is called ``/``."""
        root = tarfile.TarInfo(name)
        root.type, root.linkname = type, "elsewhere"
        analysis = index_of(layer_tar([("etc/hosts", b"x"), root, ("bin/tool", b"y")]))
        assert rows(analysis) == [(b"etc/hosts", "regular", 1), (b"", "directory", 0), (b"bin/tool", "regular", 1)]
        assert said in analysis.problem
        assert bool(said) == bool(analysis.problem)
        assert analysis.links == {}


def test_an_index_of_kinds_counts_devices_and_fifos_as_nothing_stored() -> None:
    device, fifo = tarfile.TarInfo("dev/null"), tarfile.TarInfo("run/pipe")
    device.type, fifo.type = tarfile.CHRTYPE, tarfile.FIFOTYPE
    index = index_of(layer_tar([device, fifo]))
    assert list(index.kinds) == [Kind.DEVICE, Kind.FIFO]
    assert sum(index.sizes) == 0


def test_an_empty_pax_record_leaves_what_the_header_says() -> None:
    """As the reader of the engines has it; POSIX lets an empty one only take a global record back."""
    member = tarfile.TarInfo("named/in-header")
    member.size, member.pax_headers = 4, {"path": "", "linkpath": "", "size": ""}
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(member, io.BytesIO(b"3333"))
    index = index_of(stream.getvalue())
    assert (rows(index), index.problem) == ([(b"named/in-header", "regular", 4)], "")
