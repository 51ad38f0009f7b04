"""Compiled programs: those of the application itself, .NET's own hosts, and servers that a package of the system brings."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import cache, partial

from msgspec import Struct
from msgspec.structs import replace

from layerscope.attribution.model import Component
from layerscope.core.expressions import expression
from layerscope.core.limits import ELF_FILE_BYTES
from layerscope.core.names import path_bytes, path_text, printable
from layerscope.core.tables import read_table
from layerscope.core.vocabulary import Category, Linkage, Role
from layerscope.layers.index import Kind
from layerscope.needs.follower import Start
from layerscope.needs.languages.dotnet.needs import follow_host
from layerscope.needs.linker import linkage
from layerscope.needs.model import Because, Program
from layerscope.needs.named.bundled import take_bundled
from layerscope.needs.named.compiled import take_compiled
from layerscope.needs.named.knowledge import imports
from layerscope.needs.put import is_put
from layerscope.needs.system.companions import take_companions
from layerscope.needs.system.files import system_files, take_accounts, take_own_accounts
from layerscope.needs.system.pam import take_pam
from layerscope.needs.trees import take, take_below, take_each_below

_SONAME = expression(rb"(?<=\0)lib[\w+.-]{1,60}\.so(?:\.\d+){0,3}(?=\0)")
_MOST_NAMED = 200


class Server(Struct, frozen=True):
    """A row of ``servers.toml``, which says what the fields mean."""

    packages: tuple[str, ...]
    trees: tuple[str, ...]
    programs: tuple[str, ...] = ()

    def brings(self, package: str) -> bool:
        """Whether a package is one of the server's."""
        return any(fnmatchcase(package, shape) for shape in self.packages)


@cache
def servers() -> dict[str, Server]:
    """The servers by the names of their programs."""
    rows = read_table(__file__, "servers.toml", dict[str, Server])
    return {program: row for name, row in rows.items() for program in row.programs or (name,)}


def follow(start: Start) -> Program:
    """Takes what a compiled program reads in addition to its libraries.

    One that belongs to no package is the application's own, and ``followed``. Of a server that a package brings, the packages
    and the configuration are taken; it is not ``followed``, as it also expects directories, owners and scripts of its package.
    """
    if (hosted := follow_host(start)) is not None:
        return hosted
    _take_opened(start)
    take_pam(start)
    take_companions(start)
    take_compiled(start)
    take_bundled(start)
    server = servers().get(start.name.rstrip("0123456789."))
    if server is not None:
        _take_server(start, server)
        start.ledger.miss(start.program.path, "is a server; directories and owners that its package sets up are not followed")
        return start.program
    return replace(start.program, followed=_is_own(start.attribution.component_of(start.program.entry)))


def _is_own(component: Component) -> bool:
    """Whether a compiled program is the application's own: of no package, and of no tool that is known."""
    return not component.package and component.category not in (Category.TOOLCHAIN, Category.RUNTIME)


def _take_opened(start: Start) -> None:
    """Takes what a program opens by way of the C library, as the functions that it and its own libraries import and the names
    in them say."""
    for entry in _own_objects(start):
        content = start.ledger.content(entry, ELF_FILE_BYTES)
        _take_databases(start, entry, content)
        if b"\0iconv_open\0" in content and linkage(start.facts) == Linkage.GLIBC:
            because = start.ledger.proof(entry, "character sets: iconv_open is imported by")
            take_below(start.ledger, path_bytes(f"usr/lib/{start.triplet}/gconv"), Role.DATA, because)
        if b"\0dlopen\0" in content:
            _take_loaded(start, list(dict.fromkeys(_SONAME.findall(content)[:_MOST_NAMED])))


def _own_objects(start: Start) -> list[int]:
    """The program, and the libraries that were built for it."""
    libraries = (need.entry for need in start.ledger.needs if need.role == Role.LIBRARY)
    return [start.program.entry, *filter(partial(_is_built_for_it, start), libraries)]


def _is_built_for_it(start: Start, entry: int) -> bool:
    """Whether somebody put a library into the image that is no part of the system."""
    is_of_system = start.attribution.component_of(entry).category == Category.OS
    return not is_of_system and is_put(start.ledger, start.attribution, entry)


def _take_databases(start: Start, entry: int, content: bytes) -> None:
    """Takes users, and the image's own where a program becomes one of them, and services, where it looks one up by its name."""
    ledger = start.ledger
    accounts = system_files().accounts
    if imports(content, accounts.becoming):
        take_own_accounts(ledger, ledger.proof(entry, "this user is looked up by name by"))
    if imports(content, [f"/{path}" for path in accounts.files] if start.facts.static else accounts.functions):
        take_accounts(ledger, ledger.proof(entry, "users are looked up by"))
    for path, functions in system_files().databases.items():
        known = ledger.file(path_bytes(path))
        if known is not None and imports(content, functions):
            ledger.lift(known, ledger.proof(entry, "looked up by its name by"))


def _take_loaded(start: Start, names: list[bytes]) -> None:
    """Takes the libraries that a program names, as it can load them while it runs."""
    because = start.ledger.proof(start.program.entry, "a library by this name is loaded by")
    loader = start.loader(noted=False)
    for name in names:
        if path_text(name) not in start.facts.needed:
            loader.load_named(start.program.entry, name, because)
    what = "loads libraries while it runs (dlopen is imported); which ones cannot be known for certain"
    start.ledger.miss(start.program.path, what)


def _take_server(start: Start, server: Server) -> None:
    """Takes the packages of a server, and what it reads in addition."""
    ledger, entry = start.ledger, start.program.entry
    run_by = ledger.proof(entry, "run by")
    for package, paths in _files_of_packages(start, server.brings).items():
        take(ledger, paths, Role.DATA, (Because(f"part of the package {printable(package)}"), *run_by))
    take_each_below(ledger, map(path_bytes, server.trees), Role.DATA, ledger.proof(entry, "read by"))
    take_accounts(ledger, ledger.proof(entry, "users are looked up by"))


def _files_of_packages(start: Start, wanted: Callable[[str], bool]) -> dict[str, list[bytes]]:
    """The paths of the wanted packages, without directories, by package."""
    filesystem, attribution = start.ledger.filesystem, start.attribution
    packages = [component.package if wanted(component.package) else "" for component in attribution.components]
    found: dict[str, list[bytes]] = {}
    for path, entry in filesystem.visible.items():
        package = packages[attribution.owner[entry]]
        if package and filesystem.kinds[entry] != Kind.DIRECTORY:
            found.setdefault(package, []).append(path)
    return found
