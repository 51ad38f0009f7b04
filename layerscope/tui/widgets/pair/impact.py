"""What two images cost a cluster, what they share, and what a change of base brings, as a page."""

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import Static

from layerscope.comparison.model import Comparison
from layerscope.report.comparison.sections import Section, about_the_pair
from layerscope.tui.widgets.pages import SectionPage, section


class ImpactPage(SectionPage):
    """The sections of the report that are about both images as a whole, as a page that scrolls."""

    BORDER_TITLE = "Both images as a whole"
    BINDING_GROUP_TITLE = "Impact"
    HELP = """
    ## Impact

    What both images cost a cluster: a layer is pulled and kept once per node, however many pods run there. A change with `−`
    is what the lean image saves. Also here: the layers that both share, and what a change of base brings.
    `layerscope compare --pods --nodes --bandwidth` describe the cluster.
    """

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
