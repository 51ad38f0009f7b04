"""The application that Node.js runs: its own files, the packages that it runs with, and their native code."""

from collections.abc import Sequence

from msgspec.structs import replace

from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes, path_text, printable
from layerscope.core.vocabulary import Role
from layerscope.needs.languages.node.command import Run
from layerscope.needs.languages.node.files import (
    own_files,
    take_libraries,
    take_links,
    take_packages,
    take_project,
    take_tree,
)
from layerscope.needs.languages.node.graph import Graph
from layerscope.needs.languages.node.knowledge import knowledge
from layerscope.needs.languages.node.packages import package_of
from layerscope.needs.languages.node.process import Process
from layerscope.needs.languages.node.tree import MODULES, SOURCES, Project, Tree
from layerscope.needs.model import Proof
from layerscope.needs.named.home import home_directory
from layerscope.needs.named.paths import take_named_paths
from layerscope.needs.named.programs import take_named_programs
from layerscope.needs.trees import below, joined, parent, text_at

_EXTENDED = expression(r'"extends"\s*:\s*\[?\s*"([^"]+)"')
_LARGEST_SETTINGS = 1024 * 1024


def follow_command(process: Process) -> bool:
    """Takes a command that a package brings, and the project in which it is started with all its packages."""
    if process.package is not None:
        process.packages.take(process.package, process.proof)
    return follow_application(process, process.here, every=True)


def follow_file(process: Process, name: str, typescript: bool) -> bool:
    """Takes the application whose file another command runs. Whether that file is in the image."""
    packages = process.packages.typed() if typescript else process.packages
    entry = packages.source(name, process.here)
    if entry is None:
        return process.start.fail(process.start.program.path, f"runs {printable(name)}, which is not in the image")
    path = process.ledger.filesystem.paths[entry]
    inner = replace(process, packages=packages, run=Run(file=name, typescript=typescript))
    return follow_application(inner, parent(path), [entry], every=True)


def follow_application(process: Process, directory: bytes, entries: Sequence[int] = (), every: bool = False) -> bool:
    """Takes the application that lies around ``directory``; its production packages where it asks for any at all."""
    root = process.tree.root(directory)
    graph = _follow_sources(process, root, entries)
    if every or graph.packages or graph.computed:
        _take_production(process, root)
    for (name, place), because in graph.packages.items():
        process.packages.want(name, place, because)
    native = take_kept(process)
    native += take_project(process, root, process.because("the application's own file"), process.run.typescript)
    for entry, why in graph.files.items():
        process.ledger.add(entry, Role.DATA, why)
    take_links(process.ledger, process.here, process.proof)
    take_libraries(process.start, native)
    _take_settings(process)
    take_named_programs(process.start, graph.words)
    take_named_paths(process.start, graph.absolute, home_directory(process.ledger, process.start.config))
    return True


def _follow_sources(process: Process, root: bytes, entries: Sequence[int]) -> Graph:
    """Follows what runs first: modules that are loaded before it, its sources, and code of the command line."""
    tree, run, proof = process.tree, process.run, process.proof
    tree.reader.expect([path for path in own_files(tree, root) if path.endswith(SOURCES)])
    graph = Graph(process.packages)
    for name in run.preloads:
        graph.follow_name(name, process.here, proof)
    graph.follow(entries, proof)
    if run.code is not None:
        graph.follow_text(path_bytes(run.code), process.here, proof)
    for path in graph.computed:
        process.ledger.miss(path, "loads modules by names that it makes at run time; all packages for production are kept")
    return graph


def take_types(process: Process) -> None:
    """Takes what a compiler reads that checks types before it runs a program: itself, types, and settings of packages."""
    packages, root = process.packages, process.tree.root(process.here)
    because = process.because("types are read before it runs")
    packages.want("typescript", root, because)
    for path in below(process.ledger, joined(root, MODULES) + b"/@types"):
        name = path.rpartition(MODULES + b"/")[2].split(b"/")[1]
        packages.want("@types/" + path_text(name), root, because)
    for name in _EXTENDED.findall(text_at(process.ledger, joined(root, b"tsconfig.json"), _LARGEST_SETTINGS)):
        packages.want(package_of(name), root, because)


def take_kept(process: Process) -> list[int]:
    """Takes the files of the packages that are kept. The entries that may be native code, whose libraries are taken too."""
    native = take_packages(process)
    take_libraries(process.start, native)
    return native


def _take_production(process: Process, root: bytes) -> None:
    """Takes the packages of the project that are not for developing alone; all packages where no package.json names them."""
    manifest = process.tree.manifest(root)
    if manifest is not None:
        _take_dependencies(process, Project(root, manifest))
        return
    for name in _installed(process.tree, root):
        process.packages.want(name, root, process.proof)


def _take_dependencies(process: Process, project: Project) -> None:
    packages, root, record = process.packages, project.directory, project.record
    because = process.because("a dependency of", record)
    for name in project.manifest.needed:
        is_there = packages.want(name, root, because) or packages.find(name, root) is not None
        if not is_there and name not in project.manifest.optional:
            process.ledger.miss(record, f"asks for the package {printable(name)}, which is not in the image")
    _take_archives(process, root, because)


def _take_archives(process: Process, root: bytes, because: Proof) -> None:
    """Takes the packages that Yarn keeps as archives (Plug'n'Play)."""
    for path in (root + b"/.pnp.cjs", root + b"/.pnp.loader.mjs"):
        if process.ledger.file(path) is not None:
            process.ledger.ask(path, Role.DEPENDENCY, because)
            take_tree(process.tree, root + b"/.yarn/cache", Role.DEPENDENCY, because)
            take_tree(process.tree, root + b"/.yarn/unplugged", Role.DEPENDENCY, because)


def _installed(tree: Tree, root: bytes) -> list[str]:
    """The names of packages in a directory's own ``node_modules``."""
    inside = joined(root, MODULES)
    names: dict[bytes, None] = {}
    for path in tree.ledger.files_below(inside):
        parts = path[len(inside) + 1 :].split(b"/")
        if not parts[0].startswith(b"."):
            names[b"/".join(parts[: 2 if parts[0].startswith(b"@") else 1])] = None
    return list(map(path_text, names))


def _take_settings(process: Process) -> None:
    """Takes files that options name, and those that packages read."""
    ledger = process.ledger
    for name in process.run.settings:
        ledger.ask(process.located(name), Role.DATA, process.because("an option of the command names it"))
    for extra in process.start.environment.get("NODE_EXTRA_CA_CERTS", "").split():
        ledger.ask(path_bytes(extra), Role.CERTIFICATES, process.because("ENV NODE_EXTRA_CA_CERTS names it"))
    _take_package_settings(process)


def _take_package_settings(process: Process) -> None:
    """Takes files that packages read in the working directory by themselves."""
    kept = {path_text(path.rpartition(b"/")[2]) for path in process.packages.kept}
    table = knowledge().application
    for name in filter(kept.__contains__, table.settings):
        for path in table.settings[name]:
            process.ledger.take_tree(process.located(path), Role.DATA, process.because(f"{name} reads it"))
    for name in filter(kept.__contains__, table.programs):
        take_named_programs(process.start, dict.fromkeys(table.programs[name], process.because(f"{name} starts it")))
