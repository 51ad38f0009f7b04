"""The lists of an image and of a pair: layers, components, findings, and what differs in components and configuration."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import set_cell_size
from rich.text import Text

from layerscope.advice.model import Finding
from layerscope.analysis import Analysis
from layerscope.attribution.categories import by_category
from layerscope.attribution.model import ComponentSize
from layerscope.comparison.model import Comparison, ComponentGap, ConfigPair
from layerscope.core.names import printable
from layerscope.core.units import percent
from layerscope.core.vocabulary import Category
from layerscope.report.comparison.sections import component_title
from layerscope.report.wording import visible
from layerscope.tui import details, pair_details
from layerscope.tui.details import instruction_text
from layerscope.tui.keys import help_page
from layerscope.tui.pair_details import component_sign, config_sign
from layerscope.tui.text import bar, shorten, signed, size
from layerscope.tui.theme import CATEGORY, CATEGORY_SIGNS, shown_category
from layerscope.tui.widgets.trees.rows import ItemRows, Piece, Rows

SHOWN_AT_FIRST = 3
"""Components of a category."""

_SIGN_STYLES = {"−": "rows--bad", "+": "rows--good", "~": "rows--mark", " ": "rows--dim"}
_KEY = 22


class Layers(Rows):
    """The first row is the whole image; then the layers, counted from 0 as in every report, the lowest first."""

    BORDER_TITLE = BINDING_GROUP_TITLE = "Layers"
    HELP = help_page("Layers")

    def __init__(self, analysis: Analysis) -> None:
        super().__init__("layers")
        self._analysis = analysis
        self._largest = max((layer.stored for layer in analysis.layer_sizes), default=0)

    @property
    def selected_layer(self) -> int | None:
        """The layer under the cursor, from 0; None for the whole image."""
        return self.cursor - 1 if self.cursor else None

    def row_count(self) -> int:
        return len(self._analysis.layer_sizes) + 1

    def details(self) -> Text:
        layer = self.selected_layer
        return details.of_image(self._analysis) if layer is None else details.of_layer(self._analysis, layer)

    def pieces(self, position: int, width: int) -> list[Piece]:
        bar_width = 12 if width >= 64 else 6 if width >= 40 else 4
        room = width - bar_width - 22
        return self._layer(position - 1, bar_width, room) if position else self._image(bar_width, room)

    def _image(self, bar_width: int, room: int) -> list[Piece]:
        sizes = self._analysis.sizes
        return [
            ("  Σ ", "rows--mark"),
            (" " * bar_width, ""),
            (f"{size(sizes.stored):>8} ", "rows--strong"),
            _shadow(sizes.shadowed),
            (shorten("the whole image", room), "rows--strong"),
        ]

    def _layer(self, layer: int, bar_width: int, room: int) -> list[Piece]:
        stored = self._analysis.layer_sizes[layer]
        is_base = layer < self._analysis.history.base_layers
        style = "rows--dim" if is_base else "rows--plain"
        instruction = ("base: " if is_base and not layer else "") + instruction_text(self._analysis, layer)
        return [
            (f"{layer:>3} ", "rows--dim"),
            (bar(stored.stored, self._largest, bar_width), "category--os" if is_base else "category--runtime"),
            (f"{size(stored.stored):>8} ", "rows--plain" if stored.stored else "rows--dim"),
            _shadow(stored.shadowed),
            (shorten(instruction, room), style),
        ]


def _shadow(shadowed: int) -> Piece:
    return f"{'·' + size(shadowed):>8} " if shadowed else " " * 9, "rows--bad"


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


class ComponentGaps(ItemRows[ComponentGap]):
    """One row a component, the largest gap first."""

    BORDER_TITLE = "Components: fat, lean, and the change from fat to lean"
    BINDING_GROUP_TITLE = "Components"
    EMPTY = " No layer of either image could be read."
    HELP = help_page("Components")

    def __init__(self, comparison: Comparison) -> None:
        super().__init__("gaps", comparison.components)
        self._comparison = comparison

    def details(self) -> Text:
        return pair_details.of_component(self.item)

    def leads_to(self) -> bytes | None:
        return pair_details.component_path(self._comparison, self.item)

    def item_pieces(self, item: ComponentGap, width: int) -> list[Piece]:
        sign, category = component_sign(item), shown_category(item.category)
        style = "rows--dim" if not item.gap else "rows--bad" if item.gap > 0 else "rows--good"
        return [
            (f" {sign} ", _SIGN_STYLES[sign]),
            (f"{size(item.fat) if item.fat else '–':>8} ", "rows--plain"),
            (f"{size(item.lean) if item.lean else '–':>8} ", "rows--plain"),
            (f"{signed(-item.gap):>9} ", style),
            (f" {CATEGORY_SIGNS[category]} ", CATEGORY + category),
            (shorten(component_title(item), width - 34), "rows--strong" if item.gap else "rows--plain"),
        ]


class ConfigPairs(ItemRows[ConfigPair]):
    """One row a key of the configuration, as the comparison orders them."""

    BORDER_TITLE = "Configuration: fat │ lean"
    BINDING_GROUP_TITLE = "Configuration"
    EMPTY = " Neither image configures anything."
    HELP = help_page("Configuration")

    def __init__(self, pairs: tuple[ConfigPair, ...]) -> None:
        super().__init__("config", pairs)

    def details(self) -> Text:
        return pair_details.of_config(self.item)

    def item_pieces(self, item: ConfigPair, width: int) -> list[Piece]:
        sign = config_sign(item)
        style = "rows--plain" if sign != " " else "rows--dim"
        key = min(_KEY, width // 3)
        each = max(4, (width - key - 8) // 2)
        fat, lean = (_cell("–" if value is None else printable(value), each) for value in (item.fat, item.lean))
        return [
            (f" {sign} ", _SIGN_STYLES[sign]),
            (_cell(printable(item.key), key) + " ", "rows--strong"),
            (fat, style),
            ("  │ ", "rows--dim"),
            (lean, style),
        ]


def _cell(text: str, width: int) -> str:
    return set_cell_size(shorten(text, width), width)
