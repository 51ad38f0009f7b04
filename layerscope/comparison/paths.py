"""Every path of two final filesystems, side by side: the same, changed, moved, or only on one side."""

from array import array
from collections.abc import Iterable
from itertools import chain, compress, count, repeat
from operator import ne

from msgspec import Struct

from layerscope.advice.why import KIND_NAMES
from layerscope.comparison.contents import Compared, Digests, Pair, Side, compare_contents
from layerscope.comparison.model import Comparison, Paths, PathState
from layerscope.comparison.moves import find_moves
from layerscope.filesystem.merged import Filesystem
from layerscope.filesystem.tree import carried_sizes, tree_order
from layerscope.layers.index import Kind
from layerscope.sources.image import Progress

_REGULAR, _DIRECTORY = int(Kind.REGULAR), int(Kind.DIRECTORY)
_LINKS = frozenset((int(Kind.SYMLINK), int(Kind.HARDLINK)))
_SAME, _CHANGED = int(PathState.SAME), int(PathState.CHANGED)
_ONLY_FAT, _ONLY_LEAN = int(PathState.ONLY_FAT), int(PathState.ONLY_LEAN)


class _Column(Struct, frozen=True, eq=False):
    """One side along the rows: ``entries`` are -1 where it has none, ``implied`` its directories that no layer lists."""

    side: Side
    filesystem: Filesystem
    entries: "array[int]"
    implied: set[bytes]

    def content(self, row: int) -> int:
        """The entry that stores what the row shows."""
        return self.filesystem.holder(self.entries[row])

    def kind(self, row: int) -> int:
        """What the row shows."""
        return self.filesystem.kinds[self.content(row)]


def compare_paths(fat: Side, lean: Side, progress: Progress | None = None) -> Paths:
    """Aligns the paths of both filesystems and compares what is at them.

    What both have from one row of one layer is the same, and is not read.
    """
    names, one, other = _align(fat, lean)
    states, pairs = _compare_rows(names, one, other)
    movable = _movable(one, states, _ONLY_FAT), _movable(other, states, _ONLY_LEAN)
    compared = compare_contents((fat, lean), pairs, _of_common_size(one, other, movable), progress)
    unverified = _settle(states, pairs, compared)
    moved = find_moves(names, _by_row(movable[0], compared.fat), _by_row(movable[1], compared.lean))
    for source, target in moved.items():
        states[source], states[target] = PathState.MOVED_FROM, PathState.MOVED_TO
    return Paths(
        paths=names,
        fat=one.entries,
        lean=other.entries,
        states=states,
        fat_sizes=_sizes(one),
        lean_sizes=_sizes(other),
        moved=moved,
        permissions=_permissions(one, other),
        unverified=unverified,
    )


def kinds_of(comparison: Comparison, row: int) -> tuple[str, str]:
    """What both sides have at a row, in words: ``file``, ``symbolic link``, ``directory``…; a hard link is what it links to."""
    paths = comparison.paths
    return _kind_name(comparison.fat.filesystem, paths.fat[row]), _kind_name(comparison.lean.filesystem, paths.lean[row])


def _kind_name(filesystem: Filesystem, entry: int) -> str:
    if entry < 0:
        return "directory"
    return KIND_NAMES.get(Kind(filesystem.kinds[filesystem.holder(entry)]), "file")


def _align(fat: Side, lean: Side) -> tuple[list[bytes], _Column, _Column]:
    """The union of both sides' paths with the directories above them, in order, and both sides along it."""
    implied = _implied(fat.filesystem), _implied(lean.filesystem)
    names = sorted(fat.filesystem.visible.keys() | lean.filesystem.visible.keys() | implied[0] | implied[1], key=tree_order)
    one, other = (
        _Column(side, side.filesystem, array("q", map(side.filesystem.visible.get, names, repeat(-1))), unlisted)
        for side, unlisted in zip((fat, lean), implied, strict=True)
    )
    return names, one, other


def _implied(filesystem: Filesystem) -> set[bytes]:
    """Directories of the final filesystem that no layer lists, the root among them."""
    found: set[bytes] = set()
    pending = {path.rpartition(b"/")[0] for path in filesystem.visible} | {b""}
    while pending:
        found |= pending - filesystem.visible.keys()
        pending = {path.rpartition(b"/")[0] for path in pending} - found - filesystem.visible.keys()
    return found


def _compare_rows(names: list[bytes], one: _Column, other: _Column) -> tuple[bytearray, dict[Pair, list[int]]]:
    """The state of every row as far as the indexes tell, and the contents that have to be compared, with their rows."""
    states = bytearray(len(names))
    pairs: dict[Pair, list[int]] = {}
    fat, lean = one.filesystem, other.filesystem
    for row, (mine, theirs) in enumerate(zip(one.entries, other.entries, strict=True)):
        if mine < 0 or theirs < 0:
            states[row] = _lopsided(names[row], mine, theirs, one, other)
            continue
        pair = held, held_there = fat.holders.get(mine, mine), lean.holders.get(theirs, theirs)
        if not fat.kinds[held] == lean.kinds[held_there] == _REGULAR:
            states[row] = _compare_special(fat, held, lean, held_there)
        elif fat.sizes[held] != lean.sizes[held_there]:
            states[row] = _CHANGED
        elif fat.sizes[held] and not _same_origin(one, other, pair):
            pairs.setdefault(pair, []).append(row)
    return states, pairs


