"""Which packages an application's own sources ask for: literal names, followed from the file that is run."""

from typing import NamedTuple

from layerscope.needs.languages.node.packages import Packages, Proof, owner, package_of
from layerscope.needs.languages.node.sources import requests
from layerscope.needs.languages.node.tree import SOURCES, Manifest, Tree
from layerscope.needs.model import Because

_MOST_FILES = 20_000


class Asked(NamedTuple):
    """A package that a source asks for, from its directory."""

    name: str
    directory: bytes
    proof: Proof


class Graph:
    """``files`` are the sources that were reached, ``packages`` what they ask for, ``computed`` those sources that
    make a name at run time."""

    def __init__(self, tree: Tree, packages: Packages) -> None:
        self._tree = tree
        self._packages = packages
        self.files: dict[int, Proof] = {}
        self.packages: dict[tuple[str, bytes], Asked] = {}
        self.computed: list[bytes] = []

    def follow(self, entries: list[int], proof: Proof) -> None:
        """Follows these sources to all that they reach, but not into packages."""
        waiting = [(entry, proof) for entry in entries]
        while waiting and len(self.files) < _MOST_FILES:
            entry, because = waiting.pop()
            if entry in self.files:
                continue
            self.files[entry] = because
            path = self._tree.ledger.filesystem.paths[entry]
            if path.endswith(SOURCES) or b"." not in path.rpartition(b"/")[2]:
                waiting += self._read(self._tree.content(entry), path, because)

    def follow_text(self, source: bytes, directory: bytes, proof: Proof) -> None:
        """Follows code of the command line, as if it lay in a directory."""
        for entry, because in self._read(source, directory + b"/[eval]", proof):
            self.follow([entry], because)

    def _read(self, source: bytes, path: bytes, because: Proof) -> list[tuple[int, Proof]]:
        found = requests(source)
        if found.computed:
            self.computed.append(path)
        directory = path.rpartition(b"/")[0]
        proof = (Because("imported by", path), *because)
        sources = []
        for name in found.modules:
            if name.startswith("#"):
                sources += [(entry, proof) for entry in self._inside(name, directory, proof)]
            elif name.startswith((".", "/", "file:")):
                entry = self._packages.source(name, directory)
                sources += [(entry, proof)] if entry is not None and self._is_own(entry) else []
            else:
                self.want(name, directory, proof)
        for name in found.paths:
            for place in (directory, self._tree.project(directory) or directory):
                entry = self._packages.source(name, place)
                if entry is not None and self._is_own(entry):
                    sources.append((entry, (Because("named by", path), *because)))
                    break
        return sources

    def want(self, specifier: str, directory: bytes, proof: Proof) -> None:
        """Notes the package that a name without a path means, where there is such a package."""
        package = package_of(specifier)
        if package and (package, directory) not in self.packages and self._packages.find(package, directory) is not None:
            self.packages[package, directory] = Asked(package, directory, proof)

    def _is_own(self, entry: int) -> bool:
        return owner(self._tree.ledger.filesystem.paths[entry]) is None

    def _inside(self, name: str, directory: bytes, proof: Proof) -> list[int]:
        """What a name of the package's own ``imports`` means: all of its conditions."""
        project = self._tree.project(directory)
        manifest = self._tree.manifest(project) if project is not None else None
        found = []
        for target in _targets(manifest, name):
            if target.startswith("."):
                entry = self._packages.source(target, project or b"")
                found += [entry] if entry is not None else []
            else:
                self.want(target, project or b"", proof)
        return found


def _targets(manifest: Manifest | None, name: str) -> list[str]:
    """The targets of ``imports`` for a name, a star in it filled in."""
    table = manifest.imports if manifest is not None and isinstance(manifest.imports, dict) else {}
    for key, value in table.items():
        head, star, tail = str(key).partition("*")
        if key == name:
            return _texts(value, 0)
        if star and name.startswith(head) and name.endswith(tail):
            middle = name[len(head) : len(name) - len(tail)]
            return [text.replace("*", middle) for text in _texts(value, 0)]
    return []


def _texts(value: object, depth: int) -> list[str]:
    if isinstance(value, str):
        return [value]
    inside = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for item in inside for text in _texts(item, depth + 1)] if depth < 8 else []
