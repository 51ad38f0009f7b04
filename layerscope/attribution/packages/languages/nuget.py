"""The NuGet packages of a built .NET program: ``NAME.deps.json`` beside it says which of the files there is from which package.

A package's assemblies lie directly in the program's directory, those for one culture in a directory of that name, those for one
platform keep their path below ``runtimes/``. What is built from the user's own projects is no library; a self-contained program
carries the runtime itself, as a ``runtimepack``.

Format: .NET SDK's "Runtime configuration files", and the host's "Assembly and native library resolution".
"""

from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.relative import all_resolved, parent
from layerscope.core.names import path_bytes

_OWN = "project"


class _Asset(msgspec.Struct):
    locale: str = ""
    local_path: str = msgspec.field(name="localPath", default="")


_Assets: TypeAlias = dict[str, _Asset]


class _Contents(msgspec.Struct):
    """The files of a package. ``platforms`` are those of one operating system and processor each."""

    runtime: _Assets = {}
    native: _Assets = {}
    resources: _Assets = {}
    platforms: _Assets = msgspec.field(name="runtimeTargets", default={})


class _Described(msgspec.Struct):
    type: str = ""


class _Dependencies(msgspec.Struct):
    targets: dict[str, dict[str, _Contents]] = {}
    libraries: dict[str, _Described] = {}


_dependencies = msgspec.json.Decoder(_Dependencies)


def is_record(path: bytes) -> bool:
    """Whether a path is such a file."""
    return path.endswith(b".deps.json")


def libraries(path: bytes, content: bytes) -> list[Library]:
    """The packages that have files beside the record."""
    try:
        found = _dependencies.decode(content.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return []
    files: dict[str, dict[str, None]] = {}
    for packages in found.targets.values():
        for package, contents in packages.items():
            described = found.libraries.get(package)
            if described is None or described.type != _OWN:
                files.setdefault(package, {}).update(dict.fromkeys(_files(contents)))
    listed: list[Library] = []
    for package, names in files.items():
        if names:
            name, _, version = package.rpartition("/")
            paths = all_resolved(parent(path), [path_bytes(name) for name in names])
            listed.append(Library("nuget", name or package, version if name else "", tuple(paths)))
    return listed


def _files(contents: _Contents) -> Iterator[str]:
    """Where a package's files lie, relative to the record."""
    for assets in (contents.runtime, contents.native, contents.resources, contents.platforms):
        for written, asset in assets.items():
            name = written.rpartition("/")[2]
            if asset.local_path:
                yield asset.local_path
            elif name == "_._":
                continue
            elif assets is contents.platforms:
                yield written
            else:
                yield f"{asset.locale}/{name}" if asset.locale else name