def _compare_special(fat: Filesystem, mine: int, lean: Filesystem, theirs: int) -> int:
    """The state of a row that is no file on one side or on both."""
    kind = fat.kinds[mine]
    differs = kind != lean.kinds[theirs] or (kind in _LINKS and fat.link(mine) != lean.link(theirs))
    return _CHANGED if differs else _SAME


def _same_origin(one: _Column, other: _Column, pair: Pair) -> bool:
    """Whether two entries are the same row of the same layer."""
    fat, lean = one.filesystem, other.filesystem
    mine, theirs = fat.layers[pair[0]], lean.layers[pair[1]]
    if pair[0] - fat.starts[mine] != pair[1] - lean.starts[theirs]:
        return False
    return one.side.diff_ids[mine] == other.side.diff_ids[theirs] != ""


def _lopsided(name: bytes, fat: int, lean: int, one: _Column, other: _Column) -> int:
    """The state of a row that only one side lists, or none: the other may have it as a directory all the same."""
    if fat < 0 and name not in one.implied:
        return _ONLY_LEAN
    if lean < 0 and name not in other.implied:
        return _ONLY_FAT
    kinds = {side.filesystem.kinds[entry] for side, entry in ((one, fat), (other, lean)) if entry >= 0}
    return _SAME if kinds <= {_DIRECTORY} else _CHANGED


def _movable(column: _Column, states: bytearray, only: int) -> dict[int, int]:
    """Rows of files that only this side has, with the entry that stores what they show; empty files could be anything's."""
    filesystem, entries = column.filesystem, column.entries
    found = {row: column.content(row) for row, state in enumerate(states) if state == only and entries[row] >= 0}
    return {row: entry for row, entry in found.items() if filesystem.kinds[entry] == _REGULAR and filesystem.sizes[entry]}


def _of_common_size(one: _Column, other: _Column, movable: tuple[dict[int, int], dict[int, int]]) -> tuple[set[int], set[int]]:
    """The entries of both sides whose size occurs on the other side too: only they can have moved."""
    mine, theirs = one.filesystem.sizes, other.filesystem.sizes
    fat, lean = movable[0].values(), movable[1].values()
    common = set(map(mine.__getitem__, fat)) & set(map(theirs.__getitem__, lean))
    return _of_size(common, mine, fat), _of_size(common, theirs, lean)


def _of_size(wanted: set[int], sizes: "array[int]", entries: Iterable[int]) -> set[int]:
    return {entry for entry in entries if sizes[entry] in wanted}


def _by_row(rows: dict[int, int], digests: Digests) -> Digests:
    return {row: digests[entry] for row, entry in rows.items() if entry in digests}


def _settle(states: bytearray, pairs: dict[Pair, list[int]], compared: Compared) -> tuple[int, ...]:
    """Marks the rows whose contents differ. Returns those of which that is unknown."""
    unknown: list[int] = []
    for pair, rows in pairs.items():
        same = compared.same[pair]
        if same is None:
            unknown += rows
        elif not same:
            for row in rows:
                states[row] = _CHANGED
    return tuple(sorted(unknown))


def _permissions(one: _Column, other: _Column) -> tuple[int, ...]:
    """Rows of one kind on both sides whose mode, user or group differ. The mode of a symbolic link means nothing."""
    owners = _differing(one, other, "uids") | _differing(one, other, "gids")
    rows = sorted(owners | _differing(one, other, "modes"))
    alike = ((row, kind) for row in rows if (kind := one.kind(row)) == other.kind(row))
    return tuple(row for row, kind in alike if row in owners or kind != Kind.SYMLINK)


def _differing(one: _Column, other: _Column, name: str) -> set[int]:
    """Rows that both sides list with different values in a column of the layers' indexes."""
    fat, lean = (map(_values(side.filesystem, name).__getitem__, side.entries) for side in (one, other))
    return {row for row in compress(count(), map(ne, fat, lean)) if one.entries[row] >= 0 <= other.entries[row]}


def _values(filesystem: Filesystem, name: str) -> "array[int]":
    """One column of all layers' indexes, by entry, and at its end a 0 for rows without an entry."""
    return array("Q", chain(*(getattr(index, name) for index in filesystem.indexes), (0,)))


def _sizes(column: _Column) -> "array[int]":
    """The live bytes that each row stores; a hard link's at the first of its live names."""
    stored, carried = column.filesystem.sizes, carried_sizes(column.filesystem)
    return array("Q", (carried.get(entry, stored[entry]) if entry >= 0 else 0 for entry in column.entries))
