"""The main screen: the picture above, layers and components at the left, files and advice at the right."""

from typing import ClassVar

from rich.text import Text
from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Static, Tab, Tabs
from textual.worker import get_current_worker

from layerscope.analysis import Analysis
from layerscope.errors import LayerscopeError
from layerscope.names import absolute, printable
from layerscope.report.wording import note
from layerscope.tui import details, saving
from layerscope.tui.filtering import matching_rows
from layerscope.tui.screens.dialogs import AskPath, Page
from layerscope.tui.text import counted
from layerscope.tui.tree_columns import TreeColumns, tree_columns
from layerscope.tui.visible_rows import VisibleRows
from layerscope.tui.widgets.components import Components, category_sizes
from layerscope.tui.widgets.details import Details
from layerscope.tui.widgets.findings import Findings
from layerscope.tui.widgets.headline import Headline, ImageHeadline
from layerscope.tui.widgets.keys import KeyBar
from layerscope.tui.widgets.layers import Layers, instruction_text
from layerscope.tui.widgets.picture import Picture
from layerscope.tui.widgets.plan import Plan
from layerscope.tui.widgets.rows import Rows
from layerscope.tui.widgets.tree import Tree

VIEWS = {"layers": "Layers", "components": "What it is", "files": "Files", "plan": "Recommendation", "findings": "Findings"}
WIDE, TALL = 100, 30
LEFT = ("layers", "components")


