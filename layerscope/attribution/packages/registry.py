"""The package databases of systems, and the readers of languages' package managers.

The name of a file decides which reader reads it (``layers/keep.toml``). A reader is a module of this package with two
functions, ``is_record(path)`` and ``libraries(path, content)``. It is imported when the first file that may be its own is met:
most images have one or two of the languages.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.system import apk, dpkg, rpm
from layerscope.core.vocabulary import Ecosystem
from layerscope.layers.keep import RECORDS

SYSTEMS = {
    "pip": Ecosystem.PYTHON,
    "conda": Ecosystem.PYTHON,
    "npm": Ecosystem.NODE,
    "gem": Ecosystem.RUBY,
    "composer": Ecosystem.PHP,
    "nuget": Ecosystem.DOTNET,
    "jar": Ecosystem.JVM,
}
"""The package managers of languages, each with the ecosystem (and role) that runs what it installs."""

_ENDINGS = tuple(ending for endings in RECORDS.values() for ending in endings)
_CONDA = b"conda-meta/"


class Database(Protocol):
    """What the module of a system's package database offers."""

    def is_database(self, path: bytes) -> bool: ...

    def owned(
        self, database: Mapping[bytes, bytes], aliases: Mapping[bytes, bytes]
    ) -> Iterator[tuple[dpkg.Stanza, list[bytes]]]: ...


DATABASES: Mapping[str, Database] = {"dpkg": dpkg, "apk": apk, "rpm": rpm}
"""The package databases of systems by their kinds."""

DATABASE_DIRECTORIES = (*dpkg.DIRECTORIES, *apk.DIRECTORIES, *rpm.DIRECTORIES)
"""Where their files lie."""


class _Reader(Protocol):
    """What a reader's module offers; it is asked about paths that end as the table says."""

    def is_record(self, path: bytes) -> bool: ...

    def libraries(self, path: bytes, content: bytes) -> list[Library]: ...


def is_record(path: bytes) -> bool:
    """Whether a file is a record of libraries, by its path alone."""
    return _reader(path) is not None


def libraries(path: bytes, content: bytes) -> list[Library]:
    """The libraries in one such file; none in a file that is damaged, or no record.

    Several files may be records of the same library (RECORD and METADATA; a package.json and a lock file): they agree in
    system, name and version, or in a tree. It is for development as soon as one of them says so. A path that is listed
    belongs to its library rather than to the one whose tree it lies in, and of trees the nearest counts. A jar's content may be
    left empty.
    """
    reader = _reader(path)
    return reader.libraries(path, content) if reader is not None else []


def _reader(path: bytes) -> _Reader | None:
    for name in _possible(b"/" + path):
        reader = _module(name)
        return reader if reader.is_record(path) else None
    return None


def _possible(whole: bytes) -> Iterator[str]:
    """The readers whose table has how an absolute path ends."""
    for name, endings in RECORDS.items() if whole.endswith(_ENDINGS) else ():
        if whole.endswith(endings) and (name != "conda" or _CONDA in whole):
            yield name


@cache
def _module(name: str) -> _Reader:
    return cast("_Reader", import_module(f"layerscope.attribution.packages.languages.{name}"))
