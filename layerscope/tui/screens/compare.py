"""The compare screen: two trees in step, and by views what makes the gap, what it costs, and what is still carried."""

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content

from layerscope.comparison.model import Comparison
from layerscope.comparison.tree import FAT, LEAN, Show
from layerscope.core.names import absolute
from layerscope.report.formats import PAIR, endings
from layerscope.report.wording import visible
from layerscope.tui import pair_details, saving
from layerscope.tui.keys import KeyBar, keys
from layerscope.tui.rows.pair_columns import PairColumns, pair_columns
from layerscope.tui.rows.visible_rows import VisibleRows
from layerscope.tui.screens.dialogs import Page
from layerscope.tui.screens.views import TALL, ViewsScreen, title_text
from layerscope.tui.tasks import TaskWanted, swap_task
from layerscope.tui.text import size
from layerscope.tui.widgets.bars import Facing
from layerscope.tui.widgets.details import Details
from layerscope.tui.widgets.headline import pair_headline
from layerscope.tui.widgets.lists import ComponentGaps, ConfigPairs, Findings
from layerscope.tui.widgets.pages import ImpactPage
from layerscope.tui.widgets.trees.compared_tree import ComparedTree, TreePair
from layerscope.tui.widgets.trees.path_filter import PathFilter
from layerscope.tui.widgets.trees.rows import Rows

LEAST_SIZES = (0, 1_000, 1_000_000)
"""Bytes that must differ in or below a row for it to be on show: what ``z`` goes through."""

_SHOWN = {Show.ALL: "", Show.ONLY_FAT: "only fat", Show.ONLY_LEAN: "only lean", Show.CHANGED: "changed"}


class CompareScreen(ViewsScreen):
    """Composes and routes: widgets draw, the comparison was made elsewhere."""

    VIEWS: ClassVar[dict[str, str]] = {
        "files": "Files",
        "gaps": "Components",
        "config": "Configuration",
        "impact": "Impact",
        "findings": "Still carried",
    }
    CSS_PATH = "compare.tcss"
    AUTO_FOCUS = "#fat-tree"
    BINDINGS: ClassVar[list[BindingType]] = keys("compare")

    fat_tree = getters.query_one("#fat-tree", ComparedTree)
    lean_tree = getters.query_one("#lean-tree", ComparedTree)

    def __init__(
        self,
        comparison: Comparison,
        notice: str = "",
        leave: Callable[[], object] | None = None,
        swapped: Comparison | None = None,
    ) -> None:
        """``notice`` is said first, before what the comparison itself has to say; ``leave`` goes back to the screen before;
        ``swapped`` is the comparison the other way round, where it is known already."""
        super().__init__(comparison.fat, comparison.lean)
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (TALL, "-tall"), (36, "-taller"), (50, "-very-tall")]
        self._comparison = comparison
        self._notice = notice
        self._leave = leave
        self._swapped = swapped
        self._show = Show.ALL
        self._least = LEAST_SIZES[0]
        self._visited = -1

    @property
    def filtered(self) -> ComparedTree:
        return self.fat_tree

    def compose(self) -> ComposeResult:
        comparison = self._comparison
        swap = "x swaps them" if comparison.gap < 0 else ""
        note = " · ".join(visible(line) for line in (self._notice, *comparison.notices, swap) if line)
        fat, lean = comparison.fat.image, comparison.lean.image
        title = title_text(
            (f"  {fat.reference}", True), ("  →  ", False), (lean.reference, True), (f"   {fat.config.platform}", False)
        )
        yield from self.compose_head(title, note, pair_headline(comparison), Facing(comparison.categories))
        with Vertical(id="body"):
            with Vertical(id="files"):
                with TreePair(id="trees"):
                    yield ComparedTree(FAT)
                    yield ComparedTree(LEAN)
                yield PathFilter()
            yield ComponentGaps(self._comparison)
            yield ConfigPairs(self._comparison.config)
            yield ImpactPage(self._comparison)
            yield Findings(self._comparison.remaining)
            yield Details(id="details", classes="details")
        yield KeyBar()

    def on_mount(self) -> None:
        self.fat_tree.pair_with(self.lean_tree)
        self.query_one(Findings).border_title = Content("What the lean image still carries")
        self._name_trees()
        self._make_trees()

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
        visible_rows = VisibleRows.prepared(columns.pair.tree)
        if self.call_back(self._show_trees, columns, visible_rows):
            visible_rows.prepare_orders()

    def _show_trees(self, columns: PairColumns, visible_rows: VisibleRows) -> None:
        for tree in (self.lean_tree, self.fat_tree):
            tree.show(columns, visible_rows)

    @work(thread=True, exclusive=True, group="limit")
    def _limit(self, columns: PairColumns, show: Show, least: int) -> None:
        self.call_back(self._show_limited, columns.pair.allowed(show, least))

    def _show_limited(self, allowed: bytes | None) -> None:
        self.fat_tree.limit(allowed)
        self._name_trees()
        if self.filter_input.value:
            self.find(self.fat_tree.visible_rows, self.filter_input.value)

    def go_to(self, path: bytes) -> None:
        self.action_view("files")
        self.fat_tree.reveal(path)
        self.fat_tree.focus()

    @on(Rows.Chosen, "#fat-tree")
    @on(Rows.Chosen, "#lean-tree")
    def file_chosen(self, event: Rows.Chosen) -> None:
        columns, row = self.fat_tree.columns, self.fat_tree.visible_rows.rows[event.position]
        title = f"Both sides of {absolute(columns.pair.tree.path(row))}"
        self.app.push_screen(Page(title, pair_details.page_of_row(columns, row)))

    # Actions.

    def action_show(self, what: int) -> None:
        self._show = Show(what)
        self._narrow()

    def action_least(self) -> None:
        self._least = LEAST_SIZES[(LEAST_SIZES.index(self._least) + 1) % len(LEAST_SIZES)]
        self._narrow()

    def _narrow(self) -> None:
        self.action_view("files")
        if self.fat_tree.is_loaded:
            self._limit(self.fat_tree.columns, self._show, self._least)

    def action_visit(self, by: int) -> None:
        """Puts the cursor on the next difference by bytes that is not filtered away."""
        self.action_view("files")
        differences = self.fat_tree.columns.pair.differences if self.fat_tree.is_loaded else ()
        row = self.fat_tree.row
        at = differences.index(row) if row is not None and row in differences else self._visited
        following = range(at + 1, len(differences)) if by > 0 else range(at - 1, -1, -1)
        found = next((step for step in following if self.fat_tree.reveal_row(differences[step])), None)
        if found is None:
            self.notify("There is no further difference." if by > 0 else "This is the largest difference.", markup=False)
        else:
            self._visited = found

    def action_swap(self) -> None:
        if self._swapped is None:
            self.post_message(TaskWanted(swap_task(self._comparison, self._leave)))
        else:
            self.app.switch_screen(CompareScreen(self._swapped, leave=self._leave, swapped=self._comparison))

    def action_export(self) -> None:
        question = f"File name: its ending is the format ({endings(PAIR)})"
        write = partial(saving.export_comparison, self._comparison)
        self.ask_and_write("Write the comparison", question, "comparison.md", write)

    def action_back(self) -> None:
        if self.filter_input.has_class("-on") or self.query("HelpPanel"):
            super().action_back()
        elif self._leave is not None:
            self._leave()
