"""Many rows of a comparison as few: the directories that only one side has, the directories that moved."""

from array import array

from msgspec import Struct

from layerscope.comparison.model import Comparison, Paths, PathState
from layerscope.layers.index import Kind

_SMALLEST_SHARE = 50
"""What is less than this part of all that is told has no row of its own."""


class Place(Struct, frozen=True):
    """What only one side has at or below ``path``: live bytes, and names that are not directories.

    ``whole`` says that the other side has nothing at ``path``. Where it has, what is told by a row further down is not in this
    one's numbers.
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


def only_in_fat(comparison: Comparison) -> tuple[Place, ...]:
    """Few directories that say where the first image's own files are, the most bytes first; their sums are exact."""
    paths = comparison.paths
    return _places(paths, PathState.ONLY_FAT, paths.fat_sizes, _files(comparison.fat.filesystem.kinds, paths.fat))


def only_in_lean(comparison: Comparison) -> tuple[Place, ...]:
    """As :func:`only_in_fat`, of the second image."""
    paths = comparison.paths
    return _places(paths, PathState.ONLY_LEAN, paths.lean_sizes, _files(comparison.lean.filesystem.kinds, paths.lean))


def _files(kinds: bytearray, entries: "array[int]") -> list[bool]:
    return [entry >= 0 and kinds[entry] != Kind.DIRECTORY for entry in entries]


def _places(paths: Paths, only: PathState, sizes: "array[int]", files: list[bool]) -> tuple[Place, ...]:
    """Sums from the leaves up. A directory of the side's own takes in all that is below it; one that both sides have keeps what
    is too little for a row of its own, and hands that on to the directory above when it is too little together."""
    names, states = paths.paths, paths.states
    own = {name for name, state in zip(names, states, strict=True) if state == only}
    total = sum(size for size, state in zip(sizes, states, strict=True) if state == only)
    sums: dict[bytes, tuple[int, int]] = {}
    found: list[Place] = []
    for row in range(len(paths) - 1, -1, -1):
        name = names[row]
        whole = name in own
        size, count = sums.pop(name, (0, 0))
        if whole:
            size, count = size + sizes[row], count + files[row]
        above = name[: max(name.rfind(b"/"), 0)]
        told = above not in own and size > 0 and size * _SMALLEST_SHARE >= total
        if told or (count and not row):
            found.append(Place(name, size, count, whole))
        elif row:
            before = sums.get(above, (0, 0))
            sums[above] = before[0] + size, before[1] + count
    return tuple(sorted(found, key=lambda place: (-place.size, place.path)))


def moved_together(comparison: Comparison) -> tuple[Move, ...]:
    """The moves, those of one directory as one: the components that both paths end in are left out. The most bytes first."""
    paths = comparison.paths
    found: dict[tuple[bytes, bytes], tuple[int, int]] = {}
    for row, target in paths.moved.items():
        pair = _differing(paths.paths[row], paths.paths[target])
        size, files = found.get(pair, (0, 0))
        found[pair] = size + max(paths.fat_sizes[row], paths.lean_sizes[target]), files + 1
    moves = (Move(*pair, size, files) for pair, (size, files) in found.items())
    return tuple(sorted(moves, key=lambda move: (-move.size, move.source)))


def _differing(source: bytes, target: bytes) -> tuple[bytes, bytes]:
    """Both paths without the components that they end in alike."""
    one, other = source.split(b"/"), target.split(b"/")
    while len(one) > 1 and len(other) > 1 and one[-1] == other[-1]:
        one.pop()
        other.pop()
    return b"/".join(one), b"/".join(other)
