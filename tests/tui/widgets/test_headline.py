"""The headline: the sizes, and how they change."""

import pytest
from textual.widgets import Digits, Static

from tests.support.comparisons import compared
from tests.support.pilots import compare_screen, pair_app


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
    app = pair_app(compared(tmp_path, [[("x", b"1" * fat)]], [[("x", b"2" * lean)]]))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await compare_screen(pilot)
        assert screen.query_one("#digits-change", Digits).value == digits
        assert str(screen.query_one("#in-one-line", Static).render()).startswith(line)
