"""The files that a Python program needs once it is known what it imports: with bytecode, libraries and the system's data."""

from collections.abc import Container, Iterable, Iterator
from itertools import chain

from layerscope.core.names import path_bytes, path_text
from layerscope.core.vocabulary import Role
from layerscope.layers.index import Kind
from layerscope.needs.follower import Start
from layerscope.needs.languages.python.distributions import Distribution
from layerscope.needs.languages.python.graph import Graph
from layerscope.needs.languages.python.knowledge import knowledge
from layerscope.needs.languages.python.tree import Tree
from layerscope.needs.ledger import Ledger
from layerscope.needs.linker import Loader
from layerscope.needs.model import Because, Proof
from layerscope.needs.named.programs import take_named_programs
from layerscope.needs.reader import rows_by_layer
from layerscope.needs.system.files import take_accounts, take_certificates, take_paths
from layerscope.needs.trees import parent

_SCRIPTS = (b"bin", b"sbin", b"Scripts")
_COMPILED = (b".pyx", b".pxd", b".pxi", b".a")
"""Sources of extension modules, which Cython compiled, and static libraries: nothing but a build reads them."""
_NOT_STANDARD = (b"site-packages/", b"dist-packages/")
_TESTS = frozenset((b"tests", b"idle_test"))
_PROGRAMS = (b".a", b".exe")
_LOCALE_VARIABLES = ("LC_ALL", "LC_CTYPE", "LANG")


class Files:
    """Takes files of a Python program as needed; ``extensions`` are the entries of the shared objects among them."""

    def __init__(self, ledger: Ledger, tree: Tree) -> None:
        self._ledger = ledger
        self._tree = tree
        self.extensions: list[int] = []

    def take_standard_library(self, standard: bytes, imported: Iterable[str], proof: Proof) -> None:
        """Takes the standard library, but for its optional parts: modules that are not ``imported`` (with their packages)."""
        left_out = knowledge().standard_library.optional.difference(imported)
        for path in self._ledger.files_below(standard):
            inside = path[len(standard) + 1 :]
            if left_out.isdisjoint(_parts(inside)) and not _is_for_developing(inside):
                self._take(path, Role.RUNTIME, proof)

    def take_distributions(self, graph: Graph) -> None:
        """Takes every distribution that was reached, as a whole but for its unreached tests; its commands where somebody asked
        for it."""
        for distribution, proof in graph.kept.values():
            because = (Because("part of the distribution", distribution.information), *proof)
            paths = dict.fromkeys(self._files_of(distribution))
            scripts = distribution.scripts if self._tree.entry(distribution.request) is not None else {}
            run = (
                path for path in paths if not (_is_left_out(path, distribution.site, scripts) or _is_test(path, graph.tests))
            )
            self.take_sources(run, Role.DEPENDENCY, because)
        for path, proof in graph.strays.items():
            self.take_sources(self._files_around(path), Role.DEPENDENCY, proof)

    def _files_around(self, stray: bytes) -> list[bytes]:
        """What belongs to a file of no distribution: all that lies in its directory, unless that is one of the search path."""
        directory = parent(stray)
        return [stray] if directory in self._tree.roots else self._ledger.files_below(directory)

    def take_sources(self, paths: Iterable[bytes], role: Role, proof: Proof) -> None:
        """Takes sources with their bytecode, and other files."""
        for path in paths:
            self._take_source(path, role, proof)

    def _files_of(self, distribution: Distribution) -> Iterator[bytes]:
        """The files of a distribution: those that it recorded, its trees, and what is known of it."""
        yield from filter(self._ledger.filesystem.visible.__contains__, distribution.files)
        for directory in distribution.trees:
            yield from self._ledger.files_below(self._tree.real(directory))
            yield from (path for path in self._tree.files.get(distribution.site, ()) if path.startswith(directory + b"."))
        yield from self._ledger.files_below(distribution.information)
        yield distribution.information

    def _take_source(self, path: bytes, role: Role, proof: Proof) -> None:
        """Takes a file; bytecode beside it."""
        self._take(path, role, proof)
        if path.endswith(b".py"):
            for cached in self._tree.bytecode_of(path):
                self._take(cached, role, proof)

    def _take(self, path: bytes, role: Role, proof: Proof) -> None:
        entry = self._tree.entry(path)
        if entry is None:
            return
        if self._ledger.filesystem.kinds[entry] == Kind.SYMLINK:
            self._ledger.ask(path, role, proof)
            return
        self._ledger.add(entry, role, proof)
        if b".so." in path + b".":  # in front of a version, or at the end
            self.extensions.append(entry)


