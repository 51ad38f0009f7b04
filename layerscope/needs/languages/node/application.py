"""The application that Node.js runs: its own files, the packages that it runs with, and their native code."""

from layerscope.core.names import path_bytes, path_text, printable
from layerscope.core.vocabulary import Role
from layerscope.needs.follower import Start
from layerscope.needs.languages.node.command import Run
from layerscope.needs.languages.node.files import own_files, take_libraries, take_links, take_packages, take_project, take_tree
from layerscope.needs.languages.node.graph import Graph
from layerscope.needs.languages.node.knowledge import knowledge
from layerscope.needs.languages.node.packages import Packages, Proof, owner
from layerscope.needs.languages.node.tree import MODULES, SOURCES, Tree, below, stored_path
from layerscope.needs.ledger import normal
from layerscope.needs.linker import multiarch
from layerscope.needs.model import Because


def run_command(start: Start, tree: Tree, packages: Packages, run: Run, path: bytes, proof: Proof) -> bool:
    """Takes a command that a package brings, and the project in which it is started with all its packages."""
    package = owner(path)
    if package is not None:
        packages.take(package, proof)
    here = stored_path(start.directory)
    return take_application(
        start, tree, packages, run=run, entries=[], directory=tree.project(here) or here, proof=proof, every=True
    )


def run_application(start: Start, tree: Tree, packages: Packages, run: Run, proof: Proof) -> bool:
    """Takes the application whose file another command runs. Whether that file is in the image."""
    entry = packages.source(run.file, stored_path(start.directory))
    if entry is None:
        start.ledger.miss(start.program.path, f"runs {printable(run.file)}, which is not in the image")
        return False
    path = start.ledger.filesystem.paths[entry]
    return take_application(
        start, tree, packages, run=run, entries=[entry], directory=path.rpartition(b"/")[0], proof=proof, every=True
    )


def take_application(
    start: Start,
    tree: Tree,
    packages: Packages,
    run: Run,
    entries: list[int],
    directory: bytes,
    proof: Proof,
    every: bool = False,
) -> bool:
    """Takes the application that lies around ``directory``; its production packages where it asks for any at all."""
    ledger = start.ledger
    project = tree.project(directory)
    root = project if project is not None else directory
    tree.expect([path for path in own_files(tree, root) if path.endswith(SOURCES)])
    graph = Graph(tree, packages)
    here = stored_path(start.directory)
    for name in run.preloads:
        entry = packages.source(name, here) if name.startswith((".", "/", "file:")) else None
        if entry is not None:
            graph.follow([entry], proof)
        else:
            graph.want(name, here, proof)
    graph.follow(entries, proof)
    if run.code is not None:
        graph.follow_text(path_bytes(run.code), here, proof)
    for path in graph.computed:
        ledger.miss(path, "loads modules by names that it makes at run time; all packages for production are kept")
    if every or graph.packages or graph.computed:
        _take_production(start, tree, packages, root, proof)
    for asked in graph.packages.values():
        packages.want(asked.name, asked.directory, asked.proof)
    native = finish(start, tree, packages)
    because = (Because("the application's own file"), *proof)
    native += take_project(start, tree, root, because, run.typescript)
    for entry, why in graph.files.items():
        ledger.add(entry, Role.DATA, why)
    take_links(start, below(here, "."), proof)
    take_libraries(start, native)
    take_settings(start, run, packages, here, proof)
    return True


def finish(start: Start, tree: Tree, packages: Packages) -> list[int]:
    """Takes the files of the packages that are kept. The entries of native code in them, whose libraries are taken too."""
    native = take_packages(start, tree, packages)
    take_libraries(start, native)
    return native


def _take_production(start: Start, tree: Tree, packages: Packages, root: bytes, proof: Proof) -> None:
    """Takes the packages of the project that are not for developing alone; all packages where no package.json tells them."""
    manifest = tree.manifest(root)
    if manifest is None:
        for name in installed(tree, root):
            packages.want(name, root, proof)
        return
    record = root + b"/package.json" if root else b"package.json"
    because = (Because("a dependency of", record), *proof)
    for name in manifest.needed:
        optional = name in manifest.names(manifest.optional_dependencies, manifest.peer_dependencies)
        if not packages.want(name, root, because) and not optional and packages.find(name, root) is None:
            start.ledger.miss(record, f"asks for the package {printable(name)}, which is not in the image")
    for path in (root + b"/.pnp.cjs", root + b"/.pnp.loader.mjs"):
        if tree.file(path) is not None:
            start.ledger.ask(path, Role.DEPENDENCY, because)
            take_tree(start, tree, root + b"/.yarn/cache", Role.DEPENDENCY, because)
            take_tree(start, tree, root + b"/.yarn/unplugged", Role.DEPENDENCY, because)


def installed(tree: Tree, root: bytes) -> list[str]:
    """The names of packages in a directory's own ``node_modules``."""
    inside = (root + b"/" if root else b"") + MODULES + b"/"
    names: dict[bytes, None] = {}
    for path in tree.below(inside[:-1]):
        parts = path[len(inside) :].split(b"/")
        if not parts[0].startswith(b"."):
            names[b"/".join(parts[: 2 if parts[0].startswith(b"@") else 1])] = None
    return [path_text(name) for name in names]


def take_settings(start: Start, run: Run, packages: Packages, here: bytes, proof: Proof) -> None:
    """Takes files that options name, and those that packages read in the working directory by themselves."""
    for name in run.settings:
        start.ledger.ask(below(here, name), Role.DATA, (Because("an option of the command names it"), *proof))
    for extra in start.environment.get("NODE_EXTRA_CA_CERTS", "").split():
        start.ledger.ask(stored_path(extra), Role.CERTIFICATES, (Because("ENV NODE_EXTRA_CA_CERTS names it"), *proof))
    names = {path_text(path.rpartition(b"/")[2]) for path in packages.kept}
    for name, paths in knowledge().application.settings.items():
        for path in paths if name in names else ():
            start.ledger.take_tree(below(here, path), Role.DATA, (Because(f"{name} reads it"), *proof))


def everywhere(start: Start) -> tuple[bytes, ...]:
    """Directories in which packages are looked for after all ``node_modules``: NODE_PATH, and node's own."""
    table = knowledge().node
    prefix = start.program.path.rpartition(b"/")[0].rpartition(b"/")[0]
    facts = start.ledger.facts(start.program.entry)
    found = [stored_path(path) for path in start.environment.get("NODE_PATH", "").split(":") if path]
    home = start.environment.get("HOME", "/root")
    found += [stored_path(f"{home}/.node_modules"), stored_path(f"{home}/.node_libraries")]
    found += [normal(prefix + b"/" + path.encode()) for path in table.globals[1:]]
    triplet = multiarch(facts.machine) if facts is not None else ""
    found += [path.replace("{multiarch}", triplet).encode() for path in table.system if prefix == b"usr"]
    return tuple(found)
