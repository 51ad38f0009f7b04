"""What npm, yarn and pnpm put into ``node_modules``: a directory with a package.json is a package, nested ones are others.

Which packages only developing needs is told by npm's lock files: ``node_modules/.package-lock.json`` describes what is
installed, ``package-lock.json`` (versions 2 and 3) the same for the project, version 1 nests ``dependencies``. yarn's says
nothing of the kind: there it follows from the ``devDependencies`` of the project and what each package needs.

Formats: npm's package.json(5), package-lock.json(5), folders(5).
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain, islice

import msgspec

from layerscope.attribution.packages.languages.development import needed_only_for
from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.relative import below, is_installed, parent
from layerscope.core.names import path_bytes, path_text

_PACKAGE = re.compile(rb"(?:.*/)?node_modules/((?:@[^/]+/)?[^/.@][^/]*)/package\.json", re.DOTALL)
_PLACE = re.compile(r"(?:.*/)?node_modules/((?:@[^/]+/)?[^/.@][^/]*)", re.DOTALL)
_HIDDEN_LOCK = b"node_modules/.package-lock.json"
_BOM = b"\xef\xbb\xbf"
_NEEDS = 10_000


class _Package(msgspec.Struct):
    name: str = ""
    version: str = ""


class _Locked(msgspec.Struct):
    """One place of ``packages``. ``devOptional`` places are installed for production too, when they can be."""

    name: str = ""
    version: str = ""
    dev: bool = False
    link: bool = False


class _Nested(msgspec.Struct):
    """One package of version 1's ``dependencies``, with those that lie in its own node_modules."""

    version: str = ""
    dev: bool = False
    dependencies: "dict[str, _Nested]" = {}


class _Lock(msgspec.Struct):
    packages: dict[str, _Locked] = {}
    dependencies: dict[str, _Nested] = {}


class _Needs(msgspec.Struct, rename="camel", kw_only=True):
    """What a package or project needs, by name; what it says of versions is not read."""

    name: str = ""
    version: str = ""
    dependencies: dict[str, object] = {}
    optional_dependencies: dict[str, object] = {}
    peer_dependencies: dict[str, object] = {}
    dev_dependencies: dict[str, object] = {}

    def of_production(self) -> Iterator[str]:
        return islice(chain(self.dependencies, self.optional_dependencies, self.peer_dependencies), _NEEDS)


_needs = msgspec.json.Decoder(_Needs)
_package = msgspec.json.Decoder(_Package)
_lock = msgspec.json.Decoder(_Lock)


def is_record(path: bytes) -> bool:
    """Whether a path is a package's own package.json or a lock file."""
    if path.endswith(b"package.json"):
        return _PACKAGE.fullmatch(path) is not None
    if path.endswith(_HIDDEN_LOCK):
        project = path.removesuffix(_HIDDEN_LOCK)
        return project.endswith(b"/") and not is_installed(project) if project else True
    return (path == b"package-lock.json" or path.endswith(b"/package-lock.json")) and not is_installed(path)


def libraries(path: bytes, content: bytes) -> list[Library]:
    """The package that a package.json describes, or those that a lock file marks as needed for developing only."""
    match = _PACKAGE.fullmatch(path)
    if match:
        try:
            package = _package.decode(content.removeprefix(_BOM))
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            package = _Package()
        return [Library("npm", package.name or path_text(match[1]), package.version, trees=(parent(path),))]
    try:
        lock = _lock.decode(content.removeprefix(_BOM))
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return []
    directory = parent(parent(path)) if path.endswith(_HIDDEN_LOCK) else parent(path)
    return [
        Library("npm", name, version, trees=(below(directory, path_bytes(place)),), development=True)
        for place, name, version in (_locked(lock.packages) if lock.packages else _nested(lock.dependencies))
    ]


def _locked(packages: dict[str, _Locked]) -> Iterator[tuple[str, str, str]]:
    """Place, name and version of each package that is marked ``dev`` and lies in a node_modules."""
    for place, package in packages.items():
        if package.dev and not package.link and "/../" not in f"/{place}":
            match = _PLACE.fullmatch(place)
            if match:
                yield place, package.name or match[1], package.version


def _nested(dependencies: dict[str, _Nested]) -> Iterator[tuple[str, str, str]]:
    waiting = [("", dependencies)]
    while waiting:
        prefix, below_it = waiting.pop()
        for name, package in below_it.items():
            place = f"{prefix}node_modules/{name}"
            if package.dependencies:
                waiting.append((place + "/", package.dependencies))
            if package.dev and "/../" not in f"/{place}" and _PLACE.fullmatch(place):
                alias, _, version = package.version.removeprefix("npm:").rpartition("@")
                yield (
                    (place, alias, version) if package.version.startswith("npm:") and alias else (place, name, package.version)
                )


def development(files: Mapping[bytes, bytes]) -> list[Library]:
    """The packages that only the ``devDependencies`` of projects need.

    ``files`` maps paths to contents, of the projects' package.json and of all packages'. A node_modules that has a lock file of
    npm or pnpm is passed over.
    """
    packages = {parent(path): content for path, content in files.items() if _PACKAGE.fullmatch(path)}
    homes = {tree[: tree.rindex(b"node_modules/") + len(b"node_modules")] for tree in packages}
    roots = {parent(home) for home in homes if b"node_modules" not in parent(home).split(b"/") and not _is_told(home, files)}
    projects: dict[bytes, _Needs] = {}
    for path, content in files.items():
        if path.endswith(b"package.json") and not is_installed(path) and (_above(parent(path)) & roots):
            projects[parent(path)] = _decoded(content)
    known: dict[bytes, list[bytes]] = {}

    def needs(tree: bytes) -> list[bytes]:
        if tree not in known:
            known[tree] = _installed(tree, _decoded(packages[tree]).of_production(), packages, homes)
        return known[tree]

    wanted = [
        _installed(place, islice(project.dev_dependencies, _NEEDS), packages, homes) for place, project in projects.items()
    ]
    required = [_installed(place, project.of_production(), packages, homes) for place, project in projects.items()]
    only = needed_only_for(chain.from_iterable(wanted), chain.from_iterable(required), needs)
    return [
        library._replace(development=True)
        for tree in sorted(only)
        for library in libraries(tree + b"/package.json", packages[tree])
    ]


def _is_told(home: bytes, files: Mapping[bytes, bytes]) -> bool:
    """Whether a lock file tells what a node_modules holds for development."""
    locks = (home + b"/.package-lock.json", home + b"/.pnpm/lock.yaml", below(parent(home), b"package-lock.json"))
    return any(lock in files for lock in locks)


def _decoded(content: bytes) -> _Needs:
    try:
        return _needs.decode(content.removeprefix(_BOM))
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return _Needs()


def _above(directory: bytes) -> set[bytes]:
    """A directory and all above it."""
    found = {b"", directory}
    while directory := parent(directory):
        found.add(directory)
    return found


def _installed(place: bytes, names: Iterator[str], packages: Mapping[bytes, bytes], homes: set[bytes]) -> list[bytes]:
    """Where the packages of these names lie as seen from a place: in the nearest node_modules that has them."""
    near: list[bytes] = []
    while True:
        if (home := below(place, b"node_modules")) in homes:
            near.append(home + b"/")
        if not place:
            break
        place = parent(place)
    found: list[bytes] = []
    for name in names:
        encoded = path_bytes(name)
        found.extend(islice((home + encoded for home in near if home + encoded in packages), 1))
    return found
