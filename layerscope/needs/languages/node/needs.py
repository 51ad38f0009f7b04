"""What a Node.js program needs: the application's own files, the packages that it runs with, and their native code."""

import re

from msgspec.structs import replace

from layerscope.core.errors import ImageError
from layerscope.core.names import printable
from layerscope.core.vocabulary import Ecosystem, Role
from layerscope.needs.follower import Start
from layerscope.needs.languages.node.application import everywhere, run_command, take_application
from layerscope.needs.languages.node.command import Run, interpret
from layerscope.needs.languages.node.files import take_tree
from layerscope.needs.languages.node.knowledge import knowledge
from layerscope.needs.languages.node.launch import launched, run_script
from layerscope.needs.languages.node.packages import Packages, owner
from layerscope.needs.languages.node.tree import Tree, below, stored_path
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Program

_VERSION = re.compile(r"\d+(?:\.\d+)*")
_IN_PATH = re.compile(rb"/v(\d+\.\d+\.\d+)/")
_DEFINED = re.compile(rb"#define NODE_(?:MAJOR|MINOR|PATCH)_VERSION (\d+)")


def follow(start: Start) -> Program:
    """Takes everything that the program reads as needed.

    ``followed`` is False when nothing says which code runs, or when it is compiled from sources while it starts.
    """
    program = replace(start.program, ecosystem=Ecosystem.NODE, version=node_version(start))
    name = start.program.path.rpartition(b"/")[2]
    if name.startswith((b"bun", b"deno")):
        start.ledger.miss(start.program.path, f"is {printable(name)}, whose modules are not followed")
        return start.program
    tree = Tree(start.ledger)
    take_own(start, tree)
    run = interpret(start.words, start.environment)
    if run.other:
        start.ledger.miss(start.program.path, f"runs with {printable(run.other)}, and nothing says which files")
        return program
    started = run_file(start, tree, run)
    return replace(program, followed=started)


def run_file(start: Start, tree: Tree, run: Run) -> bool:
    """Takes what the file or code of a command line needs. Whether all of it is known."""
    ledger = start.ledger
    here = stored_path(start.directory)
    packages = Packages(tree, everywhere(start), run.typescript)
    proof = ledger.proof(start.script if start.script is not None else start.program.entry, "run by")
    if run.code is not None:
        return take_application(start, tree, packages, run=run, entries=[], directory=here, proof=proof)
    if run.script:
        return run_script(start, tree, run.script, here)
    if not run.file:
        ledger.miss(start.program.path, "is started without a program to run")
        return False
    entry = packages.source(run.file, here)
    if entry is None:
        ledger.miss(start.program.path, f"runs {printable(run.file)}, which is not in the image")
        return False
    for path in (below(here, run.file), ledger.filesystem.paths[entry]):
        if tree.file(path) == entry:
            ledger.ask(path, Role.DATA, proof)
            break
    path = ledger.filesystem.paths[entry]
    found = launched(start, tree, packages, run=run, path=path, proof=proof)
    if found is not None:
        return found
    if owner(path) is not None:
        return run_command(start, tree, packages, run=run, path=path, proof=proof)
    return take_application(start, tree, packages, run=run, entries=[entry], directory=path.rpartition(b"/")[0], proof=proof)


def take_own(start: Start, tree: Tree) -> None:
    """Takes what node itself reads: OpenSSL's settings, and modules that distributions put beside it."""
    ledger, table = start.ledger, knowledge().node
    because = ledger.proof(start.program.entry, "settings of the TLS library in")
    for path in table.settings:
        ledger.ask(path.encode(), Role.DATA, because)
    if not start.program.path.startswith(b"usr/bin/"):
        return
    because = ledger.proof(start.program.entry, "Node.js' own module, of")
    for name in table.external:
        take_tree(start, tree, b"usr/share/nodejs/" + name.encode(), Role.RUNTIME, because)


def node_version(start: Start) -> str:
    """The version of node ("20.11.1"): by its package, its headers, its directory, or ENV; "" when nothing tells."""
    ledger, entry = start.ledger, start.program.entry
    for text in (start.environment.get("NODE_VERSION", ""), start.attribution.component_of(entry).version):
        found = _VERSION.match(text.removeprefix("v"))
        if found:
            return found[0]
    beside = _IN_PATH.search(b"/" + start.program.path)
    if beside:
        return beside[1].decode()
    return _by_headers(ledger, start.program.path.rpartition(b"/")[0].rpartition(b"/")[0])


def _by_headers(ledger: Ledger, prefix: bytes) -> str:
    entry = ledger.filesystem.trace(prefix + b"/include/node/node_version.h").entry
    if entry is None or not ledger.is_file(entry):
        return ""
    try:
        return b".".join(_DEFINED.findall(ledger.read(entry, 65536))[:3]).decode()
    except ImageError:
        return ""
