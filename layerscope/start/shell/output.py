"""What simple commands print, where their words alone tell: for command substitutions and loops over lines."""

import fnmatch
from collections.abc import Callable
from typing import NamedTuple

from layerscope.start.programs import base_name
from layerscope.start.search import tidy
from layerscope.start.shell.states import State, Value


class _Line(NamedTuple):
    """The words behind a command's name, those of them that are no options, and what ``command -v`` gives for a word."""

    words: list[Value]
    plain: list[str]
    state: State
    found: Callable[[str, State], str]


def output_of(values: list[Value], state: State, found: Callable[[str, State], str]) -> str | None:
    """A command's output without its last end of line, None when it is not known; ``found`` is what ``command -v`` gives."""
    name, *words = values
    plain = [word.known for word in words if not word.known.startswith("-")]
    printer = _PRINTERS.get(name.known)
    return printer(_Line(words, plain, state, found)) if printer and (plain or name.known == "pwd") else None


def _directory(line: _Line) -> str | None:
    return tidy(line.state.directory)


def _program(line: _Line) -> str | None:
    return line.found(line.plain[0], line.state)


def _program_of_command(line: _Line) -> str | None:
    return _program(line) if any(word.text == "-v" for word in line.words) else None


def _echo(line: _Line) -> str | None:
    is_known = len(line.plain) == len(line.words) and all(word.certain for word in line.words)
    return " ".join(line.plain) if is_known else None


def _directory_name(line: _Line) -> str | None:
    path = line.plain[0]
    return path.rstrip("/").rpartition("/")[0] or ("/" if path.startswith("/") else ".")


def _file_name(line: _Line) -> str | None:
    path, *suffix = line.plain
    return path.rstrip("/").rpartition("/")[2].removesuffix("".join(suffix[:1]))


def _real_path(line: _Line) -> str | None:
    return line.plain[0] if line.plain[0].startswith("/") else None


_PRINTERS: dict[str, Callable[[_Line], str | None]] = {
    "basename": _file_name,
    "command": _program_of_command,
    "dirname": _directory_name,
    "echo": _echo,
    "pwd": _directory,
    "readlink": _real_path,
    "realpath": _real_path,
    "which": _program,
}


def lines_of(words: list[str], inside: Callable[[str], list[str]]) -> list[str] | None:
    """The lines that ``find`` or ``ls`` prints, or more; None for others. ``inside`` are the files below a directory."""
    lister = _LISTERS.get(base_name(words[0]))
    place = next((word for word in words[1:] if not word.startswith("-")), None)
    return None if lister is None or place is None else lister(words, place, inside(place))


def _find(words: list[str], _place: str, files: list[str]) -> list[str]:
    named = words[words.index("-name") + 1 :][:1] if "-name" in words else []
    return [path for path in files if not named or fnmatch.fnmatchcase(base_name(path), named[0])]


def _list(words: list[str], place: str, files: list[str]) -> list[str]:
    if not files:
        return [word for word in words[1:] if not word.startswith("-")]
    start = len(tidy(place)) + 1
    return list(dict.fromkeys(path[start:].partition("/")[0] for path in files))


_LISTERS: dict[str, Callable[[list[str], str, list[str]], list[str]]] = {"find": _find, "ls": _list}
