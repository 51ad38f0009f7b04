"""Driving the terminal app in tests: waiting for what is meant to happen instead of for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from layerscope.analysis import Analysis
from layerscope.comparison.model import Comparison
from layerscope.tui.app import LayerscopeApp
from layerscope.tui.errands import Chooser, image_errand, pair_errand
from layerscope.tui.screens.compare import CompareScreen
from layerscope.tui.screens.main import MainScreen
from layerscope.tui.widgets.rows import Rows

Shown = TypeVar("Shown", bound=Screen[None])

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


def lines(rows: Rows, width: int = 100) -> list[str]:
    """All rows as text, as wide as they are drawn in so many cells."""
    return ["".join(text for text, _ in rows.pieces(position, width)) for position in range(rows.row_count())]


def details(screen: Screen[None]) -> str:
    """What is said about the row under the cursor."""
    return str(screen.query_one("#details", Static).render())


async def main_screen(pilot: "Pilot[None]") -> MainScreen:
    """The main screen once it shows a file tree."""
    return await _shown(pilot, MainScreen, lambda screen: screen.query("#tree") and screen.file_tree.columns is not None)


async def compare_screen(pilot: "Pilot[None]") -> CompareScreen:
    """The compare screen once it shows both trees."""
    return await _shown(pilot, CompareScreen, lambda screen: screen.query("#fat-tree") and screen.fat_tree.columns is not None)


async def _shown(pilot: "Pilot[None]", kind: type[Shown], is_full: Callable[[Shown], object]) -> Shown:
    """The screen once it is of that kind and full, and nothing works for it any more."""

    def is_there() -> bool:
        screen = pilot.app.screen
        return isinstance(screen, kind) and bool(is_full(screen))

    await until(pilot, is_there)
    await settled(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, kind)
    return screen


def app_for(analysis: Analysis, chooser: Chooser | None = None) -> LayerscopeApp:
    """An app whose image is read already."""
    return LayerscopeApp(image_errand(lambda progress, pull: analysis, analysis.image.reference), chooser)


def pair_app(comparison: Comparison) -> LayerscopeApp:
    """An app whose images are compared already."""
    return LayerscopeApp(pair_errand(lambda progress: comparison, "fat and lean"))
