"""The files of packages and of the application that a Node.js program may read, and the libraries of native add-ons."""

from layerscope.core.names import path_bytes
from layerscope.core.vocabulary import BUILD_CATEGORIES, Category, Linkage, Role
from layerscope.filesystem.directories import SYSTEM_DIRECTORIES
from layerscope.layers.index import Kind
from layerscope.needs.follower import Start
from layerscope.needs.languages.node.knowledge import knowledge
from layerscope.needs.languages.node.packages import Packages, Proof
from layerscope.needs.languages.node.tree import MODULES, SCRIPTS, TYPED, Tree
from layerscope.needs.linker import Loader, linkage
from layerscope.needs.model import Because

_STORE = b"/.pnpm/"
_INSIDE = b"/" + MODULES + b"/"
_NOT_RUN = BUILD_CATEGORIES | {Category.DOCS}
_RUN = (*SCRIPTS, b".node", b".wasm", b".jsonc", b".json5", b".yaml", b".yml")


def take_packages(start: Start, tree: Tree, packages: Packages) -> list[int]:
    """Takes the packages that are kept as a whole, and the links that lead to them. The entries of native code in them."""
    native = []
    for path, proof in (packages.asked | _hoisted(tree, packages)).items():
        take_links(start, path, proof)
    for directory, proof in packages.kept.items():
        because = (Because("part of the package", directory + b"/package.json"), *proof)
        if MODULES not in directory.split(b"/"):  # a package of the workspace
            native += take_project(start, tree, directory, because, typescript=False)
            continue
        for path in tree.below(directory):
            if path.find(_INSIDE, len(directory)) < 0:
                native += _taken(start, path, Role.DEPENDENCY, because)
    return native


def _hoisted(tree: Tree, packages: Packages) -> dict[bytes, Proof]:
    """Links by which pnpm lets packages find what they do not declare, to packages that are kept."""
    stores = {directory.partition(_STORE)[0] + _STORE + MODULES for directory in packages.kept if _STORE in directory}
    links = (path for store in stores for path in tree.below(store))
    return {path: packages.kept[real] for path in links if (real := tree.real(path)) in packages.kept}


def take_links(start: Start, path: bytes, proof: Proof) -> None:
    """Takes the symbolic links in a path as they are, for the program goes through them to directories."""
    filesystem = start.ledger.filesystem
    parts = path.split(b"/")
    for depth in range(1, len(parts) + 1):
        entry = filesystem.visible.get(b"/".join(parts[:depth]))
        if entry is not None and filesystem.kinds[entry] == Kind.SYMLINK:
            start.ledger.add(entry, Role.DEPENDENCY, (Because("the link by which a package is found"), *proof))


def take_tree(
    start: Start, tree: Tree, directory: bytes, role: Role, because: Proof, omits: tuple[bytes, ...] = ()
) -> list[int]:
    """Takes everything below a directory but what lies below ``omits``. The entries of native code in it."""
    native = []
    for path in tree.below(tree.real(directory)):
        if not path.startswith(omits or (b"\0",)):
            native += _taken(start, path, role, because)
    return native


def take_project(start: Start, tree: Tree, root: bytes, because: Proof, typescript: bool) -> list[int]:
    """Takes the application's own files: what runs, and what nothing calls a source, but no tests. Native code among them."""
    native: list[int] = []
    if root in SYSTEM_DIRECTORIES:
        return native
    wanted = (*_RUN, *TYPED) if typescript else _RUN
    table = knowledge().application
    left_out = tuple(name.encode() for name in (*table.tool_names, *(() if typescript else table.typescript_names)))
    for path in own_files(tree, root):
        if path.rpartition(b"/")[2].startswith(left_out):
            continue
        entry = start.ledger.filesystem.visible[path]
        if path.endswith(wanted) or start.attribution.component_of(entry).category not in _NOT_RUN:
            native += _taken(start, path, Role.DATA, because)
    return native


def own_files(tree: Tree, root: bytes) -> list[bytes]:
    """Files below a project's directory that belong to no package and are no tests."""
    table = knowledge().application
    left_out = {name.encode() for name in (*table.tests, *table.tools)} | {MODULES}
    marks = tuple(mark.encode() for mark in table.test_names)
    caches = tuple((root + b"/" if root else b"") + cache.encode() + b"/" for cache in table.caches)
    start = len(root) + 1 if root else 0
    found = []
    for path in tree.below(root):
        *directories, name = path[start:].split(b"/")
        if left_out.isdisjoint(directories) and not path.startswith(caches) and not any(mark in name for mark in marks):
            found.append(path)
    return found


def _taken(start: Start, path: bytes, role: Role, because: Proof) -> list[int]:
    """Takes a file. Its entry when it may be native code."""
    ledger = start.ledger
    entry = ledger.filesystem.visible[path]
    if ledger.filesystem.kinds[entry] == Kind.SYMLINK:
        ledger.add(entry, role, because)
        return []
    ledger.add(entry, role, because)
    name = path.rpartition(b"/")[2]
    if name.endswith((b".node", b".so")) or b".so." in name:
        return [entry]
    return [entry] if b"." not in name and ledger.filesystem.mode(ledger.filesystem.holder(entry)) & 0o111 else []


def take_libraries(start: Start, native: list[int]) -> None:
    """Takes the libraries of native code that is made for this machine and C library."""
    ledger = start.ledger
    facts = ledger.facts(start.program.entry)
    if facts is None:
        return
    libc = linkage(facts)
    loader = Loader(ledger, libc, facts.machine, start.environment)
    for entry in dict.fromkeys(native):
        own = ledger.facts(entry)
        if own is None or own.machine != facts.machine or own.bits != facts.bits:
            continue
        musl = any(name.startswith("libc.musl") or name == "libc.so" for name in own.needed)
        if not own.interpreter and musl == (libc == Linkage.MUSL):
            loader.load(entry)
        elif own.interpreter and start.ledger.filesystem.resolve(path_bytes(own.interpreter)) is not None:
            Loader(ledger, linkage(own), own.machine, start.environment).load(entry)
