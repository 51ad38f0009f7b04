"""Programs that start the program in their arguments: as another user, in another directory, with limits, again and again."""

from typing import NamedTuple

from msgspec.structs import replace

from layerscope.start.options import CommandLine, read_options
from layerscope.start.programs import Wrapper, base_name, knowledge

_SHELL = "/bin/sh"


class Wrapped(NamedTuple):
    """What a wrapper starts: the words, the name or number of a user that it switches to, and a directory that it goes to."""

    words: tuple[str, ...]
    user: str = ""
    directory: str = ""


def behind_wrapper(words: tuple[str, ...]) -> Wrapped:
    """What a wrapper with these words (its own name first) starts; no words where it starts nothing, or is no wrapper."""
    wrapper = knowledge().wrappers.get(base_name(words[0]))
    if wrapper is None:
        return Wrapped(())
    line = read_options(words[1:], wrapper)
    user, directory = line.value(wrapper.users), line.value(wrapper.directories)
    if wrapper.session and not user:
        line = read_options(words[1:], replace(wrapper, mixed=True))
        return Wrapped(_of_session(wrapper, line), "".join(line.arguments[:1]) or "root", directory)
    if wrapper.user:
        user = "".join(line.arguments[wrapper.skip - 1 : wrapper.skip])
    return Wrapped(_program(wrapper, line), user, directory)


def _of_session(wrapper: Wrapper, line: CommandLine) -> tuple[str, ...]:
    """The shell that ``su`` and its like start for a user: with a command line, or with the arguments behind the user."""
    given = line.values(wrapper.lines)
    return (line.value(wrapper.shells) or _SHELL, *(("-c", given[-1]) if given else ()), *line.arguments[1:])


def _program(wrapper: Wrapper, line: CommandLine) -> tuple[str, ...]:
    """The words of the program: behind others and assignments, as an option's value, or as a command line."""
    rest = read_options(line.arguments[wrapper.skip :], wrapper) if wrapper.skip else CommandLine((), line.arguments)
    whole = CommandLine((*line.options, *rest.options), rest.arguments)
    if given := whole.values(wrapper.lines):
        return (_SHELL, "-c", given[-1])
    arguments = whole.arguments
    while wrapper.assignments and arguments and "=" in arguments[0]:
        arguments = arguments[1:]
    named = whole.value(wrapper.programs)
    return (named, *arguments) if named else arguments


def commands_of_find(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The commands that ``find`` runs for the files that it finds."""
    found: list[tuple[str, ...]] = []
    rest = list(words)
    while starts := [place for place, word in enumerate(rest) if word in _RUNS]:
        inside = rest[starts[0] + 1 :]
        end = next((place for place, word in enumerate(inside) if word in (";", "+")), len(inside))
        found.append(tuple(inside[:end]))
        rest = inside[end:]
    return list(filter(None, found))


_RUNS = ("-exec", "-execdir", "-ok", "-okdir")
