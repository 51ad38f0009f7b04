"""What an image's layers store of each category."""

from operator import attrgetter
from typing import NamedTuple

from layerscope.attribution.model import Attribution
from layerscope.core.vocabulary import CATEGORIES, Category


class CategoryBytes(NamedTuple):
    """One category's bytes, live and shadowed."""

    category: Category
    live: int
    shadowed: int

    @property
    def stored(self) -> int:
        return self.live + self.shadowed


def by_category(attribution: Attribution) -> list[CategoryBytes]:
    """The categories that have any bytes, the most first; together they are all that the layers store."""
    live, shadowed = dict.fromkeys(CATEGORIES, 0), dict.fromkeys(CATEGORIES, 0)
    for row in attribution.sizes:
        category = attribution.components[row.component].category
        live[category] += row.live
        shadowed[category] += row.shadowed
    by_bytes = attrgetter("stored")
    rows = [CategoryBytes(name, live[name], shadowed[name]) for name in CATEGORIES]
    return sorted(filter(by_bytes, rows), key=by_bytes, reverse=True)
