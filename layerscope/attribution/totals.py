"""Sums over the owners of all entries: bytes, files, layers and the places of each component, and categories by layer."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import compress
from operator import attrgetter
from typing import NamedTuple

from layerscope.attribution.model import Component, ComponentSize
from layerscope.core.vocabulary import Category
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind

_FILES = bytes(kind not in (Kind.DIRECTORY, Kind.WHITEOUT, Kind.OPAQUE) for kind in range(256))
_NOT = bytes(not value for value in range(256))


class _Stored(NamedTuple):
    """What one layer stores, by component: bytes that live, bytes that do not, names that live, and all components that it
    has a file of."""

    live: dict[int, int]
    shadowed: dict[int, int]
    files: Counter[int]
    present: frozenset[int]

    def categories(self, components: Sequence[Component]) -> dict[Category, int]:
        """The bytes of each category, live or not."""
        found: defaultdict[Category, int] = defaultdict(int)
        for component, size in (*self.live.items(), *self.shadowed.items()):
            found[components[component].category] += size
        return dict(found)


class Totals:
    """The sums of all layers, each gone through once."""

    def __init__(self, filesystem: Filesystem, owners: Sequence[Sequence[int]]) -> None:
        """``owners`` are the components of each layer's rows."""
        self._layers = [_stored(filesystem, start, of_layer) for start, of_layer in zip(filesystem.starts, owners, strict=True)]

    def component_sizes(self, places: Sequence[Sequence[bytes]], components: Sequence[Component]) -> tuple[ComponentSize, ...]:
        """One row for each component that owns a file in any layer, the most bytes first, then by name.

        ``places`` are each component's paths, as :func:`layerscope.attribution.rules.locations.component_paths` gives them.
        """
        live, shadowed, files = Counter[int](), Counter[int](), Counter[int]()
        layers: defaultdict[int, list[int]] = defaultdict(list)
        for number, layer in enumerate(self._layers):
            live.update(layer.live)
            shadowed.update(layer.shadowed)
            files.update(layer.files)
            for component in layer.live.keys() | layer.shadowed.keys():
                layers[component].append(number)
        rows = (
            ComponentSize(
                component=item,
                live=live[item],
                shadowed=shadowed[item],
                files=files[item],
                layers=tuple(layers[item]),
                paths=tuple(places[item]),
            )
            for item in frozenset[int]().union(*map(attrgetter("present"), self._layers))
        )

        def order(row: ComponentSize) -> tuple[int, str, str, str]:
            component = components[row.component]
            return -row.stored, component.name, component.version, component.category

        return tuple(sorted(rows, key=order))

    def categories_by_layer(self, components: Sequence[Component]) -> tuple[dict[Category, int], ...]:
        """For each layer the bytes that it stores of each category, live or shadowed."""
        return tuple(layer.categories(components) for layer in self._layers)


def _stored(filesystem: Filesystem, start: int, owners: Sequence[int]) -> _Stored:
    end = start + len(owners)
    sizes = filesystem.sizes[start:end]
    is_file = filesystem.kinds[start:end].translate(_FILES)
    named = map(int.__and__, is_file, filesystem.live[start:end])
    lives = filesystem.stored_live[start:end]
    return _Stored(
        _sums(compress(owners, lives), compress(sizes, lives)),
        _sums(compress(owners, lives.translate(_NOT)), compress(sizes, lives.translate(_NOT))),
        Counter(compress(owners, named)),
        frozenset(compress(owners, is_file)),
    )


def _sums(owners: Iterable[int], sizes: Iterable[int]) -> dict[int, int]:
    """The bytes of each owner that has any."""
    found: defaultdict[int, int] = defaultdict(int)
    for component, size in zip(owners, sizes, strict=True):
        if size:
            found[component] += size
    return found
