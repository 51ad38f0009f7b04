"""What simple commands print, where their words alone tell: for command substitutions and loops over lines."""

import fnmatch
from collections.abc import Callable

from layerscope.start.programs import base_name
from layerscope.start.search import tidy
from layerscope.start.shell.states import State, Value


def printed(values: list[Value], state: State, found: Callable[[str, State], str]) -> str | None:
    """A command's output without its last end of line, None when it is not known; ``found`` is what ``command -v`` gives."""
    name, *rest = [value.known for value in values]
    plain = [word for word in rest if not word.startswith("-")]
    if name == "pwd":
        return tidy(state.directory)
    if not plain:
        return None
    if name == "which" or (name == "command" and "-v" in rest):
        return found(plain[0], state)
    if name == "echo":
        return " ".join(plain) if plain == rest and all(value.certain for value in values) else None
    change = _OF_PATHS.get(name)
    return change(plain) if change else None


def _directory_name(words: list[str]) -> str | None:
    return words[0].rstrip("/").rpartition("/")[0] or ("/" if words[0].startswith("/") else ".")


def _file_name(words: list[str]) -> str | None:
    return words[0].rstrip("/").rpartition("/")[2].removesuffix(words[1] if len(words) > 1 else "")


def _real_path(words: list[str]) -> str | None:
    return words[0] if words[0].startswith("/") else None


_OF_PATHS = {"dirname": _directory_name, "basename": _file_name, "readlink": _real_path, "realpath": _real_path}


def listed(words: list[str], inside: Callable[[str], list[str]]) -> list[str] | None:
    """The lines that ``find`` or ``ls`` prints, or more; None for others. ``inside`` are the files below a directory."""
    name = base_name(words[0])
    places = [word for word in words[1:] if not word.startswith("-")]
    if name not in ("find", "ls") or not places:
        return None
    files = inside(places[0])
    if name == "find":
        pattern = words[words.index("-name") + 1 :][:1] if "-name" in words else []
        return [path for path in files if not pattern or fnmatch.fnmatchcase(base_name(path), pattern[0])]
    if not files:
        return places
    start = len(tidy(places[0])) + 1
    return list(dict.fromkeys(path[start:].partition("/")[0] for path in files))
