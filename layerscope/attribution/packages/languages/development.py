"""What only developing needs, where no single file says so.

npm and pnpm write it into their lock files. For yarn and for gems it follows from two or more files: what the project asks for,
and what each package needs in turn.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from itertools import chain
from typing import TypeVar

from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.relative import is_installed
from layerscope.core.names import path_text

_PROJECT_FILES = {
    "yarn": frozenset((b"package.json",)),
    "gemfile": frozenset((b"Gemfile", b"Gemfile.lock", b"gems.rb", b"gems.locked")),
}
"""The files of projects that a module here reads together with what is installed."""

_Key = TypeVar("_Key")


def needed_only_for(
    development: Iterable[_Key], production: Iterable[_Key], needs: Callable[[_Key], Iterable[_Key]]
) -> set[_Key]:
    """What ``development`` needs, directly or in turn, and ``production`` does not."""
    return _reached(development, needs, _reached(production, needs, set()))


def _reached(start: Iterable[_Key], needs: Callable[[_Key], Iterable[_Key]], without: set[_Key]) -> set[_Key]:
    waiting = [key for key in start if key not in without]
    found = set(waiting)
    while waiting:
        new = set(needs(waiting.pop())) - found - without
        found |= new
        waiting += new
    return found


def is_project_file(path: bytes) -> bool:
    """Whether a file says what a project needs, for production and for development: package.json, Gemfile, Gemfile.lock."""
    name = path.rpartition(b"/")[2]
    return any(name in files for files in _PROJECT_FILES.values()) and not is_installed(path)


def only_developing(files: Mapping[bytes, bytes]) -> list[Library]:
    """The libraries that only developing needs, as several files say together.

    ``files`` maps the paths of project files and of all records to their contents. Libraries without paths and trees stand for
    those of the same system, name and version, wherever they are installed.
    """
    names = {path.rpartition(b"/")[2] for path in filter(is_project_file, files)}
    readers = [import_module(f"{__package__}.{reader}") for reader, wanted in _PROJECT_FILES.items() if wanted & names]
    return list(chain.from_iterable(reader.development(files) for reader in readers))


def short_lines(content: bytes, longest: int) -> Iterator[str]:
    """The lines of a text, but for those that no package manager would write."""
    return (line for line in path_text(content).splitlines() if len(line) <= longest)
