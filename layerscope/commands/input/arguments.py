"""Arguments that several commands share."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Never

from layerscope.core.errors import UsageError
from layerscope.core.names import printable


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line, as every other error."""

    def error(self, message: str) -> Never:
        """Raises :class:`UsageError`; argparse would print its usage and leave."""
        raise UsageError(printable(message), f"see {self.prog} --help")


def command_parser(name: str, description: str) -> Parser:
    """A parser for ``layerscope name`` (``layerscope`` itself for ""), with the options of every command."""
    prog = f"layerscope {name}".rstrip()
    parser = Parser(prog=prog, description=description, allow_abbrev=False)
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


def add_dockerfile(parser: Parser, purpose: str) -> None:
    """Adds ``-f DOCKERFILE`` and ``--target STAGE``."""
    parser.add_argument("-f", "--file", metavar="DOCKERFILE", help=purpose)
    stage = "the stage of it that makes the image (default: the last)"
    parser.add_argument("--target", metavar="STAGE", default="", help=stage)


def add_plan(parser: Parser) -> None:
    """Adds what is wanted of the recommendation."""
    parser.add_argument("--base", metavar="REF", help="the last stage's base, instead of the best one")
    parser.add_argument("--keep", metavar="GLOB", action="append", default=[], help="absolute paths to keep too (repeatable)")
    parser.add_argument("--observed", metavar="FILE", help="keep what a run needed, as prove --observed-out wrote it")
    parser.add_argument("--tight", action="store_true", help="of the rest, keep only what is proved or observed to be needed")


def add_destination(
    parser: Parser, purpose: str = "write there instead of standard output (-)", default: str | None = "-"
) -> None:
    """Adds ``-o FILE``. A place where no file can be written is refused while the arguments are read, before any work."""
    parser.add_argument("-o", "--output", metavar="FILE", type=_writable, default=default, help=purpose)


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
