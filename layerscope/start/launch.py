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

_OPERATORS = frozenset("();<>|&")
_REDIRECTS = frozenset("<>")
_NESTS = re.compile(r"\$\(|`|<<")
_EXPANDS = re.compile(r"[$`*?\[\]{}~#!\\\n]")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")


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
    rest = behind_wrapper(words)
    if not rest:
        return Launch(origin=origin, commands=(Command(words),))
    inner = _launch(origin, rest, environment)
    *_, last = prefix = words[: len(words) - len(rest)]
    user = last if knowledge().wrappers[base_name(words[0])].user else ""
    exec_form = None if inner.exec_form is None else (*prefix, *inner.exec_form)
    return replace(inner, helpers=(Command(words[:1]), *inner.helpers), exec_form=exec_form, user=inner.user or user)


def _shell_line(words: tuple[str, ...]) -> str | None:
    """The command line behind a shell's ``-c``, None where no shell is given one."""
    if not words or base_name(words[0]) not in knowledge().shells:
        return None
    line = read_options(words[1:], knowledge().shell)
    return line.arguments[0] if line.has(("-c",)) and line.arguments else None


def behind_wrapper(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words from the program on that a wrapper starts; none where it starts nothing, or is no wrapper."""
    wrapper = knowledge().wrappers.get(base_name(words[0]))
    if wrapper is None:
        return ()
    rest = read_options(words[1:], wrapper).arguments[wrapper.skip :]
    while wrapper.assignments and rest and "=" in rest[0]:
        rest = rest[1:]
    return rest


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

    Understood are simple commands joined by ``&&``, ``||``, ``;``, ``|`` and ``&``, with redirections, assignments, ``exec``
    and ``cd``, and variables of ENV; not substitutions, loops and the like.
    """
    commands: list[Command] = []
    directory = ""
    for words in _simple_commands(line):
        match words:
            case ["cd", *places]:
                directory = _join(directory, (*places, "/")[0])
            case [name, *_] if name in knowledge().builtins:
                pass
            case [name, *rest]:
                program = _with_variables(name, environment)
                if name in knowledge().keywords or _EXPANDS.search(program):
                    return ()
                commands.append(Command((program, *rest), directory))
    return tuple(commands)


def _with_variables(word: str, environment: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: environment.get(found[1] or found[2], found[0]), word)


def _simple_commands(line: str) -> Iterator[list[str]]:
    """The words of each simple command from its program on, without redirections; none of a line with commands inside words."""
    words: list[str] = []
    pending = iter(_tokens_of_list(line))
    for word in pending:
        if not set(word) <= _OPERATORS:
            words.append(word)
        elif not _REDIRECTS.isdisjoint(word):
            next(pending, None)  # the file
            if words and words[-1].isdigit():
                words.pop()
        else:
            yield _without_prefix(words)
            words = []
    yield _without_prefix(words)


def _tokens_of_list(line: str) -> list[str]:
    try:
        return [] if _NESTS.search(line) else _tokens(line)
    except ValueError:  # a quote is open
        return []


def _without_prefix(words: list[str]) -> list[str]:
    """The words of a simple command behind ``exec`` and assignments."""
    while words and (words[0] == "exec" or _ASSIGNMENT.match(words[0])):
        words = words[1:]
    return words


def _join(directory: str, step: str) -> str:
    return step if step.startswith("/") or not directory else f"{directory}/{step}"
