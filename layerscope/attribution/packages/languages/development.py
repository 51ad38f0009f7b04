"""What only developing needs, where no single file says so.

npm and pnpm write it into their lock files. For yarn and for gems it follows from two or more files: what the project asks for,
and what each package needs in turn.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.relative import is_installed

_PROJECT_FILES = frozenset((b"package.json", b"Gemfile", b"Gemfile.lock", b"gems.rb", b"gems.locked"))

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
        for key in needs(waiting.pop()):
            if key not in found and key not in without:
                found.add(key)
                waiting.append(key)
    return found


def is_project_file(path: bytes) -> bool:
    """Whether a file says what a project needs, for production and for development: package.json, Gemfile, Gemfile.lock."""
    return path.rpartition(b"/")[2] in _PROJECT_FILES and not is_installed(path)


def told_together(files: Mapping[bytes, bytes]) -> list[Library]:
    """The libraries that only developing needs, as several files tell together.

    ``files`` maps the paths of project files and of all records to their contents. Libraries without paths and trees stand for
    those of the same system, name and version, wherever they are installed.
    """
    names = {path.rpartition(b"/")[2] for path in files if is_project_file(path)}
    found: list[Library] = []
    if b"package.json" in names:
        from layerscope.attribution.packages.languages import npm

        found += npm.development(files)
    if names & {b"Gemfile", b"gems.rb"}:
        from layerscope.attribution.packages.languages import gemfile

        found += gemfile.development(files)
    return found
