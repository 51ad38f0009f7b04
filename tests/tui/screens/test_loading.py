"""The screen while an image is read."""

import threading

from textual.widgets import ProgressBar, Static

from layerscope.tui.app import LayerscopeApp
from layerscope.tui.screens.loading import LoadingScreen
from layerscope.tui.tasks import image_task
from tests.support.analyses import go_image
from tests.support.patience import PATIENCE
from tests.support.pilots import main_screen, press, until


def text_of(app: LayerscopeApp, selector: str) -> str:
    return str(app.screen.query_one(selector, Static).render())


async def test_the_step_in_progress_is_on_screen_and_then_the_image():
    drawn = threading.Event()

    def load(progress, pull):
        progress("Reading layer 2 of 9", 250_000, 1_000_000)
        drawn.wait(PATIENCE)
        return go_image()

    app = LayerscopeApp(image_task(load, "go-app:single"))
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, LoadingScreen) and "layer 2" in text_of(app, "#what"))
        assert text_of(app, "#reference") == "go-app:single"
        assert text_of(app, "#amount") == "250 kB of 1 MB"
        assert app.screen.query_one(ProgressBar).percentage == 0.25
        drawn.set()
        await main_screen(pilot)


async def test_without_a_total_the_bar_promises_nothing():
    drawn = threading.Event()

    def load(progress, pull):
        progress("Waiting for the engine", 12, None)
        drawn.wait(PATIENCE)
        return go_image()

    app = LayerscopeApp(image_task(load, "x"))
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, LoadingScreen) and "engine" in text_of(app, "#what"))
        assert app.screen.query_one(ProgressBar).percentage is None
        drawn.set()
        await main_screen(pilot)


async def test_escape_closes_the_help_before_it_stops_anything():
    drawn = threading.Event()

    def load(progress, pull):
        drawn.wait(PATIENCE)
        return go_image()

    app = LayerscopeApp(image_task(load, "x"))
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, LoadingScreen))
        await press(pilot, "question_mark")
        await until(pilot, lambda: app.screen.query("HelpPanel"))
        await press(pilot, "escape")
        await until(pilot, lambda: not app.screen.query("HelpPanel"))
        drawn.set()
        await main_screen(pilot)
    assert app.error is None
