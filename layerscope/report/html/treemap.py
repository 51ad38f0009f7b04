"""The treemap of an image's bytes: an area for each component, those of a category side by side."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from layerscope.core.units import cut, percent, size
from layerscope.report.document import Attributed
from layerscope.report.html.geometry import Rectangle, squarify

WIDE, NARROW = Rectangle(0, 0, 1200, 440), Rectangle(0, 0, 400, 520)
"""The two drawings of which a page shows the one that fits, in units that are about a pixel there."""

_SMALLEST = 40.0
"""Square units; components that would be smaller are one area for their category."""

_CHARACTER, _LINE, _MARGIN = 7.6, 15.0, 5.0
"""About how wide a character of a label is and how high its line, and the room around it."""


class Piece(Struct, frozen=True):
    """Bytes that get an area: a component's live or shadowed ones, or those of a category's small components together."""

    category: str
    name: str
    size: int
    version: str = ""
    shadowed: bool = False


class Tile(Struct, frozen=True):
    """One area: where it is, what a pointer on it is told, and the lines of its label, which fit."""

    place: Rectangle
    category: str
    shadowed: bool
    title: str
    label: tuple[str, ...]


class Treemap(Struct, frozen=True):
    """A drawing of ``width`` by ``height`` units."""

    width: float
    height: float
    tiles: tuple[Tile, ...]


def treemap(rows: Iterable[Attributed], place: Rectangle) -> Treemap:
    """All bytes of the rows, the largest category first, and in it the largest component."""
    groups = _grouped(rows)
    whole = sum(piece.size for group in groups for piece in group)
    tiles: list[Tile] = []
    for group, part in zip(groups, squarify([_sum(group) for group in groups], place), strict=True):
        pieces = _joined(group, place.area / whole if whole else 0.0)
        places = squarify([piece.size for piece in pieces], part)
        tiles += [_tile(piece, where, whole) for piece, where in zip(pieces, places, strict=True)]
    return Treemap(place.width, place.height, tuple(tiles))


def scaled(place: Rectangle, part: int, whole: int) -> Rectangle:
    """A rectangle of the same shape whose area is to that of ``place`` as ``part`` is to ``whole``."""
    factor = (part / whole) ** 0.5 if whole else 0.0
    return Rectangle(place.x, place.y, place.width * factor, place.height * factor)


def _grouped(rows: Iterable[Attributed]) -> list[list[Piece]]:
    """The pieces by category, all in falling order."""
    groups: dict[str, list[Piece]] = {}
    for row in rows:
        for count, shadowed in ((row.live, False), (row.shadowed, True)):
            if count:
                groups.setdefault(row.category, []).append(Piece(row.category, row.component, count, row.version, shadowed))
    ordered = [sorted(group, key=lambda piece: -piece.size) for group in groups.values()]
    return sorted(ordered, key=_sum, reverse=True)


def _sum(group: Sequence[Piece]) -> int:
    return sum(piece.size for piece in group)


def _joined(group: list[Piece], scale: float) -> list[Piece]:
    """The pieces of a category, those that are too small to be seen as one."""
    large = [piece for piece in group if piece.size * scale >= _SMALLEST]
    small = group[len(large) :]
    if len(small) < 2:
        return group
    return [*large, Piece(group[0].category, f"{len(small)} smaller", _sum(small))]


def _tile(piece: Piece, place: Rectangle, whole: int) -> Tile:
    share = f"{size(piece.size)}, {percent(piece.size, whole)}"
    state = ", shadowed" if piece.shadowed else ""
    title = f"{f'{piece.name} {piece.version}'.strip()} ({piece.category}{state}): {share}"
    return Tile(place, piece.category, piece.shadowed, title, _label(piece, place))


def _label(piece: Piece, place: Rectangle) -> tuple[str, ...]:
    """Name and size, as much of them as fits; nothing when that is too little to tell anything."""
    room = int((place.width - 2 * _MARGIN) / _CHARACTER)
    lines = int((place.height - _MARGIN) / _LINE)
    if lines < 1 or room < 4:
        return ()
    below = size(piece.size) + (" shadowed" if piece.shadowed else "")
    return (cut(piece.name, room), below) if lines > 1 and len(below) <= room else (cut(piece.name, room),)
