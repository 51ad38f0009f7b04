"""What package managers start: lines of package.json, and commands that packages bring."""

import shlex
from collections.abc import Sequence

from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes, path_text, printable
from layerscope.core.paths import normal_path
from layerscope.core.vocabulary import Role
from layerscope.needs.languages.node.files import take_links
from layerscope.needs.languages.node.process import Process
from layerscope.needs.languages.node.tree import MODULES
from layerscope.needs.model import Because, Proof
from layerscope.needs.trees import joined, parent, upwards

_COMMANDS = MODULES + b"/.bin"
_SHIM = expression(rb'exec node {1,2}"\$basedir/([^"]*)')
_LARGEST_SHIM = 8192


def follow_script(process: Process, name: str, directory: bytes, extra: Sequence[str] = (), around: bool = False) -> bool:
    """Follows a line of ``scripts`` in the nearest package.json, with those that run before and after it (``around``)."""
    ledger, program = process.ledger, process.start.program
    project = process.tree.project(directory)
    if project is None or not project.manifest.script(name):
        return process.start.fail(program.path, f"runs the script {printable(name)}, which no package.json has")
    proof = ledger.proof(program.entry, "run by")
    ledger.ask(project.record, Role.DATA, (Because("the script is written in it"), *proof))
    line = " ".join((project.manifest.script(name), *map(shlex.quote, extra)))
    before, after = map(project.manifest.script, (f"pre{name}", f"post{name}")) if around else ("", "")
    return follow_lines(process, list(filter(None, map(str.strip, (before, line, after)))), project.directory)


def follow_lines(process: Process, lines: Sequence[str], directory: bytes) -> bool:
    """Follows several lines; what serves files beside other programs is no site."""
    followed = [follow_line(process, line, directory) for line in lines]
    if len(followed) > 1:
        process.ledger.site = None
    return all(followed)


def follow_line(process: Process, line: str, project: bytes) -> bool:
    """Follows a line that a manager hands to the shell, with the packages' commands in front of PATH."""
    ledger, program = process.ledger, process.start.program
    proof = ledger.proof(program.entry, f"script `{printable(line)}`, run by")
    ledger.ask(b"bin/sh", Role.INTERPRETER, proof)
    places = [path_text(b"/" + joined(directory, _COMMANDS)) for directory in upwards(project)]
    words = ("/bin/sh", "-c", f"PATH={shlex.quote(':'.join(places))}:$PATH\n{line}")
    started = process.start.run(words, "/" + path_text(project), proof)
    return started is not None and started.followed


def execute(process: Process, words: Sequence[str], directory: bytes) -> bool:
    """Follows a command of a package (``npx serve``), whose name may have a version behind it."""
    if not words:
        return process.start.fail(process.start.program.path, "is started without a command to run")
    name = words[0][:1] + words[0][1:].partition("@")[0]
    proof = process.ledger.proof(process.start.program.entry, "run by")
    return follow_words(process, (name, *words[1:]), directory, proof)


def follow_words(process: Process, words: tuple[str, ...], directory: bytes, proof: Proof) -> bool:
    """Starts a command as a script of package.json does: from the nearest ``node_modules/.bin`` that has it, else from PATH."""
    path = None if "/" in words[0] else command_path(process, words[0], directory)
    if path is not None:
        take_links(process.ledger, path, proof)
        shim = _take_shim(process, path)
        words = ("node", shim, *words[1:]) if shim else ("/" + path_text(path), *words[1:])
    program = process.start.run(words, "/" + path_text(directory), proof)
    if program is None:
        return process.start.fail(proof[0].path, f"starts {printable(words[0])}, which is not in the image")
    return process.start.knows(program)


def command_path(process: Process, name: str, directory: bytes) -> bytes | None:
    """The path of a command in the nearest ``node_modules/.bin`` upwards."""
    paths = (joined(place, _COMMANDS) + b"/" + path_bytes(name) for place in upwards(directory))
    return next((path for path in paths if process.ledger.file(path) is not None), None)


def _take_shim(process: Process, path: bytes) -> str:
    """The file that a shell script of pnpm or of npm's cmd-shim starts with node, "" when it is no such script."""
    ledger = process.ledger
    entry = ledger.filesystem.resolve(path, follow_last=False)
    if entry is None or not ledger.is_file(entry) or ledger.filesystem.sizes[entry] > _LARGEST_SHIM:
        return ""
    started = _SHIM.search(process.tree.reader.content(entry))
    if started is None:
        return ""
    ledger.add(entry, Role.DEPENDENCY, ledger.proof(process.start.program.entry, "command of a package, run by"))
    return "/" + path_text(normal_path(parent(path) + b"/" + started[1]))
