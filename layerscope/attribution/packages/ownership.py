"""The packages of an image, and which one each path belonged to when a layer stored it.

A later layer may upgrade or purge a package, yet the bytes that an earlier layer stored for it stay in the image: so a path is
looked up in the databases as its own layer left them, and only then, for files that were there before their database was (an
image put together package by package), in all databases together.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from layerscope.attribution.packages import apk, dpkg
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind, LayerIndex

TOP_DIRECTORIES = (b"bin", b"sbin", b"lib", b"lib32", b"lib64", b"libx32")
"""What a merged system replaces by symbolic links into /usr."""

_SYSTEMS = (("dpkg", dpkg), ("apk", apk))
_ABOVE = frozenset(
    b"/".join(directory.split(b"/")[:depth])
    for directory in (b"var/lib/dpkg/info", b"var/lib/dpkg/status.d", b"lib/apk/db", b"usr/lib/apk/db")
    for depth in range(5)
)
"""The directories that databases lie in, and all above them."""


class Package(NamedTuple):
    """One version of an installed package. ``system`` is the database's kind; ``layer`` the layer that first lists it."""

    name: str
    version: str
    source: str
    system: str
    layer: int


class Ownership(NamedTuple):
    """``layers[n]`` maps paths to positions in ``packages`` as of layer n, ``ever`` for all layers together.

    ``aliases`` are the top directories that are symbolic links: paths here are without them.
    """

    packages: tuple[Package, ...]
    layers: tuple[Mapping[bytes, int], ...]
    ever: Mapping[bytes, int]
    aliases: Mapping[bytes, bytes]

    def of(self, layer: int, path: bytes) -> Package | None:
        """The package that owned a canonical path when the layer stored it."""
        position = self.layers[layer].get(path, self.ever.get(path))
        return None if position is None else self.packages[position]


def read_ownership(filesystem: Filesystem) -> Ownership:
    """Reads all package databases of an image from what was picked up while its layers were indexed."""
    aliases = _aliases(filesystem)
    packages: dict[tuple[str, bytes, bytes, bytes], int] = {}
    found: list[Package] = []
    layers: list[dict[bytes, int]] = []
    ever: dict[bytes, int] = {}
    database: dict[bytes, bytes] = {}
    current: dict[bytes, int] = {}
    for layer, index in enumerate(filesystem.indexes):
        if _apply(index, database):
            current = {}
            for system, stanza, paths in _owned(database, aliases):
                key = (system, stanza.name, stanza.version, stanza.architecture)
                position = packages.setdefault(key, len(found))
                if position == len(found):
                    found.append(Package(_text(stanza.name), _text(stanza.version), _text(stanza.source), system, layer))
                current.update(dict.fromkeys(paths, position))
            ever = {**current, **ever}
        layers.append(current)
    return Ownership(tuple(found), tuple(layers), ever, aliases)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def _owned(database: Mapping[bytes, bytes], aliases: Mapping[bytes, bytes]) -> Iterator[tuple[str, dpkg.Stanza, list[bytes]]]:
    for system, reader in _SYSTEMS:
        for stanza, paths in reader.owned(database, aliases):
            yield system, stanza, paths


def _apply(index: LayerIndex, database: dict[bytes, bytes]) -> bool:
    """Brings the database's files to the state after a layer; whether any of them changed."""
    changed = False
    for kind in (Kind.WHITEOUT, Kind.OPAQUE) if database else ():
        row = index.kinds.find(kind)
        while row >= 0:
            changed |= _remove(database, index.paths[row])
            row = index.kinds.find(kind, row + 1)
    for row, content in index.contents.items():
        path = index.paths[row]
        if dpkg.is_database(path) or apk.is_database(path):
            database[path] = content
            changed = True
    return changed


def _remove(database: dict[bytes, bytes], path: bytes) -> bool:
    """Drops what a whiteout of ``path``, or an opaque directory there, hides."""
    if path in database:
        del database[path]
        return True
    if path not in _ABOVE:
        return False
    prefix = path + b"/" if path else b""
    hidden = [name for name in database if name.startswith(prefix)]
    for name in hidden:
        del database[name]
    return bool(hidden)


def _aliases(filesystem: Filesystem) -> dict[bytes, bytes]:
    """The top directories that are symbolic links to directories, with where they lead."""
    found: dict[bytes, bytes] = {}
    for name in TOP_DIRECTORIES:
        entry = filesystem.visible.get(name)
        if entry is not None and filesystem.kinds[entry] == Kind.SYMLINK:
            target = filesystem.real_path(name)
            if target and target != name:
                found[name] = target
    return found
