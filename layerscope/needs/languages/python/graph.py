"""The import graph of a Python program: which files of the application it reaches, and which installed distributions."""

import sys
from collections import deque

from msgspec import Struct
from msgspec.structs import replace

from layerscope.attribution.packages.languages.pip import normalized
from layerscope.core.names import path_text, printable
from layerscope.core.vocabulary import Role
from layerscope.needs.languages.python.distributions import Distribution, Installed, requirements
from layerscope.needs.languages.python.knowledge import knowledge
from layerscope.needs.languages.python.modules import Module, Modules
from layerscope.needs.languages.python.search_path import Use
from layerscope.needs.languages.python.sources import Imported, Source, parse, scan
from layerscope.needs.languages.python.tree import Tree
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Because, Proof

_FROM_DIRECTORY = b'"dir_info"'
_TESTS = b"/tests/"


class Visit(Struct, frozen=True, eq=False):
    """A file to look into. ``certain`` is False for what runs only perhaps: branches of installed distributions."""

    name: str
    module: Module
    certain: bool
    proof: Proof

    @property
    def package(self) -> str:
        """The package that relative imports count from."""
        return self.name if self.module.is_package else self.name.rpartition(".")[0]

    @property
    def is_own(self) -> bool:
        """Whether the file is the application's."""
        return self.module.use == Use.APPLICATION

    def runs(self, imported: Imported) -> bool:
        """Whether an import of the file runs for certain."""
        return self.is_own or (self.certain and not imported.lazy)

    def needs(self, imported: Imported) -> bool:
        """Whether the application fails without what the file imports."""
        return self.is_own and not imported.tried

    def because(self, what: str) -> Proof:
        """A step of a proof from the file on."""
        return (Because(what, self.module.path), *self.proof)


