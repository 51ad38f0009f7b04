"""Compiled programs: those of the application itself, .NET's own hosts, and servers that a package of the system brings."""

import re
from fnmatch import fnmatchcase
from functools import cache
from typing import NamedTuple

from msgspec.structs import replace

from layerscope.core.errors import ImageError
from layerscope.core.limits import ELF_FILE_BYTES
from layerscope.core.names import printable
from layerscope.core.tables import read_table
from layerscope.core.vocabulary import Linkage, Role
from layerscope.layers.index import Kind
from layerscope.needs.follower import Start
from layerscope.needs.languages.dotnet.needs import follow_host
from layerscope.needs.linker import Loader, linkage, multiarch
from layerscope.needs.model import Because, Program
from layerscope.needs.system import take_accounts
from layerscope.needs.trees import take, take_below
from layerscope.start.programs import base_name

_SONAME = re.compile(rb"(?<=\0)lib[\w+.-]{1,60}\.so(?:\.\d+){0,3}(?=\0)")
_MOST_NAMED = 200


class Server(NamedTuple):
    """A server: globs of its packages' names, and what it reads besides their files."""

    packages: tuple[str, ...]
    trees: tuple[bytes, ...]


@cache
def servers() -> dict[str, Server]:
    """The servers of ``servers.toml`` by the names of their programs."""
    document = read_table(__file__, "servers.toml", dict[str, dict[str, list[str]]])
    return {
        program: Server(tuple(row["packages"]), tuple(map(str.encode, row["trees"])))
        for name, row in document.items()
        for program in row.get("programs", [name])
    }


def follow(start: Start) -> Program:
    """Takes what a compiled program reads besides its libraries.

    One that belongs to no package is the application's own, and ``followed``. Of a server that a package brings, the packages
    and the configuration are taken; it is not ``followed``, as it also expects directories, owners and scripts of its package.
    """
    if (hosted := follow_host(start)) is not None:
        return hosted
    _take_opened(start)
    package = start.attribution.component_of(start.program.entry).package
    server = servers().get(base_name(start.program.path.decode("utf-8", "replace")).rstrip("0123456789."))
    if server is not None:
        _take_server(start, server)
        start.ledger.miss(start.program.path, "is a server; directories and owners that its package sets up are not followed")
        return start.program
    if package:
        return start.program
    return replace(start.program, followed=True)


def _take_opened(start: Start) -> None:
    """What a program opens by way of the C library, told by the functions that it imports and the names that it holds."""
    ledger, entry = start.ledger, start.program.entry
    facts = ledger.facts(entry)
    if facts is None or facts.static:
        return
    try:
        content = ledger.read(entry, ELF_FILE_BYTES)
    except ImageError:
        return
    if b"\0iconv_open\0" in content and linkage(facts) == Linkage.GLIBC:
        because = ledger.proof(entry, "character sets: iconv_open is imported by")
        take_below(ledger, f"usr/lib/{multiarch(facts.machine)}/gconv".encode(), Role.DATA, because)
    if b"\0dlopen\0" not in content:
        return
    because = ledger.proof(entry, "a library by this name is loaded by")
    loader = Loader(ledger, linkage(facts), facts.machine, start.environment, noted=False)
    named = dict.fromkeys(_SONAME.findall(content)[:_MOST_NAMED])
    for name in named:
        if name.decode() not in facts.needed:
            loader.load_named(entry, name, because)
    ledger.miss(
        start.program.path, "loads libraries while it runs (dlopen is imported); which ones cannot be known for certain"
    )


def _take_server(start: Start, server: Server) -> None:
    ledger, attribution = start.ledger, start.attribution
    owned = {
        number: component.package
        for number, component in enumerate(attribution.components)
        if component.package and any(fnmatchcase(component.package, shape) for shape in server.packages)
    }
    visible, kinds, owner = ledger.filesystem.visible, ledger.filesystem.kinds, attribution.owner
    files: dict[str, list[bytes]] = {}
    for path, entry in visible.items():
        if owner[entry] in owned and kinds[entry] != Kind.DIRECTORY:
            files.setdefault(owned[owner[entry]], []).append(path)
    proof = ledger.proof(start.program.entry, "run by")
    for package, paths in files.items():
        take(ledger, paths, Role.DATA, (Because(f"part of the package {printable(package)}"), *proof))
    for tree in server.trees:
        take_below(ledger, tree, Role.DATA, ledger.proof(start.program.entry, "read by"))
    take_accounts(ledger, ledger.proof(start.program.entry, "users are looked up by"))
