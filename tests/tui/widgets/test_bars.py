"""Bars of categories."""

from layerscope.comparison.model import CategoryGap
from layerscope.tui.widgets.bars import Facing, fitting
from tests.support.comparisons import demo_pair
from tests.support.pilots import compare_screen, pair_app


def test_what_does_not_fit_is_one_line_with_the_rest():
    gaps = tuple(CategoryGap(name, 10 * number, number) for number, name in enumerate(("os", "cache", "docs", "source")))
    assert fitting(gaps, 4) == gaps
    assert fitting(gaps, 2) == (gaps[0], CategoryGap("3 others", 60, 6))


async def test_bars_face_each_other_on_one_scale():
    app = pair_app(demo_pair())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        drawn = str(screen.query_one(Facing).render()).split("\n")
        assert drawn[0].strip().startswith("603 MB ████")
        assert "▲ toolchain      ▏ 254 kB" in drawn[0]
        assert len({line.index(sign) for line, sign in zip(drawn, "▲≡■○◉◇", strict=True)}) == 1
