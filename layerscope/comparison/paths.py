"""Every path of two final filesystems, side by side: the same, changed, moved, or only on one side."""

from array import array
from collections.abc import Sequence
from itertools import chain, repeat

from msgspec import Struct

from layerscope.advice.why import KIND_NAMES
from layerscope.comparison.contents import Compared, Pair, Side, compare_contents
from layerscope.comparison.model import Comparison, Paths, PathState
from layerscope.comparison.moves import find_moves
from layerscope.filesystem.merged import Filesystem
from layerscope.filesystem.tree import carried_sizes
from layerscope.layers.index import Kind
from layerscope.sources.image import Progress

_REGULAR, _DIRECTORY = int(Kind.REGULAR), int(Kind.DIRECTORY)
_LINKS = frozenset((int(Kind.SYMLINK), int(Kind.HARDLINK)))
_CHANGED, _ONLY_FAT, _ONLY_LEAN = int(PathState.CHANGED), int(PathState.ONLY_FAT), int(PathState.ONLY_LEAN)


class _Column(Struct, frozen=True, eq=False):
    """One side along the rows: ``entries`` are -1 where it has none, ``implied`` its directories that no layer lists.

    ``origins`` tell each layer of the side: equal numbers are equal layers, on either side.
    """

    filesystem: Filesystem
    entries: "array[int]"
    implied: set[bytes]
    origins: list[int]

    def content(self, row: int) -> int:
        """The entry that stores what the row shows."""
        entry = self.entries[row]
        return self.filesystem.holders.get(entry, entry)


class _Found(Struct):
    """What the rows say before any content is read; ``pairs`` are the contents to compare, with their rows."""

    states: bytearray
    pairs: dict[Pair, list[int]]


def compare_paths(
    fat: Side, lean: Side, diff_ids: tuple[Sequence[str], Sequence[str]], progress: Progress | None = None
) -> Paths:
    """Aligns the paths of both filesystems and compares what is at them.

    ``diff_ids`` are each side's layers: what both have from one row of one layer is the same, and is not read.
    """
    names, one, other = _aligned(fat.filesystem, lean.filesystem, _origins(*diff_ids))
    found = _compare_rows(names, one, other)
    movable = _movable(one, found.states, _ONLY_FAT), _movable(other, found.states, _ONLY_LEAN)
    wanted = _of_common_size((one, other), movable)
    compared = compare_contents((fat, lean), list(found.pairs), wanted, progress)
    unverified = _settle(found, compared)
    moved = find_moves(names, _by_row(movable[0], compared.fat), _by_row(movable[1], compared.lean))
    for source, target in moved.items():
        found.states[source], found.states[target] = PathState.MOVED_FROM, PathState.MOVED_TO
    permissions = _permissions(one, other)
    return Paths(
        paths=names,
        fat=one.entries,
        lean=other.entries,
        states=found.states,
        fat_sizes=_sizes(one),
        lean_sizes=_sizes(other),
        moved=moved,
        permissions=permissions,
        unverified=unverified,
    )


def kinds_of(comparison: Comparison, row: int) -> tuple[str, str]:
    """What both sides have at a row, in words: ``file``, ``symbolic link``, ``directory``…; a hard link is what it links to."""
    paths = comparison.paths
    sides = (comparison.fat.filesystem, paths.fat[row]), (comparison.lean.filesystem, paths.lean[row])
    one, other = (
        KIND_NAMES.get(Kind(filesystem.kinds[filesystem.holder(entry)]), "file") if entry >= 0 else "directory"
        for filesystem, entry in sides
    )
    return one, other


def _origins(fat: Sequence[str], lean: Sequence[str]) -> tuple[list[int], list[int]]:
    """The layers of both sides by number: those with the same diff ID have the same. A layer without one has its own."""
    numbers: dict[object, int] = {}
    sides = enumerate((fat, lean))
    told = [diff_id or (side, layer) for side, diff_ids in sides for layer, diff_id in enumerate(diff_ids)]
    origins = [numbers.setdefault(key, len(numbers)) for key in told]
    return origins[: len(fat)], origins[len(fat) :]


def _aligned(fat: Filesystem, lean: Filesystem, origins: tuple[list[int], list[int]]) -> tuple[list[bytes], _Column, _Column]:
    """The union of both sides' paths with the directories above them, in order, and both sides along it."""
    implied = _implied(fat), _implied(lean)
    names = sorted(fat.visible.keys() | lean.visible.keys() | implied[0] | implied[1], key=_order)
    one, other = (
        _Column(side, array("q", map(side.visible.get, names, repeat(-1))), unlisted, numbers)
        for side, unlisted, numbers in zip((fat, lean), implied, origins, strict=True)
    )
    return names, one, other


def _order(path: bytes) -> bytes:
    """Sorts a directory right before its content: nothing in a name comes before the byte that ends a component."""
    return path.replace(b"/", b"\0")


def _implied(filesystem: Filesystem) -> set[bytes]:
    """Directories of the final filesystem that no layer lists, the root among them."""
    visible = filesystem.visible
    found: set[bytes] = set()
    pending = {path[: max(path.rfind(b"/"), 0)] for path in visible} | {b""}
    while pending:
        found |= pending - visible.keys()
        pending = {path[: max(path.rfind(b"/"), 0)] for path in pending} - found - visible.keys()
    return found


