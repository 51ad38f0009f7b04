"""What is said about a row."""

import pytest

from layerscope.analysis import Analysis
from layerscope.tui.details import why
from tests.support.programs import analysis_of, go_program

SIZES = {"main.main": 3000, "example.org/colour.Mix": 20_000}


LINES = "path\texample.com/shop\nmod\texample.com/shop\t(devel)\ndep\texample.org/colour\tv1.2.3\n"


@pytest.fixture
def analysis(tmp_path) -> Analysis:
    rows = [("app/server", go_program(sizes=SIZES, lines=LINES, symbols=9000)), ("app/notes.txt", b"notes" * 100)]
    return analysis_of(tmp_path, [rows], Cmd=["/app/server"])


def test_why_has_no_heading_over_nothing(analysis):
    """A directory that no layer lists: no layer did anything to it."""
    assert "What the layers did" in str(why(analysis, b"app/server"))
    assert "What the layers did" not in str(why(analysis, b"app"))
