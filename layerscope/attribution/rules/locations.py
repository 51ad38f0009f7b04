"""The few directories and files that say where a component lies."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from heapq import nlargest
from itertools import compress
from operator import mul
from typing import NamedTuple

from layerscope.attribution.rules.decisions import Directories
from layerscope.filesystem.directories import SYSTEM_DIRECTORIES
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import LayerIndex

MOST_PATHS = 8
_EMPTY, _MIXED = -2, -1


class _Content(NamedTuple):
    """What lies directly in each directory: its one component, ``_MIXED`` for several or ``_EMPTY``; its files and bytes."""

    components: list[int]
    files: list[int]
    sizes: list[int]


def component_paths(
    filesystem: Filesystem, owners: Sequence[Sequence[int]], directories: Directories, components: int
) -> list[tuple[bytes, ...]]:
    """For each component its places, the most bytes first, at most :data:`MOST_PATHS`.

    ``owners`` are the components of each layer's rows. A directory stands for its content when all that any layer stores in and
    below it belongs to the component; what lies in a directory of several owners is named file by file.
    """
    content = _content(filesystem, owners, directories)
    tops = _tops(directories, content)
    found: list[defaultdict[int | bytes, int]] = [defaultdict(int) for _ in range(components)]
    for top, component, size in compress(zip(tops, content.components, content.sizes, strict=True), content.sizes):
        if top >= 0:
            found[component][top] += size
    for index, of_layer, numbers in zip(filesystem.indexes, owners, directories.of_layers, strict=True):
        for path, size, component in _apart(index, of_layer, [tops[number] < 0 for number in numbers]):
            found[component][path] += size
    living = _living_names(filesystem)
    return [tuple(living.get(path, path) for path in _largest(sums, directories.paths)) for sums in found]


def _living_names(filesystem: Filesystem) -> dict[bytes, bytes]:
    """The hard link under which a file lives on whose first name is deleted, by that name."""
    paths, live = filesystem.paths, filesystem.live
    deleted = ((holder, link) for link, holder in filesystem.holders.items() if live[link] and not live[holder])
    return {paths[holder]: paths[link] for holder, link in deleted if paths[holder] not in filesystem.visible}


def _apart(index: LayerIndex, owners: Sequence[int], apart: Sequence[bool]) -> Iterator[tuple[bytes, int, int]]:
    """Path, size and component of each file with content in directories that do not stand for their files."""
    rows = zip(index.paths, index.sizes, owners, strict=True)
    return compress(rows, map(mul, map(apart.__getitem__, index.parents), index.sizes))


def _largest(sums: Mapping[int | bytes, int], paths: Sequence[bytes]) -> tuple[bytes, ...]:
    """The places with the most bytes; a number is a directory's."""
    least = min(nlargest(MOST_PATHS, sums.values()), default=0)
    places = sorted((-size, paths[it] if isinstance(it, int) else it) for it, size in sums.items() if size >= least)
    return tuple(path for _, path in places[:MOST_PATHS])


def _content(filesystem: Filesystem, owners: Sequence[Sequence[int]], directories: Directories) -> _Content:
    count = len(directories.paths)
    found, files, sizes = [_EMPTY] * count, [0] * count, [0] * count
    for index, of_layer, numbers in zip(filesystem.indexes, owners, directories.of_layers, strict=True):
        rows = zip(index.sizes, index.parents, of_layer, strict=True)
        for size, parent, component in compress(rows, index.sizes):
            number = numbers[parent]
            files[number] += 1
            sizes[number] += size
            if found[number] != component:
                found[number] = component if found[number] == _EMPTY else _MIXED
    return _Content(found, files, sizes)


def _tops(directories: Directories, content: _Content) -> list[int]:
    """For each directory the number of the one that stands for it, -1 when its files have to be named.

    That is the highest directory above it that one component has to itself, but no higher than needed: a directory with
    nothing but one directory in it says less than that one, and one with a single file less than that file.
    """
    whole, below, deepest = _gathered(directories, content)
    tops = [-1] * len(whole)
    for number in range(1, len(whole)):
        top = tops[directories.above[number]]
        if whole[number] >= 0:
            tops[number] = top if top >= 0 else deepest[number] if below[number] > 1 else -1
    return tops


def _own_components(directories: Directories, content: _Content) -> list[int]:
    rows = zip(directories.paths, content.components, strict=True)
    return [_MIXED if path in SYSTEM_DIRECTORIES else owner for path, owner in rows]


def _gathered(directories: Directories, content: _Content) -> tuple[list[int], list[int], list[int]]:
    """For each directory the one component of all in and below it, or ``_MIXED``, ``_EMPTY``; the files in and below it; the
    deepest directory that has all of these. The system's own directories (/usr/lib) stand for nothing."""
    whole = _own_components(directories, content)
    below, deepest = list(content.files), list(range(len(whole)))
    for number in range(len(whole) - 1, 0, -1):
        parent, owner = directories.above[number], whole[number]
        if owner == _EMPTY:
            continue
        if whole[parent] != owner:
            whole[parent] = owner if whole[parent] == _EMPTY else _MIXED
        deepest[parent] = parent if below[parent] else deepest[number]
        below[parent] += below[number]
    return whole, below, deepest
