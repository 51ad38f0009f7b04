"""Packages as Node.js finds them: the nearest ``node_modules`` upwards, links followed to where the package lies.

Algorithm: Node's "Modules: CommonJS modules", "All together"; "Modules: Packages". pnpm's farms of links and the links of
workspaces need nothing of their own, for Node looks from where a package really lies.
"""

from collections.abc import Iterable

from layerscope.core.names import path_bytes
from layerscope.needs.languages.node.knowledge import knowledge
from layerscope.needs.languages.node.tree import MODULES, Tree
from layerscope.needs.model import Because

Proof = tuple[Because, ...]
_ENDINGS = (b"", b".js", b".json", b".node", b".mjs", b".cjs")
_TYPED_ENDINGS = (b".ts", b".tsx", b".mts", b".cts", b".jsx")
_COMPILED_NAMES = {b".js": (b".ts", b".tsx"), b".jsx": (b".tsx",), b".mjs": (b".mts",), b".cjs": (b".cts",)}


class Packages:
    """``kept`` maps the real directory of each package that is needed to its proof; ``asked`` are the paths by which packages
    are reached through links, ``missing`` what the application asks for and the image does not have."""

    def __init__(self, tree: Tree, everywhere: tuple[bytes, ...], typescript: bool = False) -> None:
        self.tree = tree
        self.kept: dict[bytes, Proof] = {}
        self.asked: dict[bytes, Proof] = {}
        self._everywhere = everywhere
        self._endings = (*_ENDINGS, *_TYPED_ENDINGS) if typescript else _ENDINGS
        self._typescript = typescript

    def find(self, name: str, directory: bytes) -> bytes | None:
        """The path, links not followed, by which a package is found from a directory; None when it is not there."""
        place = path_bytes(name)
        while True:
            if directory.rpartition(b"/")[2] != MODULES:
                path = b"/".join((directory, MODULES, place)) if directory else MODULES + b"/" + place
                if self.tree.is_directory(path):
                    return path
            if not directory:
                break
            directory = directory.rpartition(b"/")[0]
        return next((path for base in self._everywhere if self.tree.is_directory(path := base + b"/" + place)), None)

    def want(self, name: str, directory: bytes, proof: Proof) -> bool:
        """Takes a package as needed with all that it needs; whether it is there."""
        waiting = [(name, directory, proof)]
        found = True
        while waiting:
            asked, place, because = waiting.pop()
            path = self.find(asked, place)
            if path is None:
                found = found and asked != name
                continue
            waiting += self.keep(path, because)
        return found

    def keep(self, path: bytes, because: Proof) -> list[tuple[str, bytes, Proof]]:
        """Takes the package at a path; what it needs itself, with where it looks for that."""
        self.asked.setdefault(path, because)
        real = self.tree.real(path)
        if real in self.kept:
            return []
        self.kept[real] = because
        manifest = self.tree.manifest(real)
        if manifest is None:
            return []
        record = real + b"/package.json"
        proof = (Because("a dependency of", record), *because)
        return [(name, real, proof) for name in manifest.needed]

    def take(self, path: bytes, because: Proof) -> None:
        """Takes the package at a path with all that it needs."""
        for name, directory, proof in self.keep(path, because):
            self.want(name, directory, proof)

    def source(self, asked: str, directory: bytes) -> int | None:
        """The entry of the file that a relative or absolute name means; None when there is none."""
        name = path_bytes(asked).removeprefix(b"file://").partition(b"?")[0]
        path = name if name.startswith(b"/") else directory + b"/" + name
        if not path.endswith(b"/"):
            found = self._with_ending(path)
            if found is not None:
                return found
        real = self.tree.real(path)
        manifest = self.tree.manifest(real)
        main = manifest.main if manifest is not None and isinstance(manifest.main, str) else ""
        candidates: Iterable[bytes] = (real + b"/" + path_bytes(main),) if main else ()
        for candidate in candidates:
            for place in (candidate, candidate + b"/index"):
                found = self._with_ending(place)
                if found is not None:
                    return found
        return self._with_ending(real + b"/index")

    def _with_ending(self, path: bytes) -> int | None:
        for ending in self._endings:
            entry = self.tree.file(path + ending)
            if entry is not None:
                return entry
        stem, dot, ending = path.rpartition(b".")
        if self._typescript and dot:
            for other in _COMPILED_NAMES.get(dot + ending, ()):
                entry = self.tree.file(stem + other)
                if entry is not None:
                    return entry
        return None


def package_of(specifier: str) -> str:
    """The package's name in ``express``, ``lodash/fp``, ``@scope/name/part``; "" for what is no package."""
    if specifier.startswith((".", "/", "#", "node:", "file:", "data:", "http:", "https:")) or not specifier:
        return ""
    parts = specifier.split("/")
    name = "/".join(parts[:2]) if specifier.startswith("@") else parts[0]
    if name in knowledge().node.builtins or (specifier.startswith("@") and len(parts) < 2):
        return ""
    return name


def owner(path: bytes) -> bytes | None:
    """The directory of the installed package that a file lies in; None when it lies in none."""
    head, separator, rest = path.rpartition(MODULES + b"/")
    if not separator or (head and not head.endswith(b"/")):
        return None
    parts = rest.split(b"/")
    depth = 2 if rest.startswith(b"@") else 1
    return head + separator + b"/".join(parts[:depth]) if len(parts) > depth else None
