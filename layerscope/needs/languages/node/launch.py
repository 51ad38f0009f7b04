"""Commands that packages bring and that start something else: package managers, runners, starters, frameworks, file servers."""

import shlex
from collections.abc import Iterable

from layerscope.core.names import path_bytes, path_text, printable
from layerscope.core.vocabulary import Ecosystem, Role
from layerscope.layers.index import Kind
from layerscope.needs.follower import Start
from layerscope.needs.languages import static_site
from layerscope.needs.languages.node.application import everywhere, finish, run_application, run_command
from layerscope.needs.languages.node.command import Run, option
from layerscope.needs.languages.node.files import take_links, take_tree
from layerscope.needs.languages.node.knowledge import Framework, Runner, Starter, knowledge
from layerscope.needs.languages.node.packages import Packages, Proof, owner
from layerscope.needs.languages.node.tree import MODULES, Tree, below, stored_path
from layerscope.needs.ledger import normal
from layerscope.needs.model import Because, NoteCode
from layerscope.start.launch import command_list
from layerscope.start.options import read_options
from layerscope.start.programs import Manager, base_name
from layerscope.start.programs import knowledge as programs


def launched(start: Start, tree: Tree, packages: Packages, run: Run, path: bytes, proof: Proof) -> bool | None:
    """Follows a known command of the package that ``path`` lies in. Whether all is known; None for another command."""
    table = knowledge()
    name = command_name(tree, path)
    words = (name, *run.arguments)
    if name in programs().managers:
        return _managed(start, tree, words, path, proof)
    if name in table.runners:
        return _run(start, tree, packages, words=words, path=path, proof=proof)
    if name in table.starters:
        return _start(start, tree, packages, words=words, path=path, proof=proof)
    if owner(path) is not None and start.role == Role.PROGRAM and static_site.is_server(name, run.arguments):
        return _serve(start, tree, packages, words=words, path=path, proof=proof)
    if name in table.frameworks:
        return _framework(start, tree, packages, run=run, words=words, path=path, proof=proof)
    return None


def command_name(tree: Tree, path: bytes) -> str:
    """The command of a package that a file is ("npm" for npm/bin/npm-cli.js), "" when it is none."""
    project = owner(path) or tree.project(path.rpartition(b"/")[0])
    manifest = tree.manifest(project) if project is not None else None
    if manifest is None or project is None:
        return ""
    inside = [
        name
        for name, place in manifest.commands().items()
        if tree.real(project + b"/" + path_bytes(place)) == path
        or tree.real(project + b"/" + path_bytes(place) + b".js") == path
    ]
    stem = path.rpartition(b"/")[2].decode("utf-8", "replace")
    for name in inside:
        if stem.startswith(name):
            return name
    if inside:
        return inside[0]
    known = manifest.title in ("npm", "yarn", "pnpm", "next", "nuxt")
    return manifest.title if known and owner(path) is None else ""


# package managers


def _managed(start: Start, tree: Tree, words: tuple[str, ...], path: bytes, proof: Proof) -> bool:
    manager = programs().managers[words[0]]
    _take_manager(start, tree, path, proof)
    directory = _where(start, tree, manager, words)
    given = read_options(words[1:], manager)
    rest = given.arguments
    if manager.executes:
        line = given.value(("-c", "--call"))
        return run_line(start, line, directory) if line else _execute(start, tree, rest, directory)
    if not rest:
        start.ledger.miss(path, "is a package manager that is started without a script to run")
        return False
    if rest[0] in manager.execute:
        return _execute(start, tree, read_options(rest[1:], manager).arguments, directory)
    name, extra = manager.script(rest)
    project = tree.project(directory)
    manifest = tree.manifest(project) if project is not None else None
    if name:
        line = manifest.script(name) if manifest is not None else ""
        if line:
            _could_do_without(start, words, line)
            return run_script(start, tree, name, directory=directory, extra=extra, around=manager.around)
        if name == "start" and project is not None and tree.file(project + b"/server.js") is not None:
            return run_line(start, "node server.js", project)
        if manager.any and name == rest[0] and name not in manager.lines:
            return _execute(start, tree, rest, directory)
    start.ledger.miss(path, f"is asked for {printable(' '.join(rest))}, and no package.json has such a script")
    return False


def _could_do_without(start: Start, words: tuple[str, ...], line: str) -> None:
    simple = command_list(line, start.environment)
    if len(simple) == 1 and start.role == Role.PROGRAM and not static_site.is_server(base_name(simple[0].words[0]), ()):
        form = ", ".join(f'"{printable(word)}"' for word in simple[0].words)
        gain = f"CMD [{form}] would leave {words[0]} out and let signals reach the program"
        start.ledger.note(NoteCode.DIRECT_COMMAND, f"{words[0]} only runs `{printable(line)}`: {gain}")


