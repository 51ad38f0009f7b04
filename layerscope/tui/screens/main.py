"""The main screen: the picture above, layers and components at the left, files and advice at the right."""

from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import get_current_worker

from layerscope.analysis import Analysis
from layerscope.attribution.categories import by_category
from layerscope.core.names import absolute, printable
from layerscope.report.formats import IMAGE, endings
from layerscope.report.wording import note
from layerscope.tui import details, saving
from layerscope.tui.messages import CompareWanted
from layerscope.tui.rows.tree_columns import TreeColumns, tree_columns
from layerscope.tui.rows.visible_rows import VisibleRows
from layerscope.tui.screens.dialogs import Page
from layerscope.tui.screens.views import TALL, WIDE, ViewsScreen
from layerscope.tui.text import counted
from layerscope.tui.widgets.components import Components
from layerscope.tui.widgets.details import Details
from layerscope.tui.widgets.findings import Findings
from layerscope.tui.widgets.headline import Headline, ImageHeadline
from layerscope.tui.widgets.keys import KeyBar
from layerscope.tui.widgets.layers import Layers, instruction_text
from layerscope.tui.widgets.picture import Picture
from layerscope.tui.widgets.plan import Plan
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
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "why", "Why", id="main.why", tooltip="Why this path is kept or left behind"),
        Binding("d", "view('plan')", "Dockerfile", id="main.plan", tooltip="The recommendation and its Dockerfile"),
        Binding(
            "e", "export", "Export", id="main.export", tooltip="Write the report, or in its view the Dockerfile, to a file"
        ),
        Binding("c", "compare", "Compare", id="main.compare", tooltip="Show another image beside this one"),
        Binding("x", "extract", "Extract", id="main.extract", tooltip="Write the selected file to disk"),
        Binding("y", "copy", "Copy", id="main.copy", tooltip="Copy the Dockerfile to the clipboard"),
        Binding("r", "report", "Report", id="main.report", tooltip="Write the waste report to a file"),
        Binding("a", "whole", "Whole", id="main.whole", tooltip="Show the whole image's files"),
    ]

    file_tree = getters.query_one("#tree", Tree)
    layer_rows = getters.query_one("#layers", Layers)
    components = getters.query_one("#components", Components)
    findings = getters.query_one("#findings", Findings)
    plan = getters.query_one("#plan-page", Plan)

    def __init__(self, analysis: Analysis) -> None:
        super().__init__()
        self._analysis = analysis
        self._trees: dict[int | None, tuple[TreeColumns, VisibleRows]] = {}
        self._layer: int | None = None
        self._reveal: bytes | None = None

    def compose(self) -> ComposeResult:
        analysis = self._analysis
        plan = analysis.recommendation
        yield Static(self._title(), id="title")
        if text := note(analysis):
            yield Static(Text(text), id="note")
        yield ImageHeadline(analysis)
        categories = tuple((row.category, row.stored) for row in by_category(analysis.attribution))
        yield Picture(categories, plan.predicted_size if plan.dockerfile else None, plan.lower_bound)
        yield from self.compose_tabs()
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield Layers(analysis)
                yield Components(analysis)
                yield Details(id="details-below", classes="details")
            with Vertical(id="right"):
                with Vertical(id="files", classes="view"):
                    yield Tree()
                    yield from self.compose_filter()
                yield Plan(analysis)
                yield Findings(analysis.findings)
                yield Details(id="details", classes="details")
        yield KeyBar()

    def on_mount(self) -> None:
        self.layer_rows.border_title = Content("Layers")
        self.components.border_title = Content("What it is")
        self.findings.border_title = Content("Findings")
        self.plan.border_title = Content("Recommendation")
        for widget in (self.file_tree, self.layer_rows, self.components):
            widget.add_class("has-actions")
        self.load_tree(None)

    def on_resize(self) -> None:
        size = self.app.size
        self.query_one(Headline).set_class(size.height < TALL or size.width < WIDE, "-in-one-line")
        self.call_after_refresh(self._fit_views)

    def _fit_views(self) -> None:
        """Where there is one column only, layers and components are views as well; elsewhere they are always there."""
        if self.app.size.width >= WIDE and self.view in LEFT:
            self.action_view("files")

    def _title(self) -> Text:
        image = self._analysis.image
        text = Text(" layerscope ", style="bold reverse", no_wrap=True, overflow="ellipsis")
        text.append(f"  {printable(image.reference)}", style="bold not reverse")
        facts = [
            str(image.config.platform),
            counted(len(image.layers), "layer"),
            counted(self._analysis.sizes.files, "file"),
            image.source,
        ]
        text.append("   " + " · ".join(printable(fact) for fact in facts if fact), style="not bold not reverse")
        if self._analysis.problems:
            text.append(f"   ! {counted(len(self._analysis.problems), 'problem')}", style="bold not reverse")
        return text

    # Trees and filters are made in a thread; the answers come back as calls on this screen.

    def load_tree(self, layer: int | None) -> None:
        """Shows the files of a layer, or of the whole image for None; made in a thread when it is asked for first."""
        self._layer = layer
        self.forget_filter()
        name = "the whole image" if layer is None else f"layer {layer}: {instruction_text(self._analysis, layer)}"
        self.file_tree.border_title = Content(f"Files of {name}")
        if layer in self._trees:
            self._show_tree(layer)
        else:
            self._make_tree(layer)

    @work(thread=True, exclusive=True, group="tree")
    def _make_tree(self, layer: int | None) -> None:
        from layerscope.filesystem.tree import layer_tree, merged_tree

        filesystem = self._analysis.filesystem
        tree = merged_tree(filesystem) if layer is None else layer_tree(filesystem, layer)
        columns, visible = tree_columns(self._analysis, tree, layer), VisibleRows(tree)
        visible.prepare()
        visible.open_largest()
        if not get_current_worker().is_cancelled:
            self._trees[layer] = (columns, visible)
            self.app.call_from_thread(self._show_tree, layer)

    def _show_tree(self, layer: int | None) -> None:
        if layer != self._layer:
            return
        columns, visible = self._trees[layer]
        if visible.match_count is not None:
            visible.filter(None)
        self.file_tree.show(self._analysis.filesystem, columns, visible)
        if self._reveal is not None:
            path, self._reveal = self._reveal, None
            self.file_tree.reveal(path)

    def go_to(self, path: bytes) -> None:
        """Shows a path in the files of the whole image."""
        self.action_view("files")
        self._reveal = path
        self.load_tree(None)
        self.file_tree.focus()

    # What the widgets say.

    @on(Rows.Highlighted, "#layers")
    def layer_highlighted(self) -> None:
        if self.layer_rows.selected_layer != self._layer:
            self.load_tree(self.layer_rows.selected_layer)
        self._describe(self.layer_rows)

    @on(Rows.Highlighted, "#tree")
    @on(Rows.Highlighted, "#components")
    @on(Rows.Highlighted, "#findings")
    def highlighted(self, event: Rows.Highlighted) -> None:
        self._describe(event.rows)

    def on_descendant_focus(self) -> None:
        if isinstance(self.focused, Rows):
            self._describe(self.focused)

    def _describe(self, rows: Rows) -> None:
        if rows is not self.focused and self.focused is not None and self.focused is not self.filter_input:
            return
        text, more = Text(), None
        if rows is self.layer_rows:
            text = details.of_layer(self._analysis, self.layer_rows.selected_layer)
        elif rows is self.file_tree and self.file_tree.columns is not None and self.file_tree.row is not None:
            text = details.of_row(self._analysis, self.file_tree.columns, self.file_tree.row)
            more = details.inside_of_row(self._analysis, self.file_tree.columns, self.file_tree.row)
        elif rows is self.components and rows.row_count():
            line = self.components.line(rows.cursor)
            component = line.component
            text = (
                details.of_category(self._analysis, line.category)
                if component is None
                else details.of_component(self._analysis, component.component)
            )
        elif rows is self.findings and rows.row_count():
            text = details.of_finding(self.findings.finding(rows.cursor))
        for pane in self.query(Details):
            pane.describe(text, more if pane.id == "details" else None)

    @on(Rows.Chosen, "#layers")
    def layer_chosen(self) -> None:
        self.action_view("files")
        self.file_tree.focus()

    @on(Rows.Chosen, "#components")
    def component_chosen(self, event: Rows.Chosen) -> None:
        line = self.components.line(event.position)
        if line.component is None:
            self.components.toggle(line.category)
        elif line.component.paths:
            self.go_to(line.component.paths[0])

    @on(Rows.Chosen, "#findings")
    def finding_chosen(self, event: Rows.Chosen) -> None:
        if paths := self.findings.finding(event.position).paths:
            self.go_to(paths[0])

    @on(Rows.Chosen, "#tree")
    def file_chosen(self) -> None:
        self.action_why()

    def focus_view(self, name: str) -> None:
        if self.focused in (self.layer_rows, self.components) and self.app.size.width >= WIDE and name == "files":
            return
        super().focus_view(name)

    @property
    def filtered(self) -> Tree:
        return self.file_tree

    @property
    def analyses(self) -> tuple[Analysis, ...]:
        return (self._analysis,)

    def widget_of(self, view: str) -> Widget:
        return {
            "layers": self.layer_rows,
            "components": self.components,
            "files": self.file_tree,
            "plan": self.plan,
            "findings": self.findings,
        }[view]

    # Actions.

    def action_whole(self) -> None:
        self.layer_rows.cursor = 0
        self.action_view("files")

    def action_why(self) -> None:
        path = self.file_tree.path
        if path is None:
            return
        more = details.inside_of_path(self._analysis, path)
        self.app.push_screen(Page(f"Why {absolute(path)}", details.why(self._analysis, path), more))

    def action_copy(self) -> None:
        plan = self._analysis.recommendation
        if plan.dockerfile:
            self.app.copy_to_clipboard(plan.dockerfile)
            self.notify("The Dockerfile is in the clipboard, if this terminal allows it.", markup=False)
        else:
            self.notify("There is no Dockerfile to copy.", severity="warning", markup=False)

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
        if self._analysis.image.source == "demo":
            what = "The demo has no file contents to extract: open an image of your own."
            self.notify(what, severity="warning", markup=False)
            return
        path, row, columns = self.file_tree.path, self.file_tree.row, self.file_tree.columns
        if path is None or row is None or columns is None:
            self.notify("Select a file in the tree first.", severity="warning", markup=False)
            return
        write = partial(saving.extract, self._analysis, path, columns.tree.entries[row])
        question = f"{absolute(path)}\n\nWrite it to"
        self.ask_and_write("Extract from the image", question, saving.suggested_name(path), write, overwrite=False)

    def action_compare(self) -> None:
        self.post_message(CompareWanted(self._analysis))
