"""How numbers, bars and long names are written on screen: bytes stay integers until they pass one of these functions."""

from functools import lru_cache

from rich.cells import cell_len, set_cell_size

from layerscope.core import units


@lru_cache(maxsize=4096)
def size(count: int) -> str:
    """Bytes as every report writes them (:func:`layerscope.core.units.size`); remembered, since lists draw many."""
    return units.size(count)


@lru_cache(maxsize=4096)
def signed(change: int) -> str:
    """A change in bytes as every report writes it (:func:`layerscope.core.units.signed`); remembered, as sizes are."""
    return units.signed(change)


def bar(part: int, whole: int, width: int) -> str:
    """A bar in exactly ``width`` cells, in eighths of a cell; anything above zero shows at least the thinnest one."""
    return units.bar(part, whole, width).ljust(width)


def bar_leftwards(part: int, whole: int, width: int) -> str:
    """A bar that grows from right to left, in half cells (there are no finer blocks for it)."""
    if whole <= 0 or part <= 0:
        return " " * width
    full, half = divmod(min(width * 2, round(part * width * 2 / whole)), 2)
    return (("▐" if half else "" if full else "▕") + "█" * full).rjust(width)


def shorten(text: str, width: int) -> str:
    """The text in at most ``width`` cells, its end replaced by ``…`` where it is longer."""
    if width <= 0:
        return ""
    if text.isascii():
        return text if len(text) <= width else text[: width - 1] + "…"
    return text if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"
