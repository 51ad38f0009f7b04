"""File trees of any size, made without an image."""

from array import array

from layerscope.filesystem.tree import FileTree


def tree_of(parents: list[int], names: list[bytes], sizes: list[int]) -> FileTree:
    """A tree from rows in preorder: each row's parent, name and own bytes; row 0 is the root."""
    count = len(parents)
    depths, ends, files = array("H", bytes(2 * count)), array("I", range(1, count + 1)), array("I", bytes(4 * count))
    sums = array("Q", sizes)
    for row in range(1, count):
        depths[row] = depths[parents[row]] + 1
    for row in range(count - 1, 0, -1):
        parent = parents[row]
        ends[parent] = max(ends[parent], ends[row])
        sums[parent] += sums[row]
        files[row] += ends[row] == row + 1
        files[parent] += files[row]
    return FileTree(
        names=tuple(names),
        depths=depths,
        ends=ends,
        parents=array("I", parents),
        sizes=sums,
        files=files,
        entries=array("q", [-1]) * count,
    )


def one_directory(count: int) -> FileTree:
    """``/wide`` with ``count`` files."""
    names = [b"", b"wide", *(b"file%07d" % number for number in range(count))]
    return tree_of([0, 0, *([1] * count)], names, [0, 0, *(number * 7919 % 100_003 for number in range(count))])


def bushy(directories: int, below: int, files: int) -> FileTree:
    """``directories`` with ``below`` directories of ``files`` files each."""
    parents, names, sizes = [0], [b""], [0]
    for number in range(directories):
        top = len(parents)
        parents.append(0)
        names.append(b"d%04d" % number)
        sizes.append(0)
        for inner in range(below):
            directory = len(parents)
            parents += [top, *([directory] * files)]
            names += [b"s%04d" % inner, *(b"f%04d" % at for at in range(files))]
            sizes += [0, *((number + inner) * at % 9973 for at in range(files))]
    return tree_of(parents, names, sizes)


def chain(depth: int) -> FileTree:
    """One directory in another, ``depth`` deep, with a file at the bottom."""
    return tree_of([0, *range(depth + 1)], [b"", *(b"d%d" % at for at in range(depth)), b"file"], [0] * (depth + 1) + [1])