def _where(start: Start, tree: Tree, manager: Manager, words: tuple[str, ...]) -> bytes:
    """The directory that a manager's options name, or the workspace's."""
    here = stored_path(start.directory)
    named = option(words[1:], manager, manager.directory)
    here = below(here, named) if named else here
    workspace = option(words[1:], manager, manager.workspace)
    if not workspace:
        return here
    place = below(here, workspace)
    if tree.manifest(place) is not None:
        return place
    found = Packages(tree, ()).find(workspace, here)
    return tree.real(found) if found is not None else here


def _take_manager(start: Start, tree: Tree, path: bytes, proof: Proof) -> None:
    """A manager is needed as a whole: with the packages inside of it, and what corepack downloaded."""
    package = owner(path) or tree.project(path.rpartition(b"/")[0])
    if package is None:
        return
    because = (Because("the package manager that the command starts"), *proof)
    take_tree(start, tree, package, Role.RUNTIME, because)
    if package.endswith(b"/corepack"):
        home = start.environment.get("COREPACK_HOME", start.environment.get("HOME", "/root") + "/.cache/node/corepack")
        take_tree(start, tree, stored_path(home), Role.RUNTIME, because)
    for name in (start.environment.get("HOME", "/root") + "/.npmrc", f"{start.directory}/.npmrc"):
        start.ledger.ask(stored_path(name), Role.DATA, because)


def run_script(start: Start, tree: Tree, name: str, directory: bytes, extra: Iterable[str] = (), around: bool = False) -> bool:
    """Follows a line of ``scripts`` in the nearest package.json, with those that run before and after it."""
    project = tree.project(directory)
    manifest = tree.manifest(project) if project is not None else None
    if project is None or manifest is None or not manifest.script(name):
        start.ledger.miss(start.program.path, f"runs the script {printable(name)}, which no package.json has")
        return False
    record = project + b"/package.json" if project else b"package.json"
    start.ledger.ask(
        record, Role.DATA, (Because("the script is written in it"), *start.ledger.proof(start.program.entry, "run by"))
    )
    followed = True
    names = (f"pre{name}", name, f"post{name}") if around else (name,)
    for step in names:
        line = manifest.script(step)
        if line:
            words = " ".join(shlex.quote(word) for word in extra) if step == name else ""
            followed = run_line(start, f"{line} {words}".strip(), project) and followed
            if start.ledger.site is not None and len([one for one in names if manifest.script(one)]) > 1:
                start.ledger.site = None
    return followed


def run_line(start: Start, line: str, project: bytes) -> bool:
    """Follows a line that a manager hands to the shell, with the packages' commands in front of PATH."""
    ledger = start.ledger
    proof = ledger.proof(start.program.entry, f"script `{printable(line)}`, run by")
    ledger.ask(b"bin/sh", Role.INTERPRETER, proof)
    here = path_text(project)
    parts = here.split("/") if here else []
    places = [f"/{'/'.join(parts[:depth])}/node_modules/.bin".replace("//", "/") for depth in range(len(parts), -1, -1)]
    search = shlex.quote(":".join(places))
    program = start.run(("/bin/sh", "-c", f"PATH={search}:$PATH\n{line}"), f"/{here}", proof)
    return program is not None and program.followed


def _execute(start: Start, tree: Tree, words: tuple[str, ...], directory: bytes) -> bool:
    """Follows a command of a package (``npx serve``)."""
    proof = start.ledger.proof(start.program.entry, "run by")
    if not words:
        start.ledger.miss(start.program.path, "is started without a command to run")
        return False
    name = words[0]
    at = name.rfind("@")
    return _command(start, tree, (name[:at] if at > 0 else name, *words[1:]), directory, proof)


def _command(start: Start, tree: Tree, words: tuple[str, ...], directory: bytes, proof: Proof) -> bool:
    """Starts a command as a script of package.json does: from the nearest ``node_modules/.bin`` that has it, else from PATH."""
    here = "/" + path_text(directory)
    path = None if "/" in words[0] else command_path(tree, words[0], directory)
    if path is not None:
        take_links(start, path, proof)
        shim = _behind_shim(start, tree, path)
        words = ("node", shim, *words[1:]) if shim else ("/" + path_text(path), *words[1:])
    program = start.run(words, here, proof)
    if program is None:
        start.ledger.miss(proof[0].path, f"starts {printable(words[0])}, which is not in the image")
        return False
    compiled = program.ecosystem == Ecosystem.C and not start.attribution.component_of(program.entry).package
    return program.followed or compiled


def command_path(tree: Tree, name: str, directory: bytes) -> bytes | None:
    """The path of a command in the nearest ``node_modules/.bin`` upwards."""
    place = path_bytes(name)
    while True:
        path = (directory + b"/" if directory else b"") + MODULES + b"/.bin/" + place
        if tree.file(path) is not None:
            return path
        if not directory:
            return None
        directory = directory.rpartition(b"/")[0]


