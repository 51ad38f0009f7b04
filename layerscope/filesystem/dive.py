"""dive's own score, computed its way, so that users can carry their thresholds over.

dive (wagoodman/dive, ``filetree/efficiency.go``) adds up, for every leaf of every layer's tree (files, empty directories,
whiteouts), the size in its header by path. It counts both copies of a rewritten file as wasted and a deleted directory as
nothing, so it is not our measure of waste: that is ``shadowed``.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import NamedTuple

from msgspec import Struct

from layerscope.core.paths import parent
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind, LayerIndex

_FILES = bytes(kind not in (Kind.DIRECTORY, Kind.OPAQUE) for kind in range(256))
_DIRECTORIES = bytes(kind == Kind.DIRECTORY for kind in range(256))
_WHITEOUTS = bytes(kind == Kind.WHITEOUT for kind in range(256))
_STORED = bytes(kind < Kind.WHITEOUT for kind in range(256))


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
    layers = list(_trees(filesystem.indexes))
    copies = _copies(layers)
    everything = sum(sum(leaves.values()) for leaves in layers)
    spared = sum(sum(sizes) - min(sizes) for sizes in copies.values())
    return _Tally(everything, everything - spared, {path: sum(sizes) for path, sizes in copies.items()})


def _copies(layers: Sequence[dict[bytes, int]]) -> dict[bytes, list[int]]:
    """The sizes of each path that two or more layers have."""
    seen: set[bytes] = set()
    again: set[bytes] = set()
    for leaves in layers:
        again |= leaves.keys() & seen
        seen.update(leaves)
    return {path: [leaves[path] for leaves in layers if path in leaves] for path in again}


def _trees(indexes: Sequence[LayerIndex]) -> Iterator[dict[bytes, int]]:
    """The leaves of each layer's tree, the lowest layer first."""
    deletes = any(Kind.WHITEOUT in index.kinds for index in indexes)
    stacked: dict[bytes, int] = {}
    for index in indexes:
        removed = _removals(index, stacked) if deletes else {}
        yield _leaves(index, removed)
        if deletes:
            _pile(index, removed, stacked)


def _leaves(index: LayerIndex, removed: dict[bytes, int | None]) -> dict[bytes, int]:
    """Path and size of each leaf of a layer's tree; a whiteout counts what it removes if that is a directory."""
    parents = set(index.directories)
    leaves = dict(compress(zip(index.paths, index.sizes, strict=True), index.kinds.translate(_FILES)))
    leaves.update((path, 0) for path in compress(index.paths, index.kinds.translate(_DIRECTORIES)) if path not in parents)
    leaves.update((path, size or 0) for path, size in removed.items())
    return _visited(leaves, removed)


def _visited(leaves: dict[bytes, int], removed: dict[bytes, int | None]) -> dict[bytes, int]:
    """The leaves that count: a whiteout of something that is not there ends dive's visit of the layer."""
    ends = min((path.split(b"/") for path, size in removed.items() if size is None), default=None)
    return leaves if ends is None else {path: size for path, size in leaves.items() if path.split(b"/") < ends}


def _removals(index: LayerIndex, stacked: dict[bytes, int]) -> dict[bytes, int | None]:
    """For each whiteout the bytes below its directory in the layers under it: 0 for a file, None when nothing is there."""
    above = _TargetsAbove(set(compress(index.paths, index.kinds.translate(_WHITEOUTS))))
    found: Counter[bytes] = Counter()
    for path, size in stacked.items() if above.targets else ():
        if path in above.targets:
            found[path] += 0
        for target in above[parent(path)]:
            found[target] += size
    return {target: found.get(target) for target in above.targets}


class _TargetsAbove(dict[bytes, tuple[bytes, ...]]):
    """The whiteouts' targets among a directory and those above it."""

    def __init__(self, targets: set[bytes]) -> None:
        super().__init__({b"": ()})
        self.targets = targets

    def __missing__(self, directory: bytes) -> tuple[bytes, ...]:
        above = self[parent(directory)]
        self[directory] = (*above, directory) if directory in self.targets else above
        return self[directory]


def _pile(index: LayerIndex, removed: dict[bytes, int | None], stacked: dict[bytes, int]) -> None:
    """Puts a layer on the pile of files as dive does: deletions first, then everything by its path."""
    for path in _deleted(set(removed), stacked):
        del stacked[path]
    stacked.update(compress(zip(index.paths, index.sizes, strict=True), index.kinds.translate(_STORED)))


def _deleted(targets: set[bytes], stacked: Iterable[bytes]) -> list[bytes]:
    """The paths that whiteouts of these targets take away, with what lies below."""
    above = _TargetsAbove(targets)
    return [path for path in stacked if path in targets or above[parent(path)]] if targets else []
