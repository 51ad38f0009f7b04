"""The import graph of a Python program: which files of the application it reaches, and which installed distributions."""

import re
import sys
from collections import deque
from collections.abc import Iterable

from msgspec import Struct

from layerscope.attribution.packages.languages.pip import normalized
from layerscope.core.names import path_bytes, printable
from layerscope.core.vocabulary import Role
from layerscope.needs.languages.python.distributions import Distribution, required
from layerscope.needs.languages.python.knowledge import knowledge
from layerscope.needs.languages.python.search_path import Place, Use
from layerscope.needs.languages.python.sources import Imported, Source, parse, scan
from layerscope.needs.languages.python.tree import Tree
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Because

Proof = tuple[Because, ...]

_EXTENSION = re.compile(rb"([A-Za-z_]\w*)(?:\.[\w-]+)?\.so\Z")

_LONGEST_NAME = 300


class Module(Struct, frozen=True, eq=False, kw_only=True):
    """Where a module is found: its file (``entry`` None for a namespace package), and the directories of its submodules.

    ``asked`` is the path by which it was found where a symbolic link leads to its package, b"" elsewhere.
    """

    entry: int | None
    path: bytes
    use: Use
    directories: tuple[bytes, ...]
    pth: int | None = None
    asked: bytes = b""


class Visit(Struct, frozen=True, eq=False):
    """A file to look into. ``certain`` is False for what runs only perhaps: branches of installed distributions."""

    name: str
    module: Module
    certain: bool
    proof: Proof


