"""The line in which a tree's filter is typed, and what it says of what was found."""

from textual.content import Content
from textual.widgets import Input

from layerscope.core.units import counted
from layerscope.tui.keys import help_page


class PathFilter(Input):
    """Takes part of a path, or a regular expression. Its upper border says what the keys do, the lower one what it matches."""

    HELP = help_page("Filter")

    def __init__(self) -> None:
        super().__init__(placeholder=r"part of a path, or a regular expression: libc, \.so(\.\d+)*$", id="filter", compact=True)
        self.border_title = Content("Filter: enter keeps it, esc clears it")

    def show_count(self, count: int, fault: str = "") -> None:
        """Says how many paths match; with a ``fault`` of the expression, how many do as text."""
        matches = counted(count, "match", "matches")
        if fault:
            matches = f"{matches} as text; invalid expression: {fault}" if count else f"invalid expression: {fault}"
        self._show(matches, bool(fault) and not count)

    def show_nothing(self) -> None:
        """While that is unknown yet, or nothing is looked for."""
        self._show("", self.has_class("-no-expression") and bool(self.value))

    def _show(self, text: str, is_wrong: bool) -> None:
        self.set_class(is_wrong, "-no-expression")
        self.border_subtitle = Content(text)
