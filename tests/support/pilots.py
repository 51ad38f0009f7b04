"""Driving the terminal app in tests: waiting for what is meant to happen instead of for a time."""

import time
from collections.abc import Callable

from textual.pilot import Pilot

from layerscope.analysis import Analysis
from layerscope.tui.app import LayerscopeApp
from layerscope.tui.errands import image_errand
from layerscope.tui.screens.main import MainScreen

PATIENCE = 20.0


async def until(pilot: "Pilot[None]", condition: Callable[[], object]) -> None:
    """Lets the app work until ``condition`` holds; fails after twenty seconds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        await pilot.pause()


async def settled(pilot: "Pilot[None]") -> None:
    """Waits until no thread works for the screen, and it is drawn."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def main_screen(pilot: "Pilot[None]") -> MainScreen:
    """The main screen once it shows a file tree."""

    def shows_files() -> bool:
        screen = pilot.app.screen
        return isinstance(screen, MainScreen) and bool(screen.query("#tree")) and screen.file_tree.columns is not None

    await until(pilot, shows_files)
    await settled(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, MainScreen)
    return screen


def app_for(analysis: Analysis) -> LayerscopeApp:
    """An app whose image is read already."""
    return LayerscopeApp(image_errand(lambda progress, pull: analysis, analysis.image.reference))