class Graph:
    """Follows imports from one module to the next. What it found: ``application`` and ``extensions`` (entries of files),
    ``kept`` (distributions, with their proofs), ``strays`` (files in site-packages that no distribution owns), ``standard``
    (names of standard modules), ``libraries`` and ``programs`` that are named by literals."""

    def __init__(
        self, ledger: Ledger, tree: Tree, places: list[Place], distributions: list[Distribution], markers: dict[str, str]
    ) -> None:
        self._ledger, self._tree, self._places, self._markers = ledger, tree, places, markers
        self.distributions = distributions
        self._named = {item.name: item for item in distributions}
        self._owners = {path: item for item in reversed(distributions) for path in item.files}
        self._trees = {path: item for item in reversed(distributions) for path in item.trees}
        self._plugins: dict[str, list[Distribution]] = {}
        for item in distributions:
            for group in item.plugins:
                self._plugins.setdefault(group, []).append(item)
        encoded = ((group, path_bytes(group)) for group in sorted(self._plugins))
        self._groups = [(group, b'"' + name + b'"', b"'" + name + b"'") for group, name in encoded]
        self._located: dict[str, Module | None] = {}
        self._certain: deque[Visit] = deque()
        self._perhaps: deque[Visit] = deque()
        self._seen: dict[tuple[str, int], bool] = {}
        self._asked: set[tuple[str, bool]] = set()
        self._extras: dict[str, frozenset[str]] = {}
        self._requiring: list[Distribution] = []
        self._whole: set[str] = set()
        self._computed: Proof = ()
        self._simple: list[tuple[str, Proof]] = []
        self.application: dict[int, Proof] = {}
        self.kept: dict[str, tuple[Distribution, Proof]] = {}
        self.strays: dict[bytes, Proof] = {}
        self.standard: dict[str, Proof] = {}
        self.libraries: dict[str, Proof] = {}
        self.programs: dict[tuple[str, ...], Proof] = {}
        self.tests: set[bytes] = set()

    @property
    def by_convention(self) -> bool:
        """Whether modules of the application may be imported that no import statement names."""
        return bool(self._computed) or not knowledge().conventions.isdisjoint(self.kept)

    def locate(self, name: str) -> Module | None:
        """Where a dotted name is found on the search path."""
        if name not in self._located:
            head, _, leaf = name.rpartition(".")
            above = self.locate(head) if head else None
            if head:
                places = [Place(path, above.use, above.pth) for path in above.directories] if above else []
            else:
                places = self._places
            self._located[name] = self._search(places, path_bytes(leaf)) if len(name) < _LONGEST_NAME else None
        return self._located[name]

    def _search(self, places: Iterable[Place], leaf: bytes) -> Module | None:
        spaces: list[bytes] = []
        first: Place | None = None
        for place in places:
            path = place.path + b"/" + leaf if place.path else leaf
            directory = self._tree.real(path)
            for name in (directory + b"/__init__.py", directory + b"/__init__.pyc"):
                if (entry := self._tree.entry(name)) is not None:
                    asked = path + name[len(directory) :] if path != directory else b""
                    directories = (directory, *self._others(leaf, directory, place))
                    return Module(entry=entry, path=name, use=place.use, directories=directories, pth=place.pth, asked=asked)
            for name in (path + b".py", path + b".pyc"):
                if (entry := self._tree.entry(name)) is not None:
                    return Module(entry=entry, path=name, use=place.use, directories=(), pth=place.pth)
            if (extension := self._extensions(place.path).get(leaf)) is not None:
                return Module(entry=self._tree.entry(extension), path=extension, use=place.use, directories=(), pth=place.pth)
            if self._tree.is_directory(directory):
                spaces.append(directory)
                first = first or place
        return Module(entry=None, path=spaces[0], use=first.use, directories=tuple(spaces), pth=first.pth) if first else None

    def _others(self, leaf: bytes, directory: bytes, found: Place) -> list[bytes]:
        """Further directories of a package that extends its ``__path__`` over several (pkgutil, pkg_resources)."""
        if found.use != Use.SITE:
            return []
        paths = (place.path + b"/" + leaf for place in self._places if place.use == Use.SITE and place is not found)
        return [path for path in paths if path != directory and self._tree.is_directory(path)]

    def _extensions(self, directory: bytes) -> dict[bytes, bytes]:
        paths = self._tree.files.get(directory, ())
        names = ((_EXTENSION.match(path, path.rfind(b"/") + 1), path) for path in paths if path.endswith(b".so"))
        return {match[1]: path for match, path in names if match}

    def want(self, name: str, proof: Proof, certain: bool = True) -> bool:
        """Notes that a module is imported, with the packages that it lies in. Whether any of it was found."""
        if (name, certain) in self._asked:
            return self.locate(name.partition(".")[0]) is not None
        self._asked.add((name, certain))
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            part = ".".join(parts[:end])
            module = self.locate(part)
            if module is None:
                return end > 1
            self._reach(part, module, certain, proof)
        return True

    def want_file(self, entry: int, name: str, proof: Proof) -> None:
        """Notes that a file of the application is run or imported."""
        self._reach(
            name,
            Module(entry=entry, path=self._ledger.filesystem.paths[entry], use=Use.APPLICATION, directories=()),
            True,
            proof,
        )

    def want_text(self, content: bytes, path: bytes, proof: Proof) -> None:
        """Follows code that is no module: of the command line, or a console script; ``path`` is the file that runs it."""
        self._follow(
            "", Module(entry=None, path=path, use=Use.APPLICATION, directories=()), parse(content), content, True, proof
        )

    def want_command(self, distribution: str, command: str, proof: Proof) -> None:
        """Follows a console script that asks for its entry point by the names of its distribution and command."""
        found = self._named.get(normalized(distribution))
        if found is not None:
            self.keep(found, proof)
            if command in found.scripts:
                self.want(found.scripts[command], proof)

    def keep(self, distribution: Distribution, proof: Proof, extras: frozenset[str] = frozenset()) -> None:
        """Takes a distribution, and what its metadata requires."""
        known = self._extras.get(distribution.name)
        if known is not None and extras <= known:
            return
        self._extras[distribution.name] = extras | (known or frozenset())
        if known is None:
            self.kept[distribution.name] = distribution, proof
        self._requiring.append(distribution)

    def _require(self, distribution: Distribution) -> None:
        """Takes what the metadata of a distribution requires, where the image has it."""
        information = distribution.information
        path = information + b"/METADATA" if information.endswith(b".dist-info") else information
        proof = (Because("required by the metadata of", path), *self.kept[distribution.name][1])
        for name, asked in required(distribution, self._extras[distribution.name], self._markers):
            other = self._named.get(name)
            if other is None:
                continue
            fresh = name not in self.kept
            self.keep(other, proof, asked)
            for module in self._top_modules(other) if fresh else ():
                self.want(module, self.kept[name][1], certain=False)

    def _top_modules(self, distribution: Distribution) -> list[str]:
        start = len(distribution.site) + 1
        tops = {path[start:].partition(b"/")[0].partition(b".")[0] for path in (*distribution.files, *distribution.trees)}
        return [name for name in (top.decode("utf-8", "replace") for top in sorted(tops)) if name.isidentifier()]

    def run(self) -> None:
        """Follows everything that was asked for to its end; what runs for certain first."""
        while self._certain or self._requiring or self._perhaps:
            if not self._certain and self._requiring:
                self._require(self._requiring.pop())
                continue
            visit = (self._certain or self._perhaps).popleft()
            entry = visit.module.entry
            if entry is None or not visit.module.path.endswith(b".py"):
                continue
            content = self._tree.content(entry)
            source = parse(content) if visit.module.use == Use.APPLICATION else scan(content)
            self._follow(visit.name, visit.module, source, content, visit.certain, visit.proof)
            if not self._certain and self._computed:
                waiting, self._simple = self._simple, []
                for name, proof in waiting:
                    self._name(name, proof)

    def _reach(self, name: str, module: Module, certain: bool, proof: Proof) -> None:
        if module.use == Use.STANDARD:
            self.standard.setdefault(name, proof)
            return
        if module.entry is None:
            return
        if module.asked:
            self._ledger.ask(module.asked, Role.DATA if module.use == Use.APPLICATION else Role.DEPENDENCY, proof)
        if module.pth is not None:
            self._take_pth(module.pth, proof)
        if module.use == Use.SITE:
            allowed = self._own(module, certain, proof)
            if allowed is None:
                return
            proof = allowed
        elif module.entry not in self.application:
            self.application[module.entry] = proof
            self._ledger.add(module.entry, Role.DATA, proof)
        if self._seen.get((name, module.entry), False) or (self._seen.get((name, module.entry)) is False and not certain):
            return
        self._seen[name, module.entry] = certain
        (self._certain if certain else self._perhaps).append(Visit(name, module, certain, proof))

    def _own(self, module: Module, certain: bool, proof: Proof) -> Proof | None:
        """Takes what a module in site-packages belongs to. Its proof; None for tools that are imported only perhaps."""
        owner = self._owners.get(module.path) or self._tree_owner(module.path)
        if owner is None:
            self.strays.setdefault(module.path, proof)
            return proof
        if owner.name in knowledge().tools and not certain and owner.name not in self.kept:
            return None
        self.keep(owner, proof)
        if b"/tests/" in module.path:
            self.tests.add(module.path[: module.path.index(b"/tests/") + 7])
        return self.kept[owner.name][1]

    def _tree_owner(self, path: bytes) -> Distribution | None:
        while path:
            if path in self._trees:
                return self._trees[path]
            stem = path.partition(b".")[0] if path.endswith((b".py", b".so")) else path
            if stem in self._trees:
                return self._trees[stem]
            path = path.rpartition(b"/")[0]
        return None

    def _take_pth(self, pth: int, proof: Proof) -> None:
        path = self._ledger.filesystem.paths[pth]
        self._ledger.add(pth, Role.DEPENDENCY, proof)
        owner = self._owners.get(path)
        if owner is not None:
            self.keep(owner, proof)

    def _follow(self, name: str, module: Module, source: Source, content: bytes, certain: bool, proof: Proof) -> None:
        own = module.use == Use.APPLICATION
        here = (Because("imported by", module.path), *proof)
        package = name if module.path.endswith((b"/__init__.py", b"/__init__.pyc")) else name.rpartition(".")[0]
        for imported in source.imports:
            self._import(imported, package, here, own or (certain and not imported.lazy), module if own else None)
        for library in source.libraries:
            self.libraries.setdefault(library, (Because("loaded by ctypes in", module.path), *proof))
        for group, double, single in self._groups:
            if double in content or single in content:
                self._plugin_group(group, module, proof)
        if own:
            self._strings(source, module, proof)
        elif source.dynamic:
            self._every_module(module, proof)

    def _import(self, imported: Imported, package: str, here: Proof, certain: bool, asker: Module | None) -> None:
        base = imported.module
        if imported.level:
            parts = package.split(".") if package else []
            parts = parts[: len(parts) - imported.level + 1]
            if not parts:
                return
            base = ".".join((*parts, base)) if base else ".".join(parts)
        if not base:
            return
        found = self.want(base, here, certain)
        for name in imported.names if found else ():
            if name != "*" and self.locate(f"{base}.{name}") is not None:
                self.want(f"{base}.{name}", here, certain)
        if not found and asker is not None and not imported.tried:
            self._missing(base, asker)

    def _missing(self, name: str, asker: Module) -> None:
        if name.partition(".")[0] not in sys.stdlib_module_names and "\n" not in name:
            self._ledger.miss(asker.path, f"imports {printable(name)}, which is not in the image")

    def _strings(self, source: Source, module: Module, proof: Proof) -> None:
        named = (Because("named by a string in", module.path), *proof)
        if source.dynamic:
            self._computed = self._computed or proof
            self._ledger.miss(module.path, "imports modules by names that it computes; all modules of the application are kept")
        for text in source.strings:
            if "." in text or source.lists_applications:
                self._name(text, named)
            else:
                self._simple.append((text, named))
        for words in source.programs:
            self.programs.setdefault(words, (Because("started by", module.path), *proof))

    def _name(self, text: str, proof: Proof) -> None:
        """A string that may name a module of the application or of a distribution, perhaps with an attribute behind."""
        top = self.locate(text.partition(".")[0])
        if top is not None and top.use != Use.STANDARD and (top.entry is not None or "." in text):
            self.want(text, proof)

    def _plugin_group(self, group: str, module: Module, proof: Proof) -> None:
        for item in self._plugins.get(group, ()):
            if item.name in knowledge().tools and item.name not in self.kept:
                continue
            self.keep(item, (Because(f"plugin of the group {printable(group)}, which is loaded by", module.path), *proof))
            for name in item.plugins[group]:
                self.want(name, self.kept[item.name][1], certain=False)

    def _every_module(self, module: Module, proof: Proof) -> None:
        """A distribution that imports by computed names may import any module of its own."""
        owner = self._owners.get(module.path)
        if owner is None or owner.name in self._whole or owner.name in knowledge().tools:
            return
        self._whole.add(owner.name)
        start = len(owner.site) + 1
        for path in owner.files:
            if path.endswith(b".py") and b"/tests/" not in path and path.startswith(owner.site + b"/"):
                name = path[start:-3].replace(b"/", b".").decode("utf-8", "replace").removesuffix(".__init__")
                entry = self._tree.entry(path)
                if entry is not None:
                    self._reach(name, Module(entry=entry, path=path, use=Use.SITE, directories=()), False, proof)