def _behind_shim(start: Start, tree: Tree, path: bytes) -> str:
    """The file that a shell script of pnpm or of npm's cmd-shim starts with node, "" when it is none."""
    filesystem = start.ledger.filesystem
    entry = tree.file(path)
    if entry is None or filesystem.kinds[filesystem.visible.get(path, entry)] == Kind.SYMLINK or filesystem.sizes[entry] > 8192:
        return ""
    content = tree.content(entry)
    _, found, rest = content.partition(b'exec node  "$basedir/')
    if not found:
        _, found, rest = content.partition(b'exec node "$basedir/')
    if not found:
        return ""
    start.ledger.add(entry, Role.DEPENDENCY, start.ledger.proof(start.program.entry, "command of a package, run by"))
    target = normal(path.rpartition(b"/")[0] + b"/" + rest.partition(b'"')[0])
    return "/" + path_text(target)


# commands that run something else


def _run(start: Start, tree: Tree, packages: Packages, words: tuple[str, ...], path: bytes, proof: Proof) -> bool:
    runner: Runner = knowledge().runners[words[0]]
    line = option(words[1:], runner, runner.shell)
    rest = read_options(words[1:], runner).arguments
    while rest and rest[0] in runner.skip:
        rest = read_options(rest[1:], runner).arguments
    _take_command(packages, path, proof)
    if line:
        run_command(start, tree, packages, run=Run(), path=path, proof=proof)
        return run_line(start, f"{line} {rest[0] if rest else ''}".strip(), stored_path(start.directory))
    if not rest:
        run_command(start, tree, packages, run=Run(typescript=runner.typescript), path=path, proof=proof)
        start.ledger.miss(path, "is started without a file to run")
        return False
    tree_packages = Packages(tree, everywhere(start), runner.typescript)
    tree_packages.kept |= packages.kept
    tree_packages.asked |= packages.asked
    return run_application(start, tree, tree_packages, Run(file=rest[0], typescript=runner.typescript), proof)


def _start(start: Start, tree: Tree, packages: Packages, words: tuple[str, ...], path: bytes, proof: Proof) -> bool:
    starter: Starter = knowledge().starters[words[0]]
    _take_command(packages, path, proof)
    finish(start, tree, packages)
    here = stored_path(start.directory)
    given = read_options(words[1:], starter)
    if starter.files:
        start.ledger.ask(below(here, given.value(starter.files) or ".env"), Role.DATA, proof)
    rest = given.arguments[starter.skip :]
    while starter.assignments and rest and "=" in rest[0]:
        rest = rest[1:]
    if rest[:1] == ("--",):
        rest = rest[1:]
    if not rest:
        start.ledger.miss(path, "is started without a command to run")
        return False
    if starter.each:
        found = [run_line(start, line, here) for line in rest]
        start.ledger.site = None if len(found) > 1 else start.ledger.site
        return all(found)
    if starter.shell and len(rest) == 1:
        return run_line(start, rest[0], here)
    return _command(start, tree, rest, here, proof)


def _take_command(packages: Packages, path: bytes, proof: Proof) -> None:
    package = owner(path)
    if package is not None:
        packages.take(package, (Because("the command that the words start"), *proof))


def _serve(start: Start, tree: Tree, packages: Packages, words: tuple[str, ...], path: bytes, proof: Proof) -> bool:
    """A server of files: its own packages, and the directory that it serves."""
    _take_command(packages, path, proof)
    finish(start, tree, packages)
    package = owner(path)
    manifest = tree.manifest(package) if package is not None else None
    release = manifest.release if manifest is not None else ""
    found = static_site.find_site(start, words, f"{words[0]} {release}".strip(), proof)
    root = static_site.served_directory(start, words)
    if root:
        start.ledger.take_tree(root, Role.DATA, (Because(f"{words[0]} serves it"), *proof))
    start.ledger.site = found
    return True


def _framework(
    start: Start, tree: Tree, packages: Packages, run: Run, words: tuple[str, ...], path: bytes, proof: Proof
) -> bool:
    framework: Framework = knowledge().frameworks[words[0]]
    here = stored_path(start.directory)
    first = next((word for word in words[1:] if not word.startswith("-")), "")
    if first in framework.sources:
        start.ledger.miss(
            path, f"compiles sources while it runs ({printable(' '.join(words[:2]))}), with packages for developing"
        )
        return False
    project = tree.project(here) or here
    for name in framework.reads:
        omits = tuple(project + b"/" + omitted.encode() + b"/" for omitted in framework.omits)
        take_tree(
            start,
            tree,
            project + b"/" + name.encode(),
            role=Role.DATA,
            because=(Because(f"{words[0]} reads it"), *proof),
            omits=omits,
        )
        if tree.file(project + b"/" + name.encode()) is not None:
            start.ledger.ask(project + b"/" + name.encode(), Role.DATA, (Because(f"{words[0]} reads it"), *proof))
    return run_command(start, tree, packages, run=run, path=path, proof=proof)