class Graph:
    """Follows imports from one module to the next. What it found: ``application`` (entries of files), ``kept`` (distributions,
    with their proofs), ``strays`` (files in site-packages that no distribution owns), ``standard`` (names of standard modules),
    ``tests`` (directories that are reached), ``libraries`` and ``programs`` that are named by literals, ``words``
    that may be programs, and ``paths``."""

    def __init__(self, ledger: Ledger, tree: Tree, modules: Modules, installed: Installed) -> None:
        self._ledger, self._tree, self._modules, self._installed = ledger, tree, modules, installed
        self._certain: deque[Visit] = deque()
        self._perhaps: deque[Visit] = deque()
        self._seen: dict[tuple[str, int], bool] = {}
        self._asked: set[tuple[str, bool]] = set()
        self._extras: dict[str, frozenset[str]] = {}
        self._requiring: list[Distribution] = []
        self._whole = set(knowledge().distributions.tools)
        self._is_dynamic = False
        self._simple: list[tuple[str, Proof]] = []
        self.application: dict[int, Proof] = {}
        self.kept: dict[str, tuple[Distribution, Proof]] = {}
        self.strays: dict[bytes, Proof] = {}
        self.standard: dict[str, Proof] = {}
        self.libraries: dict[str, Proof] = {}
        self.programs: dict[tuple[str, ...], Proof] = {}
        self.words: dict[str, Proof] = {}
        self.paths: dict[str, Proof] = {}
        self.tests: set[bytes] = set()

    @property
    def by_convention(self) -> bool:
        """Whether modules of the application may be imported that no import statement names."""
        return self._is_dynamic or not knowledge().distributions.conventions.isdisjoint(self.kept)

    # what is asked for

    def want(self, name: str, proof: Proof, certain: bool = True) -> bool:
        """Notes that a module is imported, with the packages that it lies in. Whether any of it was found."""
        parts = name.split(".")
        if (name, certain) in self._asked:
            return self._modules.find(parts[0]) is not None
        self._asked.add((name, certain))
        for end in range(1, len(parts) + 1):
            part = ".".join(parts[:end])
            module = self._modules.find(part)
            if module is None:
                return end > 1
            self._reach(Visit(part, module, certain, proof))
        return True

    def want_application(self, name: str, proof: Proof) -> None:
        """Notes a module that arguments or variables name, unless it is one of the standard library."""
        if self._begins_outside(name):
            self.want(name, proof)

    def want_file(self, entry: int, name: str, proof: Proof) -> None:
        """Notes that a file of the application is run or imported."""
        module = Module(entry=entry, path=self._ledger.filesystem.paths[entry], use=Use.APPLICATION)
        self._reach(Visit(name, module, True, proof))

    def want_text(self, content: bytes, path: bytes, proof: Proof) -> None:
        """Follows code that is no module: of the command line, or a console script; ``path`` is the file that runs it."""
        visit = Visit("", Module(entry=None, path=path, use=Use.APPLICATION), True, proof)
        self._follow(visit, parse(content), content)

    def want_command(self, distribution: str, command: str, proof: Proof) -> None:
        """Follows a console script that asks for its entry point by the names of its distribution and command."""
        found = self._installed.named.get(normalized(distribution))
        if found is not None:
            self._keep(found, proof)
            if command in found.scripts:
                self.want(found.scripts[command], proof)

    def want_distribution(self, distribution: Distribution, proof: Proof) -> None:
        """Takes a distribution that somebody asked for, with all that it imports and requires."""
        self._keep(distribution, proof)
        for module in distribution.modules():
            self.want(module, self.kept[distribution.name][1], certain=False)

    # the way through the graph

    def run(self) -> None:
        """Follows everything that was asked for to its end; what runs for certain first."""
        while self._certain or self._requiring or self._perhaps:
            self._step()

    def _step(self) -> None:
        if self._certain:
            self._visit(self._certain.popleft())
        elif self._requiring:
            self._require(self._requiring.pop())
        else:
            self._visit(self._perhaps.popleft())

    def _visit(self, visit: Visit) -> None:
        if visit.module.path.endswith(b".py"):
            content = self._tree.reader.content(visit.module.entry)
            self._follow(visit, parse(content) if visit.is_own else scan(content), content)
            self._want_simple()

    def _want_simple(self) -> None:
        """Follows what strings of one word name, once everything else that is certain is known."""
        if self._is_dynamic and not self._certain:
            waiting, self._simple = self._simple, []
            for name, proof in waiting:
                self._want_named(name, proof)

    def _reach(self, visit: Visit) -> None:
        """Takes a module, and notes that it is to be looked into."""
        module = visit.module
        if module.use == Use.STANDARD:
            self.standard.setdefault(visit.name, visit.proof)
        elif module.entry is not None:
            self._take_ways(module, visit.proof)
            self._take_module(visit, module.entry)

    def _take_module(self, visit: Visit, entry: int) -> None:
        proof = self._take_installed(visit) if visit.module.use == Use.SITE else self._take_own(entry, visit.proof)
        if proof is not None and self._is_new(visit.name, entry, visit.certain):
            (self._certain if visit.certain else self._perhaps).append(replace(visit, proof=proof))

    def _is_new(self, name: str, entry: int, certain: bool) -> bool:
        """Whether a module was not reached yet, or not for certain."""
        if self._seen.get((name, entry), -1) >= certain:
            return False
        self._seen[name, entry] = certain
        return True

    def _take_ways(self, module: Module, proof: Proof) -> None:
        """Takes what leads to a module: symbolic links, and the ``.pth`` file that adds its directory."""
        if module.asked:
            self._ledger.ask(module.asked, Role.DATA if module.use == Use.APPLICATION else Role.DEPENDENCY, proof)
        if module.pth is not None:
            self._ledger.add(module.pth, Role.DEPENDENCY, proof)
            owner = self._installed.owners.get(self._ledger.filesystem.paths[module.pth])
            if owner is not None:
                self._keep(owner, proof)

    def _take_own(self, entry: int, proof: Proof) -> Proof:
        if entry not in self.application:
            self.application[entry] = proof
            self._ledger.add(entry, Role.DATA, proof)
        return proof

    def _take_installed(self, visit: Visit) -> Proof | None:
        """Takes what a module in site-packages belongs to. Its proof; None for tools that are imported only perhaps."""
        path = visit.module.path
        owner = self._installed.owner_of(path)
        if owner is None:
            self.strays.setdefault(path, visit.proof)
            return visit.proof
        if not visit.certain and self._is_spare(owner):
            return None
        self._keep(owner, visit.proof)
        if _TESTS in path:
            self.tests.add(path.partition(_TESTS)[0] + _TESTS)
        return self.kept[owner.name][1]

    def _is_spare(self, distribution: Distribution) -> bool:
        """Whether a distribution is a tool that nothing needs so far."""
        return distribution.name in knowledge().distributions.tools and distribution.name not in self.kept

    # distributions

    def _keep(self, distribution: Distribution, proof: Proof, extras: frozenset[str] = frozenset()) -> None:
        """Takes a distribution, and what its metadata requires."""
        known = self._extras.get(distribution.name, frozenset())
        if distribution.name in self.kept and extras <= known:
            return
        self._extras[distribution.name] = extras | known
        self.kept.setdefault(distribution.name, (distribution, proof))
        self._requiring.append(distribution)

    def _require(self, distribution: Distribution) -> None:
        """Takes what the metadata of a distribution requires, where the image has it."""
        proof = (Because("required by the metadata of", distribution.metadata), *self.kept[distribution.name][1])
        for name, extras in requirements(distribution, self._extras[distribution.name], self._installed.markers):
            other = self._installed.named.get(name)
            if other is None:
                continue
            modules = other.modules() if name not in self.kept else ()
            self._keep(other, proof, extras)
            for module in modules:
                self.want(module, self.kept[name][1], certain=False)
        self._want_commands(distribution)

    def _want_commands(self, distribution: Distribution) -> None:
        """Follows all commands of a distribution that was installed from a directory: it is the application's own."""
        if _FROM_DIRECTORY in self._tree.read(distribution.origin):
            for command, module in distribution.scripts.items():
                what = Because(f"the command {printable(command)} of", distribution.metadata)
                self.want(module, (what, *self.kept[distribution.name][1]), certain=False)

    def _load_plugins(self, group: str, visit: Visit) -> None:
        for item in self._installed.plugins[group]:
            if not self._is_spare(item):
                self._keep(item, visit.because(f"plugin of the group {printable(group)}, which is loaded by"))
                for name in item.plugins[group]:
                    self.want(name, self.kept[item.name][1], certain=False)

    def _want_whole(self, visit: Visit) -> None:
        """A distribution that imports by computed names may import any of its modules."""
        owner = self._installed.owners.get(visit.module.path)
        if owner is None or owner.name in self._whole:
            return
        self._whole.add(owner.name)
        for path in owner.sources():
            if _TESTS not in path:
                module = Module(entry=self._tree.entry(path), path=path, use=Use.SITE)
                self._reach(Visit(module_name(path[len(owner.site) + 1 :]), module, False, visit.proof))

    # what a file says

    def _follow(self, visit: Visit, source: Source, content: bytes) -> None:
        for imported in source.imports:
            self._import(imported, visit)
        for library in source.libraries:
            self.libraries.setdefault(library, visit.because("loaded by ctypes in"))
        for group in self._installed.groups_in(content):
            self._load_plugins(group, visit)
        if visit.is_own:
            self._follow_own(source, visit)
        elif source.dynamic:
            self._want_whole(visit)

    def _import(self, imported: Imported, visit: Visit) -> None:
        base = imported.base(visit.package)
        if not base:
            return
        here, certain = visit.because("imported by"), visit.runs(imported)
        if self.want(base, here, certain):
            self._want_names(base, imported.names, here, certain)
        elif visit.needs(imported) and _is_installed(base):
            self._ledger.miss(visit.module.path, f"imports {printable(base)}, which is not in the image")

    def _want_names(self, package: str, names: tuple[str, ...], here: Proof, certain: bool) -> None:
        """Follows those of the names that are taken from a package that are modules in it."""
        for name in names:
            if self._modules.find(f"{package}.{name}") is not None:
                self.want(f"{package}.{name}", here, certain)

    def _follow_own(self, source: Source, visit: Visit) -> None:
        """What else a file of the application names: modules by strings, and programs that it starts."""
        if source.dynamic:
            self._is_dynamic = True
            what = "imports modules by names that it computes; all modules of the application are kept"
            self._ledger.miss(visit.module.path, what)
        self._follow_strings(source, visit.because("named by a string in"))
        for words in source.programs:
            self.programs.setdefault(words, visit.because("started by"))
        for word in source.literals.words:
            self.words.setdefault(word, visit.because("a program by this name may be started by"))
        for path in source.literals.paths:
            self.paths.setdefault(path, visit.because("named in"))

    def _follow_strings(self, source: Source, proof: Proof) -> None:
        """Follows strings that may name modules; those of one word wait, for they may as well be something else."""
        for text in source.strings:
            if "." in text or source.lists_applications:
                self._want_named(text, proof)
            else:
                self._simple.append((text, proof))

    def _want_named(self, text: str, proof: Proof) -> None:
        """A string that may name a module of the application or of a distribution, perhaps with an attribute behind."""
        if self._begins_outside(text, spaces="." in text):
            self.want(text, proof)

    def _begins_outside(self, name: str, spaces: bool = True) -> bool:
        """Whether a name begins with a module outside the standard library; with ``spaces``, perhaps a namespace package."""
        top = self._modules.find(name.partition(".")[0])
        return top is not None and top.use != Use.STANDARD and (spaces or top.entry is not None)


def _is_installed(name: str) -> bool:
    """Whether a module is one that has to be installed: not the standard library's, whose parts depend on the system."""
    return name.partition(".")[0] not in sys.stdlib_module_names and "\n" not in name


def module_name(path: bytes) -> str:
    """The dotted name of a source by its path inside a directory of the search path."""
    return path_text(path[: -len(b".py")].replace(b"/", b".")).removesuffix(".__init__")
