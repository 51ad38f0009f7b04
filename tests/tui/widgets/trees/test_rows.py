"""A list of rows."""

from tests.support.analyses import go_image
from tests.support.pilots import app_for, main_screen


async def test_without_colour_the_cursor_is_still_seen(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        assert screen.layer_rows.render_line(0)._segments[0].style.reverse
