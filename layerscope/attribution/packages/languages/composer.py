"""What Composer installed below ``vendor``: ``vendor/composer/installed.json`` names every package and its directory.

Composer 2 writes an object that also says which packages only developing needs; Composer 1 wrote the list alone.

Format: Composer's ``FilesystemRepository``, which writes the file.
"""

from collections.abc import Iterator

from msgspec import Struct, field

from layerscope.attribution.packages.library import Library
from layerscope.core.names import path_bytes
from layerscope.core.paths import below, normal_path, parent
from layerscope.core.untrusted import read_json

_RECORD = b"composer/installed.json"


class _Installed(Struct):
    name: str = ""
    version: str = ""
    install_path: str | None = field(name="install-path", default=None)
    bin: list[str] | str = []

    def commands(self) -> list[str]:
        return [self.bin] if isinstance(self.bin, str) else self.bin


class _Repository(Struct):
    packages: list[_Installed] = []
    development: list[str] = field(name="dev-package-names", default=[])


def is_record(path: bytes) -> bool:
    """Whether a path is Composer's list of what is installed."""
    return path == _RECORD or path.endswith(b"/" + _RECORD)


def libraries(path: bytes, content: bytes) -> list[Library]:
    """The installed packages, and what Composer wrote itself so that programs find them: its autoloader."""
    found = read_json(content, _Repository | list[_Installed])  # type: ignore[arg-type]  # a union is a form too
    if found is None:
        return []
    repository = _Repository(found) if isinstance(found, list) else found
    directory = parent(path)
    autoload = below(parent(directory), b"autoload.php")
    loader = Library(system="composer", name="composer autoloader", version="", paths=(autoload,), trees=(directory,))
    return [loader, *_packages(repository, directory)]


def _packages(repository: _Repository, directory: bytes) -> Iterator[Library]:
    vendor, development = parent(directory), frozenset(repository.development)
    for package in filter(lambda package: package.name, repository.packages):
        tree = normal_path(path_bytes(package.install_path or f"../{package.name}"), directory)
        yield Library(
            system="composer",
            name=package.name,
            version=package.version,
            paths=tuple(below(vendor, path_bytes(f"bin/{command.rpartition('/')[2]}")) for command in package.commands()),
            trees=(tree,) if tree and not (vendor + b"/").startswith(tree + b"/") else (),
            development=package.name in development,
        )
