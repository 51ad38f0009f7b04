"""How categories look."""

from layerscope.tui.theme import CATEGORY_SIGNS, category_style
from tests.support.analyses import go_image
from tests.support.pilots import app_for, main_screen, screen_text, settled


async def test_every_theme_draws_every_category():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        await main_screen(pilot)
        for theme in ("layerscope", "ansi-dark", "ansi-light", "textual-light"):
            app.theme = theme
            await settled(pilot)
            text = screen_text(app)
            assert all(f"{CATEGORY_SIGNS[category]} {category}" in text for category in ("cache", "toolchain", "os")), theme
            assert len({category_style(app, category) for category in CATEGORY_SIGNS}) == len(CATEGORY_SIGNS), theme


def test_signs_tell_categories_apart_without_colour():
    assert len(set(CATEGORY_SIGNS.values())) == len(CATEGORY_SIGNS)
