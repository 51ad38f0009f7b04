"""The files that were put beside the program: its working directory, and what its command and environment name."""

import re
from itertools import chain

from layerscope.attribution.model import Attribution
from layerscope.core.names import path_bytes, printable
from layerscope.core.paths import normal_path
from layerscope.core.vocabulary import Category, Role
from layerscope.filesystem.directories import SHARED_DIRECTORIES
from layerscope.layers.index import Kind
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Because
from layerscope.sources.image import Config
from layerscope.start.launch import Command
from layerscope.start.search import absolute_path

_NO_FILES = frozenset(
    ("PATH", "HOME", "SHELL", "OLDPWD", "PWD", "LD_LIBRARY_PATH", "LD_PRELOAD", "SSL_CERT_FILE", "ZONEINFO", "TZ")
)
_PATH = re.compile(r"[^-].{0,4095}", re.DOTALL)


def application_needs(ledger: Ledger, attribution: Attribution, working_dir: str) -> None:
    """Takes what attribution calls the application: put into the image beside the program, and consumed by no build step.

    What is of no known category is taken too, where it lies in the working directory: it may be what the program reads. Other
    names of a program that is started (build tools link them) are not taken.
    """
    owner, paths = attribution.owner, ledger.filesystem.paths
    inside = normal_path(path_bytes(working_dir))
    application = _components(attribution, Category.APPLICATION)
    unknown = frozenset() if inside in SHARED_DIRECTORIES else _components(attribution, Category.UNKNOWN)
    either = application | unknown
    programs = _programs(ledger)
    for entry in [entry for entry in ledger.filesystem.visible.values() if owner[entry] in either]:
        if not _is_undecided(ledger, entry) or ledger.filesystem.holder(entry) in programs:
            continue
        if owner[entry] in application:
            ledger.add(entry, Role.DATA, (Because("application file, read by no build step"),))
        elif paths[entry].startswith(inside + b"/"):
            ledger.add(entry, Role.DATA, (Because("in the working directory; nothing says what it is"),))


def _components(attribution: Attribution, category: Category) -> frozenset[int]:
    return frozenset(number for number, component in enumerate(attribution.components) if component.category == category)


def _programs(ledger: Ledger) -> frozenset[int]:
    """The entries that store programs which are started."""
    started = (need.entry for need in ledger.needs if need.role in (Role.PROGRAM, Role.HEALTHCHECK))
    return frozenset(map(ledger.filesystem.holder, started))


def _is_undecided(ledger: Ledger, entry: int) -> bool:
    """Whether nothing has said yet if a file is needed."""
    return not (entry in ledger or entry in ledger.declined or ledger.filesystem.kinds[entry] == Kind.DIRECTORY)


def environment_needs(ledger: Ledger, config: Config, commands: tuple[Command, ...]) -> None:
    """Takes files and directories that the command's arguments name, and files that ENV names."""
    for word in chain.from_iterable(command.words[1:] for command in commands):
        _take_argument(ledger, config, word)
    for name, value in config.environment().items():
        if name not in _NO_FILES and value.startswith("/"):
            _take_file(ledger, config, value, f"ENV {printable(name)} names it")


def _take_argument(ledger: Ledger, config: Config, word: str) -> None:
    """Takes the file or directory that a word names, or the value of an option."""
    option, equals, value = word.partition("=")
    named = value if equals and option.startswith("-") else word
    what = f"an argument of the command names it: {printable(word)}"
    if not _take_file(ledger, config, named, what):
        _take_directory(ledger, config, named, what)


def _take_file(ledger: Ledger, config: Config, value: str, what: str) -> bool:
    """Takes the file that a value names. Whether there is one."""
    path = _path(config, value)
    if ledger.file(path) is None:
        return False
    ledger.ask(path, Role.DATA, (Because(what),))
    return True


def _take_directory(ledger: Ledger, config: Config, value: str, what: str) -> None:
    """Takes what lies in the directory that a value names, unless it is one of the system's."""
    path = _path(config, value)
    traced = ledger.filesystem.trace(path)
    if traced.entry is not None and traced.path not in SHARED_DIRECTORIES:
        ledger.take_tree(path, Role.DATA, (Because(what),))


def _path(config: Config, value: str) -> bytes:
    """The path that a value may be, b"" where it cannot be one."""
    is_path = _PATH.fullmatch(value) and "://" not in value
    return path_bytes(absolute_path(config.working_dir, value)) if is_path else b""
