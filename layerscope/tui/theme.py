"""How things look: one theme of our own, and a colour and a sign for every category."""

from typing import Any

from msgspec import Struct
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.theme import Theme

from layerscope.core.tables import read_table
from layerscope.core.vocabulary import Category


class _Look(Struct, frozen=True):
    sign: str
    colour: str
    ansi: str


class _Looks(Struct, frozen=True):
    theme: dict[str, Any]
    categories: dict[str, _Look]


_LOOKS = read_table(__file__, "theme.toml", _Looks)

LAYERSCOPE = Theme(name="layerscope", **_LOOKS.theme)

CATEGORY_SIGNS = {category: look.sign for category, look in _LOOKS.categories.items()}

CATEGORY = "category--"
"""Begins the name of a style that is a category's colour."""


def category_variables(ansi: bool) -> dict[str, str]:
    """The theme variables of the categories, ``category-toolchain`` and so on, for themes that do not define them."""
    return {f"category-{category}": look.ansi if ansi else look.colour for category, look in _LOOKS.categories.items()}


def shown_category(category: str) -> str:
    """The category that something is drawn as, also where it is of none."""
    return category if category in CATEGORY_SIGNS else Category.UNKNOWN


def category_style(app: "App[None]", category: str, filled: bool = False) -> Style:
    """A category's colour in the present theme, as text or, when ``filled``, behind the text."""
    colour = Color.parse(app.theme_variables[f"category-{category}"]).rich_color
    if not filled:
        return Style(color=colour)
    return Style(color=Color.parse(app.theme_variables["category-text"]).rich_color, bgcolor=colour, bold=True)
