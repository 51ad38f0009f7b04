"""What stands beside a name in the file tree: how its layer changed it, whether it is shadowed or kept, what it is."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from operator import add

from layerscope.analysis import Analysis
from layerscope.core.vocabulary import CATEGORIES, Category
from layerscope.filesystem.merged import Filesystem
from layerscope.filesystem.tree import FileTree
from layerscope.layers.index import Kind

UNCHANGED, ADDED, CHANGED, DELETED = range(4)
MARKS = {UNCHANGED: " ", ADDED: "+", CHANGED: "~", DELETED: "-"}
MARK_NAMES = {ADDED: "added", CHANGED: "changed", DELETED: "deleted"}
NOTHING = len(CATEGORIES)
UNKNOWN = CATEGORIES.index(Category.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeColumns:
    """A tree with one byte a row for each column.

    ``changes`` is :data:`ADDED`, :data:`CHANGED`, :data:`DELETED` or :data:`UNCHANGED` (and empty for the whole image),
    ``shadowed`` 1 where content of this layer is not in the final filesystem, ``kept`` 1 where the recommendation keeps it or
    something below, ``categories`` is the position in CATEGORIES of what most of the bytes are, :data:`NOTHING` where no byte
    is stored, and ``shares`` how many percent of the bytes that is.
    """

    tree: FileTree
    changes: bytearray
    shadowed: bytearray
    kept: bytearray
    categories: bytearray
    shares: bytearray

    @property
    def of_layer(self) -> bool:
        """Whether this is one layer's tree."""
        return bool(self.changes)


def tree_columns(analysis: Analysis, tree: FileTree, layer: int | None) -> TreeColumns:
    """The columns of ``tree``, which is that of ``layer``, or of the final filesystem when ``layer`` is None."""
    filesystem = analysis.filesystem
    largest, shares = categories(analysis, tree)
    return TreeColumns(
        tree=tree,
        changes=bytearray() if layer is None else changes(filesystem, tree, layer),
        shadowed=_upwards(tree, _shadowed(filesystem)) if layer is not None else bytearray(len(tree)),
        kept=_upwards(tree, analysis.recommendation.kept.__contains__),
        categories=largest,
        shares=shares,
    )


def changes(filesystem: Filesystem, tree: FileTree, layer: int) -> bytearray:
    """For each row of a layer's tree, what the layer did to that path as the layers below it left it.

    A directory that was there already is unmarked, unless its mode changed: tars list every directory on the way.
    """
    below = _present_below(filesystem, layer)
    paths = filesystem.paths
    marks = bytearray(
        _change(filesystem, entry, below.get(paths[entry])) if entry >= 0 else UNCHANGED for entry in tree.entries
    )
    marks[0] = UNCHANGED
    return marks


def _change(filesystem: Filesystem, entry: int, before: int | None) -> int:
    kind = filesystem.kinds[entry]
    if kind in (Kind.WHITEOUT, Kind.OPAQUE):
        return DELETED
    if before is None:
        return ADDED
    was_there = kind == Kind.DIRECTORY == filesystem.kinds[before] and filesystem.mode(before) == filesystem.mode(entry)
    return UNCHANGED if was_there else CHANGED


def _present_below(filesystem: Filesystem, layer: int) -> dict[bytes, int]:
    """The layer's paths that the layers below it left in place, with the entry that each came from."""
    start = filesystem.starts[layer]
    end = start + len(filesystem.indexes[layer])
    wanted = set(filesystem.paths[start:end])
    found: dict[bytes, int] = {}
    for entry, path in enumerate(filesystem.paths[:start]):
        if path in wanted:
            if filesystem.kinds[entry] == Kind.WHITEOUT:
                found.pop(path, None)
            elif filesystem.kinds[entry] != Kind.OPAQUE:
                found[path] = entry
    return found


def _shadowed(filesystem: Filesystem) -> Callable[[int], bool]:
    sizes, stored_live = filesystem.sizes, filesystem.stored_live
    return lambda entry: sizes[entry] > 0 and not stored_live[entry]


def _upwards(tree: FileTree, holds: Callable[[int], bool]) -> bytearray:
    """1 where ``holds`` is true of the row's entry or of one below it."""
    flags = bytearray(len(tree))
    entries, parents = tree.entries, tree.parents
    for row in range(len(tree) - 1, -1, -1):
        if not flags[row] and entries[row] >= 0 and holds(entries[row]):
            flags[row] = 1
        if flags[row]:
            flags[parents[row]] = 1
    return flags


def categories(analysis: Analysis, tree: FileTree) -> tuple[bytearray, bytearray]:
    """For each row the category of most of its bytes, and how many percent of them that is (1 to 100)."""
    of_component = bytes(CATEGORIES.index(component.category) for component in analysis.attribution.components)
    owner, sizes = analysis.attribution.owner, tree.sizes
    found, shares = bytearray([NOTHING]) * len(tree), bytearray(b"d") * len(tree)
    entries, parents, ends = tree.entries, tree.parents, tree.ends
    sums: defaultdict[int, list[int]] = defaultdict(lambda: [0] * len(CATEGORIES))
    for row in range(len(tree) - 1, 0, -1):
        stored = sizes[row]
        if not stored:
            continue
        above = sums[parents[row]]
        if ends[row] == row + 1:
            category = found[row] = of_component[owner[entries[row]]] if entries[row] >= 0 else UNKNOWN
            above[category] += stored
            continue
        below = sums.pop(row)
        most = max(below)
        found[row], shares[row] = below.index(most), _share(most, stored)
        above[:] = map(add, above, below)
    return found, shares


def _share(part: int, whole: int) -> int:
    """Percent, 100 only for the whole and 0 for nothing."""
    return 100 if part == whole else max(1, min(99, 100 * part // whole))
