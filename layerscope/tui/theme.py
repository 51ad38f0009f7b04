"""How things look: one theme of our own, and a colour and a sign for every category.

The colours are told apart by people with the common colour blindnesses (after Okabe and Ito, and Paul Tol), and differ in
brightness; and nothing is told by colour alone: each category has a sign and is named.
"""

from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.theme import Theme

from layerscope.core.vocabulary import Category

_LOOKS: dict[str, tuple[str, str, str]] = {
    Category.APPLICATION: ("◉", "#2fb67c", "ansi_green"),
    Category.DEPENDENCY: ("◆", "#7fd4b0", "ansi_bright_green"),
    Category.RUNTIME: ("●", "#4fa3e0", "ansi_bright_blue"),
    Category.OS: ("■", "#7d8fb3", "ansi_blue"),
    Category.TOOLCHAIN: ("▲", "#e07a3f", "ansi_red"),
    Category.CACHE: ("○", "#f0c04c", "ansi_yellow"),
    Category.SOURCE: ("◇", "#d58ac0", "ansi_magenta"),
    Category.INTERMEDIATE: ("◐", "#b9603f", "ansi_bright_red"),
    Category.DEV_DEPENDENCY: ("▼", "#c98a5a", "ansi_bright_yellow"),
    Category.DOCS: ("≡", "#a9a9a9", "ansi_cyan"),
    Category.UNKNOWN: ("?", "#e6e6e6", "ansi_white"),
}
"""Each category's sign, one cell wide, its colour, and its colour on a terminal of sixteen."""

CATEGORY_SIGNS = {category: sign for category, (sign, _, _) in _LOOKS.items()}

CATEGORY = "category--"
"""Begins the name of a style that is a category's colour."""

LAYERSCOPE = Theme(
    name="layerscope",
    primary="#4fa3e0",
    secondary="#7d8fb3",
    accent="#f0c04c",
    warning="#f0c04c",
    error="#ec6a5e",
    success="#2fb67c",
    foreground="#dfe6ee",
    background="#10151c",
    surface="#161d27",
    panel="#1f2935",
    dark=True,
    variables={"footer-key-foreground": "#f0c04c", "block-cursor-text-style": "none"},
)


def category_variables(ansi: bool) -> dict[str, str]:
    """The theme variables of the categories, ``category-toolchain`` and so on, for every theme that has none of its own."""
    return {f"category-{category}": terminal if ansi else colour for category, (_, colour, terminal) in _LOOKS.items()}


def shown_category(category: str) -> str:
    """The category that something is drawn as, also where it is of none."""
    return category if category in _LOOKS else Category.UNKNOWN


def category_style(app: "App[None]", category: str, filled: bool = False) -> Style:
    """A category's colour in the present theme, as text or, when ``filled``, behind the text."""
    colour = Color.parse(app.theme_variables[f"category-{category}"]).rich_color
    if not filled:
        return Style(color=colour)
    return Style(color=Color.parse(app.theme_variables["category-text"]).rich_color, bgcolor=colour, bold=True)
