"""What is known of programs that run other programs, out of ``programs.toml``."""

from functools import cache

from msgspec import Struct

from layerscope.core.tables import read_table
from layerscope.core.vocabulary import Ecosystem
from layerscope.start.options import Grammar


class Wrapper(Grammar, frozen=True, kw_only=True):
    """The options of a wrapper, and how to find the program in its arguments."""

    skip: int = 0
    user: bool = False
    assignments: bool = False


class Knowledge(Struct, frozen=True, kw_only=True):
    """``interpreters`` maps names without a version to an ecosystem, ``shell`` has the options of a shell; the others are
    names of programs or words of a shell."""

    shells: frozenset[str]
    builtins: frozenset[str]
    keywords: frozenset[str]
    shell: Grammar
    wrappers: dict[str, Wrapper]
    interpreters: dict[str, Ecosystem]

    def interpreted(self, program: str) -> Ecosystem:
        """The ecosystem of an interpreter by its path or name ("python3.11" is "python"), none when it is no interpreter."""
        name = base_name(program)
        return self.interpreters.get(name) or self.interpreters.get(name.rstrip("0123456789.")) or Ecosystem.NONE


def base_name(path: str) -> str:
    """The last component of a path."""
    return path.rsplit("/", 1)[-1]


@cache
def knowledge() -> Knowledge:
    """Reads ``programs.toml`` once."""
    return read_table(__file__, "programs.toml", Knowledge)
