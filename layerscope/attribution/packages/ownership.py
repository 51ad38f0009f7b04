"""The packages and libraries of an image, and which one each path belonged to when a layer stored it.

Packages are what the operating system's databases list (dpkg, apk, rpm), libraries what a language's package manager left
records of. A later layer may upgrade or purge either, yet the bytes that an earlier layer stored for it stay in the image: so a
path belongs to the one that had it last as of the file's own layer. Files that were there before anything listed them (an image
put together package by package) belong to the first that did.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from layerscope.attribution.packages.languages.development import is_project_file, only_developing
from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.registry import DATABASE_DIRECTORIES, DATABASES, Database, libraries
from layerscope.attribution.packages.system.dpkg import Stanza
from layerscope.core.names import path_text
from layerscope.core.paths import below
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind, LayerIndex

TOP_DIRECTORIES = (b"bin", b"sbin", b"lib", b"lib32", b"lib64", b"libx32")
"""What a merged system replaces by symbolic links into /usr."""


_ABOVE = frozenset(b"/".join(path.split(b"/")[:depth]) for path in DATABASE_DIRECTORIES for depth in range(5))
"""The directories that databases lie in, and all above them."""


class Package(Struct, frozen=True, kw_only=True):
    """One version of an installed package or library.

    ``system`` is the database's kind (``dpkg``) or the library's (``npm``), ``layer`` the layer that first lists it.
    ``place`` is the directory that a library's record lies in, b"" for packages of the operating system; ``development`` says
    that only developing needs it.
    """

    name: str
    version: str
    system: str
    layer: int
    place: bytes = b""
    development: bool = False


class Owners:
    """Which package owns which path, layer by layer.

    ``positions`` maps a path to the position of the package that has it; to ``~n`` where it passed from one to another, as the
    n-th of the changes says.
    """

    __slots__ = ("_changes", "positions")

    def __init__(self) -> None:
        self.positions: dict[bytes, int] = {}
        self._changes: list[list[tuple[int, int]]] = []

    def add(self, layer: int, found: dict[bytes, int]) -> None:
        """Adds what is listed as of ``layer``; layers are added in their order."""
        positions, changes = self.positions, self._changes
        if not found:
            return
        changed = [(path, old) for path in positions.keys() & found.keys() if (old := positions[path]) != found[path]]
        positions.update(found)
        for path, old in changed:
            if old >= 0:
                changes.append([(0, old), (layer, found[path])])
                positions[path] = ~(len(changes) - 1)
            else:
                if changes[~old][-1][1] != found[path]:
                    changes[~old].append((layer, found[path]))
                positions[path] = old

    def owner(self, layer: int, path: bytes, otherwise: int | None = None) -> int | None:
        """The position of the package that has a path as of a layer, else that of another."""
        position = self.positions.get(path, otherwise)
        return position if position is None or position >= 0 else self.at(layer, position)

    def at(self, layer: int, position: int) -> int:
        """The package's position as of a layer, for a value of ``positions``."""
        if position >= 0:
            return position
        changes = self._changes[~position]
        for since, found in reversed(changes):
            if since <= layer:
                return found
        return changes[0][1]

    def ever(self, path: bytes) -> Iterator[int]:
        """The positions of all packages that had a path, whenever."""
        position = self.positions.get(path)
        if position is not None:
            yield from (position,) if position >= 0 else (each for _, each in self._changes[~position])


class Ownership(NamedTuple):
    """``paths`` are the owners of files, ``trees`` those of directories with all that is not listed by itself.

    ``aliases`` are the top directories that are symbolic links: paths here are without them.
    """

    packages: tuple[Package, ...]
    paths: Owners
    trees: Owners
    aliases: Mapping[bytes, bytes]

    def of(self, layer: int, path: bytes) -> Package | None:
        """The package that owned a canonical path when the layer stored it."""
        position = self.paths.owner(layer, path)
        while position is None and path:
            path = path.rpartition(b"/")[0]
            position = self.trees.owner(layer, path)
        return None if position is None else self.packages[position]

    def canonical(self, path: bytes) -> bytes:
        """A path as packages know it: without symbolic links among the top directories."""
        return _canonical(path, self.aliases)

    def canonical_paths(self, index: LayerIndex) -> list[bytes]:
        """All paths of a layer as packages know them; most layers have nothing below a link."""
        moved = tuple(top + b"/" for top in self.aliases)
        if any((path + b"/").startswith(moved) for path in index.directories):
            return list(map(self.canonical, index.paths))
        return index.paths


def read_ownership(filesystem: Filesystem) -> Ownership:
    """Reads all package databases and libraries of an image from what was picked up while its layers were indexed."""
    aliases = aliases_of(filesystem)
    paths, trees = Owners(), Owners()
    packages = _read_packages(filesystem, aliases, paths)
    packages += _read_libraries(filesystem, aliases, paths, trees, len(packages))
    return Ownership(tuple(packages), paths, trees, aliases)


class _Numbered:
    """Packages in the order of their positions, each once; the positions begin with ``first``."""

    def __init__(self, first: int = 0) -> None:
        self.packages: list[Package] = []
        self._first = first
        self._positions: dict[tuple[object, ...], int] = {}

    def position(self, key: tuple[object, ...], make: Callable[[], Package]) -> int:
        """The position of the package with that key; a new one is made and gets the next."""
        position = self._positions.setdefault(key, self._first + len(self.packages))
        if position == self._first + len(self.packages):
            self.packages.append(make())
        return position


