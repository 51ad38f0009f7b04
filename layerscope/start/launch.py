"""What ENTRYPOINT, CMD and HEALTHCHECK start, with wrappers and simple shell lines looked through."""

from collections.abc import Iterator, Mapping
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from layerscope.sources.image import Config, Healthcheck
from layerscope.start.options import read_options
from layerscope.start.programs import Command, base_name, knowledge
from layerscope.start.wrappers import behind_wrapper

_DEEPEST = 32


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
    if shell_line(config.entrypoint) is not None:
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


def _launch(origin: str, words: tuple[str, ...], environment: Mapping[str, str], depth: int = 0) -> Launch:
    line = shell_line(words)
    if line is not None:
        return _shell_launch(origin, words, line, environment)
    wrapped = behind_wrapper(words)
    if not wrapped.words or depth > _DEEPEST:
        return Launch(origin=origin, commands=(Command(words),))
    inner = _launch(origin, wrapped.words, environment, depth + 1)
    start = len(words) - len(wrapped.words)
    is_rest = words[max(start, 0) :] == wrapped.words
    return replace(
        inner,
        helpers=(Command(words[:1]), *inner.helpers),
        commands=tuple(_placed(Command((), wrapped.directory), inner)),
        exec_form=(*words[:start], *inner.exec_form) if is_rest and inner.exec_form is not None else None,
        user=inner.user or wrapped.user,
    )


def shell_line(words: tuple[str, ...]) -> str | None:
    """The command line behind a shell's ``-c``, None where no shell is given one."""
    if not words or base_name(words[0]) not in knowledge().shells:
        return None
    line = read_options(words[1:], knowledge().shell)
    return line.arguments[0] if line.has(("-c",)) and line.arguments else None


def _shell_launch(origin: str, words: tuple[str, ...], line: str, environment: Mapping[str, str]) -> Launch:
    """What a shell's command line starts. One that is more than a list is a script, and stays a command of its shell; of a list
    the shell itself is a helper, which has nothing more to do."""
    from layerscope.start.lines import command_list, needs_no_shell

    commands = command_list(line, environment)
    if not commands:
        return Launch(origin=origin, commands=(Command(words),))
    launches = [_launch(origin, command.words, environment) for command in commands]
    if needs_no_shell(line, commands):
        return replace(launches[0], exec_form=commands[0].words)
    return Launch(
        origin=origin,
        helpers=(*chain.from_iterable(inner.helpers for inner in launches), Command((words[0], "-c", ":"))),
        commands=tuple(chain.from_iterable(map(_placed, commands, launches))),
        user=next(filter(None, (inner.user for inner in launches)), ""),
    )


def _placed(command: Command, inner: Launch) -> Iterator[Command]:
    """What a command starts, in its directory where none is named."""
    return (Command(item.words, item.directory or command.directory) for item in inner.commands)
