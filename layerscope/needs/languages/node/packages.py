"""Packages as Node.js finds them: the nearest ``node_modules`` upwards, links followed to where the package lies.

Algorithm: Node's "Modules: CommonJS modules", "All together"; "Modules: Packages". pnpm's farms of links and the links of
workspaces need no special case, for Node looks from where a package really lies.
"""

from collections.abc import Iterator

from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes
from layerscope.needs.languages.node.knowledge import knowledge
from layerscope.needs.languages.node.tree import MODULES, Project, Tree
from layerscope.needs.model import Because, Proof
from layerscope.needs.trees import is_directory, joined, parent, upwards

_ENDINGS = (b"", b".js", b".json", b".node", b".mjs", b".cjs")
_TYPED_ENDINGS = (b".ts", b".tsx", b".mts", b".cts", b".jsx")
_COMPILED_NAMES = {b"js": (b".ts", b".tsx"), b"jsx": (b".tsx",), b"mjs": (b".mts",), b"cjs": (b".cts",)}
_PACKAGE = expression(r"(?![./#]|(?:node|file|data|https?):)(?:@[^/]*/[^/]*|(?!@)[^/]*)")
_BUNDLES = tuple(b"/" + path_bytes(place) for place in knowledge().node.bundles)
_INSTALLED = expression(rb"(@[^/]*/[^/]*|(?!@)[^/]*)/")


class Packages:
    """``kept`` maps the real directory of each package that is needed to its proof; ``asked`` are the paths by which packages
    are reached through links."""

    def __init__(self, tree: Tree, everywhere: tuple[bytes, ...], typescript: bool = False) -> None:
        self.tree = tree
        self.kept: dict[bytes, Proof] = {}
        self.asked: dict[bytes, Proof] = {}
        self._everywhere = everywhere
        self._endings = (*_ENDINGS, *_TYPED_ENDINGS) if typescript else _ENDINGS
        self._compiled = _COMPILED_NAMES if typescript else {}

    def typed(self) -> "Packages":
        """The same packages, looked up by a program that reads TypeScript."""
        found = Packages(self.tree, self._everywhere, typescript=True)
        found.kept, found.asked = self.kept, self.asked
        return found

    def find(self, name: str, directory: bytes) -> bytes | None:
        """The path, links not followed, by which a package is found from a directory; None when it is not there."""
        places = (joined(place, MODULES) for place in self._upwards(directory) if place.rpartition(b"/")[2] != MODULES)
        for place in (*places, *self._everywhere):
            path = place + b"/" + path_bytes(name)
            if is_directory(self.tree.ledger, path):
                return path
        return None

    def _upwards(self, directory: bytes) -> Iterator[bytes]:
        """The directories upwards, to the root or to what a framework built to run by itself: it was copied there with all that
        it loads, and what it finds above was left out on purpose."""
        for place in upwards(directory):
            yield place
            if place.endswith(_BUNDLES) and is_directory(self.tree.ledger, joined(place, MODULES)):
                return

    def want(self, name: str, directory: bytes, proof: Proof) -> bool:
        """Takes a package as needed with all that it needs; whether it is there."""
        waiting = [(name, directory, proof)]
        found = True
        while waiting:
            asked, place, because = waiting.pop()
            path = self.find(asked, place)
            if path is None:
                found = found and asked != name
            else:
                waiting += self._keep(path, because)
        return found

    def take(self, path: bytes, because: Proof) -> None:
        """Takes the package at a path with all that it needs."""
        for name, directory, proof in self._keep(path, because):
            self.want(name, directory, proof)

    def _keep(self, path: bytes, because: Proof) -> list[tuple[str, bytes, Proof]]:
        """Takes the package at a path; what it needs itself, with where it looks for that."""
        self.asked.setdefault(path, because)
        real = self.tree.real(path)
        if real in self.kept:
            return []
        self.kept[real] = because
        manifest = self.tree.manifest(real)
        proof = (Because("a dependency of", real + b"/package.json"), *because)
        return [(name, real, proof) for name in manifest.needed] if manifest is not None else []

    def source(self, asked: str, directory: bytes) -> int | None:
        """The entry of the file that a relative or absolute name means; None when there is none."""
        name = path_bytes(asked).removeprefix(b"file://").partition(b"?")[0]
        path = name if name.startswith(b"/") else directory + b"/" + name
        files = map(self.tree.ledger.file, self._spellings(path))
        return next((entry for entry in files if entry is not None), None)

    def _spellings(self, path: bytes) -> Iterator[bytes]:
        """The files that a path may mean, in Node's order: itself with an ending, or what its directory names as its own."""
        if not path.endswith(b"/"):
            yield from self._with_endings(path)
        real = self.tree.real(path)
        manifest = self.tree.manifest(real)
        if manifest is not None and manifest.entry:
            main = real + b"/" + path_bytes(manifest.entry)
            yield from self._with_endings(main)
            yield from self._with_endings(main + b"/index")
        yield from self._with_endings(real + b"/index")

    def _with_endings(self, path: bytes) -> Iterator[bytes]:
        yield from (path + ending for ending in self._endings)
        stem, _, ending = path.rpartition(b".")
        yield from (stem + other for other in self._compiled.get(ending, ()))


def package_of(specifier: str) -> str:
    """The package's name in ``express``, ``lodash/fp``, ``@scope/name/part``; "" for what is no package."""
    found = _PACKAGE.match(specifier)
    return found[0] if found is not None and found[0] not in knowledge().node.builtins else ""


def home_of(tree: Tree, path: bytes) -> Project | None:
    """The package, or else the project, that a file lies in; None when it has no package.json."""
    package = owner(path)
    if package is None:
        return tree.project(parent(path))
    manifest = tree.manifest(package)
    return Project(package, manifest) if manifest is not None else None


def owner(path: bytes) -> bytes | None:
    """The directory of the installed package that a file lies in; None when it lies in none."""
    head, separator, rest = path.rpartition(MODULES + b"/")
    name = _INSTALLED.match(rest)
    is_inside = separator and (not head or head.endswith(b"/"))
    return head + separator + name[1] if is_inside and name is not None else None
