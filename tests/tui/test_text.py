"""How numbers and bars are written on screen."""

import pytest

from layerscope.tui.text import bar, bar_leftwards, signed


@pytest.mark.parametrize(("change", "text"), [(1500, "+1.5 kB"), (-879_000_000, "−879 MB"), (0, "±0")])
def test_a_change_has_its_sign(change, text):
    assert signed(change) == text


@pytest.mark.parametrize(
    ("part", "drawn"), [(0, "    "), (1, "   ▕"), (250, "   █"), (375, "  ▐█"), (1000, "████"), (9999, "████")]
)
def test_a_bar_that_grows_leftwards_has_its_width_and_anything_is_seen(part, drawn):
    assert bar_leftwards(part, 1000, 4) == drawn
    assert len(bar(part, 1000, 4)) == 4
