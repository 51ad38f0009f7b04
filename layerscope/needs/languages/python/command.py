"""What a command line of the interpreter runs, and the applications that its words and the environment name.

``python [option…] [-c command | -m module | file] [argument…]`` (CPython's "Command line and environment").
"""

import re
from collections.abc import Iterable
from itertools import chain

from msgspec import Struct

from layerscope.core.expressions import expression
from layerscope.needs.languages.python.knowledge import knowledge
from layerscope.start.options import Grammar, read_options
from layerscope.start.programs import base_name

_APPLICATION = expression(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?::[A-Za-z_][\w.]*(?:\(.*\))?)?\Z")
_OPTION = expression(r"\A-[^=]*=")
_JOINED = expression(r"\A-[kcAb]([A-Za-z_/.].*)", re.DOTALL)
"""A letter with its value in one word: a worker class, settings, an application."""
_LONGEST_VALUE = 1000


class Run(Struct, frozen=True):
    """What an interpreter runs: a ``module``, ``code`` of the command line, or a ``file``, with its ``arguments``.

    ``isolated`` is whether the environment's paths and the user's own directory are left out (-I, -E, -s).
    """

    module: str = ""
    code: str | None = None
    file: str = ""
    arguments: tuple[str, ...] = ()
    isolated: bool = False

    @property
    def is_server(self) -> bool:
        """Whether the program is one that loads an application from the directory that it is started in."""
        return (self.module.partition(".")[0] or base_name(self.file)) in knowledge().servers.names


def interpret(words: tuple[str, ...]) -> Run:
    """Reads the argument list of an interpreter."""
    line = read_options(words[1:], knowledge().options)
    module, isolated = line.value(("-m",)), line.has(("-I",))
    code = next(reversed(line.values(("-c",))), None)
    if module or code is not None or not line.arguments:
        return Run(module=module, code=code, arguments=line.arguments, isolated=isolated)
    return Run(file=line.arguments[0], arguments=line.arguments[1:], isolated=isolated)


class Named(Struct, frozen=True):
    """What the arguments and the environment name: ``applications`` are modules (``package.module``, without their attribute),
    ``files`` are source files as written, ``directories`` are searched for the application first."""

    applications: tuple[str, ...]
    files: tuple[str, ...]
    directories: tuple[str, ...]


def find_named(run: Run, environment: dict[str, str]) -> Named:
    """Modules, files and directories that a program's arguments and the variables of ENV name, with or without being them."""
    servers = knowledge().servers
    words = [*run.arguments, *environment.get("GUNICORN_CMD_ARGS", "").split()]
    directories = read_options(words, Grammar(values=servers.directories, mixed=True)).values(servers.directories)
    values = [*_values_of(words), *_values_of_environment(environment)]
    defaults = servers.defaults if run.is_server and not environment.get("FLASK_APP") else ()
    names = [*map(_module, filter(_APPLICATION.match, values)), *defaults]
    files = [path for path in (*map(_module, values), *(f"{name}.py" for name in defaults)) if path.endswith(".py")]
    return Named(tuple(dict.fromkeys(names)), tuple(dict.fromkeys(files)), tuple(dict.fromkeys(directories)))


def _module(value: str) -> str:
    """What a value names, without the attribute behind it (``package.module:attribute``)."""
    return value.partition(":")[0]


def _values_of(words: list[str]) -> list[str]:
    """What may be a name: words, and the values of options."""
    return _names([*(_OPTION.sub("", word) for word in words), *chain.from_iterable(map(_JOINED.findall, words))])


def _values_of_environment(environment: dict[str, str]) -> list[str]:
    """What may be a name among the variables of ENV."""
    return _names(value for name, value in environment.items() if name != "PATH" and len(value) < _LONGEST_VALUE)


def _names(values: Iterable[str]) -> list[str]:
    return [value.removeprefix("python:").removeprefix("file:") for value in values if not value.startswith("-")]
