"""Driving the terminal app in tests: waiting for what is meant to happen instead of for a time."""

import asyncio
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Any, TypeVar

import textual.app
import textual.pilot
from textual.app import App, ComposeResult
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot, WaitForScreenTimeout
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from layerscope.analysis import Analysis
from layerscope.comparison.model import Comparison
from layerscope.tui.app import LayerscopeApp
from layerscope.tui.screens.compare import CompareScreen
from layerscope.tui.screens.main import MainScreen
from layerscope.tui.tasks import Chooser, image_task, pair_task
from layerscope.tui.widgets.lists import Components, Findings, Layers
from layerscope.tui.widgets.pages import Plan
from layerscope.tui.widgets.trees.rows import Rows
from tests.support.patience import PATIENCE

Shown = TypeVar("Shown", bound=Screen[None])

TURNS = 60_000
"""How often the app is looked at until a state comes: on a busy machine each turn takes longer, and it is not more of them."""

_handled = Pilot._wait_for_screen


async def _all_is_handled(pilot: "Pilot[Any]", seconds: float = 10.0) -> bool:
    """Waits until every widget has handled what it was sent; Textual gives up after 30 seconds.

    Whoever is there is asked again and again: a busy machine is late, and a widget that went away meanwhile never answers.
    """
    for _ in range(int(PATIENCE / seconds)):
        with suppress(WaitForScreenTimeout):
            return await _handled(pilot, seconds)
    raise AssertionError("the app does not answer")


Pilot._wait_for_screen = _all_is_handled  # type: ignore[method-assign]


async def _give_way(*_seconds: float) -> None:
    """Lets threads and tasks work for a moment. Textual sleeps until the process has been idle for 20 milliseconds, twice for
    each key; :func:`until` and :func:`settled` look at the app itself to know whether it is done."""
    await asyncio.sleep(0.001)


async def _stay_away() -> None:
    """Lets a timer's moment come: what an app is to do a little later stands in no queue."""
    await asyncio.sleep(0.005)


textual.app.wait_for_idle = textual.pilot.wait_for_idle = _give_way  # type: ignore[attr-defined]


_parsed: dict[Hashable, list[RuleSet]] = {}
_parse = Stylesheet._parse_rules


def _parse_once(sheet: Stylesheet, css: str, *rest: Any, **more: Any) -> list[RuleSet]:
    """The rules of a stylesheet, parsed once for all apps that have the same variables instead of once for each."""
    key = css, rest, frozenset(more.items()), frozenset(sheet._variables.items())
    if key not in _parsed:
        _parsed[key] = _parse(sheet, css, *rest, **more)
    return _parsed[key]


Stylesheet._parse_rules = _parse_once  # type: ignore[method-assign]


async def until(pilot: "Pilot[Any]", condition: Callable[[], object]) -> None:
    """Lets the app work until ``condition`` holds; fails when it does not for a long while."""
    for _ in range(TURNS):
        if condition():
            return
        if pilot.app._exception is not None:
            raise pilot.app._exception
        await _give_way()
    raise AssertionError("what was waited for did not happen")


async def settled(pilot: "Pilot[Any]") -> None:
    """Waits until the app has nothing left to do: no worker works, every message is handled, and the screen is drawn; or it
    has ended."""
    quiet = 0
    for _ in range(TURNS):
        if quiet == 2 or pilot.app.return_code is not None:
            return
        if _is_at_rest(pilot.app):
            await pilot.pause()  # Whoever handles a message ends with it here, so that twice quiet is quiet.
            await _stay_away()
            quiet += 1
        else:
            await _give_way()
            quiet = 0
    raise AssertionError("the app does not come to rest")


async def press(pilot: "Pilot[Any]", *keys: str) -> None:
    """Presses keys, one when the app has answered to the other, and waits for the last answer."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


def _is_at_rest(app: App[Any]) -> bool:
    working = any(not worker.is_finished for worker in app.workers)
    queued = any(pump.message_queue_size or pump._next_callbacks for pump in (app, *app._registry))
    return not working and not queued and _is_drawn(app.screen)


def _is_drawn(screen: Screen[Any]) -> bool:
    """Whether nothing on it has changed since it was drawn, and what was put off until then is done."""
    changed = screen._layout_required or screen._scroll_required or screen._repaint_required or screen._recompose_required
    return not changed and not screen._dirty_widgets and not screen._callbacks


def lines(rows: Rows, width: int = 100) -> list[str]:
    """All rows as text, as wide as they are drawn in so many cells."""
    return ["".join(text for text, _ in rows.pieces(position, width)) for position in range(rows.row_count())]


def screen_text(app: App[Any]) -> str:
    """What stands on the screen, a line for each of its rows."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


async def text_of_all_panes(pilot: "Pilot[None]", screen: MainScreen) -> str:
    """What the screen shows on the way through its findings and the first rows of each pane."""
    seen = []
    for finding in range(screen.query_one(Findings).row_count()):
        screen.query_one(Findings).focus()
        screen.query_one(Findings).cursor = finding
        await settled(pilot)
        seen.append(screen_text(pilot.app))
    for widget in (*screen.query(Layers), *screen.query(Components), *screen.query(Plan), screen.file_tree):
        widget.focus()
        for _ in range(3):
            await press(pilot, "down")
            seen.append(screen_text(pilot.app))
    return "\n".join(seen)


def details(screen: Screen[None]) -> str:
    """What is said about the row under the cursor."""
    return str(screen.query_one("#details", Static).render())


def in_step(screen: CompareScreen) -> bool:
    """Whether both trees of a comparison show the same rows."""
    fat, lean = screen.fat_tree, screen.lean_tree
    return (fat.cursor, fat.scroll_offset.y, fat.row_count()) == (lean.cursor, lean.scroll_offset.y, lean.row_count())


async def main_screen(pilot: "Pilot[None]") -> MainScreen:
    """The main screen once it shows a file tree."""
    return await _shown(pilot, MainScreen, lambda screen: screen.query("#tree") and screen.file_tree.is_loaded)


async def compare_screen(pilot: "Pilot[None]") -> CompareScreen:
    """The compare screen once it shows both trees."""
    return await _shown(pilot, CompareScreen, lambda screen: screen.query("#fat-tree") and screen.fat_tree.is_loaded)


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


class PaneApp(LayerscopeApp):
    """The app with nothing but some panes, for what a pane does by itself."""

    def __init__(self, *panes: Widget) -> None:
        super().__init__(None)
        self._panes = panes

    def compose(self) -> ComposeResult:
        yield from self._panes


def app_for(analysis: Analysis, chooser: Chooser | None = None) -> LayerscopeApp:
    """An app whose image is read already."""
    return LayerscopeApp(image_task(lambda progress, pull: analysis, analysis.image.reference), chooser)


def pair_app(comparison: Comparison) -> LayerscopeApp:
    """An app whose images are compared already."""
    return LayerscopeApp(pair_task(lambda progress: comparison, "fat and lean"))
