"""Files that were seen to be needed when the image ran: each with the links beside it by which it may have been opened."""

from collections.abc import Iterable, Iterator

from layerscope.core.vocabulary import Role
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.needs.model import Because, Need

_BECAUSE = (Because("opened or asked for when the image ran"),)


def observed_needs(filesystem: Filesystem, paths: Iterable[bytes]) -> list[Need]:
    """The needs for observed ``paths``: a directory with all below it, a file by its own name, by the name that was asked for,
    and by the links beside it that lead to it."""
    return [need for asked in paths for need in _needs(filesystem, asked.strip(b"/"))]


def _needs(filesystem: Filesystem, asked: bytes) -> Iterator[Need]:
    traced = filesystem.trace(asked)
    if traced.entry is None or filesystem.kinds[traced.entry] == Kind.DIRECTORY:
        below = filesystem.below(traced.path) if traced.path else []
        yield from (_need(path, filesystem.visible[path], (path,)) for path in below)
    else:
        names = dict.fromkeys((traced.path, asked, *_links_beside(filesystem, traced.path, traced.entry)))
        yield _need(traced.path, traced.entry, tuple(names))


def _need(path: bytes, entry: int, asked: tuple[bytes, ...]) -> Need:
    return Need(path=path, entry=entry, role=Role.DATA, because=_BECAUSE, asked=asked)


def _links_beside(filesystem: Filesystem, path: bytes, entry: int) -> list[bytes]:
    """The symbolic links in a file's directory that lead to it."""
    directory, _, _ = path.rpartition(b"/")
    beside = ((directory + b"/" + name).lstrip(b"/") for name in filesystem.children(directory))
    return [name for name in beside if name != path and filesystem.resolve(name) == entry]
