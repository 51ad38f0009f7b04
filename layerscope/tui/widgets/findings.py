"""The findings: what the program does not need, by which rule, and how sure that is."""

from layerscope.advice.model import Finding
from layerscope.core.vocabulary import Category
from layerscope.report.wording import visible
from layerscope.tui.text import shorten, size
from layerscope.tui.theme import CATEGORY_SIGNS
from layerscope.tui.widgets.trees.rows import Piece, Rows


class Findings(Rows):
    """One row a finding, in the order of the analysis."""

    BINDING_GROUP_TITLE = "Findings"
    HELP = """
    ## Findings

    Bytes that the program does not need. `dead`: shadowed or caches; `build-only`: needed to build; `unreached`: nothing was
    seen to use it; `unknown`: nobody can tell. Credentials come first, whatever their size; their values are never shown.
    Evidence and remedy stand below; enter goes to the files.
    """

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("findings")
        self._findings = findings

    def finding(self, position: int) -> Finding:
        """The finding of a row."""
        return self._findings[position]

    def row_count(self) -> int:
        return len(self._findings)

    def empty_text(self) -> str:
        return " No finding: the program needs what is here, as far as can be seen."

    def pieces(self, position: int, width: int) -> list[Piece]:
        finding = self._findings[position]
        category = finding.category if finding.category in CATEGORY_SIGNS else Category.UNKNOWN
        return [
            (f"{size(finding.size):>8} ", "rows--strong"),
            (f"{CATEGORY_SIGNS[category]} ", f"category--{category}"),
            (f"{finding.confidence:<11}", "rows--dim"),
            (f"{finding.rule:<6} ", "rows--dim"),
            (shorten(visible(finding.title), width - 29), "rows--plain"),
        ]
