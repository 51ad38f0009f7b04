"""The headline: the sizes, and how they change."""

import pytest
from msgspec.structs import replace
from textual.widgets import Digits, Static

from layerscope.tui.widgets.headline import image_headline, pair_headline, plan_text
from tests.support.analyses import go_image
from tests.support.comparisons import compared
from tests.support.pilots import PaneApp


@pytest.mark.parametrize(
    ("fat", "lean", "digits", "line"),
    [
        (10_000, 9_999, "−0.1", " 10 kB → 10 kB  < 0.1 % less   −1 B · no layer is shared · "),
        (9_999, 10_000, "+0.1", " 10 kB → 10 kB  < 0.1 % more   +1 B · no layer is shared · "),
        (1000, 250, "−75.0", " 1 kB → 250 B  −75.0 %   −750 B · no layer is shared · "),
        (250, 1000, "+300.0", " 250 B → 1 kB  +300.0 %   +750 B · no layer is shared · "),
    ],
)
async def test_the_headline_says_which_way_the_size_changes(fat, lean, digits, line, tmp_path):
    headline = pair_headline(compared(tmp_path, [[("x", b"1" * fat)]], [[("x", b"2" * lean)]]))
    async with PaneApp(headline).run_test():
        assert headline.query_one("#digits-change", Digits).value == digits
        assert headline.has_class("-growth") is (lean > fat)
        assert str(headline.query_one("#in-one-line", Static).render()).startswith(line)


async def test_an_image_is_told_with_what_its_program_needs():
    headline = image_headline(go_image())
    async with PaneApp(headline).run_test():
        assert [digits.value for digits in headline.query(Digits)] == ["189", "7.4", "96.1"]


def test_without_a_recommendation_the_reason_is_told():
    plan = replace(go_image().recommendation, dockerfile="", risks=())
    assert plan_text(replace(go_image(), recommendation=plan)) == "no smaller image can honestly be recommended"
