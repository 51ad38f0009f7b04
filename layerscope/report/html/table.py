"""Long tables: the first rows are in the page, all of them in its data."""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, Literal, TypeVar

from msgspec import Struct

from layerscope.core.units import percent, signed, size
from layerscope.report.html.embedding import encoded

STATIC_ROWS = 200
"""Rows that stand in the page itself, and on a page of the table."""

ROWS_EMBEDDED = 60_000
"""Rows of a table in all; a page with more would be slow to open."""

Kind = Literal["text", "code", "category", "count", "bytes", "change", "share"]
"""How a value is shown: ``bytes`` as a size, ``change`` as one with its sign, and sorted by its amount; ``share`` as percent of
what the column's ``whole`` says."""

Row = TypeVar("Row")

_NUMBERS: dict[str, Callable[[Any, int], str]] = {
    "count": lambda value, _: f"{value:,}",
    "bytes": lambda value, _: size(value),
    "change": lambda value, _: signed(value),
    "share": percent,
}
"""The kinds that are numbers, and how a value is written; the second argument is the column's ``whole``."""


def _text(value: Any, _: int) -> str:
    return str(value)


class Column(Struct, frozen=True, kw_only=True):
    """One column: integers for the kinds that are numbers, printable text for the others. ``filters`` offers its values as a
    choice."""

    key: str
    label: str
    kind: Kind
    values: Sequence[Any]
    filters: bool = False
    whole: int = 0

    @property
    def is_number(self) -> bool:
        return self.kind in _NUMBERS

    def shown(self, row: int) -> str:
        """The value as text; page.js writes it alike."""
        return _NUMBERS.get(self.kind, _text)(self.values[row], self.whole)


def column(
    rows: Iterable[Row], key: str, kind: Kind, value: Callable[[Row], Any] | None = None, *, label: str = "", **more: Any
) -> Column:
    """The column of a value of each row: by default the attribute that is called as the column's key, as is its label."""
    return Column(key=key, label=label or key, kind=kind, values=list(map(value or attrgetter(key), rows)), **more)


class Table(Struct, frozen=True):
    """A table: all columns have equally many values. It is first sorted by the column ``order``, the largest on top (by
    amount, whatever the sign), or as it is for "". ``note`` says what is left out, "" for nothing."""

    name: str
    caption: str
    columns: tuple[Column, ...]
    order: str
    note: str = ""

    def __len__(self) -> int:
        return len(self.columns[0].values)

    def first_rows(self) -> list[int]:
        """The rows that stand in the page, in their order."""
        if not self.order:
            return list(range(len(self)))[:STATIC_ROWS]
        values = next(column.values for column in self.columns if column.key == self.order)
        return sorted(range(len(self)), key=lambda row: -abs(values[row]))[:STATIC_ROWS]

    def data(self) -> dict[str, Any]:
        """What page.js needs of it."""
        columns = [
            {"key": column.key, "kind": column.kind, "whole": column.whole, "data": encoded(column.values)}
            for column in self.columns
        ]
        return {"order": self.order, "page": STATIC_ROWS, "columns": columns}


def largest(rows: list[Row], size_of: Callable[[Row], int], written: Callable[[int], str] = size) -> tuple[list[Row], str]:
    """As many rows as are embedded, those with the most bytes, and a sentence on the others, "" when there are none.

    ``written`` is how the sum of the others is written: as a size, or as a change.
    """
    if len(rows) <= ROWS_EMBEDDED:
        return rows, ""
    ordered = sorted(rows, key=lambda row: -abs(size_of(row)))
    rest = ordered[ROWS_EMBEDDED:]
    return ordered[:ROWS_EMBEDDED], f"{len(rest):,} smaller rows, {written(sum(map(size_of, rest)))} together, are left out."
