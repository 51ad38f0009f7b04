"""What is known of shells, out of ``shell.toml``."""

from functools import cache

from msgspec import Struct

from layerscope.core.tables import read_table
from layerscope.start.options import Grammar


class ShellKnowledge(Struct, frozen=True, kw_only=True):
    """``builtins`` are words that the shell runs itself (``silent`` ones print nothing, ``declaring`` ones assign), ``tools``
    programs that read nothing but what their arguments name (``copiers`` whole directories, too), ``changing`` directories
    whose files in a container are not those of the image; ``options`` are those of builtins."""

    builtins: frozenset[str]
    silent: frozenset[str]
    tools: frozenset[str]
    copiers: frozenset[str]
    changing: tuple[str, ...]
    declaring: frozenset[str]
    options: dict[str, Grammar]


@cache
def knowledge() -> ShellKnowledge:
    """Reads ``shell.toml`` once."""
    return read_table(__file__, "shell.toml", ShellKnowledge)
