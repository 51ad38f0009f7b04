"""Which packages an application's own sources ask for: literal names, followed from the file that is run."""

from collections.abc import Iterable, Iterator
from itertools import repeat

from layerscope.needs.languages.node.packages import Packages, owner, package_of
from layerscope.needs.languages.node.sources import Requests, requests
from layerscope.needs.languages.node.tree import SOURCES
from layerscope.needs.model import Because, Proof
from layerscope.needs.named.knowledge import is_ambiguous
from layerscope.needs.named.programs import words_of_line
from layerscope.needs.trees import parent

_MOST_FILES = 20_000


class Graph:
    """``files`` are the sources that were reached, ``packages`` what they ask for, each with the directory that it is looked
    for from, ``computed`` those sources that make a name at run time; ``words`` may be programs that they start,
    ``absolute`` are paths that they name."""

    def __init__(self, packages: Packages) -> None:
        self._tree = packages.tree
        self._packages = packages
        self.files: dict[int, Proof] = {}
        self.packages: dict[tuple[str, bytes], Proof] = {}
        self.computed: list[bytes] = []
        self.words: dict[str, Proof] = {}
        self.absolute: dict[str, Proof] = {}

    def follow(self, entries: Iterable[int], proof: Proof) -> None:
        """Follows these sources to all that they reach, but not into packages."""
        waiting = list(zip(entries, repeat(proof)))
        while waiting and len(self.files) < _MOST_FILES:
            entry, because = waiting.pop()
            if entry in self.files:
                continue
            self.files[entry] = because
            path = self._tree.ledger.filesystem.paths[entry]
            if path.endswith(SOURCES) or b"." not in path.rpartition(b"/")[2]:
                waiting += self._read(self._tree.reader.content(entry), path, because)

    def follow_text(self, source: bytes, directory: bytes, proof: Proof) -> None:
        """Follows code of the command line, as if it lay in a directory."""
        for entry, because in self._read(source, directory + b"/[eval]", proof):
            self.follow([entry], because)

    def follow_name(self, name: str, directory: bytes, proof: Proof) -> None:
        """Follows a module by the name that an option gives it: a source where it is a path, else a package."""
        if not name.startswith((".", "/", "file:")):
            self._want(name, directory, proof)
        elif (entry := self._packages.source(name, directory)) is not None:
            self.follow([entry], proof)

    def _read(self, source: bytes, path: bytes, because: Proof) -> Iterator[tuple[int, Proof]]:
        """The sources that a source asks for; its packages are noted."""
        found = requests(source)
        if found.computed:
            self.computed.append(path)
        self._note(found, (Because("a program by this name may be started by", path), *because))
        directory = parent(path)
        imported, named = (Because("imported by", path), *because), (Because("named by", path), *because)
        for name in found.modules:
            yield from zip(self._import(name, directory, imported), repeat(imported))
        for name in found.paths:
            yield from zip(self._own_source(name, directory, self._tree.root(directory)), repeat(named))

    def _note(self, found: Requests, proof: Proof) -> None:
        """Notes the programs that a source may start, and the paths that it names."""
        lines = (word for line in found.named.started for word in words_of_line(line))
        for word in (*lines, *(word for word in found.named.words if not is_ambiguous(word))):
            self.words.setdefault(word, proof)
        for path in found.named.paths:
            self.absolute.setdefault(path, (Because("named in", proof[0].path), *proof[1:]))

    def _import(self, name: str, directory: bytes, proof: Proof) -> list[int]:
        """The sources that a name means: of a path, of the project's own ``imports``; none for a package, which is noted."""
        if name.startswith("#"):
            return self._inside(name, directory, proof)
        if name.startswith((".", "/", "file:")):
            return self._own_source(name, directory)
        self._want(name, directory, proof)
        return []

    def _own_source(self, name: str, *directories: bytes) -> list[int]:
        """The source of no package that a path means, from the first directory where it means one."""
        entries = (self._packages.source(name, directory) for directory in directories)
        paths = self._tree.ledger.filesystem.paths
        return [entry for entry in entries if entry is not None and owner(paths[entry]) is None][:1]

    def _want(self, specifier: str, directory: bytes, proof: Proof) -> None:
        """Notes the package that a name without a path means, where there is such a package."""
        package = package_of(specifier)
        if package and (package, directory) not in self.packages and self._packages.find(package, directory) is not None:
            self.packages[package, directory] = proof

    def _inside(self, name: str, directory: bytes, proof: Proof) -> list[int]:
        """What a name of the project's own ``imports`` means under all conditions."""
        project = self._tree.project(directory)
        if project is None:
            return []
        found = []
        for target in project.manifest.targets(name):
            if target.startswith("."):
                found.append(self._packages.source(target, project.directory))
            else:
                self._want(target, project.directory, proof)
        return [entry for entry in found if entry is not None]
