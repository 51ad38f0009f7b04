"""The compare screen: two trees in step, and by views what makes the gap, what it costs, and what is still carried."""

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import get_current_worker

from layerscope.analysis import Analysis
from layerscope.comparison.model import Comparison
from layerscope.comparison.tree import FAT, LEAN, Show
from layerscope.core.names import absolute, printable
from layerscope.report.formats import PAIR, endings
from layerscope.report.wording import visible
from layerscope.tui import details, pair_details, saving
from layerscope.tui.messages import SwapWanted
from layerscope.tui.rows.pair_columns import PairColumns, pair_columns
from layerscope.tui.rows.visible_rows import VisibleRows
from layerscope.tui.screens.dialogs import Page
from layerscope.tui.screens.views import TALL, WIDE, ViewsScreen
from layerscope.tui.text import size
from layerscope.tui.widgets.details import Details
from layerscope.tui.widgets.findings import Findings
from layerscope.tui.widgets.keys import KeyBar
from layerscope.tui.widgets.pair.facing import Facing
from layerscope.tui.widgets.pair.gap_headline import GapHeadline
from layerscope.tui.widgets.pair.gaps import ComponentGaps, ConfigPairs
from layerscope.tui.widgets.pair.impact import ImpactPage
from layerscope.tui.widgets.trees.compared_tree import ComparedTree, TreePair
from layerscope.tui.widgets.trees.rows import Rows

LEAST_SIZES = (0, 1_000, 1_000_000)
"""Bytes that must differ in or below a row for it to be on show: what ``z`` goes through."""

_SHOWN = {Show.ALL: "", Show.ONLY_FAT: "only fat", Show.ONLY_LEAN: "only lean", Show.CHANGED: "changed"}


