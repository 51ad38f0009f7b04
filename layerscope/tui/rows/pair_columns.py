"""What two trees side by side show: the union of their paths, and what the bytes of each side are."""

from array import array
from dataclasses import dataclass

from msgspec.structs import replace

from layerscope.analysis import Analysis
from layerscope.comparison.model import Comparison, PathState
from layerscope.comparison.tree import FAT, LEAN, PairTree, pair_tree
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.tui.rows.tree_columns import categories

SIDE_NAMES = {FAT: "fat", LEAN: "lean"}
STATES = {
    PathState.SAME: (" ", "the same on both sides"),
    PathState.CHANGED: ("~", "changed"),
    PathState.ONLY_FAT: ("−", "only in the fat image"),
    PathState.ONLY_LEAN: ("+", "only in the lean image"),
    PathState.MOVED_FROM: ("→", "moved"),
    PathState.MOVED_TO: ("→", "moved"),
    PathState.INSIDE: ("›", "something inside differs"),
    PathState.PERMISSIONS: ("≈", "the same content, another mode or owner"),
}
"""Signs, one cell wide each, and words for how a row compares, from the fat image to the lean one."""

UNVERIFIED_SIGN = "?"


@dataclass(frozen=True, slots=True)
class PairColumns:
    """The tree of a comparison; ``entries`` are each side's filesystem entries by row, ``categories`` and ``shares`` what most
    of its bytes are there (see :class:`TreeColumns`). ``arrivals`` lead from where a file moved to
    back to where it was, in rows of the comparison's paths."""

    comparison: Comparison
    pair: PairTree
    entries: "tuple[array[int], array[int]]"
    categories: tuple[bytearray, bytearray]
    arrivals: dict[int, int]

    def analysis(self, side: int) -> Analysis:
        """The image of a side."""
        return self.comparison.lean if side == LEAN else self.comparison.fat

    def filesystem(self, side: int) -> Filesystem:
        """The filesystem of a side."""
        return self.analysis(side).filesystem

    def kind(self, side: int, row: int) -> int:
        """What a row is on a side that has it."""
        entry = self.entries[side][row]
        return self.filesystem(side).kinds[entry] if entry >= 0 else Kind.DIRECTORY

    def sign(self, row: int) -> str:
        """The sign of how a row compares."""
        if self.pair.states[row] == PathState.SAME and self.pair.is_unverified(row):
            return UNVERIFIED_SIGN
        return STATES[PathState(self.pair.states[row])][0]

    def elsewhere(self, row: int) -> bytes | None:
        """Where a file that moved lies on the other side."""
        paths, entry = self.comparison.paths, self.pair.tree.entries[row]
        other = paths.moved.get(entry, self.arrivals.get(entry))
        return None if other is None else paths.paths[other]


def pair_columns(comparison: Comparison) -> PairColumns:
    """All columns of a comparison."""
    paths = comparison.paths
    pair = pair_tree(paths, (comparison.fat.filesystem.kinds, comparison.lean.filesystem.kinds))
    fat = replace(pair.tree, sizes=pair.sizes[FAT], entries=paths.fat)
    lean = replace(pair.tree, sizes=pair.sizes[LEAN], entries=paths.lean)
    found = categories(comparison.fat, fat)[0], categories(comparison.lean, lean)[0]
    arrivals = {target: source for source, target in paths.moved.items()}
    return PairColumns(comparison, pair, (paths.fat, paths.lean), found, arrivals)
