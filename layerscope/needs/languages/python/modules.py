"""Modules by their names: where ``import`` finds them on the search path."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes
from layerscope.needs.languages.python.search_path import Place, Use, paths_of
from layerscope.needs.languages.python.tree import Tree
from layerscope.needs.trees import joined

_EXTENSION = expression(rb"([A-Za-z_]\w*)(?:\.[\w-]+)?\.so\Z")
_LONGEST_NAME = 300


class Module(Struct, frozen=True, eq=False, kw_only=True):
    """Where a module is found: its file (``entry`` None for a namespace package), and the directories of its submodules.

    ``asked`` is the path by which it was found where a symbolic link leads to its package, b"" elsewhere; ``pth`` the entry of
    the ``.pth`` file without which it is not found.
    """

    entry: int | None
    path: bytes
    use: Use
    directories: tuple[bytes, ...] = ()
    pth: int | None = None
    asked: bytes = b""

    @property
    def is_package(self) -> bool:
        """Whether the file is the one that a package begins with."""
        return self.path.endswith((b"/__init__.py", b"/__init__.pyc"))


class Modules:
    """The search for modules, as :mod:`importlib` makes it. Every name is looked for once."""

    def __init__(self, tree: Tree, places: list[Place]) -> None:
        self._tree = tree
        self._places = places
        self._sites = paths_of(places, Use.SITE)
        self._found: dict[str, Module | None] = {}
        self._extensions: dict[bytes, dict[bytes, bytes]] = {}

    def find(self, name: str) -> Module | None:
        """Where a dotted name is found; None when it is not there."""
        if name not in self._found:
            leaf = path_bytes(name.rpartition(".")[2])
            self._found[name] = self._search(self._places_of(name), leaf) if len(name) < _LONGEST_NAME else None
        return self._found[name]

    def _places_of(self, name: str) -> list[Place]:
        """Where the last part of a name is looked for: in the package that it lies in."""
        package, dot, _ = name.rpartition(".")
        if not dot:
            return self._places
        above = self.find(package) if package else None
        return [Place(path, above.use, above.pth) for path in above.directories] if above is not None else []

    def _search(self, places: Iterable[Place], leaf: bytes) -> Module | None:
        """The first package or module; else a namespace package over all directories of that name."""
        spaces: list[tuple[bytes, Place]] = []
        for place in places:
            path = joined(place.path, leaf)
            directory = self._tree.real(path)
            found = self._package(place, path, directory) or self._file(place, path, leaf)
            if found is not None:
                return found
            if self._tree.is_directory(directory):
                spaces.append((directory, place))
        return _namespace(spaces) if spaces else None

    def _package(self, place: Place, path: bytes, directory: bytes) -> Module | None:
        for name in (b"/__init__.py", b"/__init__.pyc"):
            if (entry := self._tree.entry(directory + name)) is not None:
                return Module(
                    entry=entry,
                    path=directory + name,
                    use=place.use,
                    directories=(directory, *self._further(place, path, directory)),
                    pth=place.pth,
                    asked=path + name if path != directory else b"",
                )
        return None

    def _further(self, found: Place, path: bytes, directory: bytes) -> Iterator[bytes]:
        """Further directories of a package that extends its ``__path__`` over several (pkgutil, pkg_resources)."""
        if found.use != Use.SITE:
            return
        leaf = path.rpartition(b"/")[2]
        others = (joined(site, leaf) for site in self._sites)
        yield from filter(self._tree.is_directory, (other for other in others if other not in (path, directory)))

    def _file(self, place: Place, path: bytes, leaf: bytes) -> Module | None:
        """A module of one file: source, bytecode, or an extension."""
        for name in (path + b".py", path + b".pyc", self._extensions_in(place.path).get(leaf, b"")):
            if name and (entry := self._tree.entry(name)) is not None:
                return Module(entry=entry, path=name, use=place.use, pth=place.pth)
        return None

    def _extensions_in(self, directory: bytes) -> dict[bytes, bytes]:
        """The extension modules in a directory, by their names."""
        if directory not in self._extensions:
            paths = (path for path in self._tree.files.get(directory, ()) if path.endswith(b".so"))
            found = filter(None, (_EXTENSION.match(path, path.rfind(b"/") + 1) for path in paths))
            self._extensions[directory] = {match[1]: match.string for match in found}
        return self._extensions[directory]


def _namespace(spaces: list[tuple[bytes, Place]]) -> Module:
    """A namespace package over directories, each with the place that it was found in."""
    path, first = spaces[0]
    return Module(entry=None, path=path, use=first.use, directories=tuple(space for space, _ in spaces), pth=first.pth)
