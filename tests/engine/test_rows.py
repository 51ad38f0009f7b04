"""Recommendations that have been built and run: every ecosystem of the guides, beside the image that an expert writes by hand.

Each row (``tests/engine/rows``) is measured once in a session; the tests are what is promised of it. ``python -m
tests.engine.rows`` prints the table.
"""

import os
from pathlib import Path

import pytest

from tests.engine.conftest import Engine
from tests.engine.rows import ROWS, Row
from tests.engine.rows.measuring import Lean, Measured, measure
from tests.engine.rows.table import median_ratio, render

pytestmark = pytest.mark.engine

WAYS = pytest.mark.parametrize("way", ["image", "file"], ids=["from the image alone", "with -f"])
EVERY = pytest.mark.parametrize("row", ROWS, ids=[row.key for row in ROWS])
WORSE_AT_MOST = 1.05
"""Our size beside the expert's, for each row; where it has several, beside the smallest."""
MEDIAN_AT_MOST = 0.9
"""The same, as the median over all images of experts."""


@pytest.fixture
def measured(engine: Engine, row: Row) -> Measured:
    return measure(row)


def built(measured: Measured, way: str) -> Lean:
    lean: Lean = getattr(measured, way)
    assert not lean.problem, f"{lean.problem}\n{lean.dockerfile}"
    return lean


@EVERY
def test_the_experts_image_runs_so_that_it_can_be_compared_with(measured: Measured) -> None:
    assert not measured.fat_seen.problem
    assert not measured.expert_seen.problem
    assert measured.expert_seen.answers[0] == measured.fat_seen.answers[0]


@WAYS
@EVERY
def test_the_recommended_dockerfile_builds_at_once_and_answers_as_the_fat_image_does(measured: Measured, way: str) -> None:
    lean = built(measured, way)
    assert not lean.seen.problem, f"{lean.seen.problem}\n{lean.dockerfile}"
    assert lean.seen.answers == measured.fat_seen.answers


@WAYS
@pytest.mark.parametrize("row", [row for row in ROWS if row.checked], ids=lambda row: row.key)
def test_the_health_check_works(measured: Measured, way: str) -> None:
    assert measured.fat_seen.health == "healthy"
    assert built(measured, way).seen.health == "healthy"


@WAYS
@EVERY
def test_it_is_no_larger_than_the_experts(measured: Measured, way: str) -> None:
    assert built(measured, way).size <= WORSE_AT_MOST * min(measured.experts)


@WAYS
@EVERY
def test_its_size_was_predicted(measured: Measured, way: str) -> None:
    lean = built(measured, way)
    assert lean.predicted == pytest.approx(lean.size, rel=0.05)


@pytest.mark.skipif(os.geteuid() != 0, reason="watching a container's files takes root")
@EVERY
def test_no_file_that_the_fat_container_opened_is_lost(measured: Measured) -> None:
    opened = measured.opened
    print(f"{measured.row.name}: {opened.files} files opened, {opened.unopened:,} of {opened.kept:,} bytes kept and not opened")
    print("\n".join(opened.replaced))
    assert opened.files > 0
    assert opened.lost == ()


def test_the_table_of_all_rows_is_better_than_the_expert(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [measure(row) for row in ROWS]
    table = render(rows)
    (tmp_path / "rows.md").write_text(table)
    with capsys.disabled():
        print(f"\n{table}")
    assert median_ratio(rows) <= MEDIAN_AT_MOST
