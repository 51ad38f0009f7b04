"""Questions and pages in front of a screen."""

import os

import pytest
from rich.text import Text
from textual.widgets import Input, Static

from layerscope.tui.screens.dialogs import AskPath, Confirm, Page
from layerscope.tui.widgets.details import Details
from tests.support.analyses import go_image
from tests.support.pilots import PaneApp, app_for, main_screen, press, settled, until


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


@pytest.mark.parametrize(("key", "expected"), [("y", True), ("n", None), ("escape", None), ("enter", True)])
async def test_a_question_is_answered_by_a_key_or_the_button_that_has_the_focus(key, expected):
    app, answers = PaneApp(), []
    async with app.run_test() as pilot:
        app.push_screen(Confirm("Pull?", "Shall it?", "Pull  y"), answers.append)
        await settled(pilot)
        await press(pilot, key)
    assert answers == [expected]


@pytest.mark.parametrize("overwrite", [False, True])
async def test_a_file_is_replaced_only_where_that_is_allowed_and_asked_for_twice(overwrite, tmp_path):
    (tmp_path / "there").write_text("before")
    app, answers = PaneApp(), []
    async with app.run_test() as pilot:
        app.push_screen(AskPath("Write", "File name", str(tmp_path / "there"), overwrite), answers.append)
        await settled(pilot)
        app.screen.query_one(Input).focus()
        await press(pilot, "enter")
        assert "exists already" in str(app.screen.query_one(".dialog-hint", Static).render())
        await press(pilot, "enter", "escape")
    assert answers == ([str(tmp_path / "there")] if overwrite else [None])


async def test_what_has_to_be_read_first_is_at_the_end_of_a_page():
    app = PaneApp()
    async with app.run_test() as pilot:
        app.push_screen(Page("Why", Text("because"), lambda progress: Text("and inside")))
        await until(pilot, lambda: app.screen.query(Details) and "inside" in str(app.screen.query_one(Details).render()))
        assert str(app.screen.query_one(Details).render()) == "because\nand inside"
        await press(pilot, "q")
        assert not isinstance(app.screen, Page)
