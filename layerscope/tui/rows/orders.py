"""The order of all rows of a file tree at once, made beside the screen: what is open throughout is then shown by a copy."""

from array import array
from itertools import count
from operator import sub

from msgspec import Struct

from layerscope.filesystem.tree import FileTree

WIDE = 2000
"""Names from which on a directory is ordered ahead of time."""


class WholeOrder(Struct, frozen=True, eq=False):
    """``rows`` are all rows of a tree but the root, each directory right before what is in it; ``places`` is where each row
    stands among them, the root at -1. ``counts`` is how many rows are below each, ``wide`` the children of directories of
    thousands of names."""

    rows: "array[int]"
    places: "array[int]"
    counts: "array[int]"
    wide: "dict[int, array[int]]"

    def below(self, row: int) -> "array[int]":
        """All rows below ``row``."""
        first = self.places[row] + 1
        return self.rows[first : first + self.counts[row]]


def whole_by_name(tree: FileTree) -> WholeOrder:
    """Children by name: the order of the rows themselves."""
    return _whole(tree, array("I", range(1, len(tree))), array("i", range(-1, len(tree) - 1)))


def whole_by_size(tree: FileTree) -> WholeOrder:
    """Children by size, the largest first, names breaking ties."""
    parents, ends = tree.parents, tree.ends
    rows, places = array("I", bytes(4 * (len(tree) - 1))), array("i", bytes(4 * len(tree)))
    free = array("I", bytes(4 * len(tree)))  # Where the next child of each directory goes.
    ordered = sorted(range(1, len(tree)), key=tree.sizes.__getitem__, reverse=True)
    ordered.sort(key=parents.__getitem__)
    for row in ordered:  # A directory's number is below those of its content, so that its own place is known before.
        parent = parents[row]
        place = free[parent]
        rows[place], places[row] = row, place
        free[parent] = place + ends[row] - row
        free[row] = place + 1
    places[0] = -1
    return _whole(tree, rows, places)


def _whole(tree: FileTree, rows: "array[int]", places: "array[int]") -> WholeOrder:
    counts = array("I", map(sub, tree.ends, count(1)))
    directories = (row for row, below in enumerate(counts) if below >= WIDE)
    wide = {}
    for row in directories:
        children, place = array("I"), places[row] + 1
        end = place + counts[row]
        while place < end:
            children.append(rows[place])
            place += 1 + counts[rows[place]]
        if len(children) >= WIDE:
            wide[row] = children
    return WholeOrder(rows, places, counts, wide)
