"""What ENTRYPOINT, CMD and HEALTHCHECK start, with wrappers and simple shell lines looked through."""

import re
import shlex

from msgspec import Struct

from layerscope.sources.image import Config, Healthcheck
from layerscope.start.options import read_options
from layerscope.start.programs import base_name, knowledge

_OPERATORS = frozenset("();<>|&")
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
    that a wrapper switches to. ``problem`` says in words why nothing, or not everything, is known.
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
    if not words or not words[0]:
        return Launch(origin=origin, problem="the image has neither ENTRYPOINT nor CMD")
    if _is_shell_form(config.entrypoint):
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


def _is_shell_form(words: tuple[str, ...]) -> bool:
    return _shell_line(words) is not None


def _shell_line(words: tuple[str, ...]) -> str | None:
    """The command line behind a shell's ``-c``, None where no shell is given one."""
    if not words or base_name(words[0]) not in knowledge().shells:
        return None
    line = read_options(words[1:], knowledge().shell)
    return line.arguments[0] if line.has(("-c",)) and line.arguments else None


def _launch(origin: str, words: tuple[str, ...], environment: dict[str, str]) -> Launch:
    helpers: list[Command] = []
    prefix: list[str] = []
    user = ""
    while True:
        if _is_shell_form(words):
            return _of_shell(origin, words, helpers, prefix=prefix, user=user, environment=environment)
        wrapper = knowledge().wrappers.get(base_name(words[0]))
        rest = behind_wrapper(words) if wrapper else ()
        if not wrapper or not rest:
            return Launch(origin=origin, helpers=tuple(helpers), commands=(Command(words),), exec_form=None, user=user)
        helpers.append(Command(words[:1]))
        if wrapper.user:
            user = words[len(words) - len(rest) - 1]
        prefix.extend(words[: len(words) - len(rest)])
        words = rest


def behind_wrapper(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words from the wrapped program on; none when the wrapper wraps nothing."""
    wrapper = knowledge().wrappers[base_name(words[0])]
    rest = read_options(words[1:], wrapper).arguments[wrapper.skip :]
    while wrapper.assignments and rest and "=" in rest[0]:
        rest = rest[1:]
    return rest


def _of_shell(
    origin: str,
    words: tuple[str, ...],
    helpers: list[Command],
    prefix: list[str],
    user: str,
    environment: dict[str, str],
) -> Launch:
    shell, line = Command(words[:1]), _shell_line(words) or ""
    commands, problem = command_list(line, environment)
    if problem:  # the line is a script: what it starts is found by going through it
        return Launch(origin=origin, helpers=tuple(helpers), commands=(Command(words),), exec_form=None, user=user)
    single = commands[0].words if len(commands) == 1 else ()
    if single and not commands[0].directory and not _EXPANDS.search(line) and _plain(line):
        inner = _launch(origin, single, environment)
        return Launch(
            origin=origin,
            helpers=(*helpers, *inner.helpers),
            commands=inner.commands,
            exec_form=(*prefix, *single),
            user=user or inner.user,
            problem=inner.problem,
        )
    found: list[Command] = []
    for command in commands:
        inner = _launch(origin, command.words, environment)
        helpers.extend(inner.helpers)
        found.extend(Command(item.words, item.directory or command.directory) for item in inner.commands)
        user = user or inner.user
        problem = problem or inner.problem
    return Launch(origin=origin, helpers=(*helpers, shell), commands=tuple(found), exec_form=None, user=user, problem=problem)


def _plain(line: str) -> bool:
    """Whether the line is one command without assignments before it or shell operators, perhaps behind ``exec``."""
    words = _tokens(line)
    if words[:1] == ["exec"]:
        words = words[1:]
    return bool(words) and not _ASSIGNMENT.match(words[0]) and not any(set(word) <= _OPERATORS for word in words)


def _tokens(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    return list(lexer)


def command_list(line: str, environment: dict[str, str] | None = None) -> tuple[tuple[Command, ...], str]:
    """The programs that a shell command line starts, in order, and in words what of it was not understood ("" for nothing).

    Understood are simple commands joined by ``&&``, ``||``, ``;``, ``|`` and ``&``, with redirections, assignments, ``exec``
    and ``cd``, and variables of ENV. Anything else (substitutions, loops) is named as not understood.
    """
    try:
        tokens = _tokens(line)
    except ValueError:
        return (), "its shell command line has an open quote"
    if "$(" in line or "`" in line or "<<" in line:
        return (), "its shell command line runs commands inside of others"
    commands: list[Command] = []
    problem, directory = "", ""
    for simple in _simple_commands(tokens):
        words = _without_prefix(simple)
        if not words or words[0] in knowledge().builtins:
            if words[:1] == ["cd"]:
                directory = _joined(directory, words[1] if len(words) > 1 else "/")
            continue
        name = _VARIABLE.sub(lambda found: (environment or {}).get(found[1] or found[2], found[0]), words[0])
        if words[0] in knowledge().keywords or _EXPANDS.search(name):
            problem = problem or "its shell command line is more than a list of simple commands"
            continue
        commands.append(Command((name, *words[1:]), directory))
    if not commands and not problem:
        problem = "its shell command line starts no program"
    return tuple(commands), problem


def _without_prefix(words: list[str]) -> list[str]:
    """The words of a simple command from its program on: behind ``exec`` and assignments."""
    while words and (words[0] == "exec" or _ASSIGNMENT.match(words[0])):
        words = words[1:]
    return words


def _simple_commands(tokens: list[str]) -> list[list[str]]:
    found: list[list[str]] = [[]]
    redirected = False
    for word in tokens:
        if set(word) <= _OPERATORS:
            redirected = "<" in word or ">" in word
            if redirected:
                if found[-1] and found[-1][-1].isdigit():
                    found[-1].pop()
            elif word != "&" or found[-1]:
                found.append([])
        elif redirected:
            redirected = False
        else:
            found[-1].append(word)
    return found


def _joined(directory: str, step: str) -> str:
    return step if step.startswith("/") or not directory else f"{directory}/{step}"
