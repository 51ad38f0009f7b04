"""Files and programs that words of commands and variables of ENV name."""

import re
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from functools import cache

from msgspec import Struct

from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes, printable
from layerscope.core.tables import read_table
from layerscope.core.vocabulary import Role
from layerscope.filesystem.directories import SHARED_DIRECTORIES
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Because, Program, Proof
from layerscope.sources.image import Config
from layerscope.start.programs import Command
from layerscope.start.search import absolute_path

Run = Callable[[Command, Proof], Program | None]
"""Takes a program with all that it needs; None where the image has none by that name."""

_PATH = expression(r"[^-].{0,4095}", re.DOTALL)


class Variables(Struct, frozen=True):
    """``arguments.toml``, which says what the fields mean."""

    no_files: frozenset[str]
    programs: tuple[str, ...]

    def names_program(self, name: str) -> bool:
        """Whether the value of a variable is a command."""
        return any(fnmatchcase(name, shape) for shape in self.programs)


@cache
def variables() -> Variables:
    """Reads ``arguments.toml`` once."""
    return read_table(__file__, "arguments.toml", Variables)


def take_arguments(ledger: Ledger, command: Command, because: Proof, whole: bool = True) -> None:
    """Takes the files that a command's arguments name, with ``whole`` directories, too."""
    for word in command.words[1:]:
        option, equals, value = word.partition("=")
        path = _path(command.directory, value if equals and option.startswith("-") else word)
        if ledger.file(path) is not None:
            ledger.ask(path, Role.DATA, because)
        elif whole:
            _take_directory(ledger, path, because)


def _take_directory(ledger: Ledger, path: bytes, because: Proof) -> None:
    """Takes what lies in a directory, unless it is one of the system's."""
    traced = ledger.filesystem.trace(path)
    if traced.path and traced.path not in SHARED_DIRECTORIES:
        ledger.take_tree(path, Role.DATA, because)


def command_needs(ledger: Ledger, config: Config, commands: Sequence[Command], run: Run) -> None:
    """Takes programs, files and directories that the arguments of commands name."""
    for command in commands:
        for word in command.words[1:]:
            because = (Because(f"an argument of the command names it: {printable(word)}"),)
            if not word.startswith("/") or run(Command((word,)), because) is None:
                take_arguments(ledger, Command(("", word), f"/{config.working_dir}"), because)


def environment_needs(ledger: Ledger, config: Config, run: Run) -> None:
    """Takes programs and files that ENV names."""
    for name, value in config.environment().items():
        because = (Because(f"ENV {printable(name)} names it"),)
        words = tuple(value.split())
        is_path = value.startswith("/") and name not in variables().no_files
        if words and (is_path or variables().names_program(name)) and run(Command(words), because) is not None:
            continue
        path = _path("/", value) if is_path else b""
        if ledger.file(path) is not None:
            ledger.ask(path, Role.DATA, because)


def _path(directory: str, value: str) -> bytes:
    """The path that a value may be for a program that is started in a directory, b"" where it cannot be one."""
    is_path = _PATH.fullmatch(value) and "://" not in value
    return path_bytes(absolute_path(directory, value)) if is_path else b""
