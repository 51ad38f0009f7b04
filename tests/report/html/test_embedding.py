"""Tables inside a page: compact, read back to the letter, and never the end of the element that they stand in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerscope.core.names import absolute
from layerscope.core.units import signed
from layerscope.report.html import table as tables
from layerscope.report.html.embedding import DIGITS, encoded, script_json
from layerscope.report.html.table import Column, Table, largest
from tests.support.hostile import ATTACK
from tests.support.pages import decoded

PATHS = st.lists(st.binary(max_size=120).map(absolute), max_size=40)


@given(PATHS)
def test_paths_come_back_as_they_were(paths: list[str]) -> None:
    assert decoded(json.loads(script_json(encoded(paths)))) == paths
    assert decoded(json.loads(script_json(encoded(sorted(paths))))) == sorted(paths)


@given(st.lists(st.sampled_from(["os", "cache", "docs"]), max_size=60), st.lists(st.integers(-(10**12), 10**12), max_size=60))
def test_words_and_numbers_come_back_as_they_were(words: list[str], numbers: list[int]) -> None:
    assert decoded(json.loads(script_json(encoded(words)))) == words
    assert decoded(json.loads(script_json(encoded(sorted(words))))) == sorted(words)
    assert decoded(json.loads(script_json(encoded(numbers)))) == numbers


@given(st.text(max_size=60))
def test_nothing_ends_the_script_that_it_stands_in(text: str) -> None:
    written = script_json({"text": text + ATTACK})
    assert not set(written) & set("<>&\u2028\u2029")
    assert json.loads(written) == {"text": text + ATTACK}


def test_a_shared_beginning_is_written_once() -> None:
    paths = [f"/usr/local/go/src/cmd/compile/internal/ssa/rewrite{number}.go" for number in range(1000)]
    assert len(script_json(encoded(paths))) < 1000 * 14


def test_a_column_of_paths_that_begins_with_none_is_one_of_paths() -> None:
    targets = ["", *(f"/elsewhere/usr/share/doc/package{number}/copyright" for number in range(1000))]
    assert decoded(json.loads(script_json(encoded(targets)))) == targets
    assert len(script_json(encoded(targets))) < 1000 * 30


def test_digits_stand_for_themselves() -> None:
    assert len(set(DIGITS)) == len(DIGITS) == 89
    assert script_json(DIGITS) == f'"{DIGITS}"'


def test_the_first_rows_are_the_largest() -> None:
    column = Column(key="size", label="size", kind="bytes", values=list(range(1000)))
    assert Table("x", "x", (column,), "size").first_rows() == list(range(999, 999 - tables.STATIC_ROWS, -1))


def test_of_too_many_rows_the_smallest_are_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROWS_EMBEDDED", 3)
    rows, note = largest([5, 1000, 7, 3000, 2000], int)
    assert rows == [3000, 2000, 1000]
    assert note == "2 smaller rows, 12 B together, are left out."
    assert largest([1, 2, 3], int) == ([1, 2, 3], "")
    assert largest([-5, 1000, -7, 3000, -2000], int, signed)[1] == "2 smaller rows, −12 B together, are left out."
