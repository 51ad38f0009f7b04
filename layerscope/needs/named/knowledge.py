"""What is known of the paths that code names, out of ``named.toml``."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache

from msgspec import Struct

from layerscope.core.names import path_text
from layerscope.core.tables import read_table
from layerscope.filesystem.directories import SHARED_DIRECTORIES, SYSTEM_DIRECTORIES
from layerscope.layers.elf import ElfFacts


class Starting(Struct, frozen=True):
    """Functions that start programs, those that a Go program has ``linked`` then, those of C that hand a line to the ``shell``,
    and names that seldom mean a program."""

    go: tuple[str, ...]
    linked: frozenset[str]
    c: tuple[str, ...]
    shell: tuple[str, ...]
    ambiguous: frozenset[str]


class Home(Struct, frozen=True):
    """Marks of programs that ask for the home of their user."""

    go: tuple[str, ...]
    other: tuple[str, ...]


class Named(Struct, frozen=True, kw_only=True):
    """The tables of ``named.toml``, which says what the fields mean."""

    shared: tuple[str, ...]
    installed: tuple[str, ...]
    settings: tuple[str, ...]
    manifests: frozenset[str]
    places: tuple[str, ...]
    own: tuple[str, ...]
    beside: tuple[str, ...]
    settings_of_tools: frozenset[str]
    home: Home
    starting: Starting


@cache
def knowledge() -> Named:
    """Reads ``named.toml`` once."""
    return read_table(__file__, "named.toml", Named)


def is_ambiguous(word: str) -> bool:
    """Whether a word that is a program's name means other things more often."""
    return word in knowledge().starting.ambiguous


def is_shared(directory: bytes) -> bool:
    """Whether a directory holds more than one thing by design, so that its name says nothing about what is read in it."""
    if directory in SYSTEM_DIRECTORIES or directory in SHARED_DIRECTORIES:
        return True
    text = path_text(directory)
    return any(fnmatchcase(text, glob) and text.count("/") == glob.count("/") for glob in knowledge().shared)


def is_installed(path: bytes) -> bool:
    """Whether a package manager of a language put a file there, so that what is imported decides on it."""
    return any(part.encode() in b"/" + path for part in knowledge().installed)


def are_settings(path: bytes) -> bool:
    """Whether a file is called like settings, and no package manager of a language put it there."""
    return path_text(path).endswith(knowledge().settings) and not is_installed(path)


def is_manifest(path: bytes) -> bool:
    """Whether a file tells a package manager of a language about a project."""
    return path_text(path).rpartition("/")[2] in knowledge().manifests


def imports(content: bytes, names: Iterable[str]) -> bool:
    """Whether a program of C asks the dynamic loader for one of these functions."""
    return any(b"\0" + name.encode() + b"\0" in content for name in names)


def may_start(facts: ElfFacts, content: bytes) -> bool:
    """Whether a compiled program may start others, as far as it links or imports what does."""
    table = knowledge().starting
    return not table.linked.isdisjoint(facts.mentions) if facts.go_version else imports(content, table.c)
