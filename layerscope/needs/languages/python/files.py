"""The files that a Python program needs once it is known what it imports: with bytecode, libraries and the system's data."""

from collections.abc import Iterable

from layerscope.core.names import path_bytes, path_text
from layerscope.core.vocabulary import Role
from layerscope.layers.index import Kind
from layerscope.needs.follower import Start
from layerscope.needs.languages.python.graph import Graph, Proof
from layerscope.needs.languages.python.knowledge import knowledge
from layerscope.needs.languages.python.search_path import Installation
from layerscope.needs.languages.python.tree import Tree
from layerscope.needs.ledger import Ledger
from layerscope.needs.linker import Loader, linkage, multiarch
from layerscope.needs.model import Because
from layerscope.needs.system import take_accounts, take_certificates

_SCRIPTS = (b"bin", b"sbin", b"Scripts")
_COMPILED = (b".pyx", b".pxd", b".pxi", b".a")
"""Sources of extension modules, which Cython compiled, and static libraries: nothing but a build reads them."""

_LOCALES = (b"usr/lib/locale/C.utf8", b"usr/lib/locale/C.UTF-8")
_SETTINGS = (b"usr/lib/ssl/openssl.cnf", b"etc/ssl/openssl.cnf", b"usr/local/ssl/openssl.cnf", b"etc/pki/tls/openssl.cnf")


def take_standard_library(ledger: Ledger, tree: Tree, installation: Installation, graph: Graph, proof: Proof) -> list[int]:
    """Takes the standard library, but for its optional parts that nothing imports. The entries of its extension modules."""
    standard = installation.standard
    imported = {name.partition(".")[0] for name in graph.standard}
    left_out = knowledge().optional - imported
    omitted = {standard + b"/" + name.encode() for name in left_out}
    omitted |= {standard + b"/" + name.encode() + b".py" for name in left_out}
    omitted |= {standard + b"/site-packages", standard + b"/dist-packages"}
    extensions = []
    for directory in [directory for directory in tree.files if directory == standard or directory.startswith(standard + b"/")]:
        top = b"/".join(directory.split(b"/")[: standard.count(b"/") + 2])
        if top in omitted or b"/idle_test" in directory or b"/tests/" in directory + b"/":
            continue
        for path in tree.files[directory]:
            if path in omitted or path.endswith((b".a", b".exe")) or _is_bytecode_of(path, omitted):
                continue
            if path.endswith(b".so"):
                name = path.rpartition(b"/")[2].partition(b".")[0].decode("utf-8", "replace")
                if knowledge().extensions.get(name, "") in left_out:
                    continue
                extensions.append(ledger.filesystem.visible[path])
            _take(ledger, path, Role.RUNTIME, proof)
    return extensions


def _is_bytecode_of(path: bytes, omitted: set[bytes]) -> bool:
    directory, _, name = path.rpartition(b"/")
    return name.endswith(b".pyc") and directory.rpartition(b"/")[0] + b"/" + name.partition(b".")[0] + b".py" in omitted


def take_distributions(ledger: Ledger, tree: Tree, graph: Graph) -> list[int]:
    """Takes every distribution that was reached, as a whole but for its commands and its unreached tests. Its extensions."""
    visible, found = ledger.filesystem.visible, []
    for distribution, proof in graph.kept.values():
        because = (Because("part of the distribution", distribution.information), *proof)
        paths = [path for path in distribution.files if path in visible]
        for directory in distribution.trees:
            paths += tree.below(tree.real(directory)) if tree.is_directory(tree.real(directory)) else []
            paths += [path for path in tree.files.get(distribution.site, ()) if path.startswith(directory + b".")]
        paths += tree.below(distribution.information)
        paths += [distribution.information] if distribution.information in visible else []
        for path in dict.fromkeys(paths):
            if _is_command(path, distribution.site) or _is_unreached_test(path, graph.tests) or path.endswith(_COMPILED):
                continue
            found += _with_bytecode(ledger, tree, path, Role.DEPENDENCY, because)
    for path, proof in graph.strays.items():
        directory = path.rpartition(b"/")[0]
        stray = tree.below(directory) if directory not in tree.roots else [path]
        if not stray:
            ledger.take_tree(directory, Role.DEPENDENCY, proof)  # a package that a link leads to lies elsewhere
        for name in stray:
            found += _with_bytecode(ledger, tree, name, Role.DEPENDENCY, proof)
    return found


def _is_command(path: bytes, site: bytes) -> bool:
    """Whether a path that a distribution recorded is a console script of it; ``--target`` puts them into ``bin`` inside."""
    if path.startswith(site + b"/"):
        return path.startswith(site + b"/bin/")
    return path.rpartition(b"/")[0].rpartition(b"/")[2] in _SCRIPTS


def _is_unreached_test(path: bytes, reached: set[bytes]) -> bool:
    at = path.find(b"/tests/")
    return at >= 0 and path[: at + 7] not in reached


def take_sources(ledger: Ledger, tree: Tree, paths: Iterable[bytes], proof: Proof) -> list[int]:
    """Takes sources of the application, with their bytecode. The extension modules among them."""
    found = []
    for path in paths:
        found += _with_bytecode(ledger, tree, path, Role.DATA, proof)
    return found


def _with_bytecode(ledger: Ledger, tree: Tree, path: bytes, role: Role, proof: Proof) -> list[int]:
    """Takes a file; bytecode beside it. Its entry when it is a shared library."""
    _take(ledger, path, role, proof)
    if path.endswith(b".py"):
        directory, _, name = path.rpartition(b"/")
        stem = directory + b"/__pycache__/" + name[:-2]
        for cached in tree.files.get(directory + b"/__pycache__", ()):
            if cached.startswith(stem):
                _take(ledger, cached, role, proof)
    elif path.endswith(b".so") or b".so." in path:
        entry = ledger.filesystem.visible.get(path)
        return [entry] if ledger.is_file(entry) and entry is not None else []
    return []


