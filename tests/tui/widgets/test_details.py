"""The pane under the tree tells what is inside a program, once the cursor rests on it and it has been read."""

import threading

import pytest
from rich.text import Text
from textual.app import App

from layerscope.analysis import Analysis
from layerscope.core.errors import Cancelled
from layerscope.sources.image import Progress
from layerscope.tui.screens.dialogs import Page
from layerscope.tui.screens.main import MainScreen
from layerscope.tui.widgets.details import Details
from tests.support.patience import PATIENCE
from tests.support.pilots import app_for, main_screen, press, settled, until
from tests.support.programs import analysis_of, go_program

SIZES = {"main.main": 3000, "example.org/colour.Mix": 20_000}


LINES = "path\texample.com/shop\nmod\texample.com/shop\t(devel)\ndep\texample.org/colour\tv1.2.3\n"


@pytest.fixture
def analysis(tmp_path) -> Analysis:
    rows = [("app/server", go_program(sizes=SIZES, lines=LINES, symbols=9000)), ("app/notes.txt", b"notes" * 100)]
    return analysis_of(tmp_path, [rows], Cmd=["/app/server"])


def told(screen: MainScreen) -> str:
    return str(screen.query_one("#details", Details).render())


async def test_a_program_under_the_cursor_is_looked_into(analysis):
    app = app_for(analysis)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        screen.file_tree.focus()
        screen.file_tree.reveal(b"app/server")
        await until(pilot, lambda: "inside:" in told(screen))
        assert told(screen).startswith("/app/server\n")
        assert "inside: go1.22.10 · example.org/colour 20 kB, example.com/shop 3 kB, std 64 B" in told(screen)
        assert "strip would save 9 kB" in told(screen)
        screen.file_tree.reveal(b"app/notes.txt")
        await until(pilot, lambda: told(screen).startswith("/app/notes.txt"))
        assert "inside" not in told(screen)


async def test_why_tells_it_at_length(analysis):
    app = app_for(analysis)
    async with app.run_test(size=(120, 50)) as pilot:
        screen = await main_screen(pilot)
        screen.file_tree.focus()
        screen.file_tree.reveal(b"app/server")
        await press(pilot, "w")
        await until(pilot, lambda: isinstance(app.screen, Page) and "Inside" in str(app.screen.query_one(Details).render()))
        text = str(app.screen.query_one(Details).render())
        for expected in ("Go program example.com/shop, by go1.22.10", "Modules", "example.org/colour v1.2.3"):
            assert expected in text


class OnePane(App[None]):
    def compose(self):
        yield Details(id="pane")


async def test_what_is_read_too_late_is_not_shown():
    began, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def slow(progress: Progress) -> Text:
        began.set()
        assert go_on.wait(PATIENCE)
        try:
            progress("reading", 1, None)
        except Cancelled:
            ended.set()
            raise
        return Text("late")

    app = OnePane()
    async with app.run_test() as pilot:
        pane = app.query_one(Details)
        pane.describe(Text("first"), slow, rest=0)
        assert began.wait(PATIENCE)
        pane.describe(Text("second"), lambda progress: Text("quick"), rest=0)
        await until(pilot, lambda: "quick" in str(pane.render()))
        go_on.set()
        assert ended.wait(PATIENCE)
        await settled(pilot)
        assert str(pane.render()) == "second\nquick"


async def test_an_error_while_reading_leaves_what_is_shown():
    failed = threading.Event()

    def broken(progress: Progress) -> Text:
        failed.set()
        raise ValueError("broken")

    app = OnePane()
    async with app.run_test() as pilot:
        pane = app.query_one(Details)
        pane.describe(Text("first"), broken, rest=0)
        assert failed.wait(PATIENCE)
        await settled(pilot)
        assert str(pane.render()) == "first"
