"""The NuGet packages of a built .NET program: ``NAME.deps.json`` beside it says which of the files there is from which package.

A package's assemblies lie directly in the program's directory, those for one culture in a directory of that name, those for one
platform keep their path below ``runtimes/``. What is built from the user's own projects is no library; a self-contained program
carries the runtime itself, as a ``runtimepack``.

Format: .NET SDK's "Runtime configuration files", and the host's "Assembly and native library resolution".
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from typing import TypeAlias

from msgspec import Struct, field

from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.relative import all_resolved
from layerscope.core.names import path_bytes
from layerscope.core.paths import parent
from layerscope.core.untrusted import read_json

_OWN = "project"
_NO_FILE = "_._"


class _Asset(Struct):
    locale: str = ""
    local_path: str = field(name="localPath", default="")


_Assets: TypeAlias = dict[str, _Asset]


class _Contents(Struct):
    """The files of a package. ``platforms`` are those of one operating system and processor each."""

    runtime: _Assets = {}
    native: _Assets = {}
    resources: _Assets = {}
    platforms: _Assets = field(name="runtimeTargets", default={})

    def files(self) -> Iterator[str]:
        """Where the files lie, relative to the record; a package may have an empty place instead of one."""
        for written, asset in chain(self.runtime.items(), self.native.items(), self.resources.items()):
            name = written.rpartition("/")[2]
            yield asset.local_path or (f"{asset.locale}/{name}" if asset.locale else name)
        for written, asset in self.platforms.items():
            yield asset.local_path or written


class _Described(Struct):
    type: str = ""


class _Dependencies(Struct):
    targets: dict[str, dict[str, _Contents]] = {}
    libraries: dict[str, _Described] = {}

    def packages(self) -> Iterator[tuple[str, _Contents]]:
        """The packages of all targets, without the user's own projects."""
        for target in self.targets.values():
            for package, contents in target.items():
                if self.libraries.get(package, _Described()).type != _OWN:
                    yield package, contents


def is_record(path: bytes) -> bool:
    """Whether a path is such a file."""
    return path.endswith(b".deps.json")


def libraries(path: bytes, content: bytes) -> list[Library]:
    """The packages that have files beside the record."""
    found = read_json(content, _Dependencies) or _Dependencies()
    files: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for package, contents in found.packages():
        files[package].update(dict.fromkeys(filter(_is_file, contents.files())))
    return [_library(parent(path), package, tuple(names)) for package, names in files.items() if names]


def _is_file(name: str) -> bool:
    return name.rpartition("/")[2] != _NO_FILE


def _library(directory: bytes, package: str, names: tuple[str, ...]) -> Library:
    name, _, version = package.rpartition("/")
    paths = tuple(all_resolved(directory, list(map(path_bytes, names))))
    return Library(system="nuget", name=name or package, version=version if name else "", paths=paths)
