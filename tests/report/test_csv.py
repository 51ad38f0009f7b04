"""The attribution as CSV: read back by any reader, opened in a spreadsheet without running anything."""

import csv
import io

import pytest
from msgspec.structs import replace

from layerscope.analysis import Analysis
from layerscope.attribution.model import Component
from layerscope.core.names import printable
from layerscope.report.csv import COLUMNS, render
from layerscope.report.document import document
from tests.support.analyses import go_image
from tests.support.comparisons import demo
from tests.support.hostile import ATTACK, hostile


def rows(analysis: Analysis) -> list[dict[str, str]]:
    """Read strictly, as RFC 4180 has it."""
    return list(csv.DictReader(io.StringIO(render(analysis), newline=""), strict=True))


def named(name: str) -> Analysis:
    analysis = go_image()
    components = tuple(Component(category=item.category, name=name) for item in analysis.attribution.components)
    return replace(analysis, attribution=replace(analysis.attribution, components=components))


def test_one_row_a_component_with_the_documents_numbers() -> None:
    analysis = demo("fat")
    found, facts = rows(analysis), document(analysis).attribution
    assert tuple(found[0]) == COLUMNS
    assert [(row["category"], row["component"], row["version"], row["rule"]) for row in found] == [
        (item.category, item.component, item.version, item.rule) for item in facts
    ]
    assert [(int(row["live"]), int(row["shadowed"]), int(row["files"])) for row in found] == [
        (item.live, item.shadowed, item.files) for item in facts
    ]
    assert found[0]["paths"].split("; ") == facts[0].paths


def test_the_bytes_add_up_to_what_the_layers_store() -> None:
    analysis = go_image()
    found = rows(analysis)
    assert sum(int(row["live"]) for row in found) == analysis.sizes.live
    assert sum(int(row["shadowed"]) for row in found) == analysis.sizes.shadowed


def test_lines_end_as_the_standard_has_it() -> None:
    text = render(go_image())
    assert text.startswith(",".join(COLUMNS) + "\r\n")
    assert text.endswith("\r\n")
    assert text.count("\n") == text.count("\r\n") == len(rows(go_image())) + 1


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x")'])
def test_a_formula_is_text(name: str) -> None:
    assert {row["component"] for row in rows(named(name))} == {f"'{name}"}


@pytest.mark.parametrize("name", ["\t=1", "\r=1"])
def test_what_hides_a_formula_is_an_escape(name: str) -> None:
    assert {row["component"] for row in rows(named(name))} == {printable(name)}


@pytest.mark.parametrize("name", ["a-b", "1+1", 'say "hi"', "a,b"])
def test_other_text_stays_as_it_is(name: str) -> None:
    assert {row["component"] for row in rows(named(name))} == {name}


def test_a_hostile_image_has_the_same_columns() -> None:
    found = rows(hostile())
    assert all(set(row) == set(COLUMNS) for row in found)
    assert {row["component"] for row in found} == {printable(ATTACK)}
