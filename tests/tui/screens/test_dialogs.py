"""Questions and pages in front of a screen."""

import os

from textual.widgets import Input, Static

from layerscope.tui.screens.dialogs import AskPath
from tests.support.analyses import go_image
from tests.support.pilots import app_for, main_screen, press, until


async def test_what_cannot_be_written_is_said_beside_the_name_that_was_typed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        await main_screen(pilot)
        await press(pilot, "e")
        app.screen.query_one(Input).value = "no/such/directory"
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, AskPath) and app.screen.query(".-warning"))
        assert app.screen.query_one("#path", Input).value == "no/such/directory"
        assert "no/such/directory" in str(app.screen.query_one(".dialog-hint", Static).render())
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - nothing at all, hidden or not
