"""A comparison row by row: its components, and its configuration."""

from rich.cells import set_cell_size

from layerscope.comparison.model import ComponentGap, ConfigPair
from layerscope.core.names import printable
from layerscope.core.vocabulary import Category
from layerscope.report.comparison.sections import component_title
from layerscope.tui.text import shorten, signed, size
from layerscope.tui.theme import CATEGORY, CATEGORY_SIGNS
from layerscope.tui.widgets.trees.rows import Piece, Rows

_SIGN_STYLES = {"−": "rows--bad", "+": "rows--good", "~": "rows--mark", " ": "rows--dim"}
_KEY = 22


class ComponentGaps(Rows):
    """One row a component, the largest gap first."""

    BINDING_GROUP_TITLE = "Components"
    HELP = """
    ## Components

    What makes the gap, by what a person would call it: `−` only in the fat image, `+` only in the lean one, `~` another size
    or version. Bytes of the fat image, of the lean one, and the change from the one to the other: `−` is less in the lean
    image. Enter goes to where it lies.
    """

    def __init__(self, gaps: tuple[ComponentGap, ...]) -> None:
        super().__init__("gaps")
        self._gaps = gaps

    def gap(self, position: int) -> ComponentGap:
        """The component of a row."""
        return self._gaps[position]

    def row_count(self) -> int:
        return len(self._gaps)

    def empty_text(self) -> str:
        return " No layer of either image could be read."

    def pieces(self, position: int, width: int) -> list[Piece]:
        gap = self._gaps[position]
        sign = component_sign(gap)
        category = gap.category if gap.category in CATEGORY_SIGNS else Category.UNKNOWN
        style = "rows--dim" if not gap.gap else "rows--bad" if gap.gap > 0 else "rows--good"
        name = shorten(component_title(gap), width - 34)
        return [
            (f" {sign} ", _SIGN_STYLES[sign]),
            (f"{size(gap.fat) if gap.fat else '–':>8} ", "rows--plain"),
            (f"{size(gap.lean) if gap.lean else '–':>8} ", "rows--plain"),
            (f"{signed(-gap.gap):>9} ", style),
            (f" {CATEGORY_SIGNS[category]} ", CATEGORY + category),
            (name, "rows--strong" if gap.gap else "rows--plain"),
        ]


def component_sign(gap: ComponentGap) -> str:
    """How a component compares: on one side only, of another size or version, or alike."""
    if gap.fat and not gap.lean:
        return "−"
    if gap.lean and not gap.fat:
        return "+"
    return "~" if gap.gap or gap.fat_version != gap.lean_version else " "


class ConfigPairs(Rows):
    """One row a key of the configuration, as the comparison orders them."""

    BINDING_GROUP_TITLE = "Configuration"
    HELP = """
    ## Configuration

    `−` only in the fat image, `+` only in the lean one, `~` another value. What does not fit is told below, whole.
    """

    def __init__(self, pairs: tuple[ConfigPair, ...]) -> None:
        super().__init__("config")
        self._pairs = pairs

    def pair(self, position: int) -> ConfigPair:
        """The key of a row, with both values."""
        return self._pairs[position]

    def row_count(self) -> int:
        return len(self._pairs)

    def empty_text(self) -> str:
        return " Neither image configures anything."

    def pieces(self, position: int, width: int) -> list[Piece]:
        pair = self._pairs[position]
        sign = config_sign(pair)
        key = min(_KEY, width // 3)
        each = max(4, (width - key - 8) // 2)
        style = "rows--plain" if sign != " " else "rows--dim"
        return [
            (f" {sign} ", _SIGN_STYLES[sign]),
            (_cell(printable(pair.key), key) + " ", "rows--strong"),
            (_cell("–" if pair.fat is None else printable(pair.fat), each), style),
            ("  │ ", "rows--dim"),
            (_cell("–" if pair.lean is None else printable(pair.lean), each), style),
        ]


def config_sign(pair: ConfigPair) -> str:
    """How a key compares."""
    if pair.fat == pair.lean:
        return " "
    return "−" if pair.lean is None else "+" if pair.fat is None else "~"


def _cell(text: str, width: int) -> str:
    return set_cell_size(shorten(text, width), width)
