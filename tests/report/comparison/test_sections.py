"""The sections of a comparison: their tables add up, their rows beyond the first ones are one more."""

from pathlib import Path

import pytest

from layerscope.comparison.model import Comparison
from layerscope.report.comparison.sections import PLACES_SHOWN, Section, about_the_pair, headline, sections
from tests.support.comparisons import compared, demo_pair
from tests.support.programs import Row

UNITS = {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}


def bytes_of(cell: str) -> float:
    number, unit = cell.replace("±0", "+0 B").replace("−", "-").split()
    return float(number) * UNITS[unit]


@pytest.mark.parametrize("title", ["The gap, by what the bytes are", "Its largest parts", "The gap, path by path"])
def test_tables_of_the_gap_add_up(title: str) -> None:
    """As far as three digits tell."""
    (section,) = (section for section in sections(demo_pair()) if section.title == title)
    change = section.head.split("|").index(">change")
    rows = [bytes_of(row[change]) for row in section.rows if row[0] != "all"]
    assert sum(rows) == pytest.approx(-demo_pair().gap, rel=0.01)


@pytest.mark.parametrize(
    ("fat", "lean", "told"),
    [
        (1000, 20, "1 kB → 20 B: 98.0 % less (980 B)"),
        (20, 1000, "20 B → 1 kB: 980 B more"),
        (7, 7, "7 B → 7 B: the same size"),
    ],
)
def test_headlines(fat: int, lean: int, told: str, tmp_path: Path) -> None:
    assert headline(compared(tmp_path, [[("x", b"1" * fat)]], [[("x", b"2" * lean)]])) == told


def section(comparison: Comparison, title: str) -> Section:
    (found,) = (section for section in sections(comparison) if section.title == title)
    return found


def test_rows_beyond_the_first_are_one_that_makes_the_table_add_up(tmp_path: Path) -> None:
    files: list[Row] = [(f"d{number}/x", b"x" * (number + 1)) for number in range(PLACES_SHOWN + 3)]
    rows = section(compared(tmp_path, [files], [[]]), "Only in fat").rows
    assert len(rows) == PLACES_SHOWN + 1
    assert rows[-1] == ("(elsewhere)", "6 B", "3")


def test_every_row_has_a_cell_for_every_column() -> None:
    for found in sections(demo_pair()):
        assert {len(row) for row in found.rows} <= {found.head.count("|") + 1}


def test_about_the_pair_are_the_sections_that_name_no_path() -> None:
    assert [found.title for found in about_the_pair(demo_pair())] == ["What else changes", "Impact", "Layers"]


def test_the_bytes_of_every_path_are_in_one_row(tmp_path: Path) -> None:
    fat: list[list[Row]] = [[("same", b"s" * 5), ("old", b"o" * 7), ("here", b"h" * 11), ("changed", b"c" * 13)]]
    lean: list[list[Row]] = [[("same", b"s" * 5), ("new", b"n" * 17), ("there", b"h" * 11), ("changed", b"C" * 19)]]
    rows = section(compared(tmp_path, fat, lean), "The gap, path by path").rows
    assert rows == (
        ("only in fat", "1", "7 B", "0 B", "−7 B"),
        ("only in lean", "1", "0 B", "17 B", "+17 B"),
        ("moved", "1", "11 B", "11 B", "±0"),
        ("changed", "1", "13 B", "19 B", "+6 B"),
        ("the same", "1", "5 B", "5 B", "±0"),
        ("all", "", "36 B", "52 B", "+16 B"),
    )
