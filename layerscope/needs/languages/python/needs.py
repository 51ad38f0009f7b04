"""What a Python program needs: its standard library, the distributions that it imports, and their libraries."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from layerscope.attribution.packages.languages.pip import normalized
from layerscope.core.errors import ImageError
from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes, printable
from layerscope.core.paths import normal_path
from layerscope.core.vocabulary import BUILD_CATEGORIES, Ecosystem, Role
from layerscope.filesystem.directories import DISTRIBUTION_DIRECTORIES
from layerscope.needs.follower import Start
from layerscope.needs.languages.python.archives import is_archive, sources_in
from layerscope.needs.languages.python.command import Named, Run, find_named, interpret
from layerscope.needs.languages.python.distributions import Installed, find_distributions, marker_environment
from layerscope.needs.languages.python.files import Files, take_libraries, take_system_files
from layerscope.needs.languages.python.graph import Graph, module_name
from layerscope.needs.languages.python.knowledge import knowledge
from layerscope.needs.languages.python.modules import Modules
from layerscope.needs.languages.python.search_path import Installation, Place, Use, find_installation, paths_of, search_path
from layerscope.needs.languages.python.tree import Tree, is_test
from layerscope.needs.model import Because, Program, Proof
from layerscope.needs.named.home import home_directory
from layerscope.needs.named.paths import take_named_paths
from layerscope.needs.named.programs import take_named_programs
from layerscope.needs.projects import origin
from layerscope.needs.trees import first, joined, parent, stored_path, upwards
from layerscope.start.programs import base_name
from layerscope.start.programs import knowledge as programs
from layerscope.start.search import absolute_path, places

_LOADED = expression(rb"load_entry_point\(\s*[\"']([\w.-]+)")
_FOREIGN = expression(rb"/(?:node_modules|\.git|site-packages|dist-packages)/")
_AT_START = ("encodings", "site", "sitecustomize", "usercustomize")
_LARGEST_PTH = 64 * 1024


def follow(start: Start) -> Program:
    """Takes everything that the program reads as needed.

    ``followed`` is False when the interpreter has no standard library in the image, or when nothing says which code it runs.
    """
    home = home_directory(start.ledger, start.config)
    installation = find_installation(start.ledger, _interpreter_path(start), start.environment, home)
    if installation is None:
        start.ledger.miss(start.program.path, "is a Python interpreter whose standard library is not in the image")
        return start.program
    process = _prepare(start, installation)
    followed = process.follow()
    process.take(installation, home)
    for words, proof in process.graph.programs.items():
        _run_program(start, words, proof)
    take_named_programs(start, process.graph.words)
    take_named_paths(start, process.graph.paths, home)
    return replace(start.program, version=installation.version, ecosystem=Ecosystem.PYTHON, followed=followed)


def _prepare(start: Start, installation: Installation) -> "_Process":
    """Reads what the interpreter runs, its search path, and what is installed on it."""
    run = interpret(start.words)
    named = find_named(run, start.environment)
    environment = {} if run.isolated else start.environment
    path, pth = search_path(start.ledger, installation, _first_places(start, run, named), environment)
    roots = {place.path for place in path}.difference(DISTRIBUTION_DIRECTORIES)
    tree = Tree(start.ledger, (*roots, installation.standard))
    distributions = find_distributions(tree, paths_of(path, Use.SITE))
    installed = Installed(distributions, marker_environment(installation.version, start.facts.machine))
    graph = Graph(start.ledger, tree, Modules(tree, path), installed)
    return _Process(start=start, run=run, named=named, path=path, pth=pth, tree=tree, installed=installed, graph=graph)


class _Process(Struct, frozen=True, eq=False, kw_only=True):
    """A start of Python: what its words ``run``, what they and ENV have ``named``, the search ``path`` with the ``pth`` files
    that extend it, and the ``graph`` of what is imported."""

    start: Start
    run: Run
    named: Named
    path: list[Place]
    pth: list[int]
    tree: Tree
    installed: Installed
    graph: Graph

    def follow(self) -> bool:
        """Follows what runs to all that it imports. Whether that was found."""
        start, graph = self.start, self.graph
        for name in _AT_START:
            graph.want(name, start.ledger.proof(start.program.entry, "Python's own files, of"))
        followed = self._begin()
        self._want_imports()
        proof = origin(start, "named by an argument or ENV of")
        for name in self.named.applications:
            graph.want_application(name, proof)
        for file, named in self._named_files():
            graph.want_file(named, base_name(file)[: -len(".py")], proof)
        graph.run()
        if graph.by_convention:
            self._want_sources()
            graph.run()
        self._want_requested()
        graph.run()
        return followed

    def _want_imports(self) -> None:
        """Wants the modules that lines of ``.pth`` files import whenever Python starts."""
        ledger = self.start.ledger
        for entry in filter(self._is_loose, self.pth):
            lines = ledger.content(entry, _LARGEST_PTH).splitlines()
            imports = b"\n".join(line for line in lines if line.startswith((b"import ", b"import\t")))
            path = ledger.filesystem.paths[entry]
            proof = ledger.proof(self.start.program.entry, "run by")
            self.graph.want_text(imports, path, (Because("imported whenever Python starts by", path), *proof))

    def _want_requested(self) -> None:
        """Takes the distributions that somebody asked for by name, but those that only build; where the image runs a tool that
        builds (Sphinx), what was installed for it."""
        tools = knowledge().distributions.tools
        is_builder = not (tools & self.graph.kept.keys()).isdisjoint(self._distributions_run())
        for item in self.installed.named.values():
            mark = self.tree.entry(item.request)
            if mark is not None and item.name not in tools and (is_builder or not self._only_builds(mark)):
                run_by = self.start.ledger.proof(self.start.program.entry, "run by")
                self.graph.want_distribution(item, (Because("pip was asked to install it", item.request), *run_by))

    def _only_builds(self, entry: int) -> bool:
        return self.start.attribution.component_of(entry).category in BUILD_CATEGORIES

    def _distributions_run(self) -> set[str]:
        """The distributions whose commands are run."""
        script = self.start.script
        owner = None if script is None else self.installed.owner_of(self.start.ledger.filesystem.paths[script])
        modules = (name.partition(".")[0] for name in self.named.applications)
        return {normalized(name) for name in modules} | ({owner.name} if owner is not None else set())

    def _want_sources(self) -> None:
        """Follows all sources of the application, as any may be imported by its name."""
        visible = self.start.ledger.filesystem.visible
        for path in self._own_sources():
            if path.endswith(b".py"):
                self.graph.want_file(visible[path], self._module_name(path), self._because_beside())

    def take(self, installation: Installation, home: bytes) -> None:
        """Takes the files of all that was found."""
        start, graph, ledger = self.start, self.graph, self.start.ledger
        base = ledger.proof(start.program.entry, "Python's own files, of")
        if installation.settings is not None:
            ledger.add(installation.settings, Role.RUNTIME, base)
        files = Files(ledger, self.tree)
        files.take_standard_library(installation.standard, graph.standard, base)
        files.take_distributions(graph)
        files.take_sources(map(ledger.filesystem.paths.__getitem__, graph.application), Role.DATA, base)
        files.take_sources(self._own_sources(), Role.DATA, self._because_beside())
        for entry in filter(self._is_loose, self.pth):
            ledger.add(entry, Role.DEPENDENCY, base)
        take_libraries(start, files.extensions, graph.libraries)
        take_system_files(start, graph, home)

    def _is_loose(self, pth: int) -> bool:
        """Whether a ``.pth`` file is neither a distribution's nor a build tool's, whose modules it would ask for in vain."""
        category = self.start.attribution.component_of(pth).category
        return self.start.ledger.filesystem.paths[pth] not in self.installed.owners and category not in BUILD_CATEGORIES

    def _because_beside(self) -> Proof:
        run_by = self.start.ledger.proof(self.start.program.entry, "run by")
        return (Because("source in the application's directory"), *run_by)

    def _begin(self) -> bool:
        """Puts what the command line runs at the beginning of the graph. Whether it was found."""
        graph, program = self.graph, self.start.program.path
        proof = origin(self.start, "run by")
        if self.run.module:
            found = graph.want(self.run.module, proof)
            graph.want(f"{self.run.module}.__main__", proof)
            return found or self.start.fail(program, f"runs the module {printable(self.run.module)}, which is not in the image")
        if self.run.code is not None:
            graph.want_text(path_bytes(self.run.code), program, proof)
            return True
        if not self.run.file:
            return self.start.fail(program, "is started without a program to run")
        return self._begin_file(proof)

    def _begin_file(self, proof: Proof) -> bool:
        """Puts the file or directory that is run at the beginning. Whether it was found."""
        path, ledger = self._located(self.run.file), self.start.ledger
        entry = first(map(ledger.file, (path + b"/__main__.py", path)))
        if entry is None:
            return self.start.fail(self.start.program.path, f"runs {printable(self.run.file)}, which is not in the image")
        ledger.ask(path, Role.DATA, proof)
        return self._begin_with(entry, proof)

    def _begin_with(self, entry: int, proof: Proof) -> bool:
        """Puts a file at the beginning: a source, or a console script, which may ask for its entry point by name."""
        path = self.start.ledger.filesystem.paths[entry]
        if path.endswith(b".py"):
            self.graph.want_file(entry, "__main__", proof)
            return True
        try:
            content = self.start.ledger.read(entry)
        except ImageError:
            return self.start.fail(path, "cannot be read, so that what it imports is not known")
        if is_archive(content):
            return self._begin_archive(content, path, proof)
        self.graph.want_text(content, path, proof)
        for name in _LOADED.findall(content):
            self.graph.want_command(name.decode(), base_name(self.run.file), proof)
        return True

    def _begin_archive(self, content: bytes, path: bytes, proof: Proof) -> bool:
        """Puts the sources of an archive at the beginning. Whether all of them can be read."""
        sources = sources_in(content)
        if sources is None:
            return self.start.fail(path, "is a zip archive with native code or more inside, which is not followed")
        for source in sources:
            self.graph.want_text(source, path, proof)
        return True

    def _located(self, word: str, directory: str = "") -> bytes:
        """The path that a word names, in the directory that it is started in or one that is named from there."""
        return stored_path(absolute_path(absolute_path(self.start.directory, directory), word))

    def _named_files(self) -> Iterator[tuple[str, int]]:
        """Source files that arguments name (``gunicorn -c conf.py``, ``streamlit run app.py``), the first of each name."""
        for file in self.named.files:
            entry = first(self._source_at(self._located(file, place)) for place in ("", *self.named.directories))
            if entry is not None:
                yield file, entry

    def _source_at(self, path: bytes) -> int | None:
        """The source that a path leads to, None when it leads to none."""
        traced = self.start.ledger.filesystem.trace(path)
        return traced.entry if self.start.ledger.is_file(traced.entry) and traced.path.endswith(b".py") else None

    def _own_sources(self) -> list[bytes]:
        """Sources and extension modules in the application's directories that are no tests, outside virtual environments."""
        elsewhere = [path + b"/" for path in paths_of(self.path, Use.STANDARD, Use.SITE)]
        found: dict[bytes, None] = {}
        for root in self._roots():
            foreign = (*elsewhere, *self._environments(root + b"/"))
            found |= dict.fromkeys(path for path in self.start.ledger.files_below(root) if _is_source(path, root, foreign))
        return list(found)

    def _roots(self) -> list[bytes]:
        """The directories of the search path that the application has to itself."""
        own = paths_of(self.path, Use.APPLICATION)
        return [path for path in own if path not in DISTRIBUTION_DIRECTORIES and not path.endswith(b"/bin")]

    def _environments(self, inside: bytes) -> list[bytes]:
        """Virtual environments in a directory, which may be one itself."""
        settings = (path for path in self.start.ledger.files_below(inside[:-1]) if path.endswith(b"/pyvenv.cfg"))
        return [path[: -len(b"pyvenv.cfg")] for path in settings]

    def _module_name(self, path: bytes) -> str:
        """The name of a source by the nearest directory of the search path."""
        own = paths_of(self.path, Use.APPLICATION)
        root = next(filter(own.__contains__, upwards(parent(path))), b"")
        return module_name(path[len(joined(root, b"")) :])


