"""The main screen: the picture above, layers and components at the left, files and advice at the right."""

from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content

from layerscope.analysis import Analysis
from layerscope.attribution.categories import by_category
from layerscope.core.names import absolute
from layerscope.core.units import counted
from layerscope.filesystem.tree import layer_tree, merged_tree
from layerscope.report.formats import IMAGE, endings
from layerscope.report.wording import note
from layerscope.tui import details, saving
from layerscope.tui.keys import KeyBar, keys
from layerscope.tui.rows.tree_columns import TreeColumns, tree_columns
from layerscope.tui.rows.visible_rows import VisibleRows
from layerscope.tui.screens.dialogs import Page
from layerscope.tui.screens.views import WIDE, ViewsScreen, title_text
from layerscope.tui.tasks import CompareWanted
from layerscope.tui.widgets.bars import Picture
from layerscope.tui.widgets.details import Details
from layerscope.tui.widgets.headline import image_headline
from layerscope.tui.widgets.lists import Components, Findings, Layers
from layerscope.tui.widgets.pages import Plan
from layerscope.tui.widgets.trees.path_filter import PathFilter
from layerscope.tui.widgets.trees.rows import Rows
from layerscope.tui.widgets.trees.tree import Tree

LEFT = ("layers", "components")


class MainScreen(ViewsScreen):
    """Composes and routes: widgets draw, the analysis was made elsewhere."""

    VIEWS: ClassVar[dict[str, str]] = {
        "layers": "Layers",
        "components": "What it is",
        "files": "Files",
        "plan": "Recommendation",
        "findings": "Findings",
    }
    CSS_PATH = "main.tcss"
    AUTO_FOCUS = "#layers"
    BINDINGS: ClassVar[list[BindingType]] = keys("main")

    file_tree = getters.query_one("#tree", Tree)
    layer_rows = getters.query_one("#layers", Layers)

    def __init__(self, analysis: Analysis) -> None:
        super().__init__(analysis)
        self._analysis = analysis
        self._trees: dict[int | None, tuple[TreeColumns, VisibleRows]] = {}
        self._layer: int | None = None
        self._reveal: bytes | None = None

    @property
    def filtered(self) -> Tree:
        return self.file_tree

    def compose(self) -> ComposeResult:
        plan = self._analysis.recommendation
        categories = tuple((row.category, row.stored) for row in by_category(self._analysis.attribution))
        picture = Picture(categories, plan.predicted_size if plan.dockerfile else None, plan.lower_bound)
        yield from self.compose_head(self._title(), note(self._analysis), image_headline(self._analysis), picture)
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield Layers(self._analysis)
                yield Components(self._analysis)
                yield Details(id="details-below", classes="details")
            with Vertical(id="right"):
                with Vertical(id="files", classes="view"):
                    yield Tree(self._analysis)
                    yield PathFilter()
                yield Plan(self._analysis)
                yield Findings(self._analysis.findings)
                yield Details(id="details", classes="details")
        yield KeyBar()

    def _title(self) -> Text:
        image, problems = self._analysis.image, self._analysis.problems
        counts = counted(len(image.layers), "layer"), counted(self._analysis.sizes.files, "file")
        facts = " · ".join(filter(None, (str(image.config.platform), *counts, image.source)))
        unread = f"   ! {counted(len(problems), 'problem')}" if problems else ""
        return title_text((f"  {image.reference}", True), (f"   {facts}", False), (unread, True))

    def on_mount(self) -> None:
        self.load_tree(None)

    def on_resize(self) -> None:
        self.call_after_refresh(self._fit_views)

    def _fit_views(self) -> None:
        """Where there is one column only, layers and components are views as well; elsewhere they are always there."""
        if self.app.size.width >= WIDE and self.view in LEFT:
            self.action_view("files")

    def focus_view(self, name: str) -> None:
        is_beside = isinstance(self.focused, Layers | Components) and self.app.size.width >= WIDE
        if name != "files" or not is_beside:
            super().focus_view(name)

    # Trees are made in a thread; the answer comes back as a call on this screen.

    def load_tree(self, layer: int | None) -> None:
        """Shows the files of a layer, or of the whole image for None; made in a thread when it is asked for first."""
        self._layer = layer
        self.forget_filter()
        name = "the whole image" if layer is None else f"layer {layer}: {details.instruction_text(self._analysis, layer)}"
        self.file_tree.border_title = Content(f"Files of {name}")
        if layer in self._trees:
            self._show_tree(layer)
        else:
            self._make_tree(layer)

    @work(thread=True, exclusive=True, group="tree")
    def _make_tree(self, layer: int | None) -> None:
        filesystem = self._analysis.filesystem
        tree = merged_tree(filesystem) if layer is None else layer_tree(filesystem, layer)
        self._trees[layer] = tree_columns(self._analysis, tree, layer), VisibleRows.prepared(tree)
        self.call_back(self._show_tree, layer)

    def _show_tree(self, layer: int | None) -> None:
        if layer != self._layer:
            return
        columns, visible = self._trees[layer]
        if visible.match_count is not None:
            visible.filter(None)
        self.file_tree.show(columns, visible)
        if self._reveal is not None:
            path, self._reveal = self._reveal, None
            self.file_tree.reveal(path)

    def go_to(self, path: bytes) -> None:
        self.action_view("files")
        self._reveal = path
        self.load_tree(None)
        self.file_tree.focus()

    @on(Rows.Highlighted, "#layers")
    def layer_highlighted(self) -> None:
        if self.layer_rows.selected_layer != self._layer:
            self.load_tree(self.layer_rows.selected_layer)

    @on(Rows.Chosen, "#layers")
    def layer_chosen(self) -> None:
        self.action_view("files")
        self.file_tree.focus()

    @on(Rows.Chosen, "#tree")
    def file_chosen(self) -> None:
        self.action_why()

    # Actions.

    def warn(self, text: str) -> None:
        self.notify(text, severity="warning", markup=False)

    def action_whole(self) -> None:
        self.layer_rows.cursor = 0
        self.action_view("files")

    def action_why(self) -> None:
        path = self.file_tree.path
        if path is not None:
            more = details.inside_of_path(self._analysis, path)
            self.app.push_screen(Page(f"Why {absolute(path)}", details.why(self._analysis, path), more))

    def action_copy(self) -> None:
        plan = self._analysis.recommendation
        if not plan.dockerfile:
            self.warn("There is no Dockerfile to copy.")
            return
        self.app.copy_to_clipboard(plan.dockerfile)
        self.notify("The Dockerfile is in the clipboard, if this terminal allows it.", markup=False)

    def action_export(self) -> None:
        """Writes what is on show: the Dockerfile in its view, elsewhere the report."""
        if self.view != "plan" or not self._analysis.recommendation.dockerfile:
            self.action_report()
            return
        question = f"File name (a name that ends in {endings(IMAGE)} gets the whole report)"
        write = partial(saving.export, self._analysis)
        self.ask_and_write("Write the recommended Dockerfile", question, "Dockerfile.lean", write)

    def action_report(self) -> None:
        question = f"File name: its ending is the format ({endings(IMAGE)})"
        self.ask_and_write("Write the waste report", question, "layerscope.md", partial(saving.export_report, self._analysis))

    def action_extract(self) -> None:
        path, row = self.file_tree.path, self.file_tree.row
        if self._analysis.image.source == "demo":
            self.warn("The demo has no file contents to extract: open an image of your own.")
        elif path is None or row is None:
            self.warn("Select a file in the tree first.")
        else:
            write = partial(saving.extract, self._analysis, path, self.file_tree.columns.tree.entries[row])
            question = f"{absolute(path)}\n\nWrite it to"
            self.ask_and_write("Extract from the image", question, saving.suggested_name(path), write, overwrite=False)

    def action_compare(self) -> None:
        self.post_message(CompareWanted(self._analysis))
