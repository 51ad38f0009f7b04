"""What a Node.js program needs: the application's own files, the packages that it runs with, and their native code."""

from msgspec.structs import replace

from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes, printable
from layerscope.core.vocabulary import BUILD_CATEGORIES, Ecosystem, Role
from layerscope.needs.follower import Start
from layerscope.needs.languages.node.application import follow_application, follow_command
from layerscope.needs.languages.node.command import interpret
from layerscope.needs.languages.node.files import take_tree
from layerscope.needs.languages.node.knowledge import knowledge
from layerscope.needs.languages.node.launch import follow_known
from layerscope.needs.languages.node.packages import Packages, owner
from layerscope.needs.languages.node.process import Process, everywhere
from layerscope.needs.languages.node.scripts import follow_script
from layerscope.needs.languages.node.tree import MODULES, Tree
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Program
from layerscope.needs.projects import origin
from layerscope.needs.system.files import take_paths
from layerscope.needs.trees import joined, parent

_VERSION = expression(r"\d+(?:\.\d+)*")
_IN_PATH = expression(rb"/v(\d+\.\d+\.\d+)/")
_DEFINED = expression(rb"#define NODE_(?:MAJOR|MINOR|PATCH)_VERSION (\d+)")
_LARGEST_HEADER = 65536


def follow(start: Start) -> Program:
    """Takes everything that the program reads as needed.

    ``followed`` is False when nothing says which code runs, or when it is compiled from sources while it starts.
    """
    name = start.program.path.rpartition(b"/")[2]
    if name.startswith((b"bun", b"deno")):
        start.ledger.miss(start.program.path, f"is {printable(name)}, whose modules are not followed")
        return start.program
    tree = Tree(start.ledger)
    _take_own(start, tree)
    run = interpret(start.words, start.environment)
    packages = Packages(tree, everywhere(start), run.typescript)
    process = Process(start=start, packages=packages, run=run, proof=origin(start, "run by"))
    _take_global(process)
    followed = _follow_run(process)
    return replace(start.program, ecosystem=Ecosystem.NODE, version=node_version(start), followed=followed)


def _follow_run(process: Process) -> bool:
    """Takes what the file or code of a command line needs. Whether all of it is known."""
    run, program = process.run, process.start.program.path
    if run.other:
        return process.start.fail(program, f"runs with {printable(run.other)}, and nothing says which files")
    if run.code is not None:
        return follow_application(process, process.here)
    if run.script:
        return follow_script(process, run.script, process.here)
    if not run.file:
        return process.start.fail(program, "is started without a program to run")
    entry = process.packages.source(run.file, process.here)
    if entry is None:
        return process.start.fail(program, f"runs {printable(run.file)}, which is not in the image")
    return _follow_file(process, entry)


def _take_global(process: Process) -> None:
    """Takes the packages that npm was asked to install for the whole image, with their commands; no tools."""
    ledger, tree = process.ledger, process.tree
    prefix = parent(parent(process.start.program.path))
    inside = joined(prefix, b"lib/" + MODULES)
    for record in ledger.files_below(inside):
        package, _, name = record.rpartition(b"/")
        if name != b"package.json" or owner(record) != package or MODULES in package[len(inside) :].split(b"/"):
            continue
        if _is_asked_for(process.start, ledger.filesystem.visible[record]):
            process.packages.take(package, process.because("npm was asked to install it", record))
            manifest = tree.manifest(package)
            for command in manifest.commands() if manifest is not None else ():
                ledger.ask(
                    joined(prefix, b"bin/" + path_bytes(command)), Role.DEPENDENCY, process.because("a command of", record)
                )


def _is_asked_for(start: Start, entry: int) -> bool:
    """Whether a file lies above the base image and does not only build."""
    is_above = start.ledger.filesystem.layers[entry] >= start.ledger.base_layers
    return is_above and start.attribution.component_of(entry).category not in BUILD_CATEGORIES


def _follow_file(process: Process, entry: int) -> bool:
    """Takes what a file needs: a known command, another command of a package, or a source of the application."""
    ledger = process.ledger
    process = replace(process, path=ledger.filesystem.paths[entry])
    named = process.located(process.run.file)
    ledger.ask(named if ledger.file(named) == entry else process.path, Role.DATA, process.proof)
    followed = follow_known(process)
    if followed is not None:
        return followed
    if process.package is not None:
        return follow_command(process)
    return follow_application(process, parent(process.path), [entry])


def _take_own(start: Start, tree: Tree) -> None:
    """Takes what node itself reads: OpenSSL's settings, and modules that distributions put beside it."""
    ledger, table = start.ledger, knowledge().node
    take_paths(ledger, table.settings, Role.DATA, ledger.proof(start.program.entry, "settings of the TLS library in"))
    because = ledger.proof(start.program.entry, "Node.js' own module, of")
    for name in table.external if start.program.path.startswith(b"usr/bin/") else ():
        take_tree(tree, b"usr/share/nodejs/" + name.encode(), Role.RUNTIME, because)


def node_version(start: Start) -> str:
    """The version of node ("20.11.1"): by its package, its headers, its directory, or ENV; "" when nothing says it."""
    package = start.attribution.component_of(start.program.entry).version
    for text in (start.environment.get("NODE_VERSION", ""), package):
        if found := _VERSION.match(text.removeprefix("v")):
            return found[0]
    if beside := _IN_PATH.search(b"/" + start.program.path):
        return beside[1].decode()
    return _version_of_headers(start.ledger, parent(parent(start.program.path)))


def _version_of_headers(ledger: Ledger, prefix: bytes) -> str:
    header = ledger.content(ledger.file(prefix + b"/include/node/node_version.h"), _LARGEST_HEADER)
    return b".".join(_DEFINED.findall(header)[:3]).decode()
