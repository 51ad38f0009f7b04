"""What is known of Python programs, out of ``python.toml``."""

from functools import cache

from msgspec import Struct

from layerscope.core.tables import read_table
from layerscope.start.options import Grammar


class StandardLibrary(Struct, frozen=True):
    """``optional`` parts are kept when something imports them, ``extensions`` maps extension modules to the part that they
    belong to, ``certificates`` are the modules that verify servers; ``settings`` and ``locales`` are files that it reads."""

    optional: frozenset[str]
    extensions: dict[str, str]
    certificates: frozenset[str]
    settings: tuple[str, ...]
    locales: tuple[str, ...]


class Distributions(Struct, frozen=True):
    """Names of distributions; ``data`` maps them to directories that they fill, ``programs`` to programs of the system that
    they start, ``libraries`` to the beginnings of the names of libraries that they load."""

    tools: frozenset[str]
    conventions: frozenset[str]
    data: dict[str, tuple[str, ...]]
    programs: dict[str, tuple[str, ...]]
    libraries: dict[str, tuple[str, ...]]


class Markers(Struct, frozen=True):
    """PEP 508's names of ``machines``, and the values that its markers have for every CPython on ``linux``."""

    machines: dict[str, str]
    linux: dict[str, str]


class Servers(Struct, frozen=True):
    """Programs that load an application from the working directory, or from where an option of ``directories`` says;
    ``defaults`` are its usual names."""

    names: frozenset[str]
    directories: frozenset[str]
    defaults: tuple[str, ...]


class PythonKnowledge(Struct, frozen=True):
    """The tables of ``python.toml``; ``options`` are the interpreter's."""

    standard_library: StandardLibrary
    distributions: Distributions
    markers: Markers
    servers: Servers
    options: Grammar


@cache
def knowledge() -> PythonKnowledge:
    """Reads ``python.toml`` once."""
    return read_table(__file__, "python.toml", PythonKnowledge)
