"""What engines cannot unpack of a layer that can be read. They unpack each layer by itself, entry after entry."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from enum import StrEnum
from functools import partial
from itertools import chain, compress, takewhile
from typing import NamedTuple

from layerscope.core.names import absolute
from layerscope.core.paths import ancestors, normal_path, parent, with_parents
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind, LayerIndex

_MARKER = b".wh."


class _Lack(StrEnum):
    """Why a hard link cannot be made, as it is said of its target."""

    ABSENT = "which is not there"
    LOWER = "which only a lower layer has"
    LATER = "which comes after it"
    DIRECTORY = "which is a directory"


_DIRECTORIES = {Kind.DIRECTORY: _Lack.DIRECTORY, Kind.OPAQUE: _Lack.DIRECTORY}


class _Link(NamedTuple):
    """A hard link. ``reaches_lower``: a lower layer has something at its target."""

    row: int
    path: bytes
    target: bytes
    reaches_lower: bool

    def without(self, lack: _Lack) -> str:
        """What is said of it."""
        return f"{absolute(self.path)} is a hard link to {absolute(self.target)}, {lack}"


class _Own(NamedTuple):
    """What a layer has itself: the ``first`` row of each path that a hard link leads to with its kind, its ``directories``,
    listed or not, and the paths of its symbolic ``links``."""

    first: dict[bytes, tuple[int, int]]
    directories: AbstractSet[bytes]
    links: AbstractSet[bytes]


def not_unpacked(filesystem: Filesystem) -> dict[int, str]:
    """What is wrong with layers that engines cannot unpack, by layer.

    Where a layer up to there could not be read whole, what is missing may be in it, and nothing is said.
    """
    whole = list(takewhile(lambda layer: not filesystem.indexes[layer].problem, range(len(filesystem.indexes))))
    said = zip(whole, map(partial(_first_problem, filesystem), whole), strict=True)
    return {layer: f"no engine can unpack it: {what}" for layer, what in said if what}


def _first_problem(filesystem: Filesystem, layer: int) -> str:
    return next(chain(_bad_links(filesystem, layer), _below_others(filesystem.indexes[layer])), "")


def _bad_links(filesystem: Filesystem, layer: int) -> Iterator[str]:
    """Hard links that cannot be made: their target has to be there before them, in the same layer."""
    links = list(_hard_links(filesystem, layer))
    own = _own(filesystem.indexes[layer], {link.target for link in links})
    for link in links:
        if lack := _lack(link, own):
            yield link.without(lack)


def _hard_links(filesystem: Filesystem, layer: int) -> Iterator[_Link]:
    index, start = filesystem.indexes[layer], filesystem.starts[layer]
    for row in index.rows_of(Kind.HARDLINK):
        yield _Link(row, index.paths[row], index.links.get(row, b""), filesystem.holders[start + row] != start + row)


def _own(index: LayerIndex, targets: AbstractSet[bytes]) -> _Own:
    """What a layer has at and around the targets of its hard links."""
    first: dict[bytes, tuple[int, int]] = {}
    for row in compress(range(len(index)), map(targets.__contains__, index.paths)):
        first.setdefault(index.paths[row], (row, index.kinds[row]))
    if targets <= first.keys():
        return _Own(first, frozenset(), frozenset())
    return _Own(first, with_parents(index.directories), set(map(index.paths.__getitem__, index.rows_of(Kind.SYMLINK))))


def _lack(link: _Link, own: _Own) -> _Lack | None:
    """Why a hard link cannot be made; None when it can, or leads through a symbolic link of its layer."""
    row, kind = own.first.get(link.target, (link.row, Kind.HARDLINK))
    if row > link.row and kind != Kind.WHITEOUT:
        return _Lack.LATER
    if row < link.row and link.target != link.path:
        return _DIRECTORIES.get(Kind(kind))
    return _lack_around(link, own)


def _lack_around(link: _Link, own: _Own) -> _Lack | None:
    """As :func:`_lack`, where the layer does not list the target."""
    if link.target in own.directories:
        return _Lack.DIRECTORY
    if own.links.isdisjoint(ancestors(link.target)):
        return _Lack.LOWER if link.reaches_lower else _Lack.ABSENT
    return None


def _below_others(index: LayerIndex) -> Iterator[str]:
    """Entries below something of the same layer that is no directory when their turn comes."""
    others = _others(index)
    there: set[bytes] = set()
    for row, path in enumerate(index.paths) if others else ():
        for above in there.intersection(ancestors(path)):
            yield f"{absolute(path)} lies below {absolute(above)}, which is no directory"
        there -= {path}
        there |= others.get(row, frozenset())


def _others(index: LayerIndex) -> dict[int, frozenset[bytes]]:
    """The rows of what stands at the path of a directory and is none, and that path."""
    parents = with_parents(index.directories)
    rows = compress(range(len(index)), map(parents.__contains__, index.paths))
    found = [row for row in rows if index.kinds[row] not in _DIRECTORIES]
    there = parents.union(index.paths if found else ())
    return {row: frozenset((index.paths[row],)) for row in found if _stands_in_the_way(index, row, there)}


def _stands_in_the_way(index: LayerIndex, row: int, there: AbstractSet[bytes]) -> bool:
    """Whether nothing can be put below an entry. What a symbolic link leads to may be a directory, where it is ``there``; and
    what old engines wrote for themselves is left out, with all that is below."""
    path = index.paths[row]
    if index.kinds[row] == Kind.SYMLINK:
        return normal_path(index.links.get(row, b""), parent(path)) not in there
    return not path.rpartition(b"/")[2].startswith(_MARKER)
