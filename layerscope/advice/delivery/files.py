"""What has to be in the new image for the needs: contents at the paths where they live, and the links that lead to them."""

from collections.abc import Container, Iterable, Iterator
from itertools import chain

from msgspec import Struct

from layerscope.core.names import absolute
from layerscope.core.paths import parent
from layerscope.core.vocabulary import Role
from layerscope.filesystem.directories import SHARED_DIRECTORIES
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.needs.model import Because, Need

_BY_NAME = (Role.LIBRARY, Role.INTERPRETER, Role.CERTIFICATES)
"""What is looked up by one name alone. Anything else may look at where its links lead: a launcher loads ``../dist`` from there,
Java reads the zone's name out of /etc/localtime; and a base may have a link of that name, through which a COPY would write."""

_LIBRARIES = (b"lib", b"lib32", b"lib64", b"libx32", b"usr/lib", b"usr/lib32", b"usr/lib64")
"""The roots of the directories that loaders search by themselves."""


class File(Struct, frozen=True):
    """One file or link to bring: where it lies, under which path it is asked for, and why.

    ``links`` are those on the way from another name to it, where the copy takes that name in their place.
    """

    entry: int
    source: bytes
    target: bytes
    because: str
    links: tuple[int, ...] = ()

    @property
    def stays(self) -> bool:
        """Whether it keeps its path, so that its directory may be copied in its place."""
        return self.source == self.target


def files_of(filesystem: Filesystem, needs: Iterable[Need], with_links: bool = True) -> list[File]:
    """The files to bring for needs, in their order, each path once.

    Content crosses where it lives, and each link on the way from a path that is asked for as a link. What the system looks up
    by one name alone (a library by its soname) is copied to that name. Without ``with_links``, where nothing can make links,
    each path that is asked for becomes a copy of the content.
    """
    found: dict[bytes, File] = {}
    for file in chain.from_iterable(_files(filesystem, need, with_links) for need in needs):
        found.setdefault(file.target, file)
    return list(found.values())


def links_of(filesystem: Filesystem, need: Need, present: Container[bytes] = ()) -> list[int]:
    """The links on the way from all paths by which something is asked for, and which are not ``present`` already."""
    others = (asked for asked in need.asked if asked != need.path and asked not in present)
    return [link for asked in others for link in filesystem.trace(asked).links]


def _files(filesystem: Filesystem, need: Need, with_links: bool) -> Iterator[File]:
    """What has to cross for one need; directories are made, not copied."""
    is_directory = filesystem.kinds[need.entry] == Kind.DIRECTORY
    if not with_links:
        yield from () if is_directory or need.role == Role.LINK else _contents(need)
    elif _is_by_name(filesystem, need):
        yield File(need.entry, need.path, need.asked[0], reason(need), filesystem.trace(need.asked[0]).links)
    else:
        yield from () if is_directory else _in_place(filesystem, need)
        yield from (link_file(filesystem, link, reason(need)) for link in links_of(filesystem, need))


def _contents(need: Need) -> Iterator[File]:
    """A copy under each path that is asked for."""
    return (File(need.entry, need.path, asked, reason(need)) for asked in need.asked or (need.path,))


def _in_place(filesystem: Filesystem, need: Need) -> Iterator[File]:
    """The content where it lives, and under those names from which no links lead there."""
    yield File(need.entry, need.path, need.path, reason(need))
    is_link = filesystem.kinds[need.entry] == Kind.SYMLINK
    for asked in need.asked:
        if asked != need.path and filesystem.real_path(asked, not is_link) != need.path:
            yield File(need.entry, need.path, asked, reason(need))


def link_file(filesystem: Filesystem, link: int, because: str) -> File:
    """A link where it lies."""
    return File(link, filesystem.paths[link], filesystem.paths[link], because)


def _is_by_name(filesystem: Filesystem, need: Need) -> bool:
    """Whether a copy under the one name that is asked for does as well as the links that lead from there."""
    if len(need.asked) != 1 or need.asked[0] == need.path or need.role not in _BY_NAME:
        return False
    is_file = filesystem.kinds[need.entry] in (Kind.REGULAR, Kind.HARDLINK)
    return is_file and filesystem.real_path(need.asked[0]) == need.path and is_system(need.asked[0])


def is_system(path: bytes) -> bool:
    """Whether a path is looked up in a directory of the system's."""
    directory = parent(path)
    return directory in SHARED_DIRECTORIES or directory.startswith(b"etc/") or parent(directory) in _LIBRARIES


def linked(filesystem: Filesystem, file: File) -> Iterator[File]:
    """A file that takes the name of links, as a file where it lives and the links that lead to it; another one as it is."""
    yield File(file.entry, file.source, file.source, file.because) if file.links else file
    yield from (link_file(filesystem, link, file.because) for link in file.links)


def reason(need: Need) -> str:
    """A need's proof in one line: its nearest step, and the file that asks."""
    first = need.because[0]
    if first.path or need.role not in (Role.PROGRAM, Role.INTERPRETER, Role.HEALTHCHECK):
        return step_text(first)
    return f"{'the program' if need.role == Role.PROGRAM else 'a program'}, started by {first.what}"


def step_text(step: Because) -> str:
    """One step of a proof in words: "NEEDED by /app/server"."""
    return f"{step.what} {absolute(step.path)}" if step.path else step.what
