"""What a command line of the interpreter runs, and the applications that its words and the environment name.

``python [option…] [-c command | -m module | file] [argument…]`` (CPython's "Command line and environment").
"""

import re

from msgspec import Struct

from layerscope.needs.languages.python.knowledge import knowledge
from layerscope.start.options import Grammar, read_options
from layerscope.start.programs import base_name

_APPLICATION = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?::[A-Za-z_][\w.]*(?:\(.*\))?)?\Z")
_OPTIONS = ("GUNICORN_CMD_ARGS",)


class Run(Struct, frozen=True):
    """What an interpreter runs: a ``module``, ``code`` of the command line, or a ``file``, with its ``arguments``.

    ``isolated`` is whether the environment's paths and the user's own directory are left out (-I, -E, -s).
    """

    module: str = ""
    code: str | None = None
    file: str = ""
    arguments: tuple[str, ...] = ()
    isolated: bool = False


def interpret(words: tuple[str, ...]) -> Run:
    """Reads the argument list of an interpreter."""
    line = read_options(words[1:], knowledge().options)
    module, isolated = line.value(("-m",)), line.has(("-I",))
    code = line.value(("-c",)) if line.has(("-c",)) else None
    if module or code is not None or not line.arguments:
        return Run(module=module, code=code, arguments=line.arguments, isolated=isolated)
    return Run(file=line.arguments[0], arguments=line.arguments[1:], isolated=isolated)


class Named(Struct, frozen=True):
    """What the arguments and the environment name: ``applications`` are modules (``package.module``, without their attribute),
    ``files`` are source files as written, ``directories`` are searched for the application first."""

    applications: tuple[str, ...]
    files: tuple[str, ...]
    directories: tuple[str, ...]


def named(run: Run, environment: dict[str, str]) -> Named:
    """Modules, files and directories that a program's arguments and the variables of ENV name, with or without being them."""
    words = list(run.arguments)
    for option in _OPTIONS:
        words += environment.get(option, "").split()
    places = Grammar(values=knowledge().directories, mixed=True)
    directories = read_options(words, places).values(knowledge().directories)
    values = [word.partition("=")[2] if word.startswith("-") and "=" in word else word for word in words]
    values += [word[2:] for word in words if re.match(r"-[kcAb][A-Za-z_/.]", word)]
    values += [value for name, value in environment.items() if name != "PATH" and len(value) < 1000]
    values = [value.removeprefix("python:").removeprefix("file:") for value in values if not value.startswith("-")]
    applications = [value.partition(":")[0] for value in values if _APPLICATION.match(value)]
    files = [value.partition(":")[0] for value in values if value.partition(":")[0].endswith(".py")]
    if served(run) and environment.get("FLASK_APP", "") == "":
        applications += knowledge().defaults
        files += [f"{name}.py" for name in knowledge().defaults]
    return Named(tuple(dict.fromkeys(applications)), tuple(dict.fromkeys(files)), tuple(dict.fromkeys(directories)))


def served(run: Run) -> bool:
    """Whether the program is one that loads an application from the directory that it is started in."""
    return (run.module.partition(".")[0] or base_name(run.file)) in knowledge().servers
