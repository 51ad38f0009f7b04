"""Reading an image in the app: progress, cancelling, failing, pulling, choosing."""

import threading

import pytest
from textual.widgets import ProgressBar, Static

from layerscope.core.errors import Cancelled, ImageError, ImageNotFound
from layerscope.sources.engine.images import EngineImage
from layerscope.tui import app as app_module
from layerscope.tui.app import LayerscopeApp, run_app
from layerscope.tui.screens.dialogs import Confirm
from layerscope.tui.screens.images import ChooserScreen
from layerscope.tui.screens.loading import LoadingScreen
from layerscope.tui.tasks import Chooser, image_task
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


@pytest.mark.parametrize("key", ["escape", "q", "ctrl+c"])
async def test_a_loader_that_says_nothing_does_not_keep_anybody_waiting(key):
    blocked, entered = threading.Event(), threading.Event()

    def load(progress, pull):
        entered.set()
        blocked.wait(PATIENCE)
        return go_image()

    app = LayerscopeApp(image_task(load, "x"))
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, LoadingScreen) and entered.is_set())
        await press(pilot, key)
        await until(pilot, lambda: app.error is not None)
    assert isinstance(app.error, Cancelled)
    assert not blocked.is_set()
    blocked.set()


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


async def test_a_failure_ends_the_app_with_its_error():
    error = ImageError("x.tar is cut off")

    def load(progress, pull):
        raise error

    app = LayerscopeApp(image_task(load, "x.tar"))
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.error is not None)
    assert app.error is error


def test_run_app_raises_what_went_wrong_once_the_terminal_is_back(monkeypatch):
    error = ImageError("x.tar is cut off")

    def run(self):
        self.error = error

    monkeypatch.setattr(app_module.LayerscopeApp, "run", run)
    with pytest.raises(ImageError, match="cut off"):
        run_app(lambda progress, pull: go_image(), "x.tar")


@pytest.mark.parametrize("key", ["y", "n"])
async def test_an_image_that_the_engine_lacks_is_pulled_only_when_people_agree(key):
    asked = []

    def load(progress, pull):
        asked.append(pull)
        if not pull:
            raise ImageNotFound("the engine has no image alpine[/]:3.19")
        return go_image()

    app = LayerscopeApp(image_task(load, "alpine[/]:3.19"))
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await press(pilot, key)
        if key == "y":
            await main_screen(pilot)
        else:
            await until(pilot, lambda: app.error is not None)
            assert isinstance(app.error, ImageNotFound)
    assert asked == ([False, True] if key == "y" else [False])


async def test_an_image_is_chosen_by_typing_a_part_of_its_name():
    images = [
        EngineImage("sha256:11", ("golang:1.22",), 804_000_000, 1_735_787_045, "docker-daemon:golang:1.22"),
        EngineImage("sha256:22", ("go-app:single", "go-app:latest"), 879_000_000, 0, "podman:go-app:single"),
        EngineImage("sha256:33", (), 5, 0, "podman:sha256:33"),
    ]
    opened = []

    def load_named(name, progress, pull):
        opened.append((name, pull))
        return go_image()

    app = LayerscopeApp(None, Chooser(lambda: images, load_named))
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, ChooserScreen))
        assert app.screen.rows.row_count() == 4
        await press(pilot, *"app")
        await until(pilot, lambda: app.screen.rows.row_count() == 2)
        await press(pilot, "down", "enter")
        await main_screen(pilot)
    assert opened == [("podman:go-app:latest", False)]


async def test_an_engine_that_cannot_be_asked_ends_the_app_with_its_error():
    def list_images():
        raise ImageError("no engine")

    app = LayerscopeApp(None, Chooser(list_images, lambda name, progress, pull: go_image()))
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.error is not None)
    assert str(app.error) == "no engine"
