"""Bars: as long as their bytes, all of a table to one scale."""

import pytest

from layerscope.report.document import document
from layerscope.report.html.bars import BAR, facing_bars, layer_bars, stretches
from tests.support.analyses import go_image


def test_bars_are_as_long_as_their_bytes() -> None:
    bar = stretches([("os", 250), ("cache", 0), ("docs", 250)], 1000)
    assert [(part.start, part.length, part.colour) for part in bar] == [(0, 250, "os"), (250, 250, "docs")]
    assert bar[0].title == "os: 250 B, 50.0 %"


def test_the_largest_layers_bars_are_full() -> None:
    layers = document(go_image()).layers
    largest = max(range(len(layers)), key=lambda number: layers[number].size)
    for bar in layer_bars(layers)[largest]:
        assert sum(part.length for part in bar) == pytest.approx(BAR)


def test_facing_bars_meet_in_the_middle() -> None:
    ((left, right),) = facing_bars([("os", 400, 100)])
    assert (left[0].start, left[0].length) == (0, BAR)
    assert (right[0].start, right[0].length) == (0, BAR / 4)
    ((left, right),) = facing_bars([("os", 100, 400)])
    assert left[0].start + left[0].length == pytest.approx(BAR)
