"""The recommendation: what stays and why, what to build on, and the Dockerfile."""

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from layerscope.advice.model import Recommendation
from layerscope.analysis import Analysis
from layerscope.core.names import absolute
from layerscope.report.wording import BASE_MISSING, base_size, predicted, visible, visible_lines
from layerscope.tui.text import size
from layerscope.tui.widgets.grid import grid


class Plan(VerticalScroll, can_focus=True):
    """The recommendation as a page that scrolls."""

    BINDING_GROUP_TITLE = "Recommendation"
    HELP = """
    ## Recommendation

    The last stage that leaves the rest behind: its base, each COPY --from with the reason, and the Dockerfile.
    `y` copies the Dockerfile, `e` writes it to a file.
    """
    DEFAULT_CSS = """
    Plan {
        scrollbar-size-vertical: 1;
        & Static { height: auto; padding: 0 1; }
        & .title { color: $text-primary; text-style: bold; margin-top: 1; }
        & .title:first-child { margin-top: 0; }
        & #dockerfile { background: $surface; border-left: outer $success; padding: 0 1; margin: 0 1; }
        & #risks { color: $text-warning; }
    }
    """

    def __init__(self, analysis: Analysis) -> None:
        super().__init__(id="plan-page")
        self._analysis = analysis

    def compose(self) -> ComposeResult:
        plan = self._analysis.recommendation
        if not plan.dockerfile:
            yield Static(Text("No smaller image can honestly be recommended"), classes="title")
            yield Static(_lines(plan.risks), id="risks")
            return
        yield Static(Text("The plan"), classes="title")
        yield Static(summary(self._analysis), id="summary")
        yield Static(Text("What crosses the boundary"), classes="title")
        yield Static(copies(plan), id="copies")
        yield Static(Text("Dockerfile   y copies it, e writes it to a file"), classes="title")
        yield Static(dockerfile(plan.dockerfile), id="dockerfile")
        if plan.risks:
            yield Static(Text("Look at this first"), classes="title")
            yield Static(_lines(plan.risks), id="risks")
        if plan.alternatives:
            yield Static(Text("Other bases"), classes="title")
            yield Static(alternatives(plan), id="alternatives")


def summary(analysis: Analysis) -> Table:
    """Sizes, base and boundary."""
    plan = analysis.recommendation
    sizes = Text(f"{size(analysis.sizes.stored)} → {predicted(plan)}", style="bold")
    sizes.append(
        f"{f'{BASE_MISSING}; at most' if plan.lower_bound else ','} {size(plan.removed)} stay behind in the build stage",
        style="not bold",
    )
    rows = [("size", sizes)]
    if plan.base is not None:
        base = Text(f"FROM {visible(plan.base.reference)}", style="bold")
        rows.append(("base", base.append(f" ({base_size(plan.base.size)}): {visible(plan.base.why)}", style="not bold")))
    if plan.boundary is not None:
        boundary = Text(visible(plan.boundary.instruction), style="bold")
        rows.append(("boundary", boundary.append(" is the last step that only builds", style="not bold")))
    return grid(*rows)


def copies(plan: Recommendation) -> Table:
    """What crosses the boundary, with its bytes and reason."""
    rows = []
    for copy in plan.copies:
        text = Text(absolute(copy.source.lstrip(b"/")), style="bold")
        if copy.target.strip(b"/") != copy.source.strip(b"/"):
            text.append(f" → {absolute(copy.target.lstrip(b'/'))}")
        rows.append((size(copy.size), text.append(f"\n{visible(copy.because)}", style="not bold")))
    rows += [("package", Text(visible(package))) for package in plan.packages]
    return grid(*rows)


def dockerfile(content: str) -> Text:
    """The Dockerfile, its instructions in bold and its comments dim."""
    text = Text()
    for shown in visible_lines(content).rstrip("\n").split("\n"):
        keyword = shown.split(" ", 1)[0]
        if shown.startswith("#"):
            text.append(shown + "\n", style="italic dim")
        elif keyword.isupper() and keyword.isalpha():
            text.append(keyword, style="bold")
            text.append(shown[len(keyword) :] + "\n")
        else:
            text.append(shown + "\n")
    text.rstrip()
    return text


def alternatives(plan: Recommendation) -> Table:
    """Other bases with what each gains and loses."""
    rows = []
    for other in plan.alternatives:
        text = Text(visible(other.base), style="bold")
        text.append("".join(f"\n+ {visible(gain)}" for gain in other.gains), style="not bold")
        text.append("".join(f"\n− {visible(loss)}" for loss in other.loses), style="not bold")
        rows.append((size(other.predicted_size), text))
    return grid(*rows)


def _lines(lines: tuple[str, ...]) -> Text:
    return Text("\n").join(Text(visible(line)) for line in lines)
