"""What the image consists of: each category with its largest components."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from rich.text import Text

from layerscope.analysis import Analysis
from layerscope.attribution.categories import by_category
from layerscope.attribution.model import ComponentSize
from layerscope.core.names import printable
from layerscope.core.units import percent
from layerscope.core.vocabulary import Category
from layerscope.tui import details
from layerscope.tui.keys import help_page
from layerscope.tui.text import bar, shorten, size
from layerscope.tui.theme import CATEGORY, CATEGORY_SIGNS
from layerscope.tui.widgets.trees.rows import ItemRows, Piece

SHOWN_AT_FIRST = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A category (no component), one of its components, or how many more there are."""

    category: Category
    size: int
    component: ComponentSize | None = None
    more: int = 0


class Components(ItemRows[Line]):
    """Categories, the most bytes first, each with its largest components; enter shows all of a category."""

    BORDER_TITLE = BINDING_GROUP_TITLE = "What it is"
    EMPTY = " No layer of this image could be read."
    HELP = help_page("What it is")

    def __init__(self, analysis: Analysis) -> None:
        super().__init__("components", ())
        self._analysis = analysis
        self._categories = by_category(analysis.attribution)
        self._total = sum(row.stored for row in self._categories)
        self._whole: set[str] = set()
        self._components: defaultdict[Category, list[ComponentSize]] = defaultdict(list)
        for row in sorted(analysis.attribution.sizes, key=lambda row: -row.stored):
            if row.stored:
                self._components[analysis.attribution.components[row.component].category].append(row)
        self.items = list(self._lines())

    def details(self) -> Text:
        stored = self.item.component
        if stored is None:
            return details.of_category(self._analysis, self.item.category)
        return details.of_component(self._analysis.attribution.components[stored.component], stored)

    def leads_to(self) -> bytes | None:
        stored = self.item.component
        return stored.paths[0] if stored is not None and stored.paths else None

    def action_choose(self) -> None:
        if self.items and self.item.component is None:
            self.toggle(self.item.category)
        else:
            super().action_choose()

    def toggle(self, category: Category) -> None:
        """Shows all components of a category, or only the largest again."""
        self._whole ^= {category}
        self.items = list(self._lines())
        self.cursor = next(at for at, line in enumerate(self.items) if line.category == category)
        self.changed()

    def item_pieces(self, item: Line, width: int) -> list[Piece]:
        if item.more:
            return [(f"     {item.more} more", "rows--dim"), (f", {size(item.size)}", "rows--dim")]
        return self._category(item, width) if item.component is None else self._component(item.component, width)

    def _category(self, line: Line, width: int) -> list[Piece]:
        style = CATEGORY + line.category
        return [
            (f" {CATEGORY_SIGNS[line.category]} ", style),
            (f"{line.category:<15}", "rows--strong"),
            (f"{size(line.size):>8} ", "rows--strong"),
            (f"{percent(line.size, self._total):>7} ", "rows--dim"),
            (bar(line.size, self._total, max(4, width - 39)), style),
        ]

    def _component(self, stored: ComponentSize, width: int) -> list[Piece]:
        name = printable(self._analysis.attribution.components[stored.component].title)
        shadowed = f"  ·{size(stored.shadowed)} shadowed" if stored.shadowed else ""
        return [
            (f"     {size(stored.stored):>8}  ", "rows--plain"),
            (shorten(name, width - 15 - len(shadowed)), "rows--plain"),
            (shadowed, "rows--bad"),
        ]

    def _lines(self) -> Iterator[Line]:
        for category in self._categories:
            rows = self._components[category.category]
            is_whole = category.category in self._whole or len(rows) <= SHOWN_AT_FIRST + 1
            count = len(rows) if is_whole else SHOWN_AT_FIRST
            yield Line(category.category, category.stored)
            yield from (Line(category.category, row.stored, row) for row in rows[:count])
            if rest := rows[count:]:
                yield Line(category.category, sum(row.stored for row in rest), more=len(rest))
