"""Pages that scroll: the recommendation, and what a comparison says of both images as a whole."""

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from layerscope.advice.model import Recommendation
from layerscope.advice.rungs import sentence
from layerscope.analysis import Analysis
from layerscope.comparison.model import Comparison
from layerscope.core.names import absolute
from layerscope.report.comparison.sections import Section, about_the_pair
from layerscope.report.wording import BASE_MISSING, base_size, predicted, visible, visible_lines
from layerscope.tui.keys import help_page
from layerscope.tui.text import size


class SectionPage(VerticalScroll, can_focus=True):
    """Titles, each with what belongs to it."""

    DEFAULT_CSS = """
    SectionPage {
        scrollbar-size-vertical: 1;
        & Static { height: auto; padding: 0 1; }
        & .title { color: $text-primary; text-style: bold; margin-top: 1; }
        & .title:first-child { margin-top: 0; }
    }
    """


def section(title: str, *contents: Static) -> Iterator[Static]:
    """A title and what is below it."""
    yield Static(Text(title), classes="title")
    yield from contents


def grid(*rows: tuple[str, Text]) -> Table:
    """Rows of a short word and a text that wraps beside it."""
    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(justify="right", no_wrap=True, min_width=8)
    grid.add_column(ratio=1)
    for word, text in rows:
        grid.add_row(Text(word), text)
    return grid


class Plan(SectionPage):
    """The recommendation as a page that scrolls."""

    BORDER_TITLE = BINDING_GROUP_TITLE = "Recommendation"
    HELP = help_page("Recommendation")
    DEFAULT_CSS = """
    Plan {
        & #dockerfile { background: $surface; border-left: outer $success; padding: 0 1; margin: 0 1; }
        & #risks { color: $text-warning; }
    }
    """

    def __init__(self, analysis: Analysis) -> None:
        super().__init__(id="plan")
        self._analysis = analysis

    def compose(self) -> ComposeResult:
        plan = self._analysis.recommendation
        risks = Static(Text("\n").join(Text(visible(risk.text)) for risk in plan.risks), id="risks")
        if not plan.dockerfile:
            yield from section("No smaller image can honestly be recommended", risks)
            return
        yield from section("The plan", Static(summary(self._analysis)))
        yield from section("What crosses the boundary", Static(copies(plan)))
        yield from section(
            "Dockerfile   y copies it, e writes it to a file", Static(dockerfile(plan.dockerfile), id="dockerfile")
        )
        if plan.risks:
            yield from section("Look at this first", risks)
        if plan.alternatives:
            yield from section("Other bases", Static(alternatives(plan)))


def summary(analysis: Analysis) -> Table:
    """Sizes, base and boundary."""
    plan = analysis.recommendation
    sizes = Text(f"{size(analysis.sizes.stored)} → {predicted(plan)}", style="bold")
    sizes.append(
        f"{f'{BASE_MISSING}; at most' if plan.lower_bound else ','} {size(plan.removed)} are dropped",
        style="not bold",
    )
    rows = [("size", sizes)]
    if plan.base is not None:
        base = Text(f"FROM {visible(plan.base.reference)}", style="bold")
        rows.append(("base", base.append(f" ({base_size(plan.base.size)}): {visible(plan.base.why)}", style="not bold")))
    if plan.boundary is not None:
        boundary = Text(visible(plan.boundary.instruction), style="bold")
        rows.append(("boundary", boundary.append(" is the last step that only builds", style="not bold")))
    rows.append(("how known", Text(visible(sentence(plan.rung)))))
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
    return Text("\n").join(_dockerfile_line(line) for line in visible_lines(content).rstrip("\n").split("\n"))


def _dockerfile_line(line: str) -> Text:
    keyword = line.split(" ", 1)[0]
    if line.startswith("#"):
        return Text(line, style="italic dim")
    return Text.assemble((keyword, "bold" if keyword.isupper() and keyword.isalpha() else ""), line[len(keyword) :])


def alternatives(plan: Recommendation) -> Table:
    """Other bases with what each gains and loses."""
    rows = []
    for other in plan.alternatives:
        text = Text(visible(other.base), style="bold")
        text.append("".join(f"\n+ {visible(gain)}" for gain in other.gains), style="not bold")
        text.append("".join(f"\n− {visible(loss)}" for loss in other.loses), style="not bold")
        rows.append((size(other.predicted_size), text))
    return grid(*rows)


class ImpactPage(SectionPage):
    """The sections of the report that are about both images as a whole, as a page that scrolls."""

    BORDER_TITLE = "Both images as a whole"
    BINDING_GROUP_TITLE = "Impact"
    HELP = help_page("Impact")

    def __init__(self, comparison: Comparison) -> None:
        super().__init__(id="impact")
        self._comparison = comparison

    def compose(self) -> ComposeResult:
        for part in about_the_pair(self._comparison):
            rows = [Static(table(part))] if part.rows else []
            lines = [Static(Text("\n").join(Text(line) for line in part.lines))] if part.lines else []
            yield from section(part.title, *rows, *lines)


def table(part: Section) -> Table:
    """The rows of a section under its heads."""
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in part.head.split("|"):
        drawn.add_column(Text(head.lstrip(">`")), justify="right" if head.startswith(">") else "left", overflow="fold")
    for row in part.rows:
        drawn.add_row(*(Text(cell) for cell in row))
    return drawn
