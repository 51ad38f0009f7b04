"""Files that lie elsewhere on the other side: one fact, not a loss and a gain."""

from collections import defaultdict, deque


def find_moves(names: list[bytes], fat: dict[int, bytes], lean: dict[int, bytes]) -> dict[int, int]:
    """Pairs rows that only one side has by their digests: each row once, files that kept their base name before others.

    ``names`` are the rows' paths, ``fat`` and ``lean`` the digests by row.
    """
    moved: dict[int, int] = {}
    taken: set[int] = set()
    for named in (True, False):
        waiting: defaultdict[tuple[bytes, bytes], deque[int]] = defaultdict(deque)
        for row, digest in lean.items():
            if row not in taken:
                waiting[digest, _base(names[row]) if named else b""].append(row)
        for row, digest in fat.items():
            rows = None if row in moved else waiting.get((digest, _base(names[row]) if named else b""))
            if rows:
                moved[row] = rows.popleft()
                taken.add(moved[row])
    return dict(sorted(moved.items()))


def _base(path: bytes) -> bytes:
    return path.rpartition(b"/")[2]
