"""The programs that a shell's command line starts."""

import shlex
from collections.abc import Mapping
from itertools import chain

from layerscope.core.expressions import expression
from layerscope.start.options import read_options
from layerscope.start.programs import Command, knowledge
from layerscope.start.shell.expansion import Surroundings, fields
from layerscope.start.shell.knowledge import knowledge as shell_knowledge
from layerscope.start.shell.states import State, Value
from layerscope.start.shell.syntax import parse
from layerscope.start.shell.tree import Assignment, Part, Simple, Step, Text, Variable, Wildcard

_EXPANDS = expression(r"[$`*?\[\]{}~#!\\\n]")


def command_list(line: str, environment: Mapping[str, str]) -> tuple[Command, ...]:
    """The programs that a shell command line starts, in order; none where it is more than a list of simple commands.

    Understood are simple commands joined by ``&&``, ``||``, ``;``, ``|`` and ``&``, with redirections, ``exec`` and ``cd``, and
    variables; not substitutions, loops, and commands that change what follows.
    """
    commands: list[Command] = []
    directory = ""
    for step in parse(line):
        words = _expanded(step, environment)
        match words:
            case None:
                return ()
            case ["cd", *places]:
                directory = _join(directory, (*places, "/")[0])
            case [name, *_] if name in knowledge().builtins:
                pass
            case _:
                commands.append(Command(words, directory))
    return tuple(commands)


def needs_no_shell(line: str, commands: tuple[Command, ...]) -> bool:
    """Whether a line is one command, perhaps behind ``exec``, of which the shell only splits the words."""
    if len(commands) > 1 or commands[0].directory or _EXPANDS.search(line):
        return False
    words = _tokens(line)
    return words[words[0] == "exec" :] == list(commands[0].words)


def _tokens(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    return list(lexer)


def _expanded(step: Step, environment: Mapping[str, str]) -> tuple[str, ...] | None:
    """The words of a simple command behind ``exec``, with the variables of ENV; None for what is more than a simple command."""
    command = step.command
    if not isinstance(command, Simple) or not command.words or not _is_simple(step, command):
        return None
    values = {name: Value(text) for name, text in environment.items()}
    found = fields(command.words, State(variables=values, arguments=(), name="", directory="/"), _ALONE)
    words = _without_exec(_texts(found))
    return words if words and words[0] not in knowledge().keywords and not _EXPANDS.search(words[0]) else None


def _texts(values: list[Value]) -> tuple[str, ...]:
    """The words; none where one of them is only known where the container is started."""
    return tuple(value.known for value in values) if all(value.text or value.certain for value in values) else ()


def _without_exec(words: tuple[str, ...]) -> tuple[str, ...]:
    return read_options(words[1:], shell_knowledge().options["exec"]).arguments if words[:1] == ("exec",) else words


def _is_simple(step: Step, command: Simple) -> bool:
    """Whether nothing in a command is made while it runs, and nothing of it changes what is run behind it."""
    if command.assignments and not all(map(_is_prefix, command.assignments)):
        return False
    if any(redirection.operator.startswith("<<") for redirection in step.redirections):
        return False
    words = (*command.words, *(redirection.word for redirection in step.redirections))
    return all(map(_is_plain, chain.from_iterable(words)))


def _is_prefix(assignment: Assignment) -> bool:
    """Whether an assignment changes nothing that matters for finding a program and its files."""
    return not assignment.name.endswith("PATH") and all(isinstance(part, Text) for part in assignment.value)


def _is_plain(part: Part) -> bool:
    return isinstance(part, Text | Wildcard | Variable)


_ALONE = Surroundings(lambda _part, _state: None, lambda _commands, _state: None, lambda _pattern, _directory: [])
"""Commands and files are not looked at: a word with wildcards stays as it is written."""


def _join(directory: str, step: str) -> str:
    return step if step.startswith("/") or not directory else f"{directory}/{step}"
