"""Both final filesystems as one directory tree in columns: the form that two trees on a screen scroll through in step."""

from array import array
from collections.abc import Iterator
from enum import IntEnum
from operator import mul, sub

from msgspec import Struct
from msgspec.structs import replace

from layerscope.comparison.model import Paths, PathState
from layerscope.filesystem.tree import FileTree, ordered_tree
from layerscope.layers.index import Kind

FAT, LEAN = 0, 1
"""The sides: positions in ``sizes``, and bits in ``flags``."""

_IN_FAT, _IN_LEAN, _IN_BOTH = 1, 2, 3
_ONLY_FAT, _ONLY_LEAN, _CHANGED, _MOVED, _PERMISSIONS, _UNVERIFIED = 4, 8, 16, 32, 64, 128
_ONLY = _ONLY_FAT | _ONLY_LEAN
_CONTENT = _ONLY | _CHANGED | _MOVED
_FLAGS = {
    PathState.SAME: _IN_BOTH,
    PathState.CHANGED: _IN_BOTH | _CHANGED,
    PathState.ONLY_FAT: _IN_FAT | _ONLY_FAT,
    PathState.ONLY_LEAN: _IN_LEAN | _ONLY_LEAN,
    PathState.MOVED_FROM: _IN_FAT | _MOVED,
    PathState.MOVED_TO: _IN_LEAN | _MOVED,
}
_OF_STATE = bytes(_FLAGS.get(state, 0) for state in range(256))  # type: ignore[call-overload]
_DIRECTORY = 255
_NO_DIRECTORY = bytes(kind != Kind.DIRECTORY for kind in range(256))


class Show(IntEnum):
    """Which differences a reader wants to see. A file that moved or has other permissions is a CHANGED one."""

    ALL = 0
    ONLY_FAT = 1
    ONLY_LEAN = 2
    CHANGED = 3


_WANTED = {Show.ONLY_FAT: _ONLY_FAT, Show.ONLY_LEAN: _ONLY_LEAN, Show.CHANGED: _CHANGED | _MOVED | _PERMISSIONS}


class PairTree(Struct, frozen=True, eq=False, kw_only=True):
    """The union of both sides' paths.

    ``tree`` is ordered and summed as any file tree: its rows and its ``entries`` are the rows of :class:`Paths`, its ``sizes``
    what rows are ordered by, the bytes between the two sides of a row (never below zero). ``sizes`` are each side's live bytes
    in or below the row, ``flags`` say which sides have the row and what is in or below it.

    ``states`` are :class:`PathState`: a path's own, and of a directory on both sides what it holds; one that is ONLY_FAT or
    ONLY_LEAN holds nothing else.

    ``gaps`` are the bytes by which the sides differ at each path itself, without a sign, and ``churn`` those of all that is in
    or below the row: what paths there lose and gain, added up, so that a directory where both cancel out is not taken for one
    where nothing happened. No row has less of it than any row below it.

    ``own`` is each row's own :class:`PathState`, for counting; 255 for a directory. ``differences`` are the rows worth a visit,
    the most bytes first and moves last: files that changed or moved, and the highest rows that only one side has, but for
    directories that are gone because all that was in them moved.
    """

    tree: FileTree
    sizes: "tuple[array[int], array[int]]"
    states: bytearray
    flags: bytearray
    gaps: "array[int]"
    churn: "array[int]"
    own: bytes
    differences: "array[int]"

    def __len__(self) -> int:
        return len(self.tree)

    def has(self, row: int, side: int) -> bool:
        """Whether that side has the row."""
        return bool(self.flags[row] & (1 << side))

    def is_unverified(self, row: int) -> bool:
        """Whether the row's contents, of one size, could not be read to know whether they are the same."""
        entry = self.tree.entries[row]
        return entry >= 0 and self.tree.ends[row] == row + 1 and bool(self.flags[row] & _UNVERIFIED)

    def gap(self, row: int) -> int:
        """Bytes that the fat side has more."""
        return self.sizes[FAT][row] - self.sizes[LEAN][row]

    def losses_and_gains(self, row: int) -> tuple[int, int]:
        """Bytes that paths in or below a row lose, and that they gain, from the fat side to the lean one."""
        gap, churn = self.gap(row), self.churn[row]
        return (churn + gap) // 2, (churn - gap) // 2

    def counts(self, row: int) -> dict[PathState, int]:
        """Names in or below a row that are not directories, by how they compare. A file that moved within is MOVED_FROM where
        it was and MOVED_TO where it is."""
        below = self.own[row : self.tree.ends[row]]
        return {state: below.count(state) for state in PathState}

    def allowed(self, show: Show, least: int) -> bytes | None:
        """1 for each row that holds what ``show`` says, and ``least`` bytes or more of such losses and gains; None for all.

        The directories above a row that is allowed are allowed too.
        """
        if show == Show.ALL:
            return bytes(map(least.__le__, self.churn)) if least else None
        wanted = _WANTED[show]
        held = self.flags.translate(bytes(1 if flags & wanted else 0 for flags in range(256)))
        if not least:
            return bytes(held)
        return bytes(map(least.__le__, _sum_below(self.tree, array("Q", map(mul, self.gaps, held)))))


