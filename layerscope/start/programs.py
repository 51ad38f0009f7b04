"""What is known of programs that run other programs, out of ``programs.toml``."""

from functools import cache
from pathlib import Path

import rtoml
from msgspec import Struct


class Wrapper(Struct, frozen=True):
    """How to find the program in a wrapper's arguments. ``values`` are options that take the next word as their value."""

    values: frozenset[str]
    skip: int = 0
    user: bool = False
    assignments: bool = False


class Knowledge(Struct, frozen=True):
    """``interpreters`` maps names without a version to an ecosystem; the others are names of programs or shell words."""

    shells: frozenset[str]
    builtins: frozenset[str]
    keywords: frozenset[str]
    wrappers: dict[str, Wrapper]
    interpreters: dict[str, str]

    def interpreted(self, program: str) -> str:
        """The ecosystem of an interpreter by its path or name ("python3.11" is "python"), "" when it is none."""
        name = base_name(program)
        return self.interpreters.get(name) or self.interpreters.get(name.rstrip("0123456789.")) or ""


def base_name(path: str) -> str:
    """The last component of a path."""
    return path.rsplit("/", 1)[-1]


@cache
def knowledge() -> Knowledge:
    """Reads ``programs.toml`` once."""
    document = rtoml.loads(Path(__file__).with_name("programs.toml").read_text("utf-8"))
    wrappers = {
        name: Wrapper(frozenset(row["values"]), row.get("skip", 0), row.get("user", False), row.get("assignments", False))
        for name, row in document["wrappers"].items()
    }
    shells = document["shells"]
    return Knowledge(
        frozenset(shells["names"]),
        frozenset(shells["builtins"]),
        frozenset(shells["keywords"]),
        wrappers,
        document["interpreters"],
    )
