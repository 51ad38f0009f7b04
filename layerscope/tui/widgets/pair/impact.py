"""What two images cost a cluster, what they share, and what a change of base brings, as a page."""

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from layerscope.comparison.model import Comparison
from layerscope.report.comparison.sections import Section, about_the_pair


class ImpactPage(VerticalScroll, can_focus=True):
    """The sections of the report that are about both images as a whole, as a page that scrolls."""

    BINDING_GROUP_TITLE = "Impact"
    HELP = """
    ## Impact

    What both images cost a cluster: a layer is pulled and kept once per node, however many pods run there. A change with `−`
    is what the lean image saves. Also here: the layers that both share, and what a change of base brings.
    `layerscope compare --pods --nodes --bandwidth` describe the cluster.
    """
    DEFAULT_CSS = """
    ImpactPage {
        scrollbar-size-vertical: 1;
        & Static { height: auto; padding: 0 1; }
        & .title { color: $text-primary; text-style: bold; margin-top: 1; }
        & .title:first-child { margin-top: 0; }
    }
    """

    def __init__(self, comparison: Comparison) -> None:
        super().__init__(id="impact")
        self._comparison = comparison

    def compose(self) -> ComposeResult:
        for section in about_the_pair(self._comparison):
            yield Static(Text(section.title), classes="title")
            if section.rows:
                yield Static(table(section))
            if section.lines:
                yield Static(Text("\n").join(Text(line) for line in section.lines))


def table(section: Section) -> Table:
    """The rows of a section under its heads."""
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in section.head.split("|"):
        drawn.add_column(Text(head.lstrip(">`")), justify="right" if head.startswith(">") else "left", overflow="fold")
    for row in section.rows:
        drawn.add_row(*(Text(cell) for cell in row))
    return drawn
