"""The few directories and files that say where a component lies."""

from collections.abc import Mapping, Sequence
from heapq import nlargest
from itertools import compress

from layerscope.attribution.rules.decisions import Directories
from layerscope.filesystem.directories import SYSTEM_DIRECTORIES
from layerscope.filesystem.merged import Filesystem

MOST_PATHS = 8
_EMPTY, _MIXED = -2, -1


def component_paths(
    filesystem: Filesystem, owners: Sequence[Sequence[int]], directories: Directories, components: int
) -> list[tuple[bytes, ...]]:
    """For each component its places, the most bytes first, at most :data:`MOST_PATHS`.

    ``owners`` are the components of each layer's rows. A directory stands for its content when all that any layer stores in and
    below it belongs to the component; what lies in a directory of several owners is named file by file.
    """
    direct, files, stored = _stored(filesystem, owners, directories)
    tops = _tops(directories, direct, files)
    found: list[dict[int | bytes, int]] = [{} for _ in range(components)]
    for top, component, size in zip(tops, direct, stored, strict=True):
        if size and top >= 0:
            found[component][top] = found[component].get(top, 0) + size
    for index, of_layer, numbers in zip(filesystem.indexes, owners, directories.of_layers, strict=True):
        apart = [tops[number] < 0 for number in numbers]
        rows = compress(zip(index.paths, index.sizes, of_layer, strict=True), map(apart.__getitem__, index.parents))
        for path, size, component in rows:
            if size:
                found[component][path] = found[component].get(path, 0) + size
    return [_largest(sums, directories.paths) for sums in found]


def _largest(sums: Mapping[int | bytes, int], paths: Sequence[bytes]) -> tuple[bytes, ...]:
    """The places with the most bytes; a number is a directory's."""
    least = min(nlargest(MOST_PATHS, sums.values()), default=0) if len(sums) > MOST_PATHS else 0
    places = sorted((-size, paths[it] if isinstance(it, int) else it) for it, size in sums.items() if size >= least)
    return tuple(path for _, path in places[:MOST_PATHS])


def _stored(
    filesystem: Filesystem, owners: Sequence[Sequence[int]], directories: Directories
) -> tuple[list[int], list[int], list[int]]:
    """For each directory the component of all content directly in it, ``_MIXED`` or ``_EMPTY``; its files and bytes."""
    count = len(directories.paths)
    found, files, stored = [_EMPTY] * count, [0] * count, [0] * count
    for index, of_layer, numbers in zip(filesystem.indexes, owners, directories.of_layers, strict=True):
        for size, parent, component in zip(index.sizes, index.parents, of_layer, strict=True):
            if size:
                number = numbers[parent]
                files[number] += 1
                stored[number] += size
                if found[number] != component:
                    found[number] = component if found[number] == _EMPTY else _MIXED
    return found, files, stored


def _tops(directories: Directories, direct: list[int], files: list[int]) -> list[int]:
    """For each directory the number of the one that stands for it, -1 when its files have to be named.

    That is the highest directory above it that one component has to itself, but no higher than needed: a directory with
    nothing but one directory in it says less than that one, and one with a single file less than that file. The system's own
    directories (/usr/lib) stand for nobody.
    """
    paths, above = directories.paths, directories.above
    whole = list(direct)
    for number in compress(range(len(paths)), map(SYSTEM_DIRECTORIES.__contains__, paths)):
        whole[number] = _MIXED
    below = list(files)
    deepest = list(range(len(paths)))
    for number in range(len(paths) - 1, 0, -1):
        owner = whole[number]
        if owner == _EMPTY:
            continue
        parent = above[number]
        if whole[parent] != owner:
            whole[parent] = owner if whole[parent] == _EMPTY else _MIXED
        deepest[parent] = parent if below[parent] else deepest[number]
        below[parent] += below[number]
    tops = [-1] * len(paths)
    for number in range(1, len(paths)):
        if whole[number] >= 0:
            top = tops[above[number]]
            tops[number] = top if top >= 0 else deepest[number] if below[number] > 1 else -1
    return tops