def _parts(inside: bytes) -> Iterator[str]:
    """The parts of the standard library that a file belongs to, by its path inside."""
    top = inside.partition(b"/")[0]
    stem = path_text(inside.rpartition(b"/")[2].partition(b".")[0])
    yield path_text(top.partition(b".")[0])
    if top == b"__pycache__":
        yield stem
    if inside.endswith(b".so"):
        yield knowledge().standard_library.extensions.get(stem, "")


def _is_for_developing(inside: bytes) -> bool:
    """Whether a path inside the standard library is a test, a static library, or no part of it at all."""
    *directories, _ = inside.split(b"/")
    return inside.endswith(_PROGRAMS) or inside.startswith(_NOT_STANDARD) or not _TESTS.isdisjoint(directories)


def _is_left_out(path: bytes, site: bytes, scripts: Container[str]) -> bool:
    """Whether a path that a distribution recorded is for builds alone, or a program of it that is none of its ``scripts`` that
    somebody asked for; ``--target`` puts those into ``bin`` inside."""
    if path.endswith(_COMPILED):
        return True
    directory, _, name = path.rpartition(b"/")
    if path.startswith(site + b"/"):
        return path.startswith(site + b"/bin/")
    return directory.rpartition(b"/")[2] in _SCRIPTS and path_text(name) not in scripts


def _is_test(path: bytes, reached: set[bytes]) -> bool:
    """Whether a path lies in a directory of tests that nothing reached."""
    directory, inside, _ = path.partition(b"/tests/")
    return bool(inside) and directory + inside not in reached


def take_libraries(start: Start, extensions: list[int], named: dict[str, Proof]) -> None:
    """Takes the libraries that extension modules are linked to, and those that ctypes loads by literal names."""
    _examine(start.ledger, extensions)
    loader = start.loader()
    loader.load_objects(dict.fromkeys(extensions))
    for name, proof in named.items():
        _take_named_library(start, loader, name, proof)


def _examine(ledger: Ledger, extensions: Iterable[int]) -> None:
    """Has the facts of all extension modules read at once, layer by layer."""
    filesystem = ledger.filesystem
    holders = [holder for holder in set(map(filesystem.holder, extensions)) if filesystem.kinds[holder] == Kind.REGULAR]
    for layer, wanted in rows_by_layer(filesystem, holders).items():
        ledger.contents.examine(layer, wanted)


def _take_named_library(start: Start, loader: Loader, name: str, proof: Proof) -> None:
    """A library by the name that CDLL takes (``libfoo.so.1``, a path) or find_library (``foo``)."""
    ledger = start.ledger
    if name.startswith("/"):
        if ledger.ask(path_bytes(name), Role.LIBRARY, proof) is None:
            ledger.miss(proof[0].path, f"loads {name!a} by ctypes, which is not in the image")
    elif ".so" in name:
        loader.load_named(start.program.entry, path_bytes(name), proof)
    else:
        _take_found_libraries(start, loader, name, proof)


