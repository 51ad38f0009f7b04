"""Bars of stretches, side by side or facing each other, all of a table to one scale."""

from collections.abc import Sequence

from msgspec import Struct

from layerscope.attribution.categories import CategoryBytes
from layerscope.core.units import percent, size
from layerscope.core.vocabulary import CATEGORIES
from layerscope.report.document import LayerFacts

BAR = 1000.0
"""The length of the longest bar, in units of its drawing."""


class Stretch(Struct, frozen=True):
    """One part of a bar: where it begins and how long it is, whose colour it has, what a pointer on it is told."""

    start: float
    length: float
    colour: str
    title: str


Bar = list[Stretch]


def stretches(parts: Sequence[tuple[str, int]], longest: int) -> Bar:
    """The parts of a bar, one after the other; ``longest`` is what the longest bar stands for."""
    whole = sum(count for _, count in parts)
    found, start = [], 0.0
    for name, count in parts:
        if count:
            length = BAR * count / longest
            found.append(Stretch(start, length, name, f"{name}: {size(count)}, {percent(count, whole)}"))
            start += length
    return found


def category_bars(rows: Sequence[CategoryBytes]) -> list[Bar]:
    """A bar for each category, its live bytes in its colour and the shadowed ones hatched."""
    longest = max((row.stored for row in rows), default=0)
    return [stretches([(row.category, row.live), ("shadowed", row.shadowed)], longest) for row in rows]


def layer_bars(layers: Sequence[LayerFacts], longest: int = 0) -> list[tuple[Bar, Bar]]:
    """Two bars for each layer: its categories, and its live and shadowed bytes. ``longest`` is at least the largest layer."""
    longest = max((longest, *(layer.size for layer in layers)))
    bars = []
    for layer in layers:
        kinds = [(name, layer.categories.get(name, 0)) for name in CATEGORIES]
        kinds.sort(key=lambda item: -item[1])
        states = [("live", layer.size - layer.shadowed), ("shadowed", layer.shadowed)]
        bars.append((stretches(kinds, longest), stretches(states, longest)))
    return bars


def facing_bars(rows: Sequence[tuple[str, int, int]]) -> list[tuple[Bar, Bar]]:
    """For each category's bytes on two sides a bar that ends at the middle, and one that begins there."""
    longest = max((max(one, other) for _, one, other in rows), default=0)
    bars = []
    for name, one, other in rows:
        left, right = (stretches([(name, count)], longest) for count in (one, other))
        bars.append(([Stretch(BAR - part.length, part.length, part.colour, part.title) for part in left], right))
    return bars
