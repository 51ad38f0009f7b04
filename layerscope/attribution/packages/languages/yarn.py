"""Which packages of a node_modules without a lock file of npm or pnpm only developing needs.

yarn's lock file says nothing of the kind. It follows from the ``devDependencies`` of the project, and what each package needs.

Formats: npm's package.json(5), folders(5).
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain, islice

from msgspec import Struct
from msgspec.structs import replace

from layerscope.attribution.packages.languages.development import needed_only_for
from layerscope.attribution.packages.languages.npm import PACKAGE, libraries
from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.relative import is_installed
from layerscope.core.names import path_bytes
from layerscope.core.paths import below, parent
from layerscope.core.untrusted import read_json

_MODULES = b"node_modules"
_MOST_NEEDS = 10_000


class _Needs(Struct, rename="camel"):
    """What a package or project needs, by name; what it says of versions is not read."""

    dependencies: dict[str, object] = {}
    optional_dependencies: dict[str, object] = {}
    peer_dependencies: dict[str, object] = {}
    dev_dependencies: dict[str, object] = {}

    def of_production(self) -> Iterator[str]:
        return islice(chain(self.dependencies, self.optional_dependencies, self.peer_dependencies), _MOST_NEEDS)


class _Installed:
    """The packages in the node_modules of an image: ``packages`` maps their directories to what their package.json says."""

    def __init__(self, files: Mapping[bytes, bytes]) -> None:
        self.packages = {parent(path): content for path, content in files.items() if PACKAGE.fullmatch(path)}
        self.homes = {tree[: tree.rindex(_MODULES + b"/")] + _MODULES for tree in self.packages}

    def find(self, place: bytes, names: Iterable[str]) -> list[bytes]:
        """Where the packages of these names lie as seen from a place: in the nearest node_modules that has them."""
        homes = list(filter(self.homes.__contains__, (below(directory, _MODULES) for directory in _upwards(place))))
        return [tree for name in names for tree in islice(self._named(homes, path_bytes(name)), 1)]

    def _named(self, homes: Iterable[bytes], name: bytes) -> Iterator[bytes]:
        """The directories of the packages of that name."""
        return filter(self.packages.__contains__, (below(home, name) for home in homes))

    def needed_by(self, tree: bytes) -> list[bytes]:
        """Where the packages lie that a package needs."""
        return self.find(tree, _read(self.packages[tree]).of_production())


def development(files: Mapping[bytes, bytes]) -> list[Library]:
    """The packages that only the ``devDependencies`` of projects need.

    ``files`` maps paths to contents, of the projects' package.json and of all packages'. A node_modules that has a lock file of
    npm or pnpm is passed over.
    """
    installed = _Installed(files)
    developing: list[bytes] = []
    production: list[bytes] = []
    for place, project in _projects(installed, files):
        developing += installed.find(place, islice(project.dev_dependencies, _MOST_NEEDS))
        production += installed.find(place, project.of_production())
    only = needed_only_for(developing, production, cache(installed.needed_by))
    found = (library for tree in sorted(only) for library in libraries(tree + b"/package.json", installed.packages[tree]))
    return [replace(library, development=True) for library in found]


def _projects(installed: _Installed, files: Mapping[bytes, bytes]) -> Iterator[tuple[bytes, _Needs]]:
    """The projects whose installed packages no lock file of npm or pnpm describes."""
    roots = {parent(home) for home in installed.homes if _is_untold(home, files)}
    for path, content in files.items():
        if _is_project(path) and not roots.isdisjoint(_upwards(parent(path))):
            yield parent(path), _read(content)


def _is_project(path: bytes) -> bool:
    return path.endswith(b"package.json") and not is_installed(path)


def _is_untold(home: bytes, files: Mapping[bytes, bytes]) -> bool:
    """Whether a project's node_modules has no lock file that says what it holds for development."""
    locks = {home + b"/.package-lock.json", home + b"/.pnpm/lock.yaml", below(parent(home), b"package-lock.json")}
    return _MODULES not in parent(home).split(b"/") and locks.isdisjoint(files)


def _read(content: bytes) -> _Needs:
    return read_json(content, _Needs) or _Needs()


def _upwards(directory: bytes) -> Iterator[bytes]:
    """A directory and all above it, up to the root."""
    yield directory
    while directory:
        directory = parent(directory)
        yield directory
