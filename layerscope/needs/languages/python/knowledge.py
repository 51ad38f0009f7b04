"""What is known of Python programs, out of ``python.toml``."""

from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from layerscope.core.tables import read_table
from layerscope.start.options import Grammar


class PythonKnowledge(Struct, frozen=True, kw_only=True):
    """``optional`` parts of the standard library are kept when something imports them, ``extensions`` maps extension modules to
    the part that they belong to, ``certificates`` are the standard modules that verify servers. ``tools`` and ``conventions``
    are names of distributions; ``data`` maps them to directories that they fill. ``servers`` are programs that load an
    application from the working directory or from where an option of ``directories`` says; ``defaults`` are its usual names.
    ``options`` are the interpreter's."""

    optional: frozenset[str]
    extensions: dict[str, str]
    certificates: frozenset[str]
    tools: frozenset[str]
    conventions: frozenset[str]
    data: dict[str, tuple[str, ...]]
    servers: frozenset[str]
    directories: frozenset[str]
    defaults: tuple[str, ...]
    options: Grammar


@cache
def knowledge() -> PythonKnowledge:
    """Reads ``python.toml`` once."""
    document = read_table(__file__, "python.toml", dict[str, Any])
    standard, distributions, servers = document["standard_library"], document["distributions"], document["servers"]
    return PythonKnowledge(
        optional=frozenset(standard["optional"]),
        extensions=document["standard_library"]["extensions"],
        certificates=frozenset(standard["certificates"]),
        tools=frozenset(distributions["tools"]),
        conventions=frozenset(distributions["conventions"]),
        data={name: tuple(paths) for name, paths in distributions["data"].items()},
        servers=frozenset(servers["names"]),
        directories=frozenset(servers["directories"]),
        defaults=tuple(servers["defaults"]),
        options=msgspec.convert(document["options"], Grammar),
    )
