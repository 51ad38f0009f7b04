"""Reading images in the app: cancelling, failing, pulling, and a second image beside the first."""

import threading

import pytest
from textual.widgets import Static

from layerscope.core.errors import Cancelled, ImageError, ImageNotFound
from layerscope.tui import app as app_module
from layerscope.tui.app import LayerscopeApp, run_app, run_comparison
from layerscope.tui.screens.compare import CompareScreen
from layerscope.tui.screens.dialogs import Confirm
from layerscope.tui.screens.images import AskImage
from layerscope.tui.screens.loading import LoadingScreen
from layerscope.tui.tasks import Chooser, image_task, pair_task
from tests.support.analyses import go_image
from tests.support.comparisons import demo, demo_pair
from tests.support.patience import PATIENCE
from tests.support.pilots import app_for, compare_screen, main_screen, press, until


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


async def test_what_was_read_is_no_garbage_to_look_through_while_keys_are_pressed(collector):
    async with app_for(go_image()).run_test() as pilot:
        await main_screen(pilot)
    assert [name for name, *_ in collector.mock_calls] == ["collect", "freeze", "enable", "set_threshold"]


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


async def test_an_engine_that_cannot_be_asked_ends_the_app_with_its_error():
    def list_images():
        raise ImageError("no engine")

    app = LayerscopeApp(None, Chooser(list_images, lambda name, progress, pull: go_image()))
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.error is not None)
    assert str(app.error) == "no engine"


def test_run_comparison_raises_what_went_wrong_once_the_terminal_is_back(monkeypatch):
    def run(self):
        self.error = ImageError("lean.tar is cut off")

    monkeypatch.setattr(app_module.LayerscopeApp, "run", run)
    with pytest.raises(ImageError, match="cut off"):
        run_comparison(lambda progress: demo_pair(), "fat.tar and lean.tar")


async def test_both_images_are_read_beside_the_progress_which_can_be_cancelled():
    blocked = threading.Event()

    def load(progress):
        progress("Reading layer 2 of 4", 1, 2)
        blocked.wait(PATIENCE)
        return demo_pair()

    app = LayerscopeApp(pair_task(load, "fat.tar and lean.tar"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LoadingScreen) and bool(app.screen.query("#what")))
        await until(pilot, lambda: "layer 2" in str(app.screen.query_one("#what", Static).render()))
        await press(pilot, "escape")
        await until(pilot, lambda: app.error is not None)
    assert isinstance(app.error, Cancelled)
    blocked.set()


async def test_an_image_that_an_engine_lacks_ends_the_comparison_with_its_error():
    def load(progress):
        raise ImageNotFound("the engine has no image lean:1")

    app = LayerscopeApp(pair_task(load, "fat:1 and lean:1"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.error is not None)
    assert isinstance(app.error, ImageNotFound)


def chooser(load) -> Chooser:
    def no_engine():
        raise ImageError("no engine answers")

    return Chooser(no_engine, load)


async def test_a_second_image_is_compared_with_the_first_and_escape_goes_back():
    opened = []

    def load(name, progress, pull):
        opened.append(name)
        return demo("lean")

    app = app_for(demo("fat"), chooser(load))
    async with app.run_test(size=(120, 36)) as pilot:
        main = await main_screen(pilot)
        await press(pilot, "c")
        await until(pilot, lambda: isinstance(app.screen, AskImage) and bool(app.screen.query("#reference")))
        await until(pilot, lambda: "no engine lists" in str(app.screen.hint.render()))
        assert app.screen.entry.value == "demo:lean"
        await press(pilot, "enter")
        screen = await compare_screen(pilot)
        assert opened == ["demo:lean"]
        assert "demo:fat is the larger one (879 MB): it stands left" in str(screen.query_one("#note", Static).render())
        await press(pilot, "x")
        await until(pilot, lambda: app.screen is not screen and isinstance(app.screen, CompareScreen))
        await compare_screen(pilot)
        await press(pilot, "escape")
        await until(pilot, lambda: app.screen is main)
        assert main.file_tree.is_loaded


async def test_the_larger_image_stands_left_whichever_was_opened_first():
    app = app_for(demo("lean"), chooser(lambda name, progress, pull: demo("fat")))
    async with app.run_test(size=(120, 36)) as pilot:
        await main_screen(pilot)
        await press(pilot, "c")
        await until(pilot, lambda: isinstance(app.screen, AskImage) and bool(app.screen.query("#reference")))
        assert app.screen.entry.value == "demo:fat"
        await press(pilot, "enter")
        screen = await compare_screen(pilot)
        assert screen._comparison.fat is demo("fat")


@pytest.mark.parametrize("error", [ImageError("x.tar is cut off"), Cancelled("stopped"), ValueError("a fault of ours")])
async def test_when_the_second_image_cannot_be_read_the_first_is_still_there(error):
    def load(name, progress, pull):
        raise error

    app = app_for(demo("fat"), chooser(load))
    async with app.run_test(size=(120, 36)) as pilot:
        main = await main_screen(pilot)
        await press(pilot, "c")
        await until(pilot, lambda: isinstance(app.screen, AskImage) and bool(app.screen.query("#reference")))
        await press(pilot, "enter")
        await until(pilot, lambda: app.screen is main and bool(app._notifications))
        assert app.error is None
        assert len(app.screen_stack) == 2


async def test_a_second_image_that_takes_long_can_be_given_up():
    blocked = threading.Event()

    def load(name, progress, pull):
        progress("Reading layer 1 of 2", 1, 2)
        blocked.wait(PATIENCE)
        return demo("lean")

    app = app_for(demo("fat"), chooser(load))
    async with app.run_test(size=(120, 36)) as pilot:
        main = await main_screen(pilot)
        await press(pilot, "c")
        await until(pilot, lambda: isinstance(app.screen, AskImage) and bool(app.screen.query("#reference")))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, LoadingScreen) and bool(app.screen.query("#what")))
        await press(pilot, "escape")
        await until(pilot, lambda: app.screen is main)
        assert app.error is None
        blocked.set()
