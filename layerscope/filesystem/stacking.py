"""Layers stacked into the final filesystem, by the rules of the OCI image layer specification.

The layers are gone through from the highest to the lowest, so that every entry is decided once: it is in the final filesystem
unless a higher layer has something at its path, deleted its path, or deleted, replaced or made opaque a directory above it.
No layer is ever rewritten, and many whiteouts cost no more than many files.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import accumulate, chain, compress
from operator import not_
from typing import NamedTuple

from msgspec import Struct, field

from layerscope.core.paths import ancestors, parent, with_parents
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind, LayerIndex

_DIRECTORY, _HARDLINK, _WHITEOUT = int(Kind.DIRECTORY), int(Kind.HARDLINK), int(Kind.WHITEOUT)
_OPAQUE = int(Kind.OPAQUE)
_DIRECTORIES = bytes(kind == _DIRECTORY for kind in range(256))
_FILES = bytes(kind not in (_DIRECTORY, _WHITEOUT, _OPAQUE) for kind in range(256))


class _Row(NamedTuple):
    """A row that is seen, unless a later one of its layer has ``overwritten`` it."""

    path: bytes
    kind: int
    entry: int
    overwritten: bool


class _Added(Struct, kw_only=True):
    """What one layer adds: ``files`` and ``directories`` that are seen, paths that it has ``deleted``, directories that it has
    ``emptied``, those that it has something else in the place of (``replaced``), and the ``parents`` of all that it has."""

    files: dict[bytes, int] = field(default_factory=dict)
    directories: dict[bytes, int] = field(default_factory=dict)
    deleted: set[bytes] = field(default_factory=set)
    emptied: set[bytes] = field(default_factory=set)
    replaced: set[bytes] = field(default_factory=set)
    parents: set[bytes] = field(default_factory=set)

    def contradicts_itself(self) -> bool:
        """Whether the layer has both a file and a directory at one path."""
        directories = self.directories.keys() | self.parents
        return not (directories.isdisjoint(self.files) and directories.isdisjoint(self.replaced))


class _Above(Struct):
    """What the layers above the present one decided, by path.

    ``files`` and ``directories`` are what the final filesystem has there (``implied`` directories have no entry of their own);
    ``deleted`` paths are gone below, ``emptied`` directories lose what lower layers put into them.
    """

    files: dict[bytes, int] = field(default_factory=dict)
    directories: dict[bytes, int] = field(default_factory=dict)
    implied: set[bytes] = field(default_factory=set)
    deleted: set[bytes] = field(default_factory=set)
    emptied: set[bytes] = field(default_factory=set)

    def spares(self, directories: AbstractSet[bytes]) -> bool:
        """Whether all is seen that the present layer has in these directories and those above them, as most layers have it."""
        return all(above.isdisjoint(directories) for above in (self.deleted, self.emptied, self.files.keys()))

    def hidden(self, directories: Iterable[bytes]) -> list[bool]:
        """For each directory of the present layer whether nothing that it has there is seen."""
        known: dict[bytes, bool] = {}
        return [self._hides(directory, known) for directory in directories]

    def _hides(self, directory: bytes, known: dict[bytes, bool]) -> bool:
        answer = known.get(directory)
        if answer is None:
            answer = directory in self.deleted or directory in self.emptied or directory in self.files
            if not answer and directory:
                answer = self._hides(parent(directory), known)
            known[directory] = answer
        return answer

    def takes(self, path: bytes) -> bool:
        """Whether a path is in the place of something of the present layer."""
        return path in self.deleted or path in self.files

    def has_directory(self, path: bytes) -> bool:
        """Whether the final filesystem has a directory there, listed or not."""
        return path in self.directories or path in self.implied

    def add(self, layer: _Added) -> None:
        """Takes the present layer for one of those above the next."""
        self.files.update(layer.files)
        for path, entry in layer.directories.items():
            self.directories.setdefault(path, entry)
        self.implied |= layer.parents - layer.files.keys()
        self.deleted |= layer.deleted
        self.emptied |= layer.emptied | layer.replaced


def stack(indexes: Sequence[LayerIndex]) -> Filesystem:
    """The final filesystem of layers given lowest first."""
    *starts, total = accumulate(map(len, indexes), initial=0)
    above = _Above()
    for index, start in zip(reversed(indexes), reversed(starts), strict=True):
        above.add(_decide(index, start, above))
    visible = above.files | above.directories
    live = bytearray(total)
    for entry in visible.values():
        live[entry] = 1
    holders = _hold(indexes, starts)
    sizes, layers = _sizes_and_layers(indexes)
    return Filesystem(
        indexes=tuple(indexes),
        starts=tuple(starts),
        paths=list(chain.from_iterable(index.paths for index in indexes)),
        kinds=bytearray().join(index.kinds for index in indexes),
        sizes=sizes,
        layers=layers,
        live=live,
        stored_live=_stored_live(live, holders),
        holders=holders,
        visible=visible,
    )


def _stored_live(live: bytearray, holders: dict[int, int]) -> bytearray:
    """For each entry whether what it stores is seen under its own name, or under that of a hard link."""
    stored_live = bytearray(live)
    for link, holder in holders.items():
        stored_live[holder] |= live[link]
    return stored_live


def _sizes_and_layers(indexes: Sequence[LayerIndex]) -> "tuple[array[int], array[int]]":
    """The size and the layer of each entry."""
    sizes, layers = array("Q"), array("H")
    for number, index in enumerate(indexes):
        sizes += index.sizes
        layers.frombytes(array("H", (number,)).tobytes() * len(index))
    return sizes, layers


def _decide(index: LayerIndex, start: int, above: _Above) -> _Added:
    """What a layer contributes to the final filesystem, and what it hides of lower layers. ``start`` is its first entry."""
    parents = with_parents(index.directories)
    if above.spares(parents):
        hidden = [False] * len(index.directories)
        added = _in_bulk(index, start, above)
    else:
        hidden = above.hidden(index.directories)
        added = _one_by_one(index, start, above, hidden)
        parents = with_parents(compress(index.directories, map(not_, hidden)))
    added.parents = parents
    if not added.contradicts_itself():
        return added
    overwritten = _overwritten(index)
    added = _one_by_one(index, start, above, hidden, overwritten)
    used = {parent for row, parent in enumerate(index.parents) if row not in overwritten and not hidden[parent]}
    added.parents = with_parents(index.directories[number] for number in used)
    return added


def _in_bulk(index: LayerIndex, start: int, above: _Above) -> _Added:
    """As :func:`_one_by_one`, in a tenth of the time, for a layer whose directories are all seen, as most are."""
    entries = range(start, start + len(index))
    files = dict(compress(zip(index.paths, entries, strict=True), index.kinds.translate(_FILES)))
    directories = dict(compress(zip(index.paths, entries, strict=True), index.kinds.translate(_DIRECTORIES)))
    for mine in (files, directories):
        for path in (mine.keys() & above.files.keys()) | (mine.keys() & above.deleted):
            del mine[path]
    replaced = (files.keys() & above.directories.keys()) | (files.keys() & above.implied)
    for path in replaced:
        del files[path]
    deleted, emptied = ({index.paths[row] for row in index.rows_of(kind)} for kind in (_WHITEOUT, _OPAQUE))
    return _Added(files=files, directories=directories, deleted=deleted, emptied=emptied, replaced=replaced)


def _one_by_one(
    index: LayerIndex, start: int, above: _Above, hidden: Sequence[bool], overwritten: frozenset[int] = frozenset()
) -> _Added:
    """What the rows of a layer add. ``overwritten`` are those whose place a later entry of the same layer took: of their files
    there remains that they emptied a directory."""
    found = _Added()
    for row, (path, kind, directory) in enumerate(zip(index.paths, index.kinds, index.parents, strict=True)):
        if kind >= _WHITEOUT:
            (found.deleted if kind == _WHITEOUT else found.emptied).add(path)
        elif not hidden[directory] and not above.takes(path):
            _add_row(found, above, _Row(path, kind, start + row, row in overwritten))
    return found


def _add_row(found: _Added, above: _Above, row: _Row) -> None:
    if row.overwritten:
        if row.kind != _DIRECTORY:
            found.emptied.add(row.path)
    elif row.kind == _DIRECTORY:
        found.directories[row.path] = row.entry
    elif above.has_directory(row.path):
        found.replaced.add(row.path)
    else:
        found.files[row.path] = row.entry


def _overwritten(index: LayerIndex) -> frozenset[int]:
    """Rows of a layer with both a file and a directory at one path: those that later entries replaced, as if unpacked."""
    there: dict[bytes, int] = {}
    parents: set[bytes] = set()
    lost: set[int] = set()
    for row, (path, kind) in enumerate(zip(index.paths, index.kinds, strict=True)):
        if kind < _WHITEOUT:
            gone = {above for above in ancestors(path) if index.kinds[there.get(above, row)] != _DIRECTORY} | {path}
            if kind != _DIRECTORY and path in parents:
                gone.update(_below(path, there))
            lost.update(map(there.pop, gone & there.keys()))
            there[path] = row
            parents.update(ancestors(path))
    return frozenset(lost)


def _below(directory: bytes, paths: Iterable[bytes]) -> Iterator[bytes]:
    return (path for path in paths if path.startswith(directory + b"/"))


def _hold(indexes: Sequence[LayerIndex], starts: Sequence[int]) -> dict[int, int]:
    """For each hard link the entry that stores its content: in its own layer, else in the nearest one below."""
    holders: dict[int, int] = {}
    known: dict[bytes, int] = {}
    linking = [list(index.rows_of(_HARDLINK)) for index in indexes]
    targets = {index.links.get(row, b"") for index, links in zip(indexes, linking, strict=True) for row in links}
    for index, start, links in zip(indexes, starts, linking, strict=True) if targets else ():
        own = _entries_at(index, start, targets)
        for row in links:
            target = index.links.get(row, b"")
            entry = own.get(target, known.get(target, start + row))
            holders[start + row] = holders.get(entry, entry)
        known.update(own)
    return holders


def _entries_at(index: LayerIndex, start: int, paths: set[bytes]) -> dict[bytes, int]:
    """The entries that a layer has at some of these paths."""
    rows = compress(range(len(index)), map(paths.__contains__, index.paths))
    return {index.paths[row]: start + row for row in rows if index.kinds[row] < _WHITEOUT}
