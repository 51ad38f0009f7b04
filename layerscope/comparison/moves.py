"""Files that lie elsewhere on the other side: one fact, not a loss and a gain."""

from collections import defaultdict, deque

_ALIKE = (3, 2, 1, 0)
"""Last components of their paths that two files have in common: those with the most are paired first."""


def find_moves(names: list[bytes], fat: dict[int, bytes], lean: dict[int, bytes]) -> dict[int, int]:
    """Pairs rows that only one side has by their digests, each row once; of several copies those whose paths end alike.

    ``names`` are the rows' paths, ``fat`` and ``lean`` the digests by row.
    """
    common = set(fat.values()) & set(lean.values())
    sources = [row for row, digest in fat.items() if digest in common]
    targets = [row for row, digest in lean.items() if digest in common]
    moved: dict[int, int] = {}
    for count in _ALIKE:
        waiting: defaultdict[tuple[bytes, bytes], deque[int]] = defaultdict(deque)
        for row in targets:
            waiting[lean[row], _end(names[row], count)].append(row)
        for row in sources:
            if found := waiting.get((fat[row], _end(names[row], count))):
                moved[row] = found.popleft()
        taken = set(moved.values())
        sources = [row for row in sources if row not in moved]
        targets = [row for row in targets if row not in taken]
    return dict(sorted(moved.items()))


def _end(path: bytes, count: int) -> bytes:
    """The last ``count`` components; of a path that has fewer, what no other path has."""
    parts = path.rsplit(b"/", count)[-count:] if count else []
    return b"/".join(parts) if len(parts) == count else b"/" + path
