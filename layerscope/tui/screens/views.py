"""What the screens of an image and of a pair have in common: views, a filter over a tree, writing to disk beside the screen."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from rich.text import Text
from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Static, Tab, Tabs
from textual.worker import get_current_worker

from layerscope.analysis import Analysis
from layerscope.core.errors import LayerscopeError
from layerscope.core.names import printable
from layerscope.tui import saving
from layerscope.tui.keys import keys
from layerscope.tui.rows.filtering import fault, matching_rows
from layerscope.tui.rows.visible_rows import VisibleRows
from layerscope.tui.screens.dialogs import AskPath
from layerscope.tui.widgets.details import Details
from layerscope.tui.widgets.headline import Headline
from layerscope.tui.widgets.trees.path_filter import PathFilter
from layerscope.tui.widgets.trees.rows import Rows
from layerscope.tui.widgets.trees.tree_rows import TreeRows

WIDE, TALL = 100, 30


class ViewsScreen(Screen[None]):
    """Subclasses name their ``VIEWS`` (one is ``files``), which are the IDs of widgets, and say which tree is filtered."""

    VIEWS: ClassVar[dict[str, str]] = {}
    BINDINGS: ClassVar[list[BindingType]] = keys("views")

    views = getters.query_one("#views", Tabs)
    filter_input = getters.query_one("#filter", PathFilter)

    def __init__(self, *analyses: Analysis) -> None:
        """``analyses`` are what is on show: one image, or a pair."""
        super().__init__()
        self.analyses = analyses
        self._matches: list[int] | None = None
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide"), (160, "-very-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (TALL, "-tall"), (50, "-very-tall")]

    @property
    def filtered(self) -> TreeRows:
        """The tree that the filter is for."""
        raise NotImplementedError

    def go_to(self, path: bytes) -> None:
        """Shows a path among the files."""
        raise NotImplementedError

    def compose_head(self, title: Text, note: str, *summary: Widget) -> ComposeResult:
        """What is above the views: what is on show in a line, what must be known first, if anything, and a summary."""
        yield Static(title, id="title")
        if note:
            yield Static(Text(note), id="note")
        yield from summary
        tabs = (Tab(Content(label), id=f"view-{name}") for name, label in self.VIEWS.items())
        yield Tabs(*tabs, active="view-files", id="views")

    def on_mount(self) -> None:
        self.add_class("-view-files")

    def on_resize(self) -> None:
        terminal = self.app.size
        self.query_one(Headline).set_class(terminal.height < TALL or terminal.width < WIDE, "-in-one-line")

    # Views.

    @property
    def view(self) -> str:
        """The view on show."""
        return (self.views.active or "view-files").removeprefix("view-")

    @on(Tabs.TabActivated, "#views")
    def view_activated(self, event: Tabs.TabActivated) -> None:
        name = (event.tab.id or "").removeprefix("view-")
        others = (found for found in self.classes if not found.startswith("-view-"))
        self.set_classes(
            (*others, f"-view-{name}")
        )  # All at once, as every change of a screen's classes styles all of it anew.
        self.call_after_refresh(self.focus_view, name)

    def focus_view(self, name: str) -> None:
        """Moves the focus to a view that was chosen, unless it is there."""
        if name != "files":
            self.query_one(f"#{name}", Widget).focus()
        elif not isinstance(self.focused, TreeRows):
            self.filtered.focus()

    def action_view(self, name: str) -> None:
        self.views.active = f"view-{name}"

    def action_step(self, by: int) -> None:
        shown = [name for name in self.VIEWS if self.views.query_one(f"#view-{name}", Tab).display]
        self.action_view(shown[(shown.index(self.view) + by) % len(shown)])

    # What is said about the row under the cursor, and where it leads to.

    @on(Rows.Highlighted)
    def highlighted(self, event: Rows.Highlighted) -> None:
        self.describe(event.rows)

    def on_descendant_focus(self) -> None:
        if isinstance(self.focused, Rows):
            self.describe(self.focused)

    def describe(self, rows: Rows) -> None:
        """Says what the row under the cursor is, unless another pane has the focus."""
        if self.focused not in (rows, None, self.filter_input):
            return
        text, more = (rows.details(), rows.more_details()) if rows.row_count() else (Text(), None)
        for pane in self.query(Details):
            pane.describe(text, more if pane.id == "details" else None)

    @on(Rows.Chosen)
    def chosen(self, event: Rows.Chosen) -> None:
        if (path := event.rows.leads_to()) is not None:
            self.go_to(path)

    # The filter: a thread looks for what matches; its answer comes back as a call on this screen.

    def call_back(self, answer: Callable[..., object], *found: Any) -> bool:
        """Calls back from a worker's thread; False, and nothing is called, where the worker was cancelled meanwhile."""
        if get_current_worker().is_cancelled:
            return False
        self.app.call_from_thread(answer, *found)
        return True

    @on(Input.Changed, "#filter")
    def filter_changed(self, event: Input.Changed) -> None:
        self.filter_input.show_nothing()
        if event.value:
            self.find(self.filtered.visible_rows, event.value)
        else:
            self.workers.cancel_group(self, "filter")
            self._matches = None
            self.filtered.filter(None)

    @work(thread=True, exclusive=True, group="filter")
    def find(self, visible: VisibleRows, text: str) -> None:
        """Looks for what the filter's text names."""
        worker = get_current_worker()
        rows = matching_rows(visible.tree, text, lambda: worker.is_cancelled)
        if rows is not None:
            self.call_back(self._show_matches, visible, rows, fault(text))

    def _show_matches(self, visible: VisibleRows, rows: list[int], wrong: str) -> None:
        """Narrows the tree; an expression that is not whole yet and matches nothing as text leaves it as it was."""
        if visible is self.filtered.visible_rows and self.filter_input.value:
            if rows or not wrong:
                self._matches = rows
            self.filtered.filter(self._matches)
            self.filter_input.show_count(visible.match_count or 0 if rows else 0, wrong)

    def forget_filter(self) -> None:
        """Empties and hides the filter's line, without another look at the tree."""
        self.filter_input.remove_class("-on")
        self._matches = None
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
            self.app.push_screen(AskPath(title, question, name, overwrite, fault), answer)

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


def title_text(*parts: tuple[str, bool]) -> Text:
    """The product's name and what it shows, some of it bold."""
    text = Text(" layerscope ", style="bold reverse", no_wrap=True, overflow="ellipsis")
    for part, is_bold in parts:
        text.append(printable(part), style=f"{'' if is_bold else 'not '}bold not reverse")
    return text
