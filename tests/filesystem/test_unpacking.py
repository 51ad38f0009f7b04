"""What engines cannot unpack is told; each case was tried with one that keeps layers apart (overlay)."""

import gzip
import tarfile

import pytest

from layerscope.filesystem.unpacking import not_unpacked
from tests.support.archives import Entry, layer_tar, link
from tests.support.layers import index_of, stacked

FILE: Entry = ("f", b"1")


def hard(name: str, target: str) -> tarfile.TarInfo:
    return link(name, target, tarfile.LNKTYPE)


def fifo(name: str) -> tarfile.TarInfo:
    return link(name, "", tarfile.FIFOTYPE)


def problem(*layers: list[Entry]) -> str:
    """What is said of the last layer; of those below it nothing is said."""
    found = not_unpacked(stacked(*map(layer_tar, layers)))
    assert found.keys() <= {len(layers) - 1}
    return found.get(len(layers) - 1, "").removeprefix("no engine can unpack it: ")


@pytest.mark.parametrize(
    ("entries", "lack"),
    [
        ([FILE, hard("g", "gone")], "/g is a hard link to /gone, which is not there"),
        ([FILE, hard("f", "./f")], "/f is a hard link to /f, which is not there"),
        ([hard("g", "f"), FILE], "/g is a hard link to /f, which comes after it"),
        ([hard("f", "f")], "/f is a hard link to /f, which is not there"),
        ([("d/", None), hard("g", "d")], "/g is a hard link to /d, which is a directory"),
        ([("d/x", b"1"), hard("g", "d")], "/g is a hard link to /d, which is a directory"),
        ([FILE, hard("g", "/")], "/g is a hard link to /, which is a directory"),
    ],
)
def test_a_hard_link_needs_a_file_before_it(entries: list[Entry], lack: str) -> None:
    """GNU tar writes a link to itself where a file is named twice."""
    assert problem(entries) == lack


@pytest.mark.parametrize("between", [[], [[(".wh.f", b"")]]], ids=["there", "deleted"])
def test_a_hard_link_to_what_a_lower_layer_has_cannot_be_made(between: list[list[Entry]]) -> None:
    assert problem([FILE], *between, [hard("g", "f")]) == "/g is a hard link to /f, which only a lower layer has"


@pytest.mark.parametrize(
    "entries",
    [
        [FILE, hard("g", "f"), hard("h", "g")],
        [link("s", "none"), hard("g", "s")],
        [("d/f", b"1"), link("b", "d"), hard("g", "b/f")],
        [(".wh.gone", b""), hard("g", "gone")],
    ],
)
def test_a_hard_link_that_can_be_made_is_not_told(entries: list[Entry]) -> None:
    assert problem(entries) == ""


def test_where_a_layer_is_damaged_the_target_of_a_hard_link_may_be_what_is_missing() -> None:
    damaged = layer_tar([("a", b"1" * 600)])[:700]
    assert not_unpacked(stacked(damaged, layer_tar([hard("b", "gone")]))) == {}


@pytest.mark.parametrize(
    "entries",
    [
        [FILE, ("f/x", b"1")],
        [FILE, ("f/d/x", b"1")],
        [FILE, ("f/.wh.x", b"")],
        [FILE, hard("g", "f"), ("g/x", b"1")],
        [link("l", "f"), ("l/x", b"1")],
        [fifo("f"), ("f/x", b"1")],
        [(".wh.f", b""), ("f/x", b"1")],
        [link("l", "/etc"), ("l/x", b"1")],
        [link("l", "../../../etc"), ("l/d/x", b"1")],
    ],
)
def test_nothing_can_lie_below_what_is_no_directory(entries: list[Entry]) -> None:
    assert problem([("etc/hosts", b"1")], entries).endswith("which is no directory")


@pytest.mark.parametrize(
    "entries",
    [
        [("f/x", b"1"), FILE],
        [FILE, ("f/", None), ("f/x", b"1")],
        [(".wh.f", b""), ("f/", None), ("f/x", b"1")],
        [("etc/", None), link("l", "/etc"), ("l/x", b"1")],
        [("etc/hosts", b"1"), link("l", "../etc"), ("l/x", b"1")],
        [(".wh..wh.plnk/", None), (".wh..wh.plnk/1.2", b"")],
    ],
)
def test_what_is_a_directory_when_its_turn_comes_is_not_told(entries: list[Entry]) -> None:
    assert problem(entries) == ""


def test_what_a_lower_layer_has_in_the_place_of_a_directory_is_replaced() -> None:
    assert problem([FILE], [("f/x", b"1")]) == ""


@pytest.mark.parametrize("name", [".wh.", "d/.wh..", "d/.wh..."])
def test_a_whiteout_without_a_name_is_told(name: str) -> None:
    said = f"no engine can unpack it: /{name} is a whiteout without a name"
    assert [index_of(pack(layer_tar([(name, b"")]))).problem for pack in (bytes, gzip.compress)] == [said, said]


def test_a_whiteout_of_three_dots_deletes_what_is_called_like_that() -> None:
    assert index_of(layer_tar([("d/.wh....", b"")])).paths == [b"d/..."]
