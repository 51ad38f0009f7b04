"""What a command line of the interpreter runs, and the applications that its words and the environment name.

``python [option…] [-c command | -m module | file] [argument…]`` (CPython's "Command line and environment").
"""

import re

from msgspec import Struct

from layerscope.needs.languages.python.knowledge import knowledge
from layerscope.start.programs import base_name

_VALUES = ("-W", "-X", "--check-hash-based-pycs")
_FLAGS = re.compile(r"-[bBdEhiIOPqRsStuvVx]+\Z")
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
    at = 1
    isolated = False
    while at < len(words):
        word = words[at]
        if word in _VALUES:
            at += 2
        elif word.startswith(("-m", "-c")) and len(word) > 1:
            value, rest = (word[2:], at + 1) if len(word) > 2 else (words[at + 1] if at + 1 < len(words) else "", at + 2)
            return Run(
                module=value if word[1] == "m" else "",
                code=value if word[1] == "c" else None,
                arguments=words[rest:],
                isolated=isolated,
            )
        elif word == "--":
            at += 1
            break
        elif _combined(word):
            return interpret((words[0], *(["-I"] if isolated or "I" in word else []), "-" + word[-1], *words[at + 1 :]))
        elif word.startswith("-") and len(word) > 1:
            isolated = isolated or (bool(_FLAGS.match(word)) and "I" in word)
            at += 1
        else:
            break
    rest_words = words[at:]
    return Run(file=rest_words[0], arguments=rest_words[1:], isolated=isolated) if rest_words else Run(isolated=isolated)


def _combined(word: str) -> bool:
    """Flags with -m or -c behind them in one word (``-um``)."""
    return len(word) > 2 and word[-1] in "mc" and bool(_FLAGS.match(word[:-1]))


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
    directories = [value for option in knowledge().directories for value in _values(words, option)]
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


def _values(words: list[str], option: str) -> list[str]:
    found = [word.partition("=")[2] for word in words if word.startswith(option + "=")]
    return found + [words[at + 1] for at, word in enumerate(words[:-1]) if word == option]
