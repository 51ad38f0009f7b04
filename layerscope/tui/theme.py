"""How things look: one theme of our own, and a colour and a sign for every category.

The colours are told apart by people with the common colour blindnesses (after Okabe and Ito, and Paul Tol), and differ in
brightness; and nothing is told by colour alone: each category has a sign and is named.
"""

from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.theme import Theme

CATEGORY_SIGNS = {
    "application": "◉",
    "dependency": "◆",
    "runtime": "●",
    "os": "■",
    "toolchain": "▲",
    "cache": "○",
    "source": "◇",
    "intermediate": "◐",
    "dev-dependency": "▼",
    "docs": "≡",
    "unknown": "?",
}
"""One cell wide each."""

CATEGORY = "category--"
"""Begins the name of a style that is a category's colour."""

_COLOURS = {
    "application": "#2fb67c",
    "dependency": "#7fd4b0",
    "runtime": "#4fa3e0",
    "os": "#7d8fb3",
    "toolchain": "#e07a3f",
    "cache": "#f0c04c",
    "source": "#d58ac0",
    "intermediate": "#b9603f",
    "dev-dependency": "#c98a5a",
    "docs": "#a9a9a9",
    "unknown": "#e6e6e6",
}
_ANSI = {
    "application": "ansi_green",
    "dependency": "ansi_bright_green",
    "runtime": "ansi_bright_blue",
    "os": "ansi_blue",
    "toolchain": "ansi_red",
    "cache": "ansi_yellow",
    "source": "ansi_magenta",
    "intermediate": "ansi_bright_red",
    "dev-dependency": "ansi_bright_yellow",
    "docs": "ansi_cyan",
    "unknown": "ansi_white",
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
