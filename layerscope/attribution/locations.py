"""The few directories and files that say where a component lies."""

from array import array
from typing import NamedTuple

from layerscope.attribution.application import SYSTEM_DIRECTORIES
from layerscope.filesystem.merged import Filesystem

MOST_PATHS = 8
_EMPTY, _MIXED = -2, -1


class _Directories(NamedTuple):
    """All directories of all layers, with those above them, by number.

    ``above`` has the number of each one's parent, the root's its own; ``of_layers`` has for each layer the numbers of its own.
    """

    paths: list[bytes]
    numbers: dict[bytes, int]
    above: list[int]
    of_layers: list[list[int]]


def component_paths(filesystem: Filesystem, owner: "array[int]", components: int) -> list[tuple[bytes, ...]]:
    """For each component its places, the most bytes first, at most :data:`MOST_PATHS`.

    A directory stands for its content when all that any layer stores in and below it belongs to the component; what lies in a
    directory of several owners is named file by file.
    """
    directories = _directories(filesystem)
    direct, files, stored = _stored(filesystem, owner, directories)
    tops = _tops(directories, direct, files)
    found: list[dict[bytes, int]] = [{} for _ in range(components)]
    for top, component, size in zip(tops, direct, stored, strict=True):
        if top >= 0 and size:
            place = directories.paths[top]
            found[component][place] = found[component].get(place, 0) + size
    start = 0
    for index, numbers in zip(filesystem.indexes, directories.of_layers, strict=True):
        apart = [tops[number] < 0 for number in numbers]
        owners = owner[start : start + len(index)]
        for path, size, parent, component in zip(index.paths, index.sizes, index.parents, owners, strict=True):
            if size and apart[parent]:
                found[component][path] = found[component].get(path, 0) + size
        start += len(index)
    return [_largest(sums) for sums in found]


def _largest(sums: dict[bytes, int]) -> tuple[bytes, ...]:
    if len(sums) < 2:
        return tuple(sums)
    return tuple(sorted(sums, key=lambda place: (-sums[place], place))[:MOST_PATHS])


def _directories(filesystem: Filesystem) -> _Directories:
    known: dict[bytes, int] = {}
    of_layers = [[known.setdefault(path, len(known)) for path in index.directories] for index in filesystem.indexes]
    paths, above = list(known), []
    for path in paths:
        parent = path.rpartition(b"/")[0]
        number = known.get(parent)
        if number is None:
            number = known[parent] = len(paths)
            paths.append(parent)
        above.append(number)
    return _Directories(paths, known, above, of_layers)


def _stored(filesystem: Filesystem, owner: "array[int]", directories: _Directories) -> tuple[list[int], list[int], list[int]]:
    """For each directory the component of all content directly in it, ``_MIXED`` or ``_EMPTY``; its files and bytes."""
    count = len(directories.paths)
    found, files, stored = [_EMPTY] * count, [0] * count, [0] * count
    start = 0
    for index, numbers in zip(filesystem.indexes, directories.of_layers, strict=True):
        for size, parent, component in zip(index.sizes, index.parents, owner[start : start + len(index)], strict=True):
            if size:
                number = numbers[parent]
                files[number] += 1
                stored[number] += size
                if found[number] != component:
                    found[number] = component if found[number] == _EMPTY else _MIXED
        start += len(index)
    return found, files, stored


def _tops(directories: _Directories, direct: list[int], files: list[int]) -> list[int]:
    """For each directory the number of the one that stands for it, -1 when its files have to be named.

    That is the highest directory above it that one component has to itself, but no higher than needed: a directory with
    nothing but one directory in it says less than that one, and one with a single file less than that file. The system's own
    directories (/usr/lib) stand for nobody.
    """
    paths, above = directories.paths, directories.above
    lengths = list(map(len, paths))
    order = sorted(range(len(paths)), key=lengths.__getitem__)
    whole = list(direct)
    for path in SYSTEM_DIRECTORIES & directories.numbers.keys():
        whole[directories.numbers[path]] = _MIXED
    below = list(files)
    deepest = list(range(len(paths)))
    for number in reversed(order):
        owner = whole[number]
        if owner == _EMPTY or not lengths[number]:
            continue
        parent = above[number]
        if whole[parent] != owner:
            whole[parent] = owner if whole[parent] == _EMPTY else _MIXED
        deepest[parent] = parent if below[parent] else deepest[number]
        below[parent] += below[number]
    tops = [-1] * len(paths)
    for number in order:
        if whole[number] >= 0 and lengths[number]:
            top = tops[above[number]]
            tops[number] = top if top >= 0 else deepest[number] if below[number] > 1 else -1
    return tops
