"""The members of an outer archive, as each tar dialect names them."""

import io
import tarfile
from pathlib import Path

import pytest

from layerscope.core import limits
from layerscope.core.errors import ImageError
from layerscope.sources.bytes.blobs import MappedFile
from layerscope.sources.bytes.compression import zstd_module
from layerscope.sources.files.outer_tar import Members, is_tar, list_members
from layerscope.sources.files.recognise import recognise
from tests.support.archives import Entry, docker_archive, layer_tar, link

LONG = "/".join(["directory"] * 30) + "/file"


def members_of(tmp_path: Path, content: bytes) -> Members:
    (tmp_path / "tar").write_bytes(content)
    return list_members(MappedFile.open(tmp_path / "tar"))


def content_of(members: Members, name: str) -> bytes | None:
    blob = members.find(name)
    return bytes(blob.view()) if blob else None


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_and_link_targets(tmp_path: Path, format: int) -> None:
    name = LONG if format != tarfile.USTAR_FORMAT else LONG[-200:].lstrip("/")
    entries: list[Entry] = [(name, b"content"), ("short", b"s")]
    entries += [link("symbolic", name), link("hard", name, tarfile.LNKTYPE)] if format != tarfile.USTAR_FORMAT else []
    members = members_of(tmp_path, layer_tar(entries, format))
    assert members.complete
    assert content_of(members, name) == b"content"
    assert content_of(members, "short") == b"s"
    if format != tarfile.USTAR_FORMAT:
        assert content_of(members, "symbolic") == content_of(members, "hard") == b"content"


def test_a_long_name_stands_above_that_of_a_pax_header(tmp_path: Path) -> None:
    long, named = tarfile.TarInfo(LONG), tarfile.TarInfo("short")
    named.pax_headers = {"path": "other"}
    before = long.tobuf(tarfile.GNU_FORMAT)[:-512]  # only what says the long name
    assert members_of(tmp_path, before + named.tobuf(tarfile.PAX_FORMAT) + bytes(1024)).names() == {LONG}


def test_agrees_with_tarfile_on_names_and_places(tmp_path: Path) -> None:
    content = layer_tar([("a/", None), ("a/b", b"b" * 700), ("./c", b""), ("/d", b"d"), (LONG, b"e")])
    members = members_of(tmp_path, content)
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        expected = {item.name.lstrip("/").removeprefix("./"): (item.offset_data, item.size) for item in tar if item.isfile()}
    assert {name: (blob.offset, blob.size) for name, blob in members.files.items()} == expected


def test_a_later_member_of_the_same_name_wins(tmp_path: Path) -> None:
    entries: list[Entry] = [("a", b"1"), ("a", b"2"), ("b", b"3"), link("b", "a"), link("c", "a"), ("c", b"4")]
    members = members_of(tmp_path, layer_tar(entries))
    assert [content_of(members, name) for name in "abc"] == [b"2", b"2", b"4"]


def test_a_layer_below_a_directory_that_is_a_link(tmp_path: Path) -> None:
    members = members_of(tmp_path, layer_tar([("one/layer.tar", b"x"), link("two", "one")]))
    assert content_of(members, "two/layer.tar") == b"x"
    assert members.find("three/layer.tar") is None


def test_a_tar_without_its_end_is_read_and_not_complete(tmp_path: Path) -> None:
    content = layer_tar([("a", b"1")])[:1024]
    members = members_of(tmp_path, content)
    assert content_of(members, "a") == b"1"
    assert (members.problem, members.complete) == ("", False)


def test_a_size_in_a_pax_header_wins(tmp_path: Path) -> None:
    info = tarfile.TarInfo("a")
    info.size, info.pax_headers = 3, {"size": "3"}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.addfile(info, io.BytesIO(b"abc"))
    assert content_of(members_of(tmp_path, buffer.getvalue()), "a") == b"abc"


@pytest.mark.parametrize("records", [b"garbage", b"5 x", b"99 path=a\n", b"0 \n", b"999999999999 path=a\n", b"\xff\xff"])
def test_malformed_pax_records_end_their_header_only(tmp_path: Path, records: bytes) -> None:
    content = bytearray(layer_tar([("a", b"1")]))
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, len(records)
    header = info.tobuf(tarfile.USTAR_FORMAT) + records.ljust(512, b"\0")
    assert content_of(members_of(tmp_path, header + bytes(content)), "a") == b"1"


def test_too_many_members_hit_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ARCHIVE_MEMBERS", 3)
    with pytest.raises(ImageError, match="a number of members of 4, more than the limit of 3"):
        members_of(tmp_path, layer_tar([(str(number), b"") for number in range(5)]))


def test_what_begins_like_a_tar() -> None:
    assert is_tar(memoryview(layer_tar([("a", b"")])))
    assert is_tar(memoryview(bytes(1024)))
    assert not is_tar(memoryview(b"x" * 1024))
    assert not is_tar(memoryview(bytes(511)))


@pytest.mark.parametrize(
    ("limit", "said"), [("INFLATED_BYTES", "an inflated size"), ("INFLATE_RATIO_FLOOR", "an inflation ratio")]
)
def test_a_bomb_stops_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, said: str) -> None:
    (tmp_path / "bomb").write_bytes(zstd_module().compress(bytes(50_000_000)))
    monkeypatch.setattr(limits, limit, 1_000_000)
    with pytest.raises(ImageError, match=f"{said} of .* more than the limit"):
        recognise(str(tmp_path / "bomb"))


def test_progress_of_inflating_is_told_and_can_stop_it(tmp_path: Path) -> None:
    plain = docker_archive(tmp_path / "a", [layer_tar([("x", b"x" * 1000)])]).read_bytes()
    (tmp_path / "b").write_bytes(zstd_module().compress(plain))
    told: list[tuple[str, int, int | None]] = []
    recognise(str(tmp_path / "b"), lambda *what: told.append(what))
    assert told[-1] == (f"inflating {tmp_path / 'b'}", len(plain), None)
