"""The few directories and files that say where a component lies."""

from array import array

from layerscope.attribution.application import SYSTEM_DIRECTORIES
from layerscope.filesystem.merged import Filesystem

MOST_PATHS = 8
_EMPTY, _MIXED = -2, -1


def component_paths(filesystem: Filesystem, owner: "array[int]", components: int) -> list[tuple[bytes, ...]]:
    """For each component its places, the most bytes first, at most :data:`MOST_PATHS`.

    A directory stands for its content when all that any layer stores in and below it belongs to the component; what lies in a
    directory of several owners is named file by file.
    """
    directories, numbers = _directories(filesystem)
    direct, files, stored = _stored(filesystem, owner, numbers, len(directories))
    tops = _tops(directories, direct, files)
    found: list[dict[bytes, int]] = [{} for _ in range(components)]
    for place, component, size in zip(tops, direct, stored, strict=True):
        if place and size:
            found[component][place] = found[component].get(place, 0) + size
    start = 0
    for index, known in zip(filesystem.indexes, numbers, strict=True):
        apart = [not tops[number] for number in known]
        owners = owner[start : start + len(index)]
        for path, size, parent, component in zip(index.paths, index.sizes, index.parents, owners, strict=True):
            if size and apart[parent]:
                found[component][path] = found[component].get(path, 0) + size
        start += len(index)
    return [tuple(sorted(sums, key=lambda place: (-sums[place], place))[:MOST_PATHS]) for sums in found]


def _directories(filesystem: Filesystem) -> tuple[list[bytes], list[list[int]]]:
    """All directories of all layers and above them, and for each layer the numbers of its own."""
    known: dict[bytes, int] = {}
    numbers = [[known.setdefault(path, len(known)) for path in index.directories] for index in filesystem.indexes]
    for path in list(known):
        above = path.rpartition(b"/")[0]
        while above not in known:
            known[above] = len(known)
            above = above.rpartition(b"/")[0]
    return list(known), numbers


def _stored(
    filesystem: Filesystem, owner: "array[int]", numbers: list[list[int]], count: int
) -> tuple[list[int], list[int], list[int]]:
    """For each directory the component of all content directly in it, ``_MIXED`` or ``_EMPTY``; its files and bytes."""
    found, files, stored = [_EMPTY] * count, [0] * count, [0] * count
    start = 0
    for index, known in zip(filesystem.indexes, numbers, strict=True):
        for size, parent, component in zip(index.sizes, index.parents, owner[start : start + len(index)], strict=True):
            if size:
                number = known[parent]
                files[number] += 1
                stored[number] += size
                if found[number] != component:
                    found[number] = component if found[number] == _EMPTY else _MIXED
        start += len(index)
    return found, files, stored


def _tops(directories: list[bytes], direct: list[int], files: list[int]) -> list[bytes]:
    """For each directory the one that stands for it, b"" when its files have to be named.

    That is the highest directory above it that one component has to itself, but no higher than needed: a directory with
    nothing but one directory in it says less than that one, and one with a single file less than that file. The system's own
    directories (/usr/lib) stand for nobody.
    """
    position = {path: number for number, path in enumerate(directories)}
    order = sorted(position)
    whole = [_MIXED if path in SYSTEM_DIRECTORIES else owner for path, owner in zip(directories, direct, strict=True)]
    below = list(files)
    deepest = {path: path for path in order}
    for path in reversed(order):
        number = position[path]
        if not path or whole[number] == _EMPTY:
            continue
        above = path.rpartition(b"/")[0]
        parent = position[above]
        if whole[parent] != whole[number]:
            whole[parent] = whole[number] if whole[parent] == _EMPTY else _MIXED
        deepest[above] = above if below[parent] else deepest[path]
        below[parent] += below[number]
    tops = [b""] * len(directories)
    for path in order:
        number = position[path]
        if path and whole[number] >= 0:
            top = tops[position[path.rpartition(b"/")[0]]]
            tops[number] = top or (deepest[path] if below[number] > 1 else b"")
    return tops
