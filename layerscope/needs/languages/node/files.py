"""The files of packages and of the application that a Node.js program may read, and the libraries of native add-ons."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes
from layerscope.core.vocabulary import BUILD_CATEGORIES, Category, Linkage, Role
from layerscope.filesystem.directories import SYSTEM_DIRECTORIES
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.elf import ElfFacts
from layerscope.layers.index import Kind
from layerscope.needs.follower import Start
from layerscope.needs.languages.node.knowledge import knowledge
from layerscope.needs.languages.node.packages import Packages
from layerscope.needs.languages.node.process import Process
from layerscope.needs.languages.node.tree import MODULES, SCRIPTS, TYPED, Tree
from layerscope.needs.ledger import Ledger
from layerscope.needs.linker import Loader, linkage
from layerscope.needs.model import Because, Proof
from layerscope.needs.trees import joined, upwards
from layerscope.start.search import is_executable

_STORE = b"/.pnpm/"
_INSIDE = b"/" + MODULES + b"/"
_NOT_READ = BUILD_CATEGORIES | {Category.DOCS}
_NATIVE = expression(rb"\.(?:node|so)\Z|\.so\.")
_MUSL = expression(r"libc\.musl|libc\.so\Z")
_SCRIPTS_AND_DATA = (*SCRIPTS, b".node", b".wasm", b".jsonc", b".json5", b".yaml", b".yml")
_RUN = {False: _SCRIPTS_AND_DATA, True: (*_SCRIPTS_AND_DATA, *TYPED)}
"""The endings of what runs, by whether TypeScript does."""
_SOURCE_MAPS = "--enable-source-maps"


def take_files(ledger: Ledger, paths: Iterable[bytes], role: Role, because: Proof) -> list[int]:
    """Takes files, links as they are. The entries that may be native code."""
    entries = list(map(ledger.filesystem.visible.__getitem__, paths))
    for entry in entries:
        ledger.add(entry, role, because)
    return [entry for entry in entries if _may_be_native(ledger.filesystem, entry)]


def _may_be_native(filesystem: Filesystem, entry: int) -> bool:
    """Whether a file is an add-on or a library by its name, or may be a program."""
    name = filesystem.paths[entry].rpartition(b"/")[2]
    is_native = _NATIVE.search(name) is not None or (b"." not in name and is_executable(filesystem, entry))
    return is_native and filesystem.kinds[entry] != Kind.SYMLINK


def take_tree(tree: Tree, directory: bytes, role: Role, because: Proof, omits: tuple[bytes, ...] = ()) -> list[int]:
    """Takes everything below a directory but what lies below ``omits``. The entries that may be native code."""
    paths = tree.ledger.files_below(tree.real(directory))
    return take_files(tree.ledger, (path for path in paths if not path.startswith(omits)), role, because)


def take_packages(process: Process) -> list[int]:
    """Takes the packages that are kept as a whole, and the links that lead to them. The entries that may be native code."""
    tree, packages = process.tree, process.packages
    for path, proof in (packages.asked | _hoisted(packages)).items():
        take_links(process.ledger, path, proof)
    native = []
    for directory, proof in packages.kept.items():
        because = (Because("part of the package", directory + b"/package.json"), *proof)
        if MODULES in directory.split(b"/"):
            native += take_files(tree.ledger, _files_of(tree, directory), Role.DEPENDENCY, because)
        else:  # a package of the workspace
            native += take_project(process, directory, because, typescript=False)
    return native


def _files_of(tree: Tree, package: bytes) -> Iterator[bytes]:
    """The files of a package, without the packages that lie inside."""
    return (path for path in tree.ledger.files_below(package) if path.find(_INSIDE, len(package)) < 0)


def _hoisted(packages: Packages) -> dict[bytes, Proof]:
    """Links by which pnpm lets packages find what they do not declare, to packages that are kept."""
    stores = {directory.partition(_STORE)[0] + _STORE + MODULES for directory in packages.kept if _STORE in directory}
    links = chain.from_iterable(map(packages.tree.ledger.files_below, stores))
    return {path: packages.kept[real] for path in links if (real := packages.tree.real(path)) in packages.kept}


def take_links(ledger: Ledger, path: bytes, proof: Proof) -> None:
    """Takes the symbolic links in a path as they are, for the program goes through them to directories."""
    filesystem = ledger.filesystem
    for place in reversed(upwards(path)):
        entry = filesystem.visible.get(place)
        if entry is not None and filesystem.kinds[entry] == Kind.SYMLINK:
            ledger.add(entry, Role.DEPENDENCY, (Because("the link by which a package is found"), *proof))


def take_project(process: Process, root: bytes, because: Proof, typescript: bool) -> list[int]:
    """Takes the application's own files: what runs, and what nothing calls a source, but no tests. The entries that may be
    native code."""
    if root in SYSTEM_DIRECTORIES:
        return []
    left_out = _starts(knowledge().application.tool_names)
    paths = [path for path in own_files(process.tree, root) if not _name(path).startswith(left_out)]
    ends = _RUN[typescript] + _maps(process.start)
    wanted = [path for path in paths if _is_read(path, ends) or not _is_for_building(process.start, path)]
    return take_files(process.ledger, wanted, Role.DATA, because)


def _is_read(path: bytes, ends: tuple[bytes, ...]) -> bool:
    """Whether a file is read while the program runs, whatever it is for: code by how its name ends, settings of loaders."""
    return path.endswith(ends) or _name(path).startswith(_starts(knowledge().application.loader_names))


def _maps(start: Start) -> tuple[bytes, ...]:
    """How source maps end, where stack traces are read through them."""
    options = (*start.words, *start.environment.get("NODE_OPTIONS", "").split())
    return (b".map",) if _SOURCE_MAPS in options else ()


def _starts(names: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(map(str.encode, names))


def _name(path: bytes) -> bytes:
    return path.rpartition(b"/")[2]


def _is_for_building(start: Start, path: bytes) -> bool:
    """Whether a file is not read while the program runs, by what it is for."""
    return start.attribution.component_of(start.ledger.filesystem.visible[path]).category in _NOT_READ


def own_files(tree: Tree, root: bytes) -> list[bytes]:
    """Files below a project's directory that belong to no package and are no tests."""
    table = knowledge().application
    left_out = frozenset(map(str.encode, table.tests | table.tools)) | {MODULES}
    caches = tuple(cache.encode() + b"/" for cache in table.caches)
    is_test = re.compile(b"|".join(re.escape(mark.encode()) for mark in table.test_names)).search
    start = len(joined(root, b""))

    def is_own(path: bytes) -> bool:
        inside = path[start:]
        *directories, name = inside.split(b"/")
        return left_out.isdisjoint(directories) and not is_test(name) and not inside.startswith(caches)

    return list(filter(is_own, tree.ledger.files_below(root)))


def take_libraries(start: Start, native: list[int]) -> None:
    """Takes the libraries of native code that is made for this machine and C library."""
    loader = start.loader()
    for entry, own in _code_for_machine(start, native):
        if own.interpreter:
            _take_program(start, entry, own)
        elif _is_for_musl(own) == (linkage(start.facts) == Linkage.MUSL):
            loader.load(entry)


def _code_for_machine(start: Start, native: list[int]) -> Iterator[tuple[int, ElfFacts]]:
    """The entries of code that is made for the machine, with their facts."""
    for entry in dict.fromkeys(native):
        own = start.ledger.facts(entry)
        if own is not None and (own.machine, own.bits) == (start.facts.machine, start.facts.bits):
            yield entry, own


def _take_program(start: Start, entry: int, facts: ElfFacts) -> None:
    """Takes the libraries of a program whose dynamic loader is in the image."""
    if start.ledger.filesystem.resolve(path_bytes(facts.interpreter)) is not None:
        Loader(start.ledger, linkage(facts), facts.machine, start.environment).load(entry)


def _is_for_musl(facts: ElfFacts) -> bool:
    return any(map(_MUSL.match, facts.needed))
