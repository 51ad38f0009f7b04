"""What launchers of Python start, and in which virtual environment: uv, pipenv, poetry, pdm, hatch, conda, ddtrace-run."""

import shlex
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from layerscope.core.tables import read_table
from layerscope.start.options import CommandLine, Grammar, read_options
from layerscope.start.programs import base_name
from layerscope.start.search import absolute_path, tidy
from layerscope.start.shell.image import ShellImage
from layerscope.start.shell.states import State

_INTERPRETER = "python"


class Launcher(Grammar, frozen=True, kw_only=True):
    """A row of ``launchers.toml``, which says what the fields mean."""

    commands: frozenset[str] = frozenset()
    skip: int = 0
    modules: frozenset[str] = frozenset()
    directories: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    variable: str = ""
    environments: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    compares: bool = False
    frozen_by: frozenset[str] = frozenset()
    code: str = ""


class Launched(NamedTuple):
    """The command that a launcher starts in a directory; the virtual ``environment`` that it lies in ("" for none), whether
    that must be whole, and code that the launcher has its interpreter run."""

    words: tuple[str, ...]
    directory: str
    environment: str = ""
    whole: bool = False
    code: str = ""


class _Asked(NamedTuple):
    row: Launcher
    line: CommandLine
    directory: str
    variables: Mapping[str, str]
    image: ShellImage


@cache
def launchers() -> dict[str, Launcher]:
    """Reads ``launchers.toml`` once."""
    return read_table(__file__, "launchers.toml", dict[str, Launcher])


def launched_by(words: tuple[str, ...], directory: str, variables: Mapping[str, str], image: ShellImage) -> Launched | None:
    """What a launcher with these words starts; None for any other program, and where it starts nothing."""
    row = launchers().get(base_name(words[0]))
    line = _command(row, words[1:]) if row is not None else None
    if row is None or line is None:
        return None
    place = tidy(absolute_path(directory, line.value(row.directories) or "."))
    asked = _Asked(row, line, place, variables, image)
    for name in row.reads:
        image.note(name, State.at(place))
    return _launch(asked)


def _command(row: Launcher, words: tuple[str, ...]) -> CommandLine | None:
    """The options of a launcher, and what it runs; None where it is asked for something else."""
    line = read_options(words, row)
    if row.commands and row.commands.isdisjoint(line.arguments[:1]):
        return None
    behind = line.arguments[bool(row.commands) + row.skip :]
    rest = read_options(behind, row) if row.commands or row.skip else CommandLine((), behind)
    whole = CommandLine((*line.options, *rest.options), rest.arguments)
    return whole if whole.arguments or whole.has(row.modules) else None


def _launch(asked: _Asked) -> Launched:
    row, line = asked.row, asked.line
    environment = next(iter(_environments(asked)), "")
    frozen = line.has(row.frozen_by) or any(asked.variables.get(name) for name in row.frozen_by)
    words = _words(asked)
    return Launched(_located(asked, words, environment), asked.directory, environment, row.compares and not frozen, row.code)


def _words(asked: _Asked) -> tuple[str, ...]:
    """The command, with a script of the project in the place of its name."""
    module = asked.line.value(asked.row.modules)
    words = asked.line.arguments
    if module:
        return (_INTERPRETER, "-m", module, *words)
    if words[0].endswith(".py"):
        return (_INTERPRETER, *words)
    return _script(asked, words[0], words[1:]) or words


def _script(asked: _Asked, name: str, rest: tuple[str, ...]) -> tuple[str, ...]:
    """The command of a script that the project's files name so; none where they have none."""
    for place in asked.row.scripts:
        file, _, table = place.partition(":")
        found = _entry(asked.image.text(absolute_path(asked.directory, file)), (*table.split("."), name))
        if isinstance(found, dict):
            found = found.get("cmd") or found.get("shell") or found.get("composite")
        if isinstance(found, list):
            found = shlex.join(map(str, found))
        if isinstance(found, str):
            return ("sh", "-c", " ".join((found, *map(shlex.quote, rest))))
    return ()


def _entry(text: str | None, path: tuple[str, ...]) -> Any:
    """The value of a TOML file at a path of keys, None where there is none."""
    import tomllib

    try:
        found: Any = tomllib.loads(text or "")
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _environments(asked: _Asked) -> Iterator[str]:
    """The virtual environments that there are, in the order in which the launcher looks for them."""
    named = asked.variables.get(asked.row.variable, "")
    name = asked.line.value(asked.row.names)
    home = asked.variables.get("HOME", "/root")
    shapes = (
        shape.replace("~", home).replace("{name}", name) for shape in asked.row.environments if name or "{name}" not in shape
    )
    places = chain((named,) if named else (), shapes, (asked.variables.get("VIRTUAL_ENV", ""),))
    for place in filter(None, places):
        whole = absolute_path(asked.directory, place)
        for path in asked.image.matching(f"{whole}/bin/{_INTERPRETER}", "/"):
            yield path.removesuffix(f"/bin/{_INTERPRETER}")


def _located(asked: _Asked, words: tuple[str, ...], environment: str) -> tuple[str, ...]:
    """The words with the path of a command that the environment has."""
    if environment and words[:2] == ("sh", "-c"):
        return ("sh", "-c", f"PATH={shlex.quote(environment)}/bin:$PATH\n{words[2]}")
    path = f"{environment}/bin/{words[0]}"
    is_there = environment and "/" not in words[0] and asked.image.locate(path, State.at(asked.directory))
    return (path, *words[1:]) if is_there else words
