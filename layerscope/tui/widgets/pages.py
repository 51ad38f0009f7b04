"""Pages that scroll, and the tables on them."""

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static


class SectionPage(VerticalScroll, can_focus=True):
    """Titles, each with what belongs to it."""

    DEFAULT_CSS = """
    SectionPage {
        scrollbar-size-vertical: 1;
        & Static { height: auto; padding: 0 1; }
        & .title { color: $text-primary; text-style: bold; margin-top: 1; }
        & .title:first-child { margin-top: 0; }
    }
    """


def section(title: str, *contents: Static) -> Iterator[Static]:
    """A title and what is below it."""
    yield Static(Text(title), classes="title")
    yield from contents


def grid(*rows: tuple[str, Text]) -> Table:
    """Rows of a short word and a text that wraps beside it."""
    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(justify="right", no_wrap=True, min_width=8)
    grid.add_column(ratio=1)
    for word, text in rows:
        grid.add_row(Text(word), text)
    return grid
