"""The files that were put beside the program: its working directory, and what its command and environment name."""

from layerscope.attribution.model import Attribution
from layerscope.core.names import path_bytes, printable
from layerscope.core.vocabulary import Category, Role
from layerscope.filesystem.directories import SHARED_DIRECTORIES
from layerscope.layers.index import Kind
from layerscope.needs.ledger import Ledger, normal
from layerscope.needs.model import Because
from layerscope.sources.image import Config
from layerscope.start.launch import Command

_NO_FILES = frozenset(
    ("PATH", "HOME", "SHELL", "OLDPWD", "PWD", "LD_LIBRARY_PATH", "LD_PRELOAD", "SSL_CERT_FILE", "ZONEINFO", "TZ")
)


def application_needs(ledger: Ledger, attribution: Attribution, working_dir: str) -> None:
    """Takes what attribution calls the application: put into the image beside the program, and consumed by no build step.

    What nobody knows (category ``unknown``) is taken too, where it lies in the working directory: it may be what the program
    reads. Other names of a program that is started (build tools link them) are not taken.
    """
    programs = {ledger.filesystem.holder(need.entry) for need in ledger.needs if need.role in (Role.PROGRAM, Role.HEALTHCHECK)}
    wanted = {number for number, component in enumerate(attribution.components) if component.category == Category.APPLICATION}
    unknown = {number for number, component in enumerate(attribution.components) if component.category == Category.UNKNOWN}
    inside = normal(path_bytes(working_dir))
    because = (Because("application file, read by no build step"),)
    unsure = (Because("in the working directory; nothing says what it is"),)
    kinds, owner, paths = ledger.filesystem.kinds, attribution.owner, ledger.filesystem.paths
    either = wanted | unknown
    for entry in [entry for entry in ledger.filesystem.visible.values() if owner[entry] in either]:
        if entry in ledger or entry in ledger.declined or kinds[entry] == Kind.DIRECTORY:
            continue
        if ledger.filesystem.holder(entry) in programs:
            continue
        if owner[entry] in wanted:
            ledger.add(entry, Role.DATA, because)
        elif owner[entry] in unknown and inside not in SHARED_DIRECTORIES and paths[entry].startswith(inside + b"/"):
            ledger.add(entry, Role.DATA, unsure)


def environment_needs(ledger: Ledger, config: Config, commands: tuple[Command, ...]) -> None:
    """Takes files and directories that the command's arguments name, and files that ENV names."""
    for command in commands:
        for word in command.words[1:]:
            value = word.partition("=")[2] if word.startswith("-") and "=" in word else word
            _named(ledger, value, config, f"an argument of the command names it: {printable(word)}", directories=True)
    for name, value in config.environment().items():
        if name not in _NO_FILES and value.startswith("/"):
            _named(ledger, value, config, f"ENV {printable(name)} names it", directories=False)


def _named(ledger: Ledger, value: str, config: Config, what: str, directories: bool) -> None:
    if not value or value.startswith("-") or "://" in value or len(value) > 4096:
        return
    path = path_bytes(value if value.startswith("/") else f"{config.working_dir}/{value}")
    traced = ledger.filesystem.trace(path)
    because = (Because(what),)
    if ledger.is_file(traced.entry):
        ledger.ask(path, Role.DATA, because)
    elif directories and normal(traced.path) not in SHARED_DIRECTORIES and traced.entry is not None:
        ledger.take_tree(path, Role.DATA, because)
