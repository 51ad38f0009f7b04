"""What ENTRYPOINT, CMD and HEALTHCHECK start, with wrappers and simple shell lines looked through."""

import re
import shlex
from collections.abc import Iterator, Mapping
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from layerscope.sources.image import Config, Healthcheck
from layerscope.start.options import read_options
from layerscope.start.programs import base_name, knowledge
from layerscope.start.shell.expansion import Surroundings, fields
from layerscope.start.shell.knowledge import knowledge as shell_knowledge
from layerscope.start.shell.states import State, Value, are_known
from layerscope.start.shell.syntax import parse
from layerscope.start.shell.tree import Assignment, Part, Simple, Step, Text, Variable, Wildcard
from layerscope.start.wrappers import behind_wrapper

_EXPANDS = re.compile(r"[$`*?\[\]{}~#!\\\n]")


class Command(Struct, frozen=True):
    """One program that is started: its words as written, and the directory ("" for WORKDIR) in which it is looked up."""

    words: tuple[str, ...]
    directory: str = ""


class Launch(Struct, frozen=True, kw_only=True):
    """What a command of the config comes down to.

    ``helpers`` are programs that only start others (tini, a shell), ``commands`` what they start, in order. ``exec_form`` is
    the whole command without its shell where that makes no difference, None where it stays as it is. ``user`` is a user name
    that a wrapper switches to. ``problem`` says in words why nothing is started.
    """

    origin: str
    helpers: tuple[Command, ...] = ()
    commands: tuple[Command, ...] = ()
    exec_form: tuple[str, ...] | None = None
    user: str = ""
    problem: str = ""


def entry_launch(config: Config) -> Launch:
    """What ENTRYPOINT and CMD start together, by the OCI image specification's rule: ENTRYPOINT followed by CMD."""
    origin = "ENTRYPOINT" if config.entrypoint else "CMD"
    words = config.entrypoint + config.cmd
    if not any(words[:1]):
        return Launch(origin=origin, problem="the image has neither ENTRYPOINT nor CMD")
    if _shell_line(config.entrypoint) is not None:
        words = config.entrypoint  # a shell takes what follows its command line as $0, $1 …
    return _launch(origin, words, config.environment())


def healthcheck_launch(healthcheck: Healthcheck | None, config: Config) -> Launch | None:
    """What HEALTHCHECK starts; None when there is none."""
    words = healthcheck_words(healthcheck, config)
    return _launch("HEALTHCHECK", words, config.environment()) if words else None


def healthcheck_words(healthcheck: Healthcheck | None, config: Config) -> tuple[str, ...]:
    """The command of a HEALTHCHECK; none when there is none."""
    if healthcheck is None or len(healthcheck.test) < 2 or healthcheck.test[0] == "NONE":
        return ()
    kind, *words = healthcheck.test
    return (*(config.shell or ("/bin/sh", "-c")), words[0]) if kind == "CMD-SHELL" else tuple(words)


def _launch(origin: str, words: tuple[str, ...], environment: Mapping[str, str]) -> Launch:
    line = _shell_line(words)
    if line is not None:
        return _shell_launch(origin, words, line, environment)
    wrapped = behind_wrapper(words)
    if not wrapped.words:
        return Launch(origin=origin, commands=(Command(words),))
    inner = _launch(origin, wrapped.words, environment)
    start = len(words) - len(wrapped.words)
    is_rest = words[max(start, 0) :] == wrapped.words
    return replace(
        inner,
        helpers=(Command(words[:1]), *inner.helpers),
        commands=tuple(_placed(Command((), wrapped.directory), inner)),
        exec_form=(*words[:start], *inner.exec_form) if is_rest and inner.exec_form is not None else None,
        user=inner.user or wrapped.user,
    )


def _shell_line(words: tuple[str, ...]) -> str | None:
    """The command line behind a shell's ``-c``, None where no shell is given one."""
    if not words or base_name(words[0]) not in knowledge().shells:
        return None
    line = read_options(words[1:], knowledge().shell)
    return line.arguments[0] if line.has(("-c",)) and line.arguments else None


def _shell_launch(origin: str, words: tuple[str, ...], line: str, environment: Mapping[str, str]) -> Launch:
    """What a shell's command line starts. One that is more than a list is a script, and stays a command of its shell."""
    commands = command_list(line, environment)
    if not commands:
        return Launch(origin=origin, commands=(Command(words),))
    launches = [_launch(origin, command.words, environment) for command in commands]
    if _needs_no_shell(line, commands):
        return replace(launches[0], exec_form=commands[0].words)
    return Launch(
        origin=origin,
        helpers=(*chain.from_iterable(inner.helpers for inner in launches), Command(words[:1])),
        commands=tuple(chain.from_iterable(map(_placed, commands, launches))),
        user=next(filter(None, (inner.user for inner in launches)), ""),
    )


def _placed(command: Command, inner: Launch) -> Iterator[Command]:
    """What a command starts, in its directory where none is named."""
    return (Command(item.words, item.directory or command.directory) for item in inner.commands)


def _needs_no_shell(line: str, commands: tuple[Command, ...]) -> bool:
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


def _expanded(step: Step, environment: Mapping[str, str]) -> tuple[str, ...] | None:
    """The words of a simple command behind ``exec``, with the variables of ENV; None for what is more than a simple command."""
    command = step.command
    if not isinstance(command, Simple) or not command.words or not _is_simple(step, command):
        return None
    values = {name: Value(text) for name, text in environment.items()}
    found = fields(command.words, State(variables=values, arguments=(), name="", directory="/"), _ALONE)
    words = _without_exec(tuple(value.known for value in found)) if are_known(found) else ()
    return words if words and words[0] not in knowledge().keywords and not _EXPANDS.search(words[0]) else None


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
