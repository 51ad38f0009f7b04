"""What simple commands print, where their words alone tell: for command substitutions and loops over lines."""

import fnmatch
from collections.abc import Callable
from typing import NamedTuple

from msgspec.structs import replace

from layerscope.start.programs import base_name
from layerscope.start.search import tidy
from layerscope.start.shell.knowledge import knowledge
from layerscope.start.shell.states import SKIPS, State, Value
from layerscope.start.shell.tree import Command, Commands, Output, Step, first_word

_LOOKING = ("-v", "-p", "-P")
_WRITING = (">", ">>", ">|", ">&", "&>", "&>>")


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


class Printed(NamedTuple):
    """What commands print, gone through one by one: ``run`` gives the states behind one of them, ``words`` its words, where
    they are known."""

    run: Callable[[Step, State], list[State]]
    words: Callable[[Command, State], list[Value]]
    found: Callable[[str, State], str]

    def of(self, part: Output, state: State) -> str | None:
        """What a command substitution gives, None when it is not known."""
        match part.commands:
            case (only,):
                values = self.words(only.command, state)
                return output_of(values, state, self.found) if values else None
            case (first, Step(operator="|") as second):
                return self._piped(first, second, part.source, state)
        return None if any(step.operator == "|" for step in part.commands) else self._listed(part.commands, state)

    def _piped(self, first: Step, second: Step, source: str, state: State) -> str | None:
        """The first of some lines, and what the scripts that npm and pnpm write do: backslashes of Windows are turned."""
        name = first_word(second)
        if name == "sed" and '"$0"' in source:
            return state.name
        found = self._step(first, state) if name == "head" else None
        return found[0].partition("\n")[0] if found else None

    def _listed(self, commands: Commands, state: State) -> str | None:
        """What commands print one after the other, where it is known which of them run."""
        lines: list[str] = []
        for step in commands:
            if (step.operator, state.status) in SKIPS:
                continue
            done = None if step.operator and state.status is None else self._step(step, state)
            if done is None:
                return None
            lines.append(done[0])
            state = done[1]
        return "\n".join(filter(None, lines))

    def _step(self, step: Step, state: State) -> tuple[str, State] | None:
        """What a command prints, and the state behind it; None where one of them is not known."""
        values, ends = self.words(step.command, state), self.run(step._replace(operator=""), state)
        if not values or len(ends) != 1:
            return None
        printed = output_of(values, state, self.found)
        text = "" if values[0].text in knowledge().silent or _goes_elsewhere(step) else printed
        return None if text is None else (text, _ended(ends[0], values[0].known, printed))


def _goes_elsewhere(step: Step) -> bool:
    """Whether what a command prints is written to a file."""
    return any(item.operator in _WRITING and item.descriptor in ("", "1") for item in step.redirections)


def _ended(end: State, name: str, printed: str | None) -> State:
    """A state with the status of what looks for a program: it fails where it prints nothing. Directories are there."""
    if end.status is not None:
        return end
    return replace(end, status=True if name == "cd" else None if printed is None else bool(printed))


def _directory(line: _Line) -> str | None:
    return tidy(line.state.directory)


def _programs(line: _Line) -> str | None:
    return "\n".join(filter(None, (line.found(name, line.state) for name in line.plain)))


def _programs_by_option(line: _Line) -> str | None:
    """``command -v``, ``type -p`` and ``type -P``."""
    return _programs(line) if any(word.text in _LOOKING for word in line.words) else None


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
    **dict.fromkeys(("command", "type"), _programs_by_option),
    "dirname": _directory_name,
    "echo": _echo,
    "pwd": _directory,
    "readlink": _real_path,
    "realpath": _real_path,
    "which": _programs,
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
