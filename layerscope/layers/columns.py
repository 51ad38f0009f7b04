"""The growing columns of a layer index: raw headers come in by batches, names and numbers are made out of them in bulk."""

from array import array
from collections.abc import Sequence
from itertools import pairwise

from layerscope.core.errors import ImageError
from layerscope.core.names import printable
from layerscope.layers.elf import ElfFacts
from layerscope.layers.index import Kind, LayerIndex
from layerscope.layers.pax import decimal, numeric, seconds
from layerscope.layers.scan import Run

Header = tuple[bytes, bytes, bytes, int, int, int]
"""One entry as its header says it: name field, mode+uid+gid fields, time field, kind, size, offset of the content."""

_ROOT = (Kind.DIRECTORY, Kind.OPAQUE)
_LINKS = (Kind.SYMLINK, Kind.HARDLINK)
_OPAQUE = b".wh..wh..opq"
_WHITEOUT = b".wh."
_AUFS = b".wh..wh."


class Columns:
    """Rows are only added. ``links`` may be filled ahead of the batch that its row comes in."""

    def __init__(self) -> None:
        self.paths: list[bytes] = []
        self.kinds = bytearray()
        self.sizes = array("Q")
        self.offsets = array("Q")
        self.modes = array("H")
        self.uids = array("Q")
        self.gids = array("Q")
        self.mtimes = array("q")
        self.parents = array("I")
        self.links: dict[int, bytes] = {}
        self.directories: dict[bytes, int] = {}
        self.contents: dict[int, bytes] = {}
        self.elf: dict[int, ElfFacts] = {}
        self.problems: list[str] = []
        self._overrides: dict[int, dict[bytes, bytes]] = {}
        self._modes: dict[bytes, int] = {}
        self._users: dict[bytes, int] = {}
        self._groups: dict[bytes, int] = {}
        self._times: dict[bytes, int] = {}

    def override(self, row: int, values: dict[bytes, bytes]) -> None:
        """Notes a pax header's owner and time for row ``row`` of the next batch."""
        if values.keys() & {b"uid", b"gid", b"mtime"}:
            self._overrides[row] = values

    def append(self, rows: Sequence[Header]) -> None:
        """Adds a batch."""
        if not rows:
            return
        first = len(self.paths)
        names, owners, times, kinds, sizes, offsets = zip(*rows, strict=True)
        paths, marked = _paths(names)
        self.paths += paths
        self.kinds += bytes(kinds)
        self.sizes.extend(sizes)
        self.offsets.extend(offsets)
        for distinct in set(owners) - self._modes.keys():
            self._modes[distinct], self._users[distinct], self._groups[distinct] = _owner(distinct)
        for moment in set(times) - self._times.keys():
            self._times[moment] = _time(moment)
        self.modes.extend(map(self._modes.__getitem__, owners))
        self.uids.extend(map(self._users.__getitem__, owners))
        self.gids.extend(map(self._groups.__getitem__, owners))
        self.mtimes.extend(map(self._times.__getitem__, times))
        self._locate(paths)
        if self._overrides:
            self._apply_overrides(first)
        if marked:
            self._mark_whiteouts(first, paths)

    def extend(self, run: Run) -> int:
        """Adds a run of plain headers; the row of its first."""
        first = len(self.paths)
        paths = run.paths.split(b"\0")[:-1]
        self.paths += paths
        self.kinds += run.kinds
        for column, numbers in (
            (self.sizes, run.sizes),
            (self.offsets, run.offsets),
            (self.modes, run.modes),
            (self.uids, run.uids),
            (self.gids, run.gids),
            (self.mtimes, run.mtimes),
        ):
            column.frombytes(numbers)
        if run.links:
            linking = (row for row, kind in enumerate(run.kinds, first) if kind in _LINKS)
            self.links.update(zip(linking, run.links.split(b"\0"), strict=False))
        starts = [*memoryview(run.breaks).cast("I"), len(paths)]
        for start, end in pairwise(starts):
            directory = paths[start].rpartition(b"/")[0]
            number = self.directories.setdefault(directory, len(self.directories))
            self.parents.frombytes(array("I", (number,)).tobytes() * (end - start))
        return first

    def _locate(self, paths: list[bytes]) -> None:
        """Gives each path its directory's number."""
        directories = self.directories
        parents = [path.rpartition(b"/")[0] for path in paths]
        for directory in set(parents) - directories.keys():
            directories[directory] = len(directories)
        self.parents.extend(map(directories.__getitem__, parents))

    def _apply_overrides(self, first: int) -> None:
        for row, values in self._overrides.items():
            if b"uid" in values:
                self.uids[first + row] = decimal(values[b"uid"])
            if b"gid" in values:
                self.gids[first + row] = decimal(values[b"gid"])
            if b"mtime" in values:
                self.mtimes[first + row] = seconds(values[b"mtime"])
        self._overrides.clear()

    def _mark_whiteouts(self, first: int, paths: list[bytes]) -> None:
        for row, path in [(row, path) for row, path in enumerate(paths, first) if _WHITEOUT in path]:
            self._whiteout(row, path)

    def _whiteout(self, row: int, path: bytes) -> None:
        directory, _, base = path.rpartition(b"/")
        if not base.startswith(_WHITEOUT):
            return
        self.sizes[row] = 0
        self.links.pop(row, None)
        if base == _OPAQUE:
            self.kinds[row], self.paths[row] = Kind.OPAQUE, directory
            return
        self.kinds[row] = Kind.WHITEOUT
        if base == _WHITEOUT:
            self.problems.append(f"a whiteout without a name in /{printable(directory)} hides nothing")
        elif not base.startswith(_AUFS):
            self.paths[row] = directory + b"/" + base[4:] if directory else base[4:]

    def shorten(self, end: int) -> None:
        """Takes from the last entry what would lie beyond byte ``end``."""
        if self.sizes and self.offsets[-1] + self.sizes[-1] > end:
            self.sizes[-1] = max(0, end - self.offsets[-1])

    def _settle_root(self) -> None:
        """Takes entries of the root's own name for the directory that it is."""
        for row in [row for row, path in enumerate(self.paths) if not path and self.kinds[row] not in _ROOT]:
            self.kinds[row], self.sizes[row] = Kind.DIRECTORY, 0
            self.links.pop(row, None)
            self.problems.append("an entry in the place of the root is no directory")

    def index(self, tar_size: int, problem: str = "") -> LayerIndex:
        """The columns, done. ``problem`` says why they are incomplete."""
        if b"" in self.paths:
            self._settle_root()
        for row, target in self.links.items():
            if self.kinds[row] == Kind.HARDLINK:
                self.links[row] = normalise(target)
        return LayerIndex(
            paths=self.paths,
            kinds=self.kinds,
            sizes=self.sizes,
            offsets=self.offsets,
            modes=self.modes,
            uids=self.uids,
            gids=self.gids,
            mtimes=self.mtimes,
            parents=self.parents,
            directories=list(self.directories),
            links=self.links,
            contents=self.contents,
            elf=self.elf,
            tar_size=tar_size,
            problem="; ".join(([problem] if problem else []) + self.problems),
        )


