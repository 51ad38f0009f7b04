"""What the image consists of: each category with its largest components."""

from dataclasses import dataclass

from layerscope.analysis import Analysis
from layerscope.attribution.categories import by_category
from layerscope.attribution.model import ComponentSize
from layerscope.core.names import printable
from layerscope.core.vocabulary import Category
from layerscope.tui.text import bar, percent, shorten, size
from layerscope.tui.theme import CATEGORY_SIGNS
from layerscope.tui.widgets.trees.rows import Piece, Rows

SHOWN_AT_FIRST = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A category (no component), one of its components, or how many more there are."""

    category: Category
    size: int
    component: ComponentSize | None = None
    more: int = 0


class Components(Rows):
    """Categories, the most bytes first, each with its largest components; enter shows all of a category."""

    BINDING_GROUP_TITLE = "What it is"
    HELP = """
    ## What it is

    Every byte has one owner: a component of one category. Enter on a category shows all of its components or only the
    largest; enter on a component goes to where it lies in the file tree.
    """

    def __init__(self, analysis: Analysis) -> None:
        super().__init__("components")
        self._analysis = analysis
        self._categories = by_category(analysis.attribution)
        self._total = sum(row.stored for row in self._categories)
        self._whole: set[str] = set()
        self._lines = self._make_lines()

    def line(self, position: int) -> Line:
        """What the row at ``position`` stands for."""
        return self._lines[position]

    def row_count(self) -> int:
        return len(self._lines)

    def empty_text(self) -> str:
        return " No layer of this image could be read."

    def toggle(self, category: Category) -> None:
        """Shows all components of a category, or only the largest again."""
        self._whole ^= {category}
        self._lines = self._make_lines()
        self.cursor = next(at for at, line in enumerate(self._lines) if line.category == category)
        self.changed()

    def pieces(self, position: int, width: int) -> list[Piece]:
        line = self._lines[position]
        style = f"category--{line.category}"
        if line.more:
            return [(f"     {line.more} more", "rows--dim"), (f", {size(line.size)}", "rows--dim")]
        if line.component is None:
            bar_width = max(4, width - 39)
            return [
                (f" {CATEGORY_SIGNS[line.category]} ", style),
                (f"{line.category:<15}", "rows--strong"),
                (f"{size(line.size):>8} ", "rows--strong"),
                (f"{percent(line.size, self._total):>7} ", "rows--dim"),
                (bar(line.size, self._total, bar_width), style),
            ]
        component = self._analysis.attribution.components[line.component.component]
        name = printable(component.title)
        shadowed = f"  ·{size(line.component.shadowed)} shadowed" if line.component.shadowed else ""
        room = width - 15 - len(shadowed)
        return [
            (f"     {size(line.size):>8}  ", "rows--plain"),
            (shorten(name, room), "rows--plain"),
            (shadowed, "rows--bad"),
        ]

    def _make_lines(self) -> list[Line]:
        components: dict[str, list[ComponentSize]] = {}
        for row in self._analysis.attribution.sizes:
            if row.stored:
                components.setdefault(self._analysis.attribution.components[row.component].category, []).append(row)
        lines = []
        for category, count in ((row.category, row.stored) for row in self._categories):
            lines.append(Line(category, count))
            rows = sorted(components[category], key=lambda row: -row.stored)
            shown = rows if category in self._whole or len(rows) <= SHOWN_AT_FIRST + 1 else rows[:SHOWN_AT_FIRST]
            lines.extend(Line(category, row.stored, row) for row in shown)
            if rest := rows[len(shown) :]:
                lines.append(Line(category, sum(row.stored for row in rest), more=len(rest)))
        return lines
