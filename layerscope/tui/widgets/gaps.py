"""A comparison row by row: its components, and its configuration."""

from rich.cells import set_cell_size
from rich.text import Text

from layerscope.comparison.model import Comparison, ComponentGap, ConfigPair
from layerscope.core.names import printable
from layerscope.report.comparison.sections import component_title
from layerscope.tui import pair_details
from layerscope.tui.keys import help_page
from layerscope.tui.pair_details import component_sign, config_sign
from layerscope.tui.text import shorten, signed, size
from layerscope.tui.theme import CATEGORY, CATEGORY_SIGNS, shown_category
from layerscope.tui.widgets.trees.rows import ItemRows, Piece

_SIGN_STYLES = {"−": "rows--bad", "+": "rows--good", "~": "rows--mark", " ": "rows--dim"}
_KEY = 22


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
