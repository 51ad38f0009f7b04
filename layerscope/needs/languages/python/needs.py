"""What a Python program needs: its standard library, the distributions that it imports, and their libraries."""

import re
from collections.abc import Iterable

from msgspec.structs import replace

from layerscope.core.errors import ImageError
from layerscope.core.names import path_bytes, path_text, printable
from layerscope.core.vocabulary import Ecosystem, Role
from layerscope.filesystem.directories import DISTRIBUTION_DIRECTORIES
from layerscope.needs.follower import Start
from layerscope.needs.languages.python.command import Run, interpret, named, served
from layerscope.needs.languages.python.distributions import find_distributions, marker_environment
from layerscope.needs.languages.python.files import (
    take_distributions,
    take_libraries,
    take_sources,
    take_standard_library,
    take_system_files,
)
from layerscope.needs.languages.python.graph import Graph
from layerscope.needs.languages.python.search_path import Installation, Place, Use, find_installation, search_path, stored_path
from layerscope.needs.languages.python.tree import Tree, is_test
from layerscope.needs.ledger import Ledger, normal
from layerscope.needs.model import Because, Program
from layerscope.start.programs import base_name

_LOADED = re.compile(rb"load_entry_point\(\s*[\"']([\w.-]+)")
_FOREIGN = (b"/node_modules/", b"/.git/", b"/site-packages/", b"/dist-packages/")
_AT_START = ("encodings", "site", "sitecustomize", "usercustomize")


def follow(start: Start) -> Program:
    """Takes everything that the program reads as needed.

    ``followed`` is False when the interpreter has no standard library in the image, or when nothing says which code it runs.
    """
    ledger, program = start.ledger, start.program
    home = home_directory(start)
    installation = find_installation(ledger, _asked(start), start.environment, home)
    if installation is None:
        ledger.miss(program.path, "is a Python interpreter whose standard library is not in the image")
        return program
    run = interpret(start.words)
    environment = {} if run.isolated else start.environment
    first, wanted = _first_places(start, run), named(run, start.environment)
    places, pth = search_path(ledger, installation, first, environment)
    tree = Tree(
        ledger, (*(place.path for place in places if place.path not in DISTRIBUTION_DIRECTORIES), installation.standard)
    )
    sites = [place.path for place in places if place.use == Use.SITE]
    facts = ledger.facts(program.entry)
    markers = marker_environment(installation.version, facts.machine if facts else "")
    graph = Graph(ledger, tree, places, find_distributions(tree, sites), markers)
    base = ledger.proof(program.entry, "Python's own files, of")
    for name in _AT_START:
        graph.want(name, base)
    started = _begin(start, run, graph)
    proof = ledger.proof(start.script if start.script is not None else program.entry, "named by an argument or ENV of")
    for name in wanted.applications:
        module = graph.locate(name.partition(".")[0])
        if module is not None and module.use != Use.STANDARD:
            graph.want(name, proof)
    _want_files(start, graph, wanted.files, (start.directory, *wanted.directories), proof)
    graph.run()
    sources = _own_sources(tree, places, start)
    because = (Because("source in the application's directory"), *ledger.proof(program.entry, "run by"))
    if graph.by_convention:
        for path in sources:
            if path.endswith(b".py") and (entry := tree.entry(path)) is not None:
                graph.want_file(entry, _module_name(path, places), because)
        graph.run()
    _take(start, tree, installation, graph=graph, sources=sources, pth=pth, home=home)
    for words, why in graph.programs.items():
        _other_program(start, words, why)
    return replace(program, version=installation.version, ecosystem=Ecosystem.PYTHON, followed=started)


def _take(
    start: Start, tree: Tree, installation: Installation, graph: Graph, sources: list[bytes], pth: list[int], home: bytes
) -> None:
    ledger = start.ledger
    base = ledger.proof(start.program.entry, "Python's own files, of")
    if installation.settings is not None:
        ledger.add(installation.settings, Role.RUNTIME, base)
    extensions = take_standard_library(ledger, tree, installation, graph, base)
    extensions += take_distributions(ledger, tree, graph)
    paths = ledger.filesystem.paths
    extensions += take_sources(ledger, tree, (paths[entry] for entry in graph.application), base)
    because = (Because("source in the application's directory"), *ledger.proof(start.program.entry, "run by"))
    extensions += take_sources(ledger, tree, sources, because)
    owned = {path for item in graph.distributions for path in item.files}
    for entry in pth:
        if paths[entry] not in owned:
            ledger.add(entry, Role.DEPENDENCY, base)
    take_libraries(start, extensions, graph)
    take_system_files(start, graph, home)


def _asked(start: Start) -> bytes:
    """The path by which the interpreter is started, its symbolic links not followed."""
    word, entry = start.words[0], start.program.entry
    if "/" in word:
        places = [word if word.startswith("/") else f"{start.directory}/{word}"]
    else:
        places = [f"{part}/{word}" for part in start.environment.get("PATH", "").split(":")]
    for place in places:
        path = normal(path_bytes(place))
        if start.ledger.filesystem.trace(path).entry == entry:
            return path
    return start.program.path


def _first_places(start: Start, run: Run) -> list[bytes]:
    """The directories in front of ``sys.path``: the script's own or the working directory, and what servers put there."""
    here = stored_path(start.directory)
    directories = [stored_path(_below(start.directory, path)) for path in named(run, start.environment).directories]
    if served(run):
        directories.append(here)
    if run.file:
        path = start.ledger.filesystem.trace(stored_path(_below(start.directory, run.file)))
        inside = start.ledger.is_file(path.entry)
        return [path.path.rpartition(b"/")[0] if inside else path.path, *directories]
    return [here, *directories]


