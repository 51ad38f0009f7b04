"""How things look: one theme of our own, and a colour and a sign for every category.

The colours are told apart by people with the common colour blindnesses (after Okabe and Ito, and Paul Tol), and differ in
brightness; and nothing is told by colour alone: each category has a sign and is named.
"""

from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.theme import Theme

from layerscope.core.vocabulary import Category

CATEGORY_SIGNS: dict[str, str] = {
    Category.APPLICATION: "◉",
    Category.DEPENDENCY: "◆",
    Category.RUNTIME: "●",
    Category.OS: "■",
    Category.TOOLCHAIN: "▲",
    Category.CACHE: "○",
    Category.SOURCE: "◇",
    Category.INTERMEDIATE: "◐",
    Category.DEV_DEPENDENCY: "▼",
    Category.DOCS: "≡",
    Category.UNKNOWN: "?",
}
"""One cell wide each."""

CATEGORY = "category--"
"""Begins the name of a style that is a category's colour."""

_COLOURS = {
    Category.APPLICATION: "#2fb67c",
    Category.DEPENDENCY: "#7fd4b0",
    Category.RUNTIME: "#4fa3e0",
    Category.OS: "#7d8fb3",
    Category.TOOLCHAIN: "#e07a3f",
    Category.CACHE: "#f0c04c",
    Category.SOURCE: "#d58ac0",
    Category.INTERMEDIATE: "#b9603f",
    Category.DEV_DEPENDENCY: "#c98a5a",
    Category.DOCS: "#a9a9a9",
    Category.UNKNOWN: "#e6e6e6",
}
_ANSI = {
    Category.APPLICATION: "ansi_green",
    Category.DEPENDENCY: "ansi_bright_green",
    Category.RUNTIME: "ansi_bright_blue",
    Category.OS: "ansi_blue",
    Category.TOOLCHAIN: "ansi_red",
    Category.CACHE: "ansi_yellow",
    Category.SOURCE: "ansi_magenta",
    Category.INTERMEDIATE: "ansi_bright_red",
    Category.DEV_DEPENDENCY: "ansi_bright_yellow",
    Category.DOCS: "ansi_cyan",
    Category.UNKNOWN: "ansi_white",
}

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
    return {f"category-{category}": colour for category, colour in (_ANSI if ansi else _COLOURS).items()}


def category_style(app: "App[None]", category: str, filled: bool = False) -> Style:
    """A category's colour in the present theme, as text or, when ``filled``, behind the text."""
    colour = Color.parse(app.theme_variables[f"category-{category}"]).rich_color
    if not filled:
        return Style(color=colour)
    return Style(color=Color.parse(app.theme_variables["category-text"]).rich_color, bgcolor=colour, bold=True)