def _compare_rows(names: list[bytes], one: _Column, other: _Column) -> _Found:
    """The state of every row as far as the indexes tell."""
    states = bytearray(len(names))
    pairs: dict[Pair, list[int]] = {}
    filesystems = one.filesystem, other.filesystem
    held = filesystems[0].holders, filesystems[1].holders
    for row, (mine, theirs) in enumerate(zip(one.entries, other.entries, strict=True)):
        if mine < 0 or theirs < 0:
            states[row] = _lopsided(names[row], mine, theirs, one, other)
            continue
        fat, lean = held[0].get(mine, mine), held[1].get(theirs, theirs)
        kind = filesystems[0].kinds[fat]
        if kind != filesystems[1].kinds[lean]:
            states[row] = _CHANGED
        elif kind == _REGULAR:
            size = filesystems[0].sizes[fat]
            if size != filesystems[1].sizes[lean]:
                states[row] = _CHANGED
            elif size and not _same_origin(one, fat, other, lean):
                pairs.setdefault((fat, lean), []).append(row)
        elif kind in _LINKS and filesystems[0].link(fat) != filesystems[1].link(lean):
            states[row] = _CHANGED
    return _Found(states, pairs)


def _lopsided(name: bytes, fat: int, lean: int, one: _Column, other: _Column) -> int:
    """The state of a row that only one side lists, or none: the other may have it as a directory all the same."""
    if fat < 0 and name not in one.implied:
        return _ONLY_LEAN
    if lean < 0 and name not in other.implied:
        return _ONLY_FAT
    kinds = [side.filesystem.kinds[entry] for side, entry in ((one, fat), (other, lean)) if entry >= 0]
    return 0 if all(kind == _DIRECTORY for kind in kinds) else _CHANGED


def _same_origin(one: _Column, fat: int, other: _Column, lean: int) -> bool:
    """Whether two entries are the same row of the same layer."""
    layers = one.filesystem.layers[fat], other.filesystem.layers[lean]
    return (
        one.origins[layers[0]] == other.origins[layers[1]]
        and fat - one.filesystem.starts[layers[0]] == lean - other.filesystem.starts[layers[1]]
    )


def _movable(side: _Column, states: bytearray, only: int) -> dict[int, int]:
    """Rows of files that only this side has, with the entry that stores what they show; empty files could be anything's."""
    filesystem = side.filesystem
    found = {row: side.content(row) for row, state in enumerate(states) if state == only and side.entries[row] >= 0}
    return {row: entry for row, entry in found.items() if filesystem.kinds[entry] == _REGULAR and filesystem.sizes[entry] > 0}


def _of_common_size(
    sides: tuple[_Column, _Column], movable: tuple[dict[int, int], dict[int, int]]
) -> tuple[set[int], set[int]]:
    """The entries of both sides whose size occurs on the other side too: only they can have moved."""
    sizes = [{side.filesystem.sizes[entry] for entry in rows.values()} for side, rows in zip(sides, movable, strict=True)]
    common = sizes[0] & sizes[1]
    one, other = (
        {entry for entry in rows.values() if side.filesystem.sizes[entry] in common}
        for side, rows in zip(sides, movable, strict=True)
    )
    return one, other


def _by_row(rows: dict[int, int], digests: dict[int, bytes]) -> dict[int, bytes]:
    return {row: digests[entry] for row, entry in rows.items() if entry in digests}


def _settle(found: _Found, compared: Compared) -> tuple[int, ...]:
    """Marks the rows whose contents differ. Returns those whose contents nobody knows."""
    unverified: list[int] = []
    for pair, rows in found.pairs.items():
        same = compared.same[pair]
        if same is None:
            unverified += rows
        elif not same:
            for row in rows:
                found.states[row] = _CHANGED
    return tuple(sorted(unverified))


def _permissions(one: _Column, other: _Column) -> tuple[int, ...]:
    """Rows of one kind on both sides whose mode, user or group differ. The mode of a symbolic link means nothing."""
    columns = ("modes", "uids", "gids")
    fat, lean = ([_concatenated(side.filesystem, name) for name in columns] for side in (one, other))
    differing = [
        row
        for row, (mine, theirs) in enumerate(zip(one.entries, other.entries, strict=True))
        if mine >= 0
        and theirs >= 0
        and (fat[0][mine] != lean[0][theirs] or fat[1][mine] != lean[1][theirs] or fat[2][mine] != lean[2][theirs])
    ]
    return tuple(row for row in differing if _permission_matters(one, other, row, fat[1:], lean[1:]))


def _permission_matters(one: _Column, other: _Column, row: int, fat: "list[array[int]]", lean: "list[array[int]]") -> bool:
    kind = one.filesystem.kinds[one.content(row)]
    if kind != other.filesystem.kinds[other.content(row)]:
        return False
    mine, theirs = one.entries[row], other.entries[row]
    return kind != Kind.SYMLINK or any(a[mine] != b[theirs] for a, b in zip(fat, lean, strict=True))


def _concatenated(filesystem: Filesystem, name: str) -> "array[int]":
    """One column of all layers' indexes, by entry."""
    return array("Q", chain.from_iterable(getattr(index, name) for index in filesystem.indexes))


def _sizes(side: _Column) -> "array[int]":
    """The live bytes that each row stores; a hard link's at the first of its live names."""
    stored, carried = side.filesystem.sizes, carried_sizes(side.filesystem)
    return array("Q", (carried.get(entry, stored[entry]) if entry >= 0 else 0 for entry in side.entries))
