"""Layers stacked into the final filesystem, by the rules of the OCI image layer specification.

The layers are gone through from the highest to the lowest, so that every entry is decided once: it is in the final filesystem
unless a higher layer has something at its path, deleted its path, or deleted, replaced or made opaque a directory above it.
No layer is ever rewritten, and many whiteouts cost no more than many files.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import NamedTuple

from msgspec import Struct, field

from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind, LayerIndex

_DIRECTORY, _HARDLINK, _WHITEOUT = int(Kind.DIRECTORY), int(Kind.HARDLINK), int(Kind.WHITEOUT)
_OPAQUE = int(Kind.OPAQUE)
_DIRECTORIES = bytes(kind == _DIRECTORY for kind in range(256))
_FILES = bytes(kind not in (_DIRECTORY, _WHITEOUT, _OPAQUE) for kind in range(256))


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

    def blocks(self, directory: bytes, known: dict[bytes, bool]) -> bool:
        """Whether nothing that the present layer has in ``directory`` is seen. ``known`` holds earlier answers."""
        answer = known.get(directory)
        if answer is None:
            answer = directory in self.deleted or directory in self.emptied or directory in self.files
            if not answer and directory:
                answer = self.blocks(directory[: max(directory.rfind(b"/"), 0)], known)
            known[directory] = answer
        return answer


def stack(indexes: Sequence[LayerIndex]) -> Filesystem:
    """The final filesystem of layers given lowest first."""
    paths: list[bytes] = []
    kinds, sizes, layers = bytearray(), array("Q"), array("H")
    starts = []
    for number, index in enumerate(indexes):
        starts.append(len(paths))
        paths += index.paths
        kinds += index.kinds
        sizes += index.sizes
        layers.frombytes(array("H", (number,)).tobytes() * len(index))
    above = _Above()
    for number in range(len(indexes) - 1, -1, -1):
        _decide(indexes[number], starts[number], above)
    visible = above.files | above.directories
    live = bytearray(len(paths))
    for entry in visible.values():
        live[entry] = 1
    holders = _hold(indexes, starts)
    stored_live = bytearray(live)
    for link, holder in holders.items():
        if live[link]:
            stored_live[holder] = 1
    return Filesystem(
        indexes=tuple(indexes),
        starts=tuple(starts),
        paths=paths,
        kinds=kinds,
        sizes=sizes,
        layers=layers,
        live=live,
        stored_live=stored_live,
        holders=holders,
        visible=visible,
    )


def _decide(index: LayerIndex, start: int, above: _Above, overwritten: frozenset[int] | None = None) -> None:
    """Adds to ``above`` what this layer contributes to the final filesystem, and what it hides of lower layers.

    ``overwritten`` are rows that count for nothing, because a later entry of the same layer took their place.
    """
    known: dict[bytes, bool] = {}
    hidden = [above.blocks(directory, known) for directory in index.directories]
    seen = overwritten is None and True not in hidden
    found = _added_in_bulk(index, start, above) if seen else _added(index, start, above, hidden, overwritten or frozenset())
    fresh, fresh_directories, gone, emptied, replaced = found
    if overwritten is not None:
        used = {index.parents[row] for row in range(len(index)) if row not in overwritten}
        parents = _with_ancestors(index.directories[number] for number in used if not hidden[number])
    else:
        parents = _with_ancestors(directory for directory, lost in zip(index.directories, hidden, strict=True) if not lost)
        if not all(own.isdisjoint(others) for own in (fresh.keys(), replaced) for others in (fresh_directories, parents)):
            _decide(index, start, above, _overwritten(index))
            return
    parents -= fresh.keys()
    above.files.update(fresh)
    for path, entry in fresh_directories.items():
        above.directories.setdefault(path, entry)
    above.implied |= parents
    above.deleted |= gone
    above.emptied |= emptied | replaced


class _Added(NamedTuple):
    """What a layer adds: files and directories that are seen, paths that it deletes, directories that it empties, and those
    that it has something else in the place of."""

    files: dict[bytes, int]
    directories: dict[bytes, int]
    gone: set[bytes]
    emptied: set[bytes]
    replaced: set[bytes]


def _added(index: LayerIndex, start: int, above: _Above, hidden: Sequence[bool], overwritten: frozenset[int]) -> _Added:
    found = _Added({}, {}, set(), set(), set())
    files, deleted, directories, implied = above.files, above.deleted, above.directories, above.implied
    for entry, (path, kind, parent) in enumerate(zip(index.paths, index.kinds, index.parents, strict=True), start):
        if kind >= _WHITEOUT:
            (found.gone if kind == _WHITEOUT else found.emptied).add(path)
        elif hidden[parent] or path in deleted or path in files:
            continue
        elif overwritten and entry - start in overwritten:
            if kind != _DIRECTORY:
                found.emptied.add(path)
        elif kind == _DIRECTORY:
            found.directories[path] = entry
        elif path in directories or path in implied:
            found.replaced.add(path)
        else:
            found.files[path] = entry
    return found


def _added_in_bulk(index: LayerIndex, start: int, above: _Above) -> _Added:
    """The same, in a tenth of the time, for a layer whose directories are all seen, as most are."""
    entries = range(start, start + len(index))
    files = dict(compress(zip(index.paths, entries, strict=True), index.kinds.translate(_FILES)))
    directories = dict(compress(zip(index.paths, entries, strict=True), index.kinds.translate(_DIRECTORIES)))
    for mine in (files, directories):
        for path in (mine.keys() & above.files.keys()) | (mine.keys() & above.deleted):
            del mine[path]
    replaced = (files.keys() & above.directories.keys()) | (files.keys() & above.implied)
    for path in replaced:
        del files[path]
    gone, emptied = ({index.paths[row] for row in _rows_of(index, kind)} for kind in (_WHITEOUT, _OPAQUE))
    return _Added(files, directories, gone, emptied, replaced)


def _with_ancestors(directories: Iterable[bytes]) -> set[bytes]:
    found: set[bytes] = set()
    for directory in directories:
        above = directory
        while above not in found:
            found.add(above)
            above = above[: max(above.rfind(b"/"), 0)]
    return found


def _overwritten(index: LayerIndex) -> frozenset[int]:
    """Rows of a layer with both a file and a directory at one path: those that later entries replaced, as if unpacked."""
    there: dict[bytes, int] = {}
    lost: set[int] = set()
    for row, (path, kind) in enumerate(zip(index.paths, index.kinds, strict=True)):
        if kind >= _WHITEOUT:
            continue
        parts = path.split(b"/")
        for depth in range(1, len(parts)):
            above = there.get(b"/".join(parts[:depth]))
            if above is not None and index.kinds[above] != _DIRECTORY:
                lost.add(above)
                del there[index.paths[above]]
        if kind != _DIRECTORY:
            inside = path + b"/"
            for below in [known for known in there if known.startswith(inside)]:
                lost.add(there.pop(below))
        if path in there:
            lost.add(there[path])
        there[path] = row
    return frozenset(lost)


def _hold(indexes: Sequence[LayerIndex], starts: Sequence[int]) -> dict[int, int]:
    """For each hard link the entry that stores its content: in its own layer, else in the nearest one below."""
    holders: dict[int, int] = {}
    if not any(_HARDLINK in index.kinds for index in indexes):
        return holders
    known: dict[bytes, int] = {}
    linking = [list(_rows_of(index, _HARDLINK)) for index in indexes]
    targets = {index.links.get(row, b"") for index, links in zip(indexes, linking, strict=True) for row in links}
    for index, start, links in zip(indexes, starts, linking, strict=True):
        rows = compress(range(len(index)), map(targets.__contains__, index.paths))
        own = {index.paths[row]: start + row for row in rows if index.kinds[row] < _WHITEOUT}
        for row in links:
            target = index.links.get(row, b"")
            entry = own.get(target, known.get(target, start + row))
            holders[start + row] = holders.get(entry, entry)
        known.update(own)
    return holders


def _rows_of(index: LayerIndex, kind: int) -> Iterator[int]:
    row = index.kinds.find(kind)
    while row >= 0:
        yield row
        row = index.kinds.find(kind, row + 1)
