"""What the screens of an image and of a pair have in common: views, a filter over a tree, writing to disk beside the screen."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Tab, Tabs
from textual.worker import get_current_worker

from layerscope.analysis import Analysis
from layerscope.core.errors import LayerscopeError
from layerscope.tui import saving
from layerscope.tui.rows.filtering import fault, matching_rows
from layerscope.tui.rows.visible_rows import VisibleRows
from layerscope.tui.screens.dialogs import AskPath
from layerscope.tui.widgets.trees.path_filter import PathFilter
from layerscope.tui.widgets.trees.tree_rows import TreeRows

WIDE, TALL = 100, 30


class ViewsScreen(Screen[None]):
    """Subclasses name their ``VIEWS`` (``files`` is one of them), the widget of each, and the tree that the filter is for."""

    VIEWS: ClassVar[dict[str, str]] = {}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash",
            "filter",
            "Filter",
            key_display="/",
            id="views.filter",
            tooltip="Show only paths that match a text or an expression",
        ),
        Binding(
            "left_square_bracket", "step(-1)", "Back", False, key_display="[", id="views.previous", tooltip="The view before"
        ),
        Binding("right_square_bracket", "step(1)", "Views", key_display="[ ]", id="views.next", tooltip="The next view"),
        Binding("tab", "app.focus_next", "Next pane", id="views.next_pane", tooltip="Move to the next pane"),
        Binding("shift+tab", "app.focus_previous", "Pane before", False, id="views.previous_pane", tooltip="Move back"),
        Binding("escape", "back", "Back", False, id="views.back", tooltip="Leave the filter, the help, or this screen"),
    ]

    views = getters.query_one("#views", Tabs)
    filter_input = getters.query_one("#filter", PathFilter)

    def __init__(self) -> None:
        super().__init__()
        self._matches: list[int] | None = None
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide"), (160, "-very-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (TALL, "-tall"), (50, "-very-tall")]

    @property
    def filtered(self) -> TreeRows:
        """The tree that the filter is for."""
        raise NotImplementedError

    @property
    def analyses(self) -> tuple[Analysis, ...]:
        """What is on show: one image, or a pair."""
        raise NotImplementedError

    def widget_of(self, view: str) -> Widget:
        """What has the focus in a view."""
        raise NotImplementedError

    @property
    def view(self) -> str:
        """The view on show."""
        return (self.views.active or "view-files").removeprefix("view-")

    def compose_tabs(self) -> ComposeResult:
        yield Tabs(
            *(Tab(Content(label), id=f"view-{name}") for name, label in self.VIEWS.items()), active="view-files", id="views"
        )

    def compose_filter(self) -> ComposeResult:
        yield PathFilter()

    def on_mount(self) -> None:
        self.add_class("-view-files")

    @on(Tabs.TabActivated, "#views")
    def view_activated(self, event: Tabs.TabActivated) -> None:
        name = (event.tab.id or "").removeprefix("view-")
        for view in self.VIEWS:
            self.set_class(view == name, f"-view-{view}")
        self.call_after_refresh(self.focus_view, name)

    def focus_view(self, name: str) -> None:
        """Moves the focus to a view that was chosen."""
        self.widget_of(name).focus()

    def action_view(self, name: str) -> None:
        self.views.active = f"view-{name}"

    def action_step(self, by: int) -> None:
        shown = [name for name in self.VIEWS if self.views.query_one(f"#view-{name}", Tab).display]
        self.action_view(shown[(shown.index(self.view) + by) % len(shown)])

    # The filter: a thread looks for what matches; its answer comes back as a call on this screen.

    @on(Input.Changed, "#filter")
    def filter_changed(self, event: Input.Changed) -> None:
        self.filter_input.tell_nothing()
        visible = self.filtered.visible_rows
        if visible is None:
            return
        if event.value:
            self._find(visible, event.value)
        else:
            self.workers.cancel_group(self, "filter")
            self._matches = None
            self.filtered.filter(None)

    @work(thread=True, exclusive=True, group="filter")
    def _find(self, visible: VisibleRows, text: str) -> None:
        worker = get_current_worker()
        rows = matching_rows(visible.tree, text, lambda: worker.is_cancelled)
        if rows is not None and not worker.is_cancelled:
            self.app.call_from_thread(self._show_matches, visible, rows, fault(text))

    def _show_matches(self, visible: VisibleRows, rows: list[int], wrong: str) -> None:
        """Narrows the tree; an expression that is not whole yet and matches nothing as text leaves it as it was."""
        if visible is self.filtered.visible_rows and self.filter_input.value:
            if rows or not wrong:
                self._matches = rows
            self.filtered.filter(self._matches)
            self.filter_input.tell(visible.match_count or 0 if rows else 0, wrong)

    def forget_filter(self) -> None:
        """Empties and hides the filter's line, without another look at the tree."""
        self.filter_input.remove_class("-on")
        self._matches = None
        if self.filter_input.value:
            with self.prevent(Input.Changed):
                self.filter_input.value = ""

    @on(Input.Submitted, "#filter")
    def filter_submitted(self) -> None:
        if not self.filter_input.value:
            self.filter_input.remove_class("-on")
        self.filtered.focus()

    def action_filter(self) -> None:
        self.action_view("files")
        self.filter_input.add_class("-on")
        self.filter_input.focus()

    def action_back(self) -> None:
        if self.filter_input.has_class("-on"):
            self.filter_input.value = ""
            self.filter_input.remove_class("-on")
            self.filtered.focus()
        elif self.query("HelpPanel"):
            self.app.action_hide_help_panel()

    # Files on this disk.

    def ask_and_write(self, title: str, question: str, name: str, write: Callable[[Path], str], overwrite: bool = True) -> None:
        """Asks for a file name and lets ``write`` write there; ``overwrite`` is whether an existing file may be replaced."""

        def ask(name: str, fault: str = "") -> None:
            self.app.push_screen(AskPath(title, Text(question), name, overwrite, fault), answer)

        def answer(chosen: str | None) -> None:
            if chosen is not None:
                self._save(lambda: write(saving.destination(chosen)), partial(ask, chosen))

        ask(name)

    @work(thread=True, group="save")
    def _save(self, action: saving.Action, ask_again: Callable[[str], None]) -> None:
        """Does what writes to disk beside the screen, and says how it ended; where it failed, the question comes back."""
        try:
            text = action()
        except LayerscopeError as error:
            self.app.call_from_thread(ask_again, error.line())
        else:
            self.app.call_from_thread(self.notify, text, markup=False)
