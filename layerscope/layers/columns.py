"""The columns of a layer index while its tar is walked: entries come one by one, or in runs of plain ones."""

from array import array
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from layerscope.core.names import absolute
from layerscope.core.paths import normal_path, parent
from layerscope.layers.index import Kind, LayerIndex
from layerscope.layers.scan import Run

ROOT_BY_SLASH = b"/"
"""The path of the root, until the index is done, where it is called ``/``: engines leave out what is called ``.``"""
_ROOT = (Kind.DIRECTORY, Kind.OPAQUE)
_LINKS = (Kind.SYMLINK, Kind.HARDLINK)
_OPAQUE = b".wh..wh..opq"
_WHITEOUT = b".wh."
_NAMELESS = (_WHITEOUT, _WHITEOUT + b".", _WHITEOUT + b"..")
_AUFS = b".wh..wh."


class Entry(Struct, frozen=True, gc=False):
    """One entry: its path, its kind, its target if it is a link, and size, offset of the content, mode, user, group, time."""

    path: bytes
    kind: int
    link: bytes
    numbers: tuple[int, int, int, int, int, int]


class Columns:
    """Adds rows to ``index``, which is whole once it is :meth:`done`."""

    def __init__(self) -> None:
        self.index = LayerIndex()
        self.directories: dict[bytes, int] = {}
        self._problems: list[str] = []

    def append(self, entry: Entry) -> int:
        """Adds an entry; its row."""
        index, row = self.index, len(self.index.paths)
        index.paths.append(entry.path)
        index.kinds.append(entry.kind)
        directory, _, name = entry.path.rpartition(b"/")
        size, offset, mode, user, group, time = entry.numbers
        index.sizes.append(size)
        index.offsets.append(offset)
        index.modes.append(mode)
        index.uids.append(user)
        index.gids.append(group)
        index.mtimes.append(time)
        index.parents.append(self.directories.setdefault(directory, len(self.directories)))
        if entry.link:
            index.links[row] = entry.link
        if name.startswith(_WHITEOUT):
            self._mark_whiteout(row, directory, name)
        return row

    def give(self, row: int, capability: bytes) -> None:
        """Notes the capabilities of a file, if it has any."""
        if capability:
            self.index.capabilities[row] = capability

    def extend(self, run: Run) -> int:
        """Adds a run of plain headers; the row of its first."""
        index, first = self.index, len(self.index.paths)
        paths = run.paths.split(b"\0")[:-1]
        index.paths.extend(paths)
        index.kinds.extend(run.kinds)
        for column, numbers in zip(index.numbers, run.numbers, strict=False):
            column.frombytes(numbers)
        if run.links:
            linking = (row for row, kind in enumerate(run.kinds, first) if kind in _LINKS)
            index.links.update(zip(linking, run.links.split(b"\0"), strict=False))
        for start, end in pairwise([*memoryview(run.breaks).cast("I"), len(paths)]):
            number = self.directories.setdefault(parent(paths[start]), len(self.directories))
            index.parents.frombytes(array("I", (number,)).tobytes() * (end - start))
        return first

    def _mark_whiteout(self, row: int, directory: bytes, name: bytes) -> None:
        index = self.index
        index.sizes[row] = 0
        index.links.pop(row, None)
        if name == _OPAQUE:
            index.kinds[row], index.paths[row] = Kind.OPAQUE, directory
            return
        index.kinds[row] = Kind.WHITEOUT
        if name in _NAMELESS:
            self._problems.append(f"no engine can unpack it: {absolute(index.paths[row])} is a whiteout without a name")
        elif not name.startswith(_AUFS):
            index.paths[row] = directory + b"/" + name[4:] if directory else name[4:]

    def shorten(self, end: int) -> None:
        """Takes from the last entry what would lie beyond byte ``end``."""
        sizes, offsets = self.index.sizes, self.index.offsets
        if sizes and offsets[-1] + sizes[-1] > end:
            sizes[-1] = max(0, end - offsets[-1])

    def done(self, tar_size: int, problem: str = "") -> LayerIndex:
        """The index. ``problem`` says why it is incomplete."""
        index = self.index
        for root in filter(index.paths.__contains__, (b"", ROOT_BY_SLASH)):
            self._settle_root(root)
        for row in [row for row in index.links if index.kinds[row] == Kind.HARDLINK]:
            index.links[row] = normal_path(index.links[row])
        problems = "; ".join(filter(None, (problem, *self._problems)))
        return replace(index, directories=list(self.directories), tar_size=tar_size, problem=problems)

    def _settle_root(self, root: bytes) -> None:
        """Takes entries of the root's own name for the directory that it is."""
        index = self.index
        rows = [row for row, path in enumerate(index.paths) if path == root]
        for row in [row for row in rows if index.kinds[row] not in _ROOT]:
            index.kinds[row], index.sizes[row] = Kind.DIRECTORY, 0
            index.links.pop(row, None)
            if root:
                self._problems.append("no engine can unpack it: an entry in the place of the root is no directory")
        for row in rows:
            index.paths[row] = b""
