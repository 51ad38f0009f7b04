"""Package managers: what npm, yarn, pnpm and npx are asked to run."""

from layerscope.core.names import path_text, printable
from layerscope.core.vocabulary import Role
from layerscope.needs.languages import static_site
from layerscope.needs.languages.node.command import option
from layerscope.needs.languages.node.files import take_tree
from layerscope.needs.languages.node.packages import Packages, home_of
from layerscope.needs.languages.node.process import Process
from layerscope.needs.languages.node.scripts import execute, follow_line, follow_script
from layerscope.needs.model import NoteCode
from layerscope.needs.trees import located
from layerscope.start.lines import command_list
from layerscope.start.options import read_options
from layerscope.start.programs import Manager, base_name


def follow_manager(process: Process, manager: Manager, words: tuple[str, ...]) -> bool:
    """Follows what a package manager with these words (its own name first) runs. Whether all is known."""
    _take_manager(process)
    directory = _directory(process, manager, words)
    for name in manager.reads:
        process.ledger.take_tree(directory + b"/" + name.encode(), Role.DATA, process.because(f"{words[0]} reads it"))
    given = read_options(words[1:], manager)
    if manager.executes:
        line = given.value(("-c", "--call"))
        return follow_line(process, line, directory) if line else execute(process, given.arguments, directory)
    if not given.arguments:
        return process.start.fail(process.path, "is a package manager that is started without a script to run")
    if given.arguments[0] in manager.execute:
        return execute(process, read_options(given.arguments[1:], manager).arguments, directory)
    return _follow_named(process, manager, (words[0], *given.arguments), directory)


def _follow_named(process: Process, manager: Manager, words: tuple[str, ...], directory: bytes) -> bool:
    """Follows what the arguments name: a script, else a command of a package where the manager starts those."""
    given = words[1:]
    name, extra = manager.script(given)
    followed = _follow_script(process, manager, (words[0], name, *extra), directory) if name else None
    if followed is not None:
        return followed
    if manager.any and name == given[0] and name not in manager.lines:
        return execute(process, given, directory)
    asked = printable(" ".join(given))
    return process.start.fail(process.path, f"is asked for {asked}, and no package.json has such a script")


def _follow_script(process: Process, manager: Manager, words: tuple[str, ...], directory: bytes) -> bool | None:
    """Follows a script by its name, the second word; None when no package.json has it."""
    name = words[1]
    project = process.tree.project(directory)
    if project is None:
        return None
    if line := project.manifest.script(name):
        _note_direct_command(process, words[0], line)
        return follow_script(process, name, directory, words[2:], manager.around)
    if name == "start" and process.ledger.file(project.directory + b"/server.js") is not None:
        return follow_line(process, "node server.js", project.directory)
    return None


def _note_direct_command(process: Process, manager: str, line: str) -> None:
    """Notes that a manager starts one program that CMD could start itself."""
    simple = command_list(line, process.start.environment)
    if len(simple) != 1 or process.start.role != Role.PROGRAM:
        return
    words = simple[0].words
    if not static_site.is_server(base_name(words[0]), ()):
        form = ", ".join(f'"{printable(word)}"' for word in words)
        gain = f"CMD [{form}] would leave {manager} out and let signals reach the program"
        process.ledger.note(NoteCode.DIRECT_COMMAND, f"{manager} only runs `{printable(line)}`: {gain}")


def _directory(process: Process, manager: Manager, words: tuple[str, ...]) -> bytes:
    """The directory that a manager's options name, or the workspace's."""
    here = process.located(option(words[1:], manager, manager.directory) or ".")
    workspace = option(words[1:], manager, manager.workspace)
    if not workspace:
        return here
    place = located("/" + path_text(here), workspace)
    if process.tree.manifest(place) is not None:
        return place
    return process.tree.real(Packages(process.tree, ()).find(workspace, here) or here)


def _take_manager(process: Process) -> None:
    """A manager is needed as a whole: with the packages inside it, and what corepack downloaded."""
    environment = process.start.environment
    package = home_of(process.tree, process.path)
    if package is None:
        return
    home = environment.get("HOME", "/root")
    because = process.because("the package manager that the command starts")
    take_tree(process.tree, package.directory, Role.RUNTIME, because)
    if package.directory.endswith(b"/corepack"):
        cache = environment.get("COREPACK_HOME", f"{home}/.cache/node/corepack")
        take_tree(process.tree, located("/", cache), Role.RUNTIME, because)
    for name in (f"{home}/.npmrc", f"{process.start.directory}/.npmrc"):
        process.ledger.ask(located("/", name), Role.DATA, because)
