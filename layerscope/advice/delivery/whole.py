"""An image of which nearly everything is needed: it crosses as a whole, after what is not needed was removed from it."""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain, filterfalse
from operator import attrgetter

from layerscope.advice.delivery.files import File, linked
from layerscope.advice.delivery.model import Copy, Directory
from layerscope.advice.ground import Ground
from layerscope.advice.plan.base import Candidate
from layerscope.advice.plan.copies import Cut, dropped
from layerscope.advice.plan.prepare_stage import removable
from layerscope.core.grouping import grouped
from layerscope.filesystem.directories import SHARED_DIRECTORIES
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind

_SOURCE, _PATH, _ENTRY = attrgetter("source"), attrgetter("path"), attrgetter("entry")
_MANY_LINES = 40
_MOST_REMOVED = 20_000
_KEPT = SHARED_DIRECTORIES.union((b"var/tmp", b"var/log", b"var/cache", b"var/run", b"var/spool"))
"""Directories that stay even if nothing in them does."""

_TOOLS = frozenset((b"sh", b"dash", b"bash", b"busybox", b"rm", b"coreutils"))
_LIBRARIES = (b"ld-linux", b"ld-musl", b"libc.", b"libselinux", b"libpcre", b"libtinfo")
"""What a shell and rm are, and load."""


def is_mostly_needed(ground: Ground, base: Candidate, files: Sequence[File], lines: int) -> bool:
    """Whether files onto an empty base are most of the image, in more COPY lines than people read."""
    if base.reference != "scratch" or lines <= _MANY_LINES:
        return False
    filesystem = ground.filesystem
    return _size(filesystem, map(_ENTRY, files)) * 2 > _size(filesystem, filesystem.visible.values())


def _size(filesystem: Filesystem, entries: Iterable[int]) -> int:
    return sum(map(filesystem.sizes.__getitem__, set(map(filesystem.holder, entries))))


def whole(ground: Ground, files: Sequence[File], directories: Sequence[Directory]) -> Cut | None:
    """The image's own root as the one copy, without what is not needed; None where that cannot be removed."""
    filesystem = ground.filesystem
    parts = list(chain.from_iterable(map(partial(linked, filesystem), files)))
    removed = _removed(filesystem, {*map(_SOURCE, parts), *map(_PATH, directories)})
    if len(removed) > _MOST_REMOVED or not all(map(removable, removed)):
        return None
    stays = grouped(parts, attrgetter("stays"))
    size = _size(filesystem, map(_ENTRY, stays.get(True, ())))
    copy = Copy(b"/", b"/", size, "all that the program may need of the image")
    return Cut((copy, *map(partial(_copy, filesystem), stays.get(False, ()))), _tools_last(removed))


def _copy(filesystem: Filesystem, file: File) -> Copy:
    return Copy(b"/" + file.source, b"/" + file.target, filesystem.sizes[filesystem.holder(file.entry)], file.because)


def _removed(filesystem: Filesystem, needed: set[bytes]) -> list[bytes]:
    """The highest paths that hold nothing needed; a directory that is empty in the image stays."""
    kept = needed | (_KEPT & filesystem.visible.keys())
    return list(filterfalse(partial(_is_empty, filesystem), dropped(filesystem.below(b""), kept)))


def _is_empty(filesystem: Filesystem, path: bytes) -> bool:
    """Whether a path is a directory with nothing in it, which weighs nothing and may be waited for."""
    return filesystem.kinds[filesystem.visible[path]] == Kind.DIRECTORY and not filesystem.has_below(path)


def _tools_last(removed: Sequence[bytes]) -> tuple[bytes, ...]:
    """The paths in an order in which what removes them goes last: it runs until the end of its own command."""
    return tuple(sorted(removed, key=_is_tool))


def _is_tool(path: bytes) -> bool:
    name = path.rpartition(b"/")[2]
    return name in _TOOLS or name.startswith(_LIBRARIES)