def _take(ledger: Ledger, path: bytes, role: Role, proof: Proof) -> None:
    entry = ledger.filesystem.visible.get(path)
    if entry is None:
        return
    kind = ledger.filesystem.kinds[entry]
    if kind == Kind.SYMLINK:
        ledger.ask(path, role, proof)
    elif kind != Kind.DIRECTORY:
        ledger.add(entry, role, proof)


def take_libraries(start: Start, extensions: list[int], graph: Graph) -> None:
    """Takes the libraries that extension modules are linked to, and those that ctypes loads by literal names."""
    ledger = start.ledger
    facts = ledger.facts(start.program.entry)
    if facts is None:
        return
    _examine(ledger, extensions)
    loader = Loader(ledger, linkage(facts), facts.machine, start.environment)
    known: set[tuple[object, ...]] = set()
    for entry in dict.fromkeys(extensions):
        own = ledger.facts(entry)
        if own is None:
            continue
        path = own.runpath or own.rpath
        place = ledger.filesystem.paths[entry].rpartition(b"/")[0] if "$" in path else b""
        key = own.needed, path, place
        if key not in known:
            known.add(key)
            loader.load(entry)
    for name, proof in graph.libraries.items():
        _named_library(start, loader, name, proof)


def _examine(ledger: Ledger, extensions: Iterable[int]) -> None:
    """Has the facts of all extension modules read at once, layer by layer."""
    filesystem = ledger.filesystem
    rows: dict[int, list[int]] = {}
    for holder in {filesystem.holder(entry) for entry in extensions}:
        if filesystem.kinds[holder] == Kind.REGULAR:
            rows.setdefault(filesystem.layers[holder], []).append(filesystem.row(holder))
    for layer, wanted in rows.items():
        ledger.contents.examine(layer, wanted)


def _named_library(start: Start, loader: Loader, name: str, proof: Proof) -> None:
    """A library by the name that CDLL takes (``libfoo.so.1``, a path) or find_library (``foo``)."""
    ledger = start.ledger
    if name.startswith("/"):
        if ledger.ask(path_bytes(name), Role.LIBRARY, proof) is None:
            ledger.miss(proof[0].path, f"loads {name!a} by ctypes, which is not in the image")
        return
    if ".so" in name:
        loader.load_named(start.program.entry, path_bytes(name), proof)
        return
    stem = path_bytes(f"lib{name}.so")
    directories = {path.rpartition(b"/")[0] for path in (need.path for need in ledger.needs if need.role == Role.LIBRARY)}
    matching = [
        path.rpartition(b"/")[2]
        for path in ledger.filesystem.visible
        if stem in path and path.rpartition(b"/")[2].startswith(stem) and path.rpartition(b"/")[0] in directories
    ]
    for library in matching:
        loader.load_named(start.program.entry, library, proof)
    if matching:
        ledger.ask(b"etc/ld.so.cache", Role.DATA, proof)
        start.run(("/sbin/ldconfig", "-p"), start.directory, proof)


def take_system_files(start: Start, graph: Graph, home: bytes) -> None:
    """Takes what the standard library reads of the system: certificates, time zones, MIME types, and data of distributions."""
    ledger = start.ledger
    _take_locale(start)
    secure = next((name for name in graph.standard if name in knowledge().certificates), "")
    if secure or b"ssl" in {path.rpartition(b"/")[2].partition(b".")[0] for path in graph.strays}:
        proof = graph.standard.get(secure, ())
        because = (Because(f"the module {secure} reads the system's certificates and TLS settings"), *proof)
        for path in _SETTINGS:
            ledger.ask(path, Role.DATA, because)
        take_certificates(ledger, because)
    if "zoneinfo" in graph.standard and "tzdata" not in graph.kept:
        because = (Because("the module zoneinfo reads time zones"), *graph.standard["zoneinfo"])
        ledger.take_tree(b"usr/share/zoneinfo", Role.ZONEINFO, because)
    if "mimetypes" in graph.standard:
        ledger.ask(b"etc/mime.types", Role.DATA, (Because("the module mimetypes reads it"), *graph.standard["mimetypes"]))
    if "pwd" in graph.standard or "getpass" in graph.standard:
        proof = graph.standard.get("pwd") or graph.standard["getpass"]
        take_accounts(ledger, (Because("users are looked up"), *proof))
    for name, (_, proof) in graph.kept.items():
        for directory in knowledge().data.get(name, ()):
            place = path_bytes(directory.replace("~", "/" + path_text(home), 1))
            ledger.take_tree(place, Role.DATA, (Because(f"{name} keeps its data there"), *proof))


def _take_locale(start: Start) -> None:
    """The interpreter switches to the C.UTF-8 locale where no other is set (PEP 538); the C library has others as files."""
    ledger, names = start.ledger, [start.environment.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")]
    because = ledger.proof(start.program.entry, "the locale of")
    for directory in _LOCALES:
        if ledger.ask(directory + b"/LC_CTYPE", Role.DATA, because) is not None:
            triplet = multiarch(facts.machine).encode() if (facts := ledger.facts(start.program.entry)) else b""
            ledger.ask(b"usr/lib/" + triplet + b"/gconv/gconv-modules.cache", Role.DATA, because)
    if any(name and not name.upper().startswith(("C", "POSIX")) for name in names):
        ledger.take_tree(b"usr/lib/locale", Role.DATA, because)