def _take_found_libraries(start: Start, loader: Loader, name: str, proof: Proof) -> None:
    """The libraries of a short name, with what find_library asks for them."""
    matching = _libraries_named(start.ledger, name)
    for library in matching:
        loader.load_named(start.program.entry, library, proof)
    if matching:
        start.ledger.ask(b"etc/ld.so.cache", Role.DATA, proof)
        start.run(("/sbin/ldconfig", "-p"), start.directory, proof)


def _libraries_named(ledger: Ledger, name: str) -> list[bytes]:
    """The files of a library by its short name, in the directories that libraries are loaded from already."""
    stem = path_bytes(f"lib{name}.so")
    directories = dict.fromkeys(parent(need.path) for need in ledger.needs if need.role == Role.LIBRARY)
    names = chain.from_iterable(map(ledger.filesystem.children, directories))
    return [name for name in names if name.startswith(stem)]


def take_system_files(start: Start, graph: Graph, home: bytes) -> None:
    """Takes what the standard library reads of the system, and the data that distributions keep."""
    _take_locale(start)
    _take_tls_files(start.ledger, graph)
    ledger, standard = start.ledger, graph.standard
    if "zoneinfo" in standard and "tzdata" not in graph.kept:
        because = (Because("the module zoneinfo reads time zones"), *standard["zoneinfo"])
        ledger.take_tree(b"usr/share/zoneinfo", Role.ZONEINFO, because)
    if "mimetypes" in standard:
        ledger.ask(b"etc/mime.types", Role.DATA, (Because("the module mimetypes reads it"), *standard["mimetypes"]))
    if proof := standard.get("pwd") or standard.get("getpass"):
        take_accounts(ledger, (Because("users are looked up"), *proof))
    _take_data(ledger, graph, home)
    for name, (_, proof) in graph.kept.items():
        _take_used(start, name, proof)


def _take_used(start: Start, name: str, proof: Proof) -> None:
    """Takes the programs and libraries of the system that a distribution is known to use."""
    table = knowledge().distributions
    because = (Because(f"{name} uses it"), *proof)
    take_named_programs(start, dict.fromkeys(table.programs.get(name, ()), because))
    if stems := tuple(map(path_bytes, table.libraries.get(name, ()))):
        start.loader(noted=False).load_matching(start.program.entry, stems, because)


def _take_data(ledger: Ledger, graph: Graph, home: bytes) -> None:
    """What distributions keep outside their own directories."""
    for name, (_, proof) in graph.kept.items():
        for directory in knowledge().distributions.data.get(name, ()):
            place = path_bytes(directory.replace("~", "/" + path_text(home), 1))
            ledger.take_tree(place, Role.DATA, (Because(f"{name} keeps its data there"), *proof))


def _take_tls_files(ledger: Ledger, graph: Graph) -> None:
    """Certificates and OpenSSL's settings, for modules that verify servers."""
    known = knowledge().standard_library
    name = next(filter(known.certificates.__contains__, graph.standard), None)
    if name is not None:
        because = (Because(f"the module {name} reads the system's certificates and TLS settings"), *graph.standard[name])
        take_paths(ledger, known.settings, Role.DATA, because)
        take_certificates(ledger, because)


def _is_built_in(locale: str | None) -> bool:
    """Whether the C library has a locale without any file; none is one that is set to nothing."""
    return not locale or locale.upper().startswith(("C", "POSIX"))


def _take_locale(start: Start) -> None:
    """The interpreter switches to the C.UTF-8 locale where no other is set (PEP 538); the C library has others as files."""
    ledger = start.ledger
    because = ledger.proof(start.program.entry, "the locale of")
    for path in knowledge().standard_library.locales:
        if ledger.ask(path.encode(), Role.DATA, because) is not None:
            ledger.ask(f"usr/lib/{start.triplet}/gconv/gconv-modules.cache".encode(), Role.DATA, because)
    if not all(map(_is_built_in, map(start.environment.get, _LOCALE_VARIABLES))):
        ledger.take_tree(b"usr/lib/locale", Role.DATA, because)
