"""dive's own score, computed its way, so that users can carry their thresholds over.

dive (wagoodman/dive, ``filetree/efficiency.go``) adds up, for every leaf of every layer's tree (files, empty directories,
whiteouts), the size in its header by path. It counts both copies of a rewritten file as wasted and a deleted directory as
nothing, so it is not our measure of waste: that is ``shadowed``.
"""

from itertools import compress
from typing import NamedTuple

from msgspec import Struct

from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind, LayerIndex

_FILES = bytes(kind not in (Kind.DIRECTORY, Kind.OPAQUE) for kind in range(256))
_DIRECTORIES = bytes(kind == Kind.DIRECTORY for kind in range(256))


class DiveScore(Struct, frozen=True):
    """``efficiency`` and ``wasted_user_percent`` are shares between 0 and 1, ``wasted_bytes`` and ``user_bytes`` bytes."""

    efficiency: float
    wasted_bytes: int
    wasted_user_percent: float
    user_bytes: int


class _Tally(NamedTuple):
    """The bytes of all leaves, those of each path's smallest copy alone, and, by path, of all copies where there are two or
    more."""

    everything: int
    least: int
    repeated: dict[bytes, int]


def score(filesystem: Filesystem) -> DiveScore:
    """dive's efficiency, wasted bytes, wasted share of what the layers above the first store, and those bytes."""
    everything, least, repeated = _tally(filesystem)
    wasted = sum(repeated.values())
    user = sum(sum(index.sizes) for index in filesystem.indexes[1:])
    return DiveScore(least / everything if everything else 1.0, wasted, wasted / user if user else 0.0, user)


def wasted_paths(filesystem: Filesystem) -> list[tuple[bytes, int]]:
    """The paths that dive counts as wasted, each with the bytes of all its copies, the most bytes first."""
    repeated = _tally(filesystem).repeated
    return sorted(((path, size) for path, size in repeated.items() if size), key=lambda item: (-item[1], item[0]))


def _tally(filesystem: Filesystem) -> _Tally:
    deletes = any(Kind.WHITEOUT in index.kinds for index in filesystem.indexes)
    stacked: dict[bytes, int] = {}
    layers: list[dict[bytes, int]] = []
    for index in filesystem.indexes:
        removed = _removed(index, stacked) if deletes else {}
        layers.append(_leaves(index, removed))
        if deletes:
            _pile(index, removed, stacked)
    seen: set[bytes] = set()
    again: set[bytes] = set()
    for leaves in layers:
        again |= leaves.keys() & seen
        seen.update(leaves)
    copies = {path: [leaves[path] for leaves in layers if path in leaves] for path in again}
    everything = sum(sum(leaves.values()) for leaves in layers)
    spared = sum(sum(sizes) - min(sizes) for sizes in copies.values())
    return _Tally(everything, everything - spared, {path: sum(sizes) for path, sizes in copies.items()})


def _leaves(index: LayerIndex, removed: dict[bytes, int | None]) -> dict[bytes, int]:
    """Path and size of each leaf of a layer's tree; a whiteout counts what it removes if that is a directory.

    A whiteout of something that is not there ends dive's visit of the layer, so the leaves after it do not count.
    """
    parents = set(index.directories)
    leaves = dict(compress(zip(index.paths, index.sizes, strict=True), index.kinds.translate(_FILES)))
    leaves.update((path, 0) for path in compress(index.paths, index.kinds.translate(_DIRECTORIES)) if path not in parents)
    leaves.update((path, size or 0) for path, size in removed.items())
    missing = [path.split(b"/") for path, size in removed.items() if size is None]
    if missing:
        first = min(missing)
        return {path: size for path, size in leaves.items() if path.split(b"/") < first}
    return leaves


def _removed(index: LayerIndex, stacked: dict[bytes, int]) -> dict[bytes, int | None]:
    """For each whiteout the bytes below its directory in the layers under it: 0 for a file, None when nothing is there."""
    targets = {path for path, kind in zip(index.paths, index.kinds, strict=True) if kind == Kind.WHITEOUT}
    removed: dict[bytes, int | None] = {}
    if not targets:
        return removed
    known: dict[bytes, tuple[bytes, ...]] = {b"": ()}
    for path, size in stacked.items():
        if path in targets:
            removed.setdefault(path, 0)
        for target in _targets_above(path, targets, known):
            removed[target] = (removed.get(target) or 0) + size
    for target in targets - removed.keys():
        removed[target] = None
    return removed


def _targets_above(path: bytes, targets: set[bytes], known: dict[bytes, tuple[bytes, ...]]) -> tuple[bytes, ...]:
    """The whiteouts' targets among the directories above a path."""
    directory = path[: max(path.rfind(b"/"), 0)]
    found = known.get(directory)
    if found is None:
        found = _targets_above(directory, targets, known)
        if directory in targets:
            found = (*found, directory)
        known[directory] = found
    return found


def _pile(index: LayerIndex, removed: dict[bytes, int | None], stacked: dict[bytes, int]) -> None:
    """Puts a layer on the pile of files as dive does: deletions first, then everything by its path."""
    if removed:
        targets = set(removed)
        known: dict[bytes, tuple[bytes, ...]] = {b"": ()}
        for path in [path for path in stacked if path in targets or _targets_above(path, targets, known)]:
            del stacked[path]
    stacked.update(
        (path, size) for path, kind, size in zip(index.paths, index.kinds, index.sizes, strict=True) if kind < Kind.WHITEOUT
    )
