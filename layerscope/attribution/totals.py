"""Sums over the owners of all entries: bytes, files, layers and the places of each component, and categories by layer."""

from array import array
from collections.abc import Sequence

from layerscope.attribution.model import Component, ComponentSize
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind

_NO_FILE = frozenset(map(int, (Kind.DIRECTORY, Kind.WHITEOUT, Kind.OPAQUE)))


class _Sum:
    __slots__ = ("files", "layers", "live", "shadowed")

    def __init__(self) -> None:
        self.live = self.shadowed = self.files = 0
        self.layers: set[int] = set()


def component_sizes(
    filesystem: Filesystem, owner: "array[int]", places: Sequence[Sequence[bytes]]
) -> tuple[ComponentSize, ...]:
    """One row for each component that owns a file in any layer, the most bytes first.

    ``places`` are each component's paths, as :func:`component_paths` gives them.
    """
    sums: dict[int, _Sum] = {}
    rows = zip(
        owner, filesystem.kinds, filesystem.sizes, filesystem.layers, filesystem.live, filesystem.stored_live, strict=True
    )
    for component, kind, size, layer, live, stored_live in rows:
        if kind in _NO_FILE:
            continue
        known = sums.get(component)
        if known is None:
            known = sums[component] = _Sum()
        known.files += live
        if size:
            known.layers.add(layer)
            if stored_live:
                known.live += size
            else:
                known.shadowed += size
    sizes = [
        ComponentSize(component, total.live, total.shadowed, total.files, tuple(sorted(total.layers)), tuple(places[component]))
        for component, total in sums.items()
    ]
    return tuple(sorted(sizes, key=lambda row: (-(row.live + row.shadowed), row.component)))


def categories_by_layer(
    filesystem: Filesystem, owner: "array[int]", components: Sequence[Component]
) -> tuple[dict[str, int], ...]:
    """For each layer the bytes that it stores of each category, live or shadowed."""
    found: list[dict[str, int]] = []
    for layer, start in enumerate(filesystem.starts):
        stored: dict[int, int] = {}
        sizes = filesystem.indexes[layer].sizes
        for component, size in zip(owner[start : start + len(sizes)], sizes, strict=True):
            if size:
                stored[component] = stored.get(component, 0) + size
        categories: dict[str, int] = {}
        for component, size in stored.items():
            name = components[component].category
            categories[name] = categories.get(name, 0) + size
        found.append(categories)
    return tuple(found)