class MainScreen(Screen[None]):
    """Composes and routes: widgets draw, the analysis was made elsewhere."""

    CSS_PATH = "main.tcss"
    AUTO_FOCUS = "#layers"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/", id="main.filter", tooltip="Show only paths that match"),
        Binding("w", "why", "Why", id="main.why", tooltip="Why this path is kept or left behind"),
        Binding("d", "view('plan')", "Dockerfile", id="main.plan", tooltip="The recommendation and its Dockerfile"),
        Binding("e", "export", "Export", id="main.export", tooltip="Write the Dockerfile, or the report, to a file"),
        Binding("x", "extract", "Extract", id="main.extract", tooltip="Write the selected file to disk"),
        Binding("y", "copy", "Copy", id="main.copy", tooltip="Copy the Dockerfile to the clipboard"),
        Binding("r", "report", "Report", id="main.report", tooltip="Write the waste report as markdown"),
        Binding("a", "whole", "Whole image", id="main.whole", tooltip="Show the whole image's files"),
        Binding(
            "left_square_bracket", "step(-1)", "Back", False, key_display="[", id="main.previous", tooltip="The view before"
        ),
        Binding("right_square_bracket", "step(1)", "Views", key_display="[ ]", id="main.next", tooltip="The next view"),
        Binding("tab", "app.focus_next", "Next pane", id="main.next_pane", tooltip="Move to the next pane"),
        Binding("shift+tab", "app.focus_previous", "Pane before", False, id="main.previous_pane", tooltip="Move back"),
        Binding("escape", "back", "Back", False, id="main.back", tooltip="Leave the filter or the help"),
    ]

    file_tree = getters.query_one("#tree", Tree)
    layer_rows = getters.query_one("#layers", Layers)
    components = getters.query_one("#components", Components)
    findings = getters.query_one("#findings", Findings)
    plan = getters.query_one("#plan-page", Plan)
    views = getters.query_one("#views", Tabs)
    filter_input = getters.query_one("#filter", Input)

    def __init__(self, analysis: Analysis) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide"), (160, "-very-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (TALL, "-tall"), (50, "-very-tall")]
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
        yield Picture(category_sizes(analysis), plan.predicted_size if plan.dockerfile else None)
        yield Tabs(*(Tab(Content(label), id=f"view-{name}") for name, label in VIEWS.items()), active="view-files", id="views")
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield Layers(analysis)
                yield Components(analysis)
                yield Details(id="details-below", classes="details")
            with Vertical(id="right"):
                with Vertical(id="files", classes="view"):
                    yield Tree()
                    yield Input(placeholder="part of a path, or a regular expression", id="filter", compact=True)
                yield Plan(analysis)
                yield Findings(analysis.findings)
                yield Details(id="details", classes="details")
        yield KeyBar()

    def on_mount(self) -> None:
        self.layer_rows.border_title = Content("Layers")
        self.components.border_title = Content("What it is")
        self.findings.border_title = Content("Findings")
        self.filter_input.border_title = Content("Filter: enter keeps it, esc clears it")
        self.plan.border_title = Content("Recommendation")
        for widget in (self.file_tree, self.layer_rows, self.components):
            widget.add_class("has-actions")
        self.add_class("-view-files")
        self.load_tree(None)

    def on_resize(self) -> None:
        size = self.app.size
        self.query_one(Headline).set_class(size.height < TALL or size.width < WIDE, "-in-one-line")
        self.call_after_refresh(self._fit_views)

    def _fit_views(self) -> None:
        """Where there is one column only, layers and components are views as well; elsewhere they are always there."""
        if self.app.size.width >= WIDE and self._view in LEFT:
            self.action_view("files")

    @property
    def _view(self) -> str:
        return (self.views.active or "view-files").removeprefix("view-")

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
        self.filter_input.remove_class("-on")
        if self.filter_input.value:
            with self.prevent(Input.Changed):
                self.filter_input.value = ""
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

    @work(thread=True, exclusive=True, group="filter")
    def _find(self, columns: TreeColumns, text: str) -> None:
        worker = get_current_worker()
        rows = matching_rows(columns.tree, text, lambda: worker.is_cancelled)
        if rows is not None and not worker.is_cancelled:
            self.app.call_from_thread(self._show_matches, columns, rows)

    def _show_matches(self, columns: TreeColumns, rows: list[int]) -> None:
        if columns is self.file_tree.columns and self.filter_input.value:
            self.file_tree.filter(rows)
            self.filter_input.border_subtitle = Content(counted(len(rows), "match", "matches"))

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

    @on(Tabs.TabActivated, "#views")
    def view_activated(self, event: Tabs.TabActivated) -> None:
        name = (event.tab.id or "").removeprefix("view-")
        for view in VIEWS:
            self.set_class(view == name, f"-view-{view}")
        self.call_after_refresh(self._focus_view, name)

    def _focus_view(self, name: str) -> None:
        if self.focused in (self.layer_rows, self.components) and self.app.size.width >= WIDE and name == "files":
            return
        self._widget(name).focus()

    def _widget(self, view: str) -> Widget:
        return {
            "layers": self.layer_rows,
            "components": self.components,
            "files": self.file_tree,
            "plan": self.plan,
            "findings": self.findings,
        }[view]

    @on(Input.Changed, "#filter")
    def filter_changed(self, event: Input.Changed) -> None:
        self.filter_input.border_subtitle = Content("")
        if self.file_tree.columns is None:
            return
        if event.value:
            self._find(self.file_tree.columns, event.value)
        else:
            self.workers.cancel_group(self, "filter")
            self.file_tree.filter(None)

    @on(Input.Submitted, "#filter")
    def filter_submitted(self) -> None:
        if not self.filter_input.value:
            self.filter_input.remove_class("-on")
        self.file_tree.focus()

    # Actions.

    def action_view(self, name: str) -> None:
        self.views.active = f"view-{name}"

    def action_step(self, by: int) -> None:
        shown = [name for name in VIEWS if self.views.query_one(f"#view-{name}", Tab).display]
        self.action_view(shown[(shown.index(self._view) + by) % len(shown)])

    def action_whole(self) -> None:
        self.layer_rows.cursor = 0
        self.action_view("files")

    def action_filter(self) -> None:
        self.action_view("files")
        self.filter_input.add_class("-on")
        self.filter_input.focus()

    def action_back(self) -> None:
        if self.filter_input.has_class("-on"):
            self.filter_input.value = ""
            self.filter_input.remove_class("-on")
            self.file_tree.focus()
        elif self.query("HelpPanel"):
            self.app.action_hide_help_panel()

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
        if not self._analysis.recommendation.dockerfile:
            self.action_report()
            return
        ask = AskPath(
            "Write the recommended Dockerfile",
            Text("File name (a name that ends in .md gets the whole report)"),
            "Dockerfile.lean",
            True,
        )
        self.app.push_screen(ask, self._export)

    def action_report(self) -> None:
        ask = AskPath("Write the waste report as markdown", Text("File name"), "layerscope.md", True)
        self.app.push_screen(ask, self._export)

    def _export(self, name: str | None) -> None:
        if name is not None:
            self._save(lambda: saving.export(self._analysis, saving.destination(name)))

    def action_extract(self) -> None:
        path, row, columns = self.file_tree.path, self.file_tree.row, self.file_tree.columns
        if path is None or row is None or columns is None:
            self.notify("Select a file in the tree first.", severity="warning", markup=False)
            return
        entry = columns.tree.entries[row]
        question = Text(f"{absolute(path)}\n\nWrite it to")
        ask = AskPath("Extract from the image", question, saving.suggested_name(path), overwrite=False)

        def extract(name: str | None) -> None:
            if name is not None:
                self._save(lambda: saving.extract(self._analysis, path, entry, saving.destination(name)))

        self.app.push_screen(ask, extract)

    @work(thread=True, group="save")
    def _save(self, action: saving.Action) -> None:
        """Does what writes to disk beside the screen, and says how it ended."""
        try:
            text = action()
        except LayerscopeError as error:
            self.app.call_from_thread(self.notify, error.line(), severity="error", markup=False)
        else:
            self.app.call_from_thread(self.notify, text, markup=False)
