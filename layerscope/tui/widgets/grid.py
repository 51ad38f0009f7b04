"""Tables on pages: a short word, and a text that wraps beside it."""

from rich.table import Table
from rich.text import Text


def grid(*rows: tuple[str, Text]) -> Table:
    """Rows of a short word and a text that wraps beside it."""
    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(justify="right", no_wrap=True, min_width=8)
    grid.add_column(ratio=1)
    for word, text in rows:
        grid.add_row(Text(word), text)
    return grid
