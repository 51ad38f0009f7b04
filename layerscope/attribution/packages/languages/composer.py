"""What Composer installed below ``vendor``: ``vendor/composer/installed.json`` names every package and its directory.

Composer 2 writes an object that also says which packages only developing needs; Composer 1 wrote the list alone.

Format: Composer's ``FilesystemRepository``, which writes the file.
"""

from collections.abc import Iterator

import msgspec

from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.relative import below, parent, resolved
from layerscope.core.names import path_bytes

_RECORD = b"composer/installed.json"


class _Installed(msgspec.Struct):
    name: str = ""
    version: str = ""
    install_path: str | None = msgspec.field(name="install-path", default=None)
    bin: list[str] | str = []


class _Repository(msgspec.Struct):
    packages: list[_Installed] = []
    development: list[str] = msgspec.field(name="dev-package-names", default=[])


_repository = msgspec.json.Decoder(_Repository | list[_Installed])


def is_record(path: bytes) -> bool:
    """Whether a path is Composer's list of what is installed."""
    return path == _RECORD or path.endswith(b"/" + _RECORD)


def libraries(path: bytes, content: bytes) -> list[Library]:
    """The installed packages, and what Composer wrote itself so that programs find them: its autoloader."""
    try:
        found = _repository.decode(content)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return []
    repository = _Repository(found) if isinstance(found, list) else found
    directory = parent(path)
    vendor = parent(directory)
    development = frozenset(repository.development)
    loader = Library("composer", "composer autoloader", "", (below(vendor, b"autoload.php"),), (directory,))
    return [loader, *_packages(repository, directory, development)]


def _packages(repository: _Repository, directory: bytes, development: frozenset[str]) -> Iterator[Library]:
    vendor = parent(directory)
    for package in repository.packages:
        if not package.name:
            continue
        name = path_bytes(package.name)
        place = path_bytes(package.install_path) if package.install_path else b"../" + name
        tree = resolved(directory, place)
        commands = [package.bin] if isinstance(package.bin, str) else package.bin
        paths = tuple(below(vendor, b"bin/" + command.rpartition("/")[2].encode()) for command in commands)
        trees = (tree,) if tree and not (vendor + b"/").startswith(tree + b"/") else ()
        yield Library(
            system="composer",
            name=package.name,
            version=package.version,
            paths=paths,
            trees=trees,
            development=package.name in development,
        )
