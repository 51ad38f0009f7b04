"""An image of which nearly everything is needed: it crosses as a whole, after what is not needed was removed from it."""

from collections.abc import Iterable, Sequence
from itertools import chain

from layerscope.advice.delivery.files import File, linked
from layerscope.advice.delivery.model import Copy, Directory
from layerscope.advice.ground import Ground
from layerscope.advice.plan.base import Candidate
from layerscope.advice.plan.copies import Cut, dropped
from layerscope.advice.plan.prepare_stage import removable
from layerscope.filesystem.directories import SHARED_DIRECTORIES
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind

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
    return _size(filesystem, (file.entry for file in files)) * 2 > _size(filesystem, filesystem.visible.values())


def _size(filesystem: Filesystem, entries: Iterable[int]) -> int:
    return sum(map(filesystem.sizes.__getitem__, set(map(filesystem.holder, entries))))


def whole(ground: Ground, files: Sequence[File], directories: Sequence[Directory]) -> Cut | None:
    """The image's own root as the one copy, without what is not needed; None where that cannot be removed."""
    filesystem = ground.filesystem
    parts = list(chain.from_iterable(linked(filesystem, file) if file.links else (file,) for file in files))
    needed = {file.source for file in parts} | {item.path for item in directories} | (_KEPT & filesystem.visible.keys())
    removed = [path for path in dropped(filesystem.below(b""), needed) if not _is_empty(filesystem, path)]
    if len(removed) > _MOST_REMOVED or not all(map(removable, removed)):
        return None
    size = _size(filesystem, (file.entry for file in parts if file.stays))
    others = (Copy(b"/" + file.source, b"/" + file.target, filesystem.sizes[file.entry], file.because) for file in parts)
    besides = (copy for copy in others if copy.source != copy.target)
    return Cut((Copy(b"/", b"/", size, "all that the program may need of the image"), *besides), _tools_last(removed))


def _is_empty(filesystem: Filesystem, path: bytes) -> bool:
    """Whether a path is a directory with nothing in it, which weighs nothing and may be waited for."""
    return filesystem.kinds[filesystem.visible[path]] == Kind.DIRECTORY and not filesystem.has_below(path)


def _tools_last(removed: Sequence[bytes]) -> tuple[bytes, ...]:
    """The paths in an order in which what removes them goes last: it runs until the end of its own command."""
    return tuple(sorted(removed, key=_is_tool))


def _is_tool(path: bytes) -> bool:
    name = path.rpartition(b"/")[2]
    return name in _TOOLS or name.startswith(_LIBRARIES)
