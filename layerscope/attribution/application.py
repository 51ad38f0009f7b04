"""Where the application lies: in the working directory, and in what COPY and ADD filled."""

import posixpath
from collections.abc import Iterator
from itertools import filterfalse, islice
from typing import NamedTuple

from layerscope.core.names import path_bytes
from layerscope.filesystem.directories import SYSTEM_DIRECTORIES, SYSTEM_TREES
from layerscope.filesystem.merged import Filesystem
from layerscope.history.history import History
from layerscope.history.instructions import Instruction
from layerscope.layers.index import Kind
from layerscope.sources.image import Config

_OWN_TREES = (b"usr/src/", b"usr/app/", b"var/www/", b"var/task/", b"var/app/")
"""Directories below those that applications have to themselves."""

_RELEASE = frozenset((b"etc/os-release", b"usr/lib/os-release"))
_MOST_ROOTS = 32


class Application(NamedTuple):
    """``roots`` are the directories that the application has to itself (what ``$APP`` of the catalogue means), ``copied`` the
    layers after the base that COPY and ADD made."""

    roots: tuple[bytes, ...]
    copied: frozenset[int]

    def holds(self, directory: bytes) -> bool:
        """Whether a directory is one of the application's, or lies in one."""
        return any(directory == root or directory.startswith(root + b"/") for root in self.roots)


def find_application(filesystem: Filesystem, config: Config, history: History) -> Application:
    """Looks for the application. An image without history has the working directory alone."""
    base = base_layers(filesystem, history)
    copied = frozenset(layer for layer in _copied(history) if layer >= base)
    roots = dict.fromkeys(_working_directories(config, history))
    for layer in sorted(copied):
        roots.update(dict.fromkeys(_filled(filesystem, layer)))
    return Application(tuple(roots)[:_MOST_ROOTS], copied)


def _copied(history: History) -> Iterator[int]:
    """The layers that COPY and ADD made."""
    layers = (item.layer for item in history.instructions if item.keyword in ("COPY", "ADD"))
    return (layer for layer in layers if layer is not None)


def base_layers(filesystem: Filesystem, history: History) -> int:
    """How many layers are the base's; without other knowledge, those up to the one that says which system it is."""
    if history.base_known:
        return history.base_layers
    for layer, index in enumerate(filesystem.indexes):
        if not _RELEASE.isdisjoint(index.paths):
            return layer + 1
    return 0


def _working_directories(config: Config, history: History) -> Iterator[bytes]:
    """WORKDIR, the last one first; those of the base image do not count, but for the last."""
    last = _stored(config.working_dir)
    if last not in SYSTEM_DIRECTORIES or last == b"go":
        yield last
    place = "/"
    for item in history.instructions:
        if item.keyword == "WORKDIR":
            place = posixpath.join(place, _argument(item))
            if item.index >= history.base_instructions and _stored(place) not in SYSTEM_DIRECTORIES:
                yield _stored(place)


def _stored(directory: str) -> bytes:
    """A working directory as the filesystem stores paths."""
    return path_bytes(posixpath.normpath("/" + directory).lstrip("/"))


def _argument(item: Instruction) -> str:
    return item.raw.split("#", 1)[0].strip().removeprefix("/bin/sh -c #(nop)").strip().removeprefix("WORKDIR").strip()


def _filled(filesystem: Filesystem, layer: int) -> Iterator[bytes]:
    """The highest directories that a layer's files lie in and that are not the system's."""
    index = filesystem.indexes[layer]
    parents = {parent for parent, kind in zip(index.parents, index.kinds, strict=True) if kind != Kind.DIRECTORY}
    for directory in filter(_may_be_own, map(index.directories.__getitem__, sorted(parents))):
        parts = directory.split(b"/")
        downwards = (b"/".join(parts[:depth]) for depth in range(1, len(parts) + 1))
        yield from islice(filterfalse(SYSTEM_DIRECTORIES.__contains__, downwards), 1)


def _may_be_own(directory: bytes) -> bool:
    """Whether an application can have a directory to itself."""
    return directory.partition(b"/")[0] not in SYSTEM_TREES or (directory + b"/").startswith(_OWN_TREES)
