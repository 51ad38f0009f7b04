"""What became of content that layers store and the final filesystem no longer has: which layer hid it, and by what."""

from itertools import compress

from msgspec import Struct

from layerscope.core.paths import parent, with_parents
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind

_DIRECTORY, _WHITEOUT = int(Kind.DIRECTORY), int(Kind.WHITEOUT)


class Loss(Struct, frozen=True, gc=False):
    """An entry whose content no name of the final filesystem leads to.

    ``layer`` is the layer that hid it; ``successor`` the entry that it has at the same path, -1 when it deleted the path or a
    directory above it.
    """

    entry: int
    layer: int
    successor: int

    @property
    def deleted(self) -> bool:
        """Whether its layer has nothing at the path."""
        return self.successor < 0


def losses(filesystem: Filesystem) -> list[Loss]:
    """Every entry with lost content, those of the highest layer first."""
    lost = [entry for entry in compress(range(len(filesystem)), filesystem.sizes) if not filesystem.stored_live[entry]]
    if not lost:
        return []
    above = _Above(filesystem, lost)
    lowest = filesystem.layers[lost[0]]
    return [loss for layer in range(len(filesystem.indexes) - 1, lowest - 1, -1) for loss in above.take(layer)]


class _Above:
    """The nearest thing above the present layer at each path that matters: going down, a layer replaces what was above it.

    ``stored`` are entries; ``removed`` the layers that delete a path, or have a directory there; ``emptied`` those that empty a
    directory or replace it by something else.
    """

    def __init__(self, filesystem: Filesystem, lost: list[int]) -> None:
        self._filesystem = filesystem
        self._lost = frozenset(lost)
        self._names = set(map(filesystem.paths.__getitem__, lost))
        self._matters = self._names | with_parents(map(parent, self._names))
        self._never = len(filesystem.indexes)
        self._stored: dict[bytes, int] = {}
        self._removed: dict[bytes, int] = {}
        self._deleted: dict[bytes, int] = {}
        self._emptied: dict[bytes, int] = {}

    def take(self, layer: int) -> list[Loss]:
        """The losses of one layer, which then counts for those below it."""
        index, start = self._filesystem.indexes[layer], self._filesystem.starts[layer]
        lost, names, stored = self._lost, self._names, self._stored
        found: list[Loss] = []
        deleted: list[bytes] = []
        emptied: list[bytes] = []
        known: dict[bytes, int] = {}
        rows = list(compress(range(len(index)), map(self._matters.__contains__, index.paths)))
        for row in reversed(rows):
            path, kind, entry = index.paths[row], index.kinds[row], start + row
            if kind >= _WHITEOUT:
                (deleted if kind == _WHITEOUT else emptied).append(path)
                continue
            if entry in lost:
                found.append(self._loss(entry, layer, path, known))
            if path in names:
                stored[path] = entry
            if kind != _DIRECTORY:
                emptied.append(path)
        self._removed.update(dict.fromkeys((*deleted, *(names & with_parents(index.directories))), layer))
        self._deleted.update(dict.fromkeys(deleted, layer))
        self._emptied.update(dict.fromkeys(emptied, layer))
        return found

    def _loss(self, entry: int, layer: int, path: bytes, known: dict[bytes, int]) -> Loss:
        directory = path.rpartition(b"/")[0]
        gone = known[directory] if directory in known else self._gone(directory, known)
        gone = min(gone, self._removed.get(path, gone))
        successor = self._stored.get(path)
        if successor is not None and self._filesystem.layers[successor] <= gone:
            return Loss(entry, self._filesystem.layers[successor], successor)
        return Loss(entry, gone if gone < self._never else layer, -1)

    def _gone(self, directory: bytes, known: dict[bytes, int]) -> int:
        """The nearest layer above that deleted, emptied or replaced the directory or one above it."""
        answer = known.get(directory, -1)
        if answer < 0:
            answer = min(self._deleted.get(directory, self._never), self._emptied.get(directory, self._never))
            if directory:
                answer = min(answer, self._gone(parent(directory), known))
            known[directory] = answer
        return answer
