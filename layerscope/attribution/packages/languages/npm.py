"""What npm, yarn and pnpm put into ``node_modules``: a directory with a package.json is a package, nested ones are others.

npm's lock files say which packages only developing needs: ``node_modules/.package-lock.json`` describes what is installed,
``package-lock.json`` (versions 2 and 3) the same for the project, version 1 nests ``dependencies``.

Formats: npm's package.json(5), package-lock.json(5), folders(5).
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.relative import is_installed
from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes, path_text
from layerscope.core.paths import below, parent
from layerscope.core.untrusted import read_json

PACKAGE = expression(rb"(?:.*/)?node_modules/((?:@[^/]+/)?[^/.@][^/]*)/package\.json", re.DOTALL)
"""The package.json of an installed package."""

_PLACE = expression(r"(?:.*/)?node_modules/((?:@[^/]+/)?[^/.@][^/]*)", re.DOTALL)
_HIDDEN_LOCK = b"node_modules/.package-lock.json"
_LOCK = b"package-lock.json"


class _Package(Struct):
    name: str = ""
    version: str = ""


class _Locked(Struct):
    """One place of ``packages``. ``devOptional`` places are installed for production too, when they can be."""

    name: str = ""
    version: str = ""
    dev: bool = False
    link: bool = False


class _Nested(Struct):
    """One package of version 1's ``dependencies``, with those that lie in its own node_modules."""

    version: str = ""
    dev: bool = False
    dependencies: "dict[str, _Nested]" = {}


class _Lock(Struct):
    packages: dict[str, _Locked] = {}
    dependencies: dict[str, _Nested] = {}

    def developing(self) -> Iterator[tuple[str, str, str]]:
        """Place, name and version of each package that only developing needs and that lies in a node_modules."""
        for place, name, version in _locked(self.packages) if self.packages else _nested(self.dependencies):
            match = _PLACE.fullmatch(place)
            if match and "/../" not in f"/{place}":
                yield place, name or match[1], version


def is_record(path: bytes) -> bool:
    """Whether a path is a package's own package.json or a lock file."""
    if path.endswith(b"package.json"):
        return PACKAGE.fullmatch(path) is not None
    project, slash, name = path.removesuffix(_HIDDEN_LOCK).rpartition(b"/")
    return name in (b"", _LOCK) and not is_installed(project + slash)


def libraries(path: bytes, content: bytes) -> list[Library]:
    """The package that a package.json describes, or those that a lock file marks as needed for developing only."""
    if match := PACKAGE.fullmatch(path):
        package = read_json(content, _Package) or _Package()
        name = package.name or path_text(match[1])
        return [Library(system="npm", name=name, version=package.version, trees=(parent(path),))]
    return _developing(parent(path.removesuffix(_HIDDEN_LOCK)), read_json(content, _Lock) or _Lock())


def _developing(directory: bytes, lock: _Lock) -> list[Library]:
    return [
        Library(system="npm", name=name, version=version, trees=(below(directory, path_bytes(place)),), development=True)
        for place, name, version in lock.developing()
    ]


def _locked(packages: dict[str, _Locked]) -> Iterator[tuple[str, str, str]]:
    return ((place, item.name, item.version) for place, item in packages.items() if item.dev and not item.link)


def _nested(dependencies: dict[str, _Nested]) -> Iterator[tuple[str, str, str]]:
    """The packages of version 1; an alias has its package's name in its version."""
    waiting = [("", dependencies)]
    while waiting:
        prefix, inside = waiting.pop()
        for name, package in inside.items():
            place = f"{prefix}node_modules/{name}"
            waiting.append((place + "/", package.dependencies))
            if package.dev:
                yield place, *_unaliased(name, package.version)


def _unaliased(name: str, version: str) -> tuple[str, str]:
    """Name and version of a package, which may be installed under an alias."""
    own, _, number = version.removeprefix("npm:").rpartition("@")
    return (own, number) if own and version.startswith("npm:") else (name, version)
