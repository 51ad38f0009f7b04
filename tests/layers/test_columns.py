"""Entries become rows: one by one, or in runs; whiteouts are told by their names, and nothing takes the place of the root."""

import pytest

from layerscope.layers.columns import Columns, Entry
from layerscope.layers.index import NUMBERS, Kind, LayerIndex


def entry(path: str, kind: int = Kind.REGULAR, size: int = 0, offset: int = 0, link: str = "") -> Entry:
    return Entry(path.encode(), kind, link.encode(), (size, offset, 0o644, 1, 2, 3))


def index_of(*entries: Entry) -> LayerIndex:
    columns = Columns()
    assert [columns.append(item) for item in entries] == list(range(len(entries)))
    return columns.done(1024)


def test_a_row_has_all_its_numbers_and_the_number_of_its_directory() -> None:
    index = index_of(entry("a/x", size=5, offset=512), entry("b"), entry("a/y"))
    assert [index.directories[number] for number in index.parents] == [b"a", b"", b"a"]
    assert [column[0] for column in index.numbers] == [5, 512, 0o644, 1, 2, 3, 0]
    assert [len(column) for column in index.numbers] == [3] * len(NUMBERS)
    assert (len(index), index.tar_size, index.problem) == (3, 1024, "")


def test_links_keep_their_targets_as_written_but_hard_ones_a_path() -> None:
    index = index_of(entry("a", Kind.SYMLINK, link="../b"), entry("c", Kind.HARDLINK, link="./d//e"))
    assert index.links == {0: b"../b", 1: b"d/e"}


@pytest.mark.parametrize(
    ("name", "kind", "path"),
    [
        ("d/.wh.x", Kind.WHITEOUT, b"d/x"),
        (".wh.x", Kind.WHITEOUT, b"x"),
        ("d/.wh..wh..opq", Kind.OPAQUE, b"d"),
        ("d/.wh..wh.plnk", Kind.WHITEOUT, b"d/.wh..wh.plnk"),
        ("d.wh.x", Kind.REGULAR, b"d.wh.x"),
    ],
)
def test_a_whiteout_is_told_by_its_name_and_stores_nothing(name: str, kind: Kind, path: bytes) -> None:
    index = index_of(entry(name, size=7))
    assert (index.kinds[0], index.paths[0]) == (kind, path)
    assert index.sizes[0] == (7 if kind == Kind.REGULAR else 0)


def test_a_whiteout_without_a_name_and_a_file_in_the_place_of_the_root_are_problems() -> None:
    index = index_of(entry("d/.wh."), entry("/", size=3))
    said = ("/d/.wh. is a whiteout without a name", "an entry in the place of the root is no directory")
    assert index.problem == "; ".join(f"no engine can unpack it: {what}" for what in said)
    assert (index.kinds[1], index.sizes[1]) == (Kind.DIRECTORY, 0)


def test_what_lies_beyond_the_end_is_taken_from_the_last_entry() -> None:
    columns = Columns()
    columns.append(entry("a", size=100, offset=512))
    columns.shorten(700)
    columns.shorten(600)
    assert list(columns.done(600).sizes) == [88]
