"""What a run showed to be needed, kept in a file between ``prove --observed-out`` and ``recommend --observed``.

A line is a word and an absolute path, with the escapes of every output: ``opened`` for a file of the image that the program
opened, ``missed`` for one that the plan lacked and that was added.
"""

import argparse
from pathlib import Path

from msgspec import Struct

from layerscope.advice.ground import RecommendOptions
from layerscope.core.errors import UsageError
from layerscope.core.names import absolute, parse, printable

_TITLE = "# Files of the image that were opened or asked for when it ran, for layerscope recommend --observed"
_OPENED, _MISSED = "opened", "missed"
_MOST_BYTES = 64 * 1024 * 1024


class Observed(Struct, frozen=True):
    """Paths of the image, without their leading slash: those that the program opened, and those that a plan lacked."""

    opened: tuple[bytes, ...] = ()
    missed: tuple[bytes, ...] = ()

    def text(self) -> str:
        """As it stands in the file."""
        lines = (
            *(f"{_MISSED} {absolute(path)}" for path in self.missed),
            *(f"{_OPENED} {absolute(path)}" for path in self.opened),
        )
        return "\n".join((_TITLE, *lines)) + "\n"


def read_observed(name: str | None) -> Observed:
    """What the file of that name says, nothing without one; UsageError for one that cannot be read or says something else."""
    if name is None:
        return Observed()
    try:
        with Path(name).open("rb") as stream:
            lines = stream.read(_MOST_BYTES).decode().splitlines()
    except OSError as error:
        raise UsageError(f"cannot read {printable(name)}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{printable(name)} is not UTF-8 text", "name what prove --observed-out wrote") from error
    found: dict[str, list[bytes]] = {_OPENED: [], _MISSED: []}
    for number, line in enumerate(lines, 1):
        word, _, path = line.partition(" ")
        if word in found and path.startswith("/"):
            found[word].append(parse(path).lstrip(b"/"))
        elif line.strip() and not line.startswith("#"):
            raise UsageError(f"{printable(name)}, line {number}: not a word and a path", "name what prove --observed-out wrote")
    return Observed(tuple(found[_OPENED]), tuple(found[_MISSED]))


def plan_options(options: argparse.Namespace) -> RecommendOptions:
    """What a parsed command line wants of the recommendation; UsageError for a tight plan without anything observed."""
    known = read_observed(options.observed)
    if options.tight and not known.opened:
        raise UsageError("--tight needs to know what the program opens", "give --observed FILE of layerscope prove --trace")
    return RecommendOptions(
        base=options.base, keep=tuple(options.keep), observed=known.missed, opened=known.opened, tight=options.tight
    )