def pair_tree(paths: Paths, kinds: tuple[bytearray, bytearray]) -> PairTree:
    """The tree of a comparison's paths, in time linear in them; ``kinds`` are those of each side's filesystem entries."""
    named = _are_names(paths, kinds)
    tree = ordered_tree(paths.paths, paths.fat_sizes, named)
    sizes = tree.sizes, _sum_below(tree, paths.lean_sizes)
    own = bytes(state if has_name else _DIRECTORY for state, has_name in zip(paths.states, named, strict=True))
    flags = _flags(tree, paths)
    states = _states(paths, flags)
    net = array("Q", map(abs, map(sub, *sizes)))
    gaps = array("Q", map(abs, map(sub, paths.fat_sizes, paths.lean_sizes)))
    churn = _sum_below(tree, gaps)
    differences = _differences(tree, states, flags, own)
    by_bytes = sorted(differences, key=lambda row: 0 if flags[row] & _MOVED else -net[row])
    return PairTree(
        tree=replace(tree, sizes=net),
        sizes=sizes,
        states=states,
        flags=flags,
        gaps=gaps,
        churn=churn,
        own=own,
        differences=array("I", by_bytes),
    )


def _are_names(paths: Paths, kinds: tuple[bytearray, bytearray]) -> bytearray:
    """1 for each path that is something else than a directory on either side."""
    fat, lean = (bytes(1) + of_entry.translate(_NO_DIRECTORY) for of_entry in kinds)  # with a 0 for rows without an entry
    return bytearray(fat[mine + 1] | lean[theirs + 1] for mine, theirs in zip(paths.fat, paths.lean, strict=True))


def _sum_below(tree: FileTree, stored: "array[int]") -> "array[int]":
    """Bytes in or below each row, ``stored`` being those of each path."""
    parents, sums = tree.parents, stored[:]
    for row in range(len(tree) - 1, 0, -1):
        sums[parents[row]] += sums[row]
    return sums


def _flags(tree: FileTree, paths: Paths) -> bytearray:
    """Which sides have a row, and what is in or below it."""
    flags, parents = paths.states.translate(_OF_STATE), tree.parents
    for flag, rows in ((_PERMISSIONS, paths.permissions), (_UNVERIFIED, paths.unverified)):
        for row in rows:
            flags[row] |= flag
    for row in range(len(tree) - 1, 0, -1):
        flags[parents[row]] |= flags[row]
    return flags


def _states(paths: Paths, flags: bytearray) -> bytearray:
    states = flags.translate(_OF_FLAGS)
    for row, state in enumerate(paths.states):
        if state in _OF_ITSELF:
            states[row] = state
    for row in paths.permissions:
        if states[row] == PathState.INSIDE and not flags[row] & _CONTENT:
            states[row] = PathState.PERMISSIONS
    return states


def _of_flags(flags: int) -> PathState:
    """How a row compares as far as its flags tell: all but a path's own change or move, or its own permissions."""
    if flags & _IN_BOTH != _IN_BOTH:
        return PathState.ONLY_FAT if flags & _IN_FAT else PathState.ONLY_LEAN
    return PathState.INSIDE if flags & (_CONTENT | _PERMISSIONS) else PathState.SAME


_OF_FLAGS = bytes(map(_of_flags, range(256)))
_OF_ITSELF = frozenset(map(int, (PathState.CHANGED, PathState.MOVED_FROM, PathState.MOVED_TO)))
_VISITED = frozenset(map(int, (PathState.CHANGED, PathState.MOVED_FROM)))
_ONE_SIDED = frozenset(map(int, (PathState.ONLY_FAT, PathState.ONLY_LEAN)))


def _differences(tree: FileTree, states: bytearray, flags: bytearray, own: bytes) -> Iterator[int]:
    for row, state in enumerate(states):
        if state in _VISITED:
            yield row
        elif row and state in _ONE_SIDED and _is_highest(tree.parents[row], flags):
            is_left_by_moves = flags[row] & _MOVED and own.find(state, row, tree.ends[row]) < 0
            if not is_left_by_moves:
                yield row


def _is_highest(parent: int, flags: bytearray) -> bool:
    """Whether a row that one side has lies in the root or in a directory that both sides have."""
    return not parent or flags[parent] & _IN_BOTH == _IN_BOTH
