"""The squarified treemap: rectangles whose areas are as the numbers are, none much longer than wide.

M. Bruls, K. Huizing, J. J. van Wijk: Squarified Treemaps (2000).
"""

from collections.abc import Sequence
from typing import NamedTuple


class Rectangle(NamedTuple):
    """A place in a drawing, its corner at the upper left."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        return self.width * self.height


def squarify(sizes: Sequence[int], place: Rectangle) -> list[Rectangle]:
    """One rectangle for each size, in the same order; together they tile ``place``. A size of 0 gets an empty one.

    Sizes in falling order give the squarest rectangles.
    """
    positive = [size for size in sizes if size]
    left = sum(positive)
    found: list[Rectangle] = []
    while len(found) < len(positive):
        start = len(found)
        end = _end_of_row(positive, start, min(place.width, place.height), place.area / left)
        row = positive[start:end]
        rectangles, place = _lay(row, place, sum(row) / left)
        found += rectangles
        left -= sum(row)
    laid = iter(found)
    return [next(laid) if size else Rectangle(place.x, place.y, 0.0, 0.0) for size in sizes]


def _end_of_row(sizes: Sequence[int], start: int, side: float, scale: float) -> int:
    """How far a row along ``side`` goes on while that makes its rectangles squarer; ``scale`` is area a byte."""
    total, least, most, worst = 0, sizes[start], 0, float("inf")
    for position in range(start, len(sizes)):
        size = sizes[position]
        total, least, most = total + size, min(least, size), max(most, size)
        area = total * scale
        ratio = max(side * side * most * scale / area**2, area**2 / (side * side * least * scale)) if side and area else 0.0
        if ratio > worst:
            return position
        worst = ratio
    return len(sizes)


def _lay(sizes: Sequence[int], place: Rectangle, share: float) -> tuple[list[Rectangle], Rectangle]:
    """The rectangles of one row along the shorter side of ``place``, of which it takes ``share``, and what is left."""
    wide = place.width >= place.height
    thickness = (place.width if wide else place.height) * share
    length = place.height if wide else place.width
    row, total, before = [], sum(sizes), 0
    for size in sizes:
        begin, end = length * before / total, length * (before + size) / total
        if wide:
            row.append(Rectangle(place.x, place.y + begin, thickness, end - begin))
        else:
            row.append(Rectangle(place.x + begin, place.y, end - begin, thickness))
        before += size
    if wide:
        return row, Rectangle(place.x + thickness, place.y, place.width - thickness, place.height)
    return row, Rectangle(place.x, place.y + thickness, place.width, place.height - thickness)
