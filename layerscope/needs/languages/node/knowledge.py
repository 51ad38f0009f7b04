"""What is known of Node.js programs, out of ``node.toml``."""

from functools import cache

from msgspec import Struct

from layerscope.core.tables import read_table
from layerscope.start.options import Grammar


class NodeOptions(Grammar, frozen=True, kw_only=True):
    """Node's own command line and places; see the comments in ``node.toml``."""

    preloads: frozenset[str]
    code: frozenset[str]
    other: frozenset[str]
    typescript: frozenset[str]
    globals: tuple[str, ...]
    system: tuple[str, ...]
    external: tuple[str, ...]
    settings: tuple[str, ...]
    builtins: frozenset[str]
    bundles: tuple[str, ...]


class Runner(Grammar, frozen=True, kw_only=True):
    """The options of a command, and how its arguments say which file it runs."""

    skip: frozenset[str] = frozenset()
    shell: frozenset[str] = frozenset()
    typescript: bool = False
    checked: bool = False


class Starter(Grammar, frozen=True, kw_only=True):
    """The options of a command, and how its arguments say which command it starts."""

    files: frozenset[str] = frozenset()
    skip: int = 0
    assignments: bool = False
    shell: bool = False
    each: bool = False


class Framework(Struct, frozen=True):
    """``reads`` and ``omits`` are paths in the project, ``sources`` the first arguments with which it compiles sources."""

    reads: tuple[str, ...] = ()
    omits: tuple[str, ...] = ()
    sources: frozenset[str] = frozenset()


class ApplicationFiles(Struct, frozen=True, kw_only=True):
    """Directories and parts of names that a running program does not read; ``settings`` that packages read by themselves,
    ``programs`` that they start."""

    tests: frozenset[str]
    test_names: tuple[str, ...]
    tool_names: tuple[str, ...]
    loader_names: tuple[str, ...]
    caches: tuple[str, ...]
    tools: frozenset[str]
    settings: dict[str, tuple[str, ...]]
    programs: dict[str, tuple[str, ...]]


class NodeKnowledge(Struct, frozen=True, kw_only=True):
    """The tables of ``node.toml``, by command."""

    node: NodeOptions
    runners: dict[str, Runner]
    starters: dict[str, Starter]
    frameworks: dict[str, Framework]
    application: ApplicationFiles


@cache
def knowledge() -> NodeKnowledge:
    """Reads ``node.toml`` once."""
    return read_table(__file__, "node.toml", NodeKnowledge)
