"""Commands that packages bring and that start something else: runners of files, starters of commands, file servers,
frameworks."""

from itertools import dropwhile

from msgspec.structs import replace

from layerscope.core.names import path_bytes, path_text, printable
from layerscope.core.vocabulary import Role
from layerscope.needs.languages import static_site
from layerscope.needs.languages.node.application import follow_command, follow_file, take_kept, take_types
from layerscope.needs.languages.node.command import Run, option
from layerscope.needs.languages.node.files import take_tree
from layerscope.needs.languages.node.knowledge import Framework, Runner, Starter, knowledge
from layerscope.needs.languages.node.managers import follow_manager
from layerscope.needs.languages.node.packages import home_of, owner
from layerscope.needs.languages.node.process import Process
from layerscope.needs.languages.node.scripts import follow_line, follow_lines, follow_words
from layerscope.needs.languages.node.tree import Project, Tree
from layerscope.start.options import CommandLine, Grammar, read_options
from layerscope.start.programs import knowledge as programs

_WITHOUT_BIN = ("npm", "yarn", "pnpm", "next", "nuxt")
"""Packages whose title is the name of their command where their package.json does not say so."""


def follow_known(process: Process) -> bool | None:
    """Follows a known command of the package that the file lies in. Whether all is known; None for another command."""
    table = knowledge()
    name = command_name(process.tree, process.path)
    words = (name, *process.run.arguments)
    if manager := programs().managers.get(name):
        return follow_manager(process, manager, words)
    if runner := table.runners.get(name):
        return _follow_runner(process, runner, words)
    if starter := table.starters.get(name):
        return _follow_starter(process, starter, read_options(words[1:], starter))
    if _serves(process, name):
        return _follow_server(process, words)
    if framework := table.frameworks.get(name):
        return _follow_framework(process, framework, words)
    return None


def command_name(tree: Tree, path: bytes) -> str:
    """The command of a package that a file is ("npm" for npm/bin/npm-cli.js), "" when it is none."""
    project = home_of(tree, path)
    if project is None:
        return ""
    names = [name for name, place in project.manifest.commands().items() if path in _files(tree, project, place)]
    if not names:
        return project.manifest.title if owner(path) is None and project.manifest.title in _WITHOUT_BIN else ""
    return next(filter(path_text(path.rpartition(b"/")[2]).startswith, names), names[0])


def _files(tree: Tree, project: Project, place: str) -> tuple[bytes, bytes]:
    """The files that a command of a package may be."""
    path = project.directory + b"/" + path_bytes(place)
    return tree.real(path), tree.real(path + b".js")


def _take_package(process: Process) -> None:
    """Takes the package that brings the command."""
    if process.package is not None:
        process.packages.take(process.package, process.because("the command that the words start"))


def _follow_runner(process: Process, runner: Runner, words: tuple[str, ...]) -> bool:
    """A command that runs the file in its arguments, or a line of the shell in front of it (``nodemon --exec``)."""
    line = option(words[1:], runner, runner.shell)
    rest = _unskipped(runner, words)
    _take_package(process)
    if runner.checked:
        take_types(process)
    if rest and not line:
        return follow_file(process, rest[0], runner.typescript)
    follow_command(replace(process, run=Run(typescript=runner.typescript and not line)))
    if not line:
        return process.start.fail(process.path, "is started without a file to run")
    return follow_line(process, " ".join((line, *rest[:1])), process.here)


def _unskipped(runner: Runner, words: tuple[str, ...]) -> tuple[str, ...]:
    """The arguments of a runner from the file on that it runs."""
    rest = read_options(words[1:], runner).arguments
    while not runner.skip.isdisjoint(rest[:1]):
        rest = read_options(rest[1:], runner).arguments
    return rest


def _follow_starter(process: Process, starter: Starter, given: CommandLine) -> bool:
    """A command that starts the command in its arguments."""
    _take_package(process)
    take_kept(process)
    if starter.files:
        process.ledger.ask(process.located(given.value(starter.files) or ".env"), Role.DATA, process.proof)
    rest = _started_words(starter, given.arguments)
    if not rest:
        return process.start.fail(process.path, "is started without a command to run")
    if starter.each or (starter.shell and len(rest) == 1):
        return follow_lines(process, rest, process.here)
    return follow_words(process, rest, process.here, process.proof)


def _started_words(starter: Starter, arguments: tuple[str, ...]) -> tuple[str, ...]:
    """The command in the arguments of another: behind words to skip, assignments, and ``--``."""
    rest = arguments[starter.skip :]
    if starter.assignments:
        rest = tuple(dropwhile(lambda word: "=" in word, rest))
    return rest[1:] if rest[:1] == ("--",) else rest


def _serves(process: Process, name: str) -> bool:
    """Whether the command of a package hands out files, and does so for the program itself."""
    is_program = process.package is not None and process.start.role == Role.PROGRAM
    return is_program and static_site.is_server(name, process.run.arguments)


def _follow_server(process: Process, words: tuple[str, ...]) -> bool:
    """A server of files: its own packages, and the directory that it serves."""
    _take_package(process)
    take_kept(process)
    package = home_of(process.tree, process.path)
    release = package.manifest.release if package is not None else ""
    site = static_site.find_site(process.start, words, f"{words[0]} {release}".strip(), process.proof)
    root = static_site.served_directory(process.start, words)
    if root:
        process.ledger.take_tree(root, Role.DATA, process.because(f"{words[0]} serves it"))
    process.ledger.site = site
    return True


def _follow_framework(process: Process, framework: Framework, words: tuple[str, ...]) -> bool:
    """A framework's own command: what it reads in the project, unless it compiles sources while it runs."""
    if "".join(read_options(words[1:], Grammar(mixed=True)).arguments[:1]) in framework.sources:
        asked = printable(" ".join(words[:2]))
        return process.start.fail(process.path, f"compiles sources while it runs ({asked}), with packages for developing")
    root = process.tree.root(process.here)
    omits = tuple(root + b"/" + name.encode() + b"/" for name in framework.omits)
    because = process.because(f"{words[0]} reads it")
    for name in framework.reads:
        path = root + b"/" + name.encode()
        take_tree(process.tree, path, Role.DATA, because, omits)
        if process.ledger.file(path) is not None:
            process.ledger.ask(path, Role.DATA, because)
    return follow_command(process)
