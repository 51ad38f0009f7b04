"""Files below directories of the final filesystem, and paths as a program's words name them."""

from pathlib import Path

import pytest

from layerscope.core.vocabulary import Role
from layerscope.needs import trees
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Because
from layerscope.needs.trees import is_directory, located, names_in, read_text, take, take_below, upwards
from tests.support.archives import link
from tests.support.needs import ledger_of
from tests.support.programs import Row, directory

TREE: list[Row] = [
    directory("app"),
    ("app/a.txt", b"\xef\xbb\xbfone"),
    ("app/sub/b.txt", b"two"),
    link("srv", "app"),
    link("app/sub/up", ".."),
    link("app/gone", "nowhere"),
]
WHY = (Because("a test"),)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return ledger_of(tmp_path, TREE)


@pytest.mark.parametrize(
    ("start", "word", "path"),
    [
        ("/srv", "a/../b", b"srv/b"),
        ("/srv/", "./b", b"srv/b"),
        ("/srv", "/etc//x", b"etc/x"),
        ("", "x", b"x"),
        ("/", "..", b""),
    ],
)
def test_a_word_names_a_path_from_the_directory_of_the_program(start: str, word: str, path: bytes) -> None:
    assert located(start, word) == path


def test_directories_upwards_end_with_the_root() -> None:
    assert upwards(b"usr/src/app") == [b"usr/src/app", b"usr/src", b"usr", b""]
    assert upwards(b"") == [b""]


def test_directories_that_no_layer_lists_are_there(ledger: Ledger) -> None:
    assert is_directory(ledger, b"app/sub")
    assert is_directory(ledger, b"srv/sub")
    assert not is_directory(ledger, b"app/a.txt")
    assert not is_directory(ledger, b"app/other")
    assert names_in(ledger, b"srv") == [b"a.txt", b"gone", b"sub"]


def test_a_directory_is_taken_with_the_link_that_leads_to_it(ledger: Ledger) -> None:
    taken = take_below(ledger, b"srv", Role.DATA, WHY, lambda inside: inside != b"a.txt")
    assert [ledger.filesystem.paths[entry] for entry in taken] == [b"app/sub/b.txt"]
    assert {need.path for need in ledger.needs} == {b"srv", b"app", b"app/sub/b.txt"}


def test_a_link_to_a_directory_above_it_is_not_gone_through(ledger: Ledger) -> None:
    assert take(ledger, [b"app/sub/up"], Role.DATA, WHY) == []


def test_text_has_no_byte_order_mark(ledger: Ledger) -> None:
    assert read_text(ledger, b"srv/a.txt", 100) == "one"
    assert read_text(ledger, b"app/sub", 100) is None


def test_paths_in_a_directory_are_named_or_found_by_globs(ledger: Ledger) -> None:
    assert trees.inside(b"app", ("a", "b/c")) == [b"app/a", b"app/b/c"]
    assert trees.inside(b"", ("a",)) == [b"a"]
    assert trees.paths_like(ledger, b"app", ("*.txt", "g*")) == [b"app/a.txt", b"app/gone"]


def test_the_first_file_and_the_files_among_paths(ledger: Ledger) -> None:
    assert trees.first_file(ledger, (b"nowhere", b"app", b"srv/a.txt", b"app/a.txt")) == b"srv/a.txt"
    assert trees.first_file(ledger, (b"nowhere", b"app")) is None
    taken = trees.take_files(ledger, (b"app", b"srv/a.txt", b"nowhere"), Role.DATA, WHY)
    assert taken == [ledger.filesystem.visible[b"app/a.txt"]]


def test_texts_of_files_stand_one_behind_the_other(ledger: Ledger) -> None:
    assert trees.texts_at(ledger, (b"app/a.txt", b"nowhere", b"app/sub/b.txt"), 100) == "one\n\ntwo"


def test_what_lies_below_several_directories_is_taken(ledger: Ledger) -> None:
    trees.take_each_below(ledger, (b"app/sub", b"nowhere"), Role.DATA, WHY, lambda path: path.endswith(b".txt"))
    assert {need.path for need in ledger.needs} == {b"app/sub/b.txt"}


def test_words_name_paths_and_empty_words_none() -> None:
    assert trees.all_located("/srv", ("a", "", "/b/../c")) == [b"srv/a", b"c"]
