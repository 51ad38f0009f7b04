"""Arguments that several commands share."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Never

from layerscope.core.errors import UsageError
from layerscope.core.names import printable

_COLUMNS = 80
"""How wide a terminal is that does not say it."""


class _Formatter(argparse.HelpFormatter):
    """Help as wide as the terminal, which argparse asks a module for that takes longer to load than all arguments to read."""

    def __init__(self, prog: str) -> None:
        said = os.environ.get("COLUMNS", "")
        try:
            columns = int(said) if said.isdecimal() else os.get_terminal_size().columns
        except OSError:
            columns = 0
        super().__init__(prog, width=(columns or _COLUMNS) - 2)


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line, as every other error."""

    def error(self, message: str) -> Never:
        """Raises :class:`UsageError`; argparse would print its usage and leave."""
        raise UsageError(printable(message), f"see {self.prog} --help")


def command_parser(name: str, description: str) -> Parser:
    """A parser for ``layerscope name`` (``layerscope`` itself for ""), with the options of every command."""
    prog = f"layerscope {name}".rstrip()
    parser = Parser(prog=prog, description=description, allow_abbrev=False, formatter_class=_Formatter)
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return parser


def add_image(parser: Parser, optional: bool = False) -> None:
    """Adds IMAGE and how to open it."""
    parser.add_argument(
        "image",
        metavar="IMAGE",
        nargs="?" if optional else None,
        help="docker-daemon:NAME, podman:NAME, docker://NAME, docker-archive:FILE, oci:DIRECTORY, a path, a name, or demo:fat",
    )
    add_opening(parser)


def add_opening(parser: Parser) -> None:
    """Adds how to open images."""
    parser.add_argument("--platform", metavar="OS/ARCH[/VARIANT]", help="which image of an index (default: this machine's)")
    parser.add_argument("--pull", action="store_true", help="let the engine fetch an image that it does not have")


def add_destination(
    parser: Parser, told: str = "write there instead of standard output (-)", default: str | None = "-"
) -> None:
    """Adds ``-o FILE``. A place where no file can be written is refused while the arguments are read, before any work."""
    parser.add_argument("-o", "--output", metavar="FILE", type=_writable, default=default, help=told)


def _writable(name: str) -> str:
    """The name as it is, - for standard output; UsageError where no file can be written under it."""
    if name == "-":
        return name
    from layerscope.core.saving import check_place

    if name.endswith("/"):
        raise UsageError(f"cannot write {printable(name)}: this names a directory", "name a file")
    check_place(Path(name))
    return name


def add_output(parser: Parser, formats: Sequence[str]) -> None:
    """Adds ``-o FILE`` and ``--format`` with the given choices. The format is None where it was not given: the name of FILE
    chooses then, else it is the first (:func:`layerscope.commands.output.format_of`)."""
    add_destination(parser)
    parser.add_argument("--format", choices=formats, help=f"default: what the name of FILE says, else {formats[0]}")