def _is_source(path: bytes, root: bytes, foreign: tuple[bytes, ...]) -> bool:
    """Whether a path below a directory of the application is one of its sources and no test."""
    is_foreign = path.startswith(foreign) or _FOREIGN.search(path) is not None
    return path.endswith((b".py", b".so")) and not is_foreign and not is_test(path, root)


def _interpreter_path(start: Start) -> bytes:
    """The path by which the interpreter is started, its symbolic links not followed."""
    candidates = places(start.words[0], start.directory, start.environment.get("PATH", ""))
    paths = map(normal_path, map(path_bytes, candidates))
    trace = start.ledger.filesystem.trace
    return next((path for path in paths if trace(path).entry == start.program.entry), start.program.path)


def _first_places(start: Start, run: Run, named: Named) -> list[bytes]:
    """The directories in front of ``sys.path``: the script's own or the working directory, and what servers put there."""
    here = stored_path(start.directory)
    directories = [stored_path(absolute_path(start.directory, path)) for path in named.directories]
    directories += [here] if run.is_server else []
    if not run.file:
        return [here, *directories]
    traced = start.ledger.filesystem.trace(stored_path(absolute_path(start.directory, run.file)))
    return [parent(traced.path) if start.ledger.is_file(traced.entry) else traced.path, *directories]


def _run_program(start: Start, words: tuple[str, ...], proof: Proof) -> None:
    """Follows a program that the application's code starts by a literal name."""
    name = base_name("".join(words[:1]))
    if name in ("", base_name(start.words[0]), *programs().builtins) or words[0].startswith("-"):
        return
    if start.run(words, start.directory, proof) is None:
        start.ledger.miss(proof[0].path, f"starts {printable(words[0])}, which is not in the image")