# bytes.find, for "bytes in bytes" first tries its left side as a number, which costs five times as much.
_UNCLEAN = frozenset((b".", b"/"))


def _paths(fields: Sequence[bytes]) -> tuple[list[bytes], bool]:
    """Name fields (ended by NUL, if shorter than their field) as paths, and whether there may be whiteouts among them."""
    names = [field[:end] if (end := field.find(0)) >= 0 else field for field in fields]
    paths = [
        clean(name) if name[:1] in _UNCLEAN or name[-1:] == b"/" or name.find(b"/.") >= 0 or name.find(b"//") >= 0 else name
        for name in names
    ]
    return paths, _WHITEOUT in b"/".join(paths)


def clean(name: bytes) -> bytes:
    """As :func:`normalise`, quickly where there is little to do."""
    name = name.removeprefix(b"./").rstrip(b"/")
    return normalise(name) if name[:1] in _UNCLEAN or name.find(b"/.") >= 0 or name.find(b"//") >= 0 else name


def normalise(name: bytes) -> bytes:
    """A member's name as a path without leading or trailing slashes, ``.`` and ``..``; it never climbs above the root."""
    parts: list[bytes] = []
    for part in name.split(b"/"):
        if part == b"..":
            if parts:
                parts.pop()
        elif part and part != b".":
            parts.append(part)
    return b"/".join(parts)


def _owner(field: bytes) -> tuple[int, int, int]:
    """Permission bits, user and group out of a header's three fields; what is malformed counts as 0."""
    numbers = []
    for start in (0, 8, 16):
        try:
            numbers.append(numeric(field[start : start + 8], "owner"))
        except ImageError:
            numbers.append(0)
    return numbers[0] & 0o7777, numbers[1], numbers[2]


def _time(field: bytes) -> int:
    try:
        return numeric(field, "time")
    except ImageError:
        return 0