def _read_packages(filesystem: Filesystem, aliases: Mapping[bytes, bytes], owners: Owners) -> list[Package]:
    """The packages of the operating system, in the order of their positions."""
    numbered = _Numbered()
    listed: dict[int, list[bytes]] = {}
    databases: dict[str, dict[bytes, bytes]] = {name: {} for name in DATABASES}
    for layer, index in enumerate(filesystem.indexes):
        found: dict[bytes, int] = {}
        for name, stanza, paths in _changed(index, databases, aliases):
            position = numbered.position((name, *stanza), partial(_package, name, stanza, layer))
            if listed.get(position) != paths:
                listed[position] = paths
                found.update(dict.fromkeys(paths, position))
        owners.add(layer, found)
    return numbered.packages


def _changed(
    index: LayerIndex, databases: Mapping[str, dict[bytes, bytes]], aliases: Mapping[bytes, bytes]
) -> Iterator[tuple[str, Stanza, list[bytes]]]:
    """The packages of the databases that a layer changes, each with its database's kind and its paths."""
    for name, system in DATABASES.items():
        if _apply(index, system, databases[name]):
            yield from ((name, stanza, paths) for stanza, paths in system.owned(databases[name], aliases))


def _package(system: str, stanza: Stanza, layer: int) -> Package:
    return Package(name=path_text(stanza.name), version=path_text(stanza.version), system=system, layer=layer)


def _apply(index: LayerIndex, system: Database, database: dict[bytes, bytes]) -> bool:
    """Brings a database's files to the state after a layer; whether any of them changed."""
    changed = False
    for kind in (Kind.WHITEOUT, Kind.OPAQUE) if database else ():
        row = index.kinds.find(kind)
        while row >= 0:
            changed |= _remove(database, index.paths[row])
            row = index.kinds.find(kind, row + 1)
    for row, content in index.contents.items():
        path = index.paths[row]
        if system.is_database(path):
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
    prefix = below(path, b"")
    hidden = [name for name in database if name.startswith(prefix)]
    for name in hidden:
        del database[name]
    return bool(hidden)


def _read_libraries(
    filesystem: Filesystem, aliases: Mapping[bytes, bytes], paths: Owners, trees: Owners, first: int
) -> list[Package]:
    """The libraries of all layers; their positions begin with ``first``. What the operating system lists is not theirs."""
    numbered = _Numbered(first)
    of_system = frozenset(paths.positions)
    developing: list[tuple[int, Library]] = []
    files: dict[bytes, bytes] = {}
    for layer, index in enumerate(filesystem.indexes):
        found: dict[bytes, int] = {}
        found_trees: dict[bytes, int] = {}
        for place, library in _libraries(index, aliases, files):
            position = numbered.position((*library.identity, place), partial(_library, library, layer, place))
            if library.development:
                developing.append((position, library))
            else:
                found_trees.update(dict.fromkeys(library.trees, position))
            found.update(dict.fromkeys(library.paths, position))
        for path in of_system.intersection(found):
            del found[path]
        paths.add(layer, found)
        trees.add(layer, found_trees)
    developing += [(-1, library) for library in only_developing(files)]
    marked = _developing(developing, trees) | _alike(numbered.packages, first, developing)
    for position in marked:
        numbered.packages[position - first] = replace(numbered.packages[position - first], development=True)
    return numbered.packages


def _libraries(index: LayerIndex, aliases: Mapping[bytes, bytes], files: dict[bytes, bytes]) -> Iterator[tuple[bytes, Library]]:
    """The libraries of a layer's records, with the directory of the record; ``files`` gets the records, and the
    files that say what a project needs."""
    for path, content in _contents(index, aliases):
        found = libraries(path, content)
        if found or is_project_file(path):
            files[path] = content
        yield from ((path.rpartition(b"/")[0], library) for library in found)


def _library(library: Library, layer: int, place: bytes) -> Package:
    return Package(name=library.name, version=library.version, system=library.system, layer=layer, place=place)


def _alike(packages: Sequence[Package], first: int, developing: Iterable[tuple[int, Library]]) -> set[int]:
    """The positions of packages that a lock file names, wherever they lie."""
    named = {library.identity for _, library in developing if not library.trees}
    return {position for position, item in enumerate(packages, first) if (item.system, item.name, item.version) in named}


def _developing(developing: Iterable[tuple[int, Library]], trees: Owners) -> set[int]:
    """The positions of packages that ever had a tree which only developing needs. A tree that only a lock file knows belongs to
    the library that the lock file puts there."""
    for position, library in developing:
        if position >= 0:
            for tree in library.trees:
                trees.positions.setdefault(tree, position)
    found = chain.from_iterable(library.trees for _, library in developing)
    return set(chain.from_iterable(map(trees.ever, found)))


def _contents(index: LayerIndex, aliases: Mapping[bytes, bytes]) -> Iterator[tuple[bytes, bytes]]:
    """The contents kept of a layer's files, and hard links, of which only the path is known."""
    linked = ((row, b"") for row in index.links if index.kinds[row] == Kind.HARDLINK)
    moved = tuple(top + b"/" for top in aliases)
    for row, content in (*index.contents.items(), *linked):
        path = index.paths[row]
        yield _canonical(path, aliases) if path.startswith(moved) else path, content


def _canonical(path: bytes, aliases: Mapping[bytes, bytes]) -> bytes:
    top, slash, rest = path.partition(b"/")
    return aliases.get(top, top) + slash + rest if slash else path


def aliases_of(filesystem: Filesystem) -> dict[bytes, bytes]:
    """The top directories that are symbolic links to directories, with where they lead."""
    found: dict[bytes, bytes] = {}
    for name in TOP_DIRECTORIES:
        entry = filesystem.visible.get(name)
        if entry is not None and filesystem.kinds[entry] == Kind.SYMLINK:
            target = filesystem.real_path(name)
            if target and target != name:
                found[name] = target
    return found
