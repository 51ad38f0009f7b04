"""Many rows of a comparison as few: the directories that only one side has, the directories that moved."""

from array import array
from collections import defaultdict
from collections.abc import Container, Iterator

from msgspec import Struct

from layerscope.comparison.model import Comparison, Paths, PathState
from layerscope.layers.index import Kind

_SMALLEST_SHARE = 50
"""What is less than this part of the whole has no row to itself."""


class Place(Struct, frozen=True):
    """What only one side has at or below ``path``: live bytes, and names that are not directories.

    ``whole`` says that the other side has nothing at ``path``. Where it has, the numbers leave out what has a row further down.
    """

    path: bytes
    size: int
    files: int
    whole: bool


class Move(Struct, frozen=True):
    """Files that moved together: what is at or below ``source`` in the first image is at ``target`` in the second."""

    source: bytes
    target: bytes
    size: int
    files: int


class _Sum(Struct):
    size: int = 0
    files: int = 0

    def add(self, size: int, files: int) -> None:
        self.size += size
        self.files += files


def only_in_fat(comparison: Comparison) -> tuple[Place, ...]:
    """Few directories that say where what only the first image has lies, the most bytes first; their sums are exact."""
    paths = comparison.paths
    return _places(paths, PathState.ONLY_FAT, paths.fat_sizes, _files(comparison.fat.filesystem.kinds, paths.fat))


def only_in_lean(comparison: Comparison) -> tuple[Place, ...]:
    """As :func:`only_in_fat`, of the second image."""
    paths = comparison.paths
    return _places(paths, PathState.ONLY_LEAN, paths.lean_sizes, _files(comparison.lean.filesystem.kinds, paths.lean))


def _files(kinds: bytearray, entries: "array[int]") -> bytes:
    """1 for each row that is a name, and no directory."""
    return bytes(entry >= 0 and kinds[entry] != Kind.DIRECTORY for entry in entries)


def _places(paths: Paths, only: PathState, sizes: "array[int]", files: bytes) -> tuple[Place, ...]:
    lonely = (row for row, state in enumerate(paths.states) if state == only)
    own = {paths.paths[row]: _Sum(sizes[row], files[row]) for row in lonely}
    places = (Place(name, here.size, here.files, name in own) for name, here in _sums(paths.paths, own))
    return tuple(sorted(places, key=lambda place: (-place.size, place.path)))


def _sums(names: list[bytes], own: dict[bytes, _Sum]) -> Iterator[tuple[bytes, _Sum]]:
    """Sums from the leaves up. A directory that only this side has takes in all that is below it; one that both have keeps what
    is too little for a row, and hands that on to the directory above when it is too little together."""
    total = sum(alone.size for alone in own.values())
    sums: defaultdict[bytes, _Sum] = defaultdict(_Sum, own)
    for name in filter(sums.__contains__, reversed(names)):
        here = sums.pop(name)
        if _has_a_row(here, name, own, total):
            yield name, here
        else:
            sums[name.rpartition(b"/")[0]].add(here.size, here.files)


def _has_a_row(below: _Sum, name: bytes, whole: Container[bytes], total: int) -> bool:
    if not name and below.files:
        return True
    return name.rpartition(b"/")[0] not in whole and below.size > 0 and below.size * _SMALLEST_SHARE >= total


def moved_together(comparison: Comparison) -> tuple[Move, ...]:
    """The moves, those of one directory as one: the components that both paths end in are left out. The most bytes first."""
    paths = comparison.paths
    sums: defaultdict[tuple[bytes, bytes], _Sum] = defaultdict(_Sum)
    for row, target in paths.moved.items():
        pair = _differing(paths.paths[row], paths.paths[target])
        sums[pair].add(max(paths.fat_sizes[row], paths.lean_sizes[target]), 1)
    moves = (Move(*pair, moved.size, moved.files) for pair, moved in sums.items())
    return tuple(sorted(moves, key=lambda move: (-move.size, move.source)))


def _differing(source: bytes, target: bytes) -> tuple[bytes, bytes]:
    """Both paths without the components that they end in alike."""
    one, other = source.split(b"/"), target.split(b"/")
    while len(one) > 1 and len(other) > 1 and one[-1] == other[-1]:
        one.pop()
        other.pop()
    return b"/".join(one), b"/".join(other)
