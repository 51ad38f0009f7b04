"""How categories look."""

import pytest

from layerscope.tui.theme import CATEGORY_SIGNS, category_style
from tests.support.analyses import go_image
from tests.support.pilots import app_for, main_screen, settled
from tests.support.snapshots import shown


@pytest.mark.parametrize("theme", ["layerscope", "ansi-dark", "ansi-light", "textual-light"])
async def test_every_theme_draws_every_category(theme):
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        await main_screen(pilot)
        app.theme = theme
        await settled(pilot)
        text = "\n".join(shown(app.export_screenshot()))
        for category in ("cache", "toolchain", "os"):
            assert f"{CATEGORY_SIGNS[category]} {category}" in text
        assert len({category_style(app, category) for category in CATEGORY_SIGNS}) == len(CATEGORY_SIGNS)


def test_signs_tell_categories_apart_without_colour():
    assert len(set(CATEGORY_SIGNS.values())) == len(CATEGORY_SIGNS)