def _below(directory: str, path: str) -> str:
    return path if path.startswith("/") else f"{directory}/{path}"


def _begin(start: Start, run: Run, graph: Graph) -> bool:
    """Puts what the command line runs at the beginning of the graph. Whether it was found."""
    ledger = start.ledger
    proof = ledger.proof(start.script if start.script is not None else start.program.entry, "run by")
    if run.module:
        if not graph.want(run.module, proof):
            ledger.miss(start.program.path, f"runs the module {printable(run.module)}, which is not in the image")
            return False
        graph.want(f"{run.module}.__main__", proof)
        return True
    if run.code is not None:
        graph.want_text(path_bytes(run.code), start.program.path, proof)
        return True
    if not run.file:
        ledger.miss(start.program.path, "is started without a program to run")
        return False
    path = ledger.filesystem.trace(stored_path(_below(start.directory, run.file)))
    main = ledger.filesystem.visible.get(path.path + b"/__main__.py")
    entry = main if main is not None else path.entry
    if entry is None or not ledger.is_file(entry):
        ledger.miss(start.program.path, f"runs {printable(run.file)}, which is not in the image")
        return False
    ledger.ask(stored_path(_below(start.directory, run.file)), Role.DATA, proof)
    return _begin_file(ledger, graph, entry, run, proof)


def _begin_file(ledger: Ledger, graph: Graph, entry: int, run: Run, proof: tuple[Because, ...]) -> bool:
    path = ledger.filesystem.paths[entry]
    try:
        content = ledger.read(entry)
    except ImageError:
        ledger.miss(path, "cannot be read, so that what it imports is not known")
        return False
    if b"PK\x03\x04" in content[:4096] and not path.endswith(b".py"):
        ledger.miss(path, "is a zip archive with a program inside, whose imports are not followed")
        return False
    if path.endswith(b".py"):
        graph.want_file(entry, "__main__", proof)
        return True
    graph.want_text(content, path, proof)
    for name in _LOADED.findall(content):
        graph.want_command(name.decode(), base_name(run.file), proof)
    return True


def _want_files(
    start: Start, graph: Graph, files: Iterable[str], directories: Iterable[str], proof: tuple[Because, ...]
) -> None:
    """Source files that arguments name (``gunicorn -c conf.py``, ``streamlit run app.py``)."""
    for file in files:
        for directory in directories:
            path = start.ledger.filesystem.trace(stored_path(_below(_below(start.directory, directory), file)))
            if path.entry is not None and start.ledger.is_file(path.entry) and path.path.endswith(b".py"):
                graph.want_file(path.entry, base_name(file)[:-3], proof)
                break


def _own_sources(tree: Tree, places: list[Place], start: Start) -> list[bytes]:
    """Sources and extension modules in the application's directories that are no tests, outside of virtual environments."""
    roots = [place.path for place in places if place.use == Use.APPLICATION and place.path not in DISTRIBUTION_DIRECTORIES]
    foreign = tuple(place.path + b"/" for place in places if place.use != Use.APPLICATION)
    found: dict[bytes, None] = {}
    for root in roots:
        if root + b"/pyvenv.cfg" in start.ledger.filesystem.visible or root.endswith(b"/bin"):
            continue
        environments = tuple(
            directory + b"/"
            for directory in tree.files
            if directory.startswith(root + b"/") and directory + b"/pyvenv.cfg" in start.ledger.filesystem.visible
        )
        for path in tree.below(root):
            if not path.endswith((b".py", b".so")) or path.startswith((*foreign, *environments)):
                continue
            if not is_test(path, root) and not any(part in path for part in _FOREIGN):
                found[path] = None
    return list(found)


def _module_name(path: bytes, places: list[Place]) -> str:
    roots = [place.path for place in places if place.use == Use.APPLICATION and path.startswith(place.path + b"/")]
    inside = path[len(max(roots, key=len)) + 1 :] if roots else path
    return path_text(inside[:-3].replace(b"/", b".")).removesuffix(".__init__")


def _other_program(start: Start, words: tuple[str, ...], proof: tuple[Because, ...]) -> None:
    """A program that the application's code starts by a literal name."""
    if not words or not words[0] or words[0].startswith("-"):
        return
    if base_name(words[0]) == base_name(start.words[0]) or len(start.ledger.needs) == 0:
        return
    if start.run(words, start.directory, proof) is None:
        start.ledger.miss(proof[0].path, f"starts {printable(words[0])}, which is not in the image")


def home_directory(start: Start) -> bytes:
    """The home of the user that runs: HOME, else what ``/etc/passwd`` says of USER (its name or number)."""
    if start.environment.get("HOME", "").startswith("/"):
        return stored_path(start.environment["HOME"])
    user = start.config.user.partition(":")[0] or "root"
    entry = start.ledger.filesystem.trace(b"etc/passwd").entry
    try:
        lines = start.ledger.read(entry, 1024 * 1024).splitlines() if entry is not None else []
    except ImageError:
        lines = []
    for line in lines:
        fields = path_text(line).split(":")
        if len(fields) >= 6 and user in (fields[0], fields[2]):
            return stored_path(fields[5])
    return b"root" if user in ("root", "0") else b""