class CompareScreen(ViewsScreen):
    """Composes and routes: widgets draw, the comparison was made elsewhere."""

    CSS_PATH = "compare.tcss"
    AUTO_FOCUS = "#fat-tree"
    VIEWS: ClassVar[dict[str, str]] = {
        "files": "Files",
        "gaps": "Components",
        "config": "Configuration",
        "impact": "Impact",
        "findings": "Still carried",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "visit(1)", "Next", id="compare.next", tooltip="The next difference, the largest first"),
        Binding("N", "visit(-1)", "Before", False, id="compare.previous", tooltip="The difference before"),
        Binding("1", "show(1)", "Fat", id="compare.only_fat", tooltip="Show what only the fat image has"),
        Binding("2", "show(2)", "Lean", id="compare.only_lean", tooltip="Show what only the lean image has"),
        Binding("3", "show(3)", "Changed", id="compare.changed", tooltip="Show what changed, moved, or has another owner"),
        Binding("0", "show(0)", "All", id="compare.all", tooltip="Show everything again"),
        Binding(
            "z",
            "least",
            "Size",
            id="compare.least",
            tooltip="Hide what differs by less than 1 kB, by less than 1 MB, or nothing",
        ),
        Binding("x", "swap", "Swap", id="compare.swap", tooltip="Take the lean image for the fat one, and back"),
        Binding("e", "export", "Export", id="compare.export", tooltip="Write the comparison to a file"),
    ]

    fat_tree = getters.query_one("#fat-tree", ComparedTree)
    lean_tree = getters.query_one("#lean-tree", ComparedTree)
    gaps = getters.query_one("#gaps", ComponentGaps)
    config = getters.query_one("#config", ConfigPairs)
    impact = getters.query_one("#impact", ImpactPage)
    findings = getters.query_one("#findings", Findings)

    def __init__(
        self,
        comparison: Comparison,
        notice: str = "",
        leave: Callable[[], object] | None = None,
        swapped: Comparison | None = None,
    ) -> None:
        """``notice`` is said first, before what the comparison itself has to say; ``leave`` goes back to where one came from;
        ``swapped`` is the comparison the other way round, where it is known already."""
        super().__init__()
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (TALL, "-tall"), (36, "-taller"), (50, "-very-tall")]
        self._comparison = comparison
        swap = "x swaps them" if comparison.gap < 0 else ""
        self._notices = tuple(line for line in (notice, *comparison.notices, swap) if line)
        self._leave = leave
        self._swapped = swapped
        self._show = Show.ALL
        self._least = LEAST_SIZES[0]
        self._visited = -1

    def compose(self) -> ComposeResult:
        comparison = self._comparison
        yield Static(self._title(), id="title")
        if self._notices:
            yield Static(Text(" · ".join(visible(line) for line in self._notices)), id="note")
        yield GapHeadline(comparison)
        yield Facing(comparison.categories)
        yield from self.compose_tabs()
        with Vertical(id="body"):
            with Vertical(id="files"):
                with TreePair(id="trees"):
                    yield ComparedTree(FAT)
                    yield ComparedTree(LEAN)
                yield from self.compose_filter()
            yield ComponentGaps(comparison.components)
            yield ConfigPairs(comparison.config)
            yield ImpactPage(comparison)
            yield Findings(comparison.remaining)
            yield Details(id="details", classes="details")
        yield KeyBar()

    def on_mount(self) -> None:
        self.fat_tree.pair_with(self.lean_tree)
        self.fat_tree.add_class("has-actions")
        self._name_trees()
        self.gaps.border_title = Content("Components: fat, lean, and the change from fat to lean")
        self.config.border_title = Content("Configuration: fat │ lean")
        self.impact.border_title = Content("Both images as a whole")
        self.findings.border_title = Content("What the lean image still carries")
        self._make_trees()

    def on_resize(self) -> None:
        terminal = self.app.size
        self.query_one(GapHeadline).set_class(terminal.height < TALL or terminal.width < WIDE, "-in-one-line")

    def _title(self) -> Text:
        text = Text(" layerscope ", style="bold reverse", no_wrap=True, overflow="ellipsis")
        text.append(f"  {printable(self._comparison.fat.image.reference)}", style="bold not reverse")
        text.append("  →  ", style="not bold not reverse")
        text.append(printable(self._comparison.lean.image.reference), style="bold not reverse")
        platform = self._comparison.fat.image.config.platform
        text.append(f"   {printable(str(platform))}", style="not bold not reverse")
        return text

    def _name_trees(self) -> None:
        fat, lean = pair_details.headings(self._comparison)
        least = f"gaps of {size(self._least)} or more" if self._least else ""
        limits = ", ".join(filter(None, (_SHOWN[self._show], least)))
        self.fat_tree.border_title = Content(fat)
        self.lean_tree.border_title = Content(f"showing {limits} │ {lean}" if limits else lean)

    # The trees are made in a thread; the answer comes back as a call on this screen.

    @work(thread=True, exclusive=True, group="tree")
    def _make_trees(self) -> None:
        columns = pair_columns(self._comparison)
        visible_rows = VisibleRows(columns.pair.tree)
        visible_rows.prepare()
        visible_rows.open_largest()
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._show_trees, columns, visible_rows)
            visible_rows.prepare_orders()

    def _show_trees(self, columns: PairColumns, visible_rows: VisibleRows) -> None:
        for tree in (self.lean_tree, self.fat_tree):
            tree.show(columns, visible_rows)

    @work(thread=True, exclusive=True, group="limit")
    def _limit(self, columns: PairColumns, show: Show, least: int) -> None:
        allowed = columns.pair.allowed(show, least)
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._show_limited, allowed)

    def _show_limited(self, allowed: bytes | None) -> None:
        self.fat_tree.limit(allowed)
        self._name_trees()
        if self.filter_input.value and self.fat_tree.visible_rows is not None:
            self._find(self.fat_tree.visible_rows, self.filter_input.value)

    @property
    def filtered(self) -> ComparedTree:
        return self.fat_tree

    @property
    def analyses(self) -> tuple[Analysis, ...]:
        return self._comparison.fat, self._comparison.lean

    def widget_of(self, view: str) -> Widget:
        return {
            "files": self.lean_tree if self.focused is self.lean_tree else self.fat_tree,
            "gaps": self.gaps,
            "config": self.config,
            "impact": self.impact,
            "findings": self.findings,
        }[view]

    def go_to(self, path: bytes) -> None:
        """Shows a path in the trees."""
        self.action_view("files")
        self.fat_tree.reveal(path)
        self.fat_tree.focus()

    # What the widgets say.

    @on(Rows.Highlighted)
    def highlighted(self, event: Rows.Highlighted) -> None:
        self._describe(event.rows)

    def on_descendant_focus(self) -> None:
        if isinstance(self.focused, Rows):
            self._describe(self.focused)

    def _describe(self, rows: Rows) -> None:
        if rows is not self.focused and self.focused is not None and self.focused is not self.filter_input:
            return
        text = Text()
        if isinstance(rows, ComparedTree) and rows.columns is not None and rows.row is not None:
            text = pair_details.of_row(rows.columns, rows.row)
        elif rows is self.gaps and rows.row_count():
            text = pair_details.of_component(self.gaps.gap(rows.cursor))
        elif rows is self.config and rows.row_count():
            text = pair_details.of_config(self.config.pair(rows.cursor))
        elif rows is self.findings and rows.row_count():
            text = details.of_finding(self.findings.finding(rows.cursor))
        self.query_one(Details).describe(text)

    @on(Rows.Chosen, "#fat-tree")
    @on(Rows.Chosen, "#lean-tree")
    def file_chosen(self) -> None:
        columns, row = self.fat_tree.columns, self.fat_tree.row
        if columns is not None and row is not None:
            title = f"Both sides of {absolute(columns.pair.tree.path(row))}"
            self.app.push_screen(Page(title, pair_details.page_of_row(columns, row)))

    @on(Rows.Chosen, "#gaps")
    def component_chosen(self, event: Rows.Chosen) -> None:
        if (path := pair_details.component_path(self._comparison, self.gaps.gap(event.position))) is not None:
            self.go_to(path)

    @on(Rows.Chosen, "#findings")
    def finding_chosen(self, event: Rows.Chosen) -> None:
        if paths := self.findings.finding(event.position).paths:
            self.go_to(paths[0])

    # Actions.

    def action_show(self, what: int) -> None:
        self._show = Show(what)
        self._narrow()

    def action_least(self) -> None:
        self._least = LEAST_SIZES[(LEAST_SIZES.index(self._least) + 1) % len(LEAST_SIZES)]
        self._narrow()

    def _narrow(self) -> None:
        self.action_view("files")
        if self.fat_tree.columns is not None:
            self._limit(self.fat_tree.columns, self._show, self._least)

    def action_visit(self, by: int) -> None:
        """Puts the cursor on the next difference by bytes that is not filtered away."""
        columns = self.fat_tree.columns
        if columns is None:
            return
        self.action_view("files")
        differences = columns.pair.differences
        at = self._visited
        if self.fat_tree.row is not None and self.fat_tree.row in differences:
            at = differences.index(self.fat_tree.row)
        at += by
        while 0 <= at < len(differences):
            if self.fat_tree.reveal_row(differences[at]):
                self._visited = at
                return
            at += by
        self.notify("There is no further difference." if by > 0 else "This is the largest difference.", markup=False)

    def action_swap(self) -> None:
        self.post_message(SwapWanted(self._comparison, self._swapped, self._leave))

    def action_export(self) -> None:
        question = f"File name: its ending is the format ({endings(PAIR)})"
        write = partial(saving.export_comparison, self._comparison)
        self.ask_and_write("Write the comparison", question, "comparison.md", write)

    def action_back(self) -> None:
        if self.filter_input.has_class("-on") or self.query("HelpPanel"):
            super().action_back()
        elif self._leave is not None:
            self._leave()
