"""Files that lie elsewhere on the other side: one fact, not a loss and a gain."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator

_ALIKE = (3, 2, 1, 0)
"""Last components of their paths that two files have in common: those with the most are paired first."""

_Key = tuple[bytes, bytes]
"""A digest, and the end of a path."""


def find_moves(names: list[bytes], fat: dict[int, bytes], lean: dict[int, bytes]) -> dict[int, int]:
    """Pairs rows that only one side has by their digests, each row once; of several copies those whose paths end alike.

    ``names`` are the rows' paths, ``fat`` and ``lean`` the digests by row.
    """
    common = set(fat.values()) & set(lean.values())
    sources, targets = ({row: digest for row, digest in side.items() if digest in common} for side in (fat, lean))
    moved: dict[int, int] = {}
    for count in _ALIKE:
        for source, target in _equal(_keyed(names, sources, count), _keyed(names, targets, count)):
            moved[source] = target
            del sources[source], targets[target]
    return dict(sorted(moved.items()))


def _keyed(names: list[bytes], digests: dict[int, bytes], count: int) -> list[tuple[int, _Key]]:
    """Each row with its digest and the last ``count`` components of its path."""
    return [(row, (digest, _end(names[row], count))) for row, digest in digests.items()]


def _equal(sources: Iterable[tuple[int, _Key]], targets: Iterable[tuple[int, _Key]]) -> Iterator[tuple[int, int]]:
    """Pairs of rows with the same key, in the order of both sides, each row once."""
    waiting: defaultdict[_Key, deque[int]] = defaultdict(deque)
    for row, key in targets:
        waiting[key].append(row)
    for row, key in sources:
        if found := waiting.get(key):
            yield row, found.popleft()


def _end(path: bytes, count: int) -> bytes:
    """The last ``count`` components; of a path that has fewer, what no other path has."""
    parts = path.rsplit(b"/", count)[-count:] if count else []
    return b"/".join(parts) if len(parts) == count else b"/" + path
