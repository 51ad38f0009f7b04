"""The findings: what the program does not need, by which rule, and how sure that is."""

from rich.text import Text

from layerscope.advice.model import Finding
from layerscope.report.wording import visible
from layerscope.tui import details
from layerscope.tui.keys import help_page
from layerscope.tui.text import shorten, size
from layerscope.tui.theme import CATEGORY, CATEGORY_SIGNS, shown_category
from layerscope.tui.widgets.trees.rows import ItemRows, Piece


class Findings(ItemRows[Finding]):
    """One row a finding, in the order of the analysis."""

    BORDER_TITLE = BINDING_GROUP_TITLE = "Findings"
    EMPTY = " No finding: the program needs what is here, as far as can be seen."
    HELP = help_page("Findings")

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("findings", findings)

    def details(self) -> Text:
        return details.of_finding(self.item)

    def leads_to(self) -> bytes | None:
        return self.item.paths[0] if self.item.paths else None

    def item_pieces(self, item: Finding, width: int) -> list[Piece]:
        category = shown_category(item.category)
        return [
            (f"{size(item.size):>8} ", "rows--strong"),
            (f"{CATEGORY_SIGNS[category]} ", CATEGORY + category),
            (f"{item.confidence:<11}", "rows--dim"),
            (f"{item.rule:<6} ", "rows--dim"),
            (shorten(visible(item.title), width - 29), "rows--plain"),
        ]
