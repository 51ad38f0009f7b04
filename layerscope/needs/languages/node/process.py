"""A start of Node.js: what its words say, and the packages that it finds."""

from msgspec import Struct

from layerscope.core.paths import normal_path
from layerscope.needs.follower import Start
from layerscope.needs.languages.node.command import Run
from layerscope.needs.languages.node.knowledge import knowledge
from layerscope.needs.languages.node.packages import Packages, owner
from layerscope.needs.languages.node.tree import Tree
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Because, Proof
from layerscope.needs.trees import located, parent


class Process(Struct, frozen=True, eq=False, kw_only=True):
    """``run`` is what the words say, ``path`` the file that is run (b"" for code), ``proof`` why it runs; ``packages`` collects
    those that are kept."""

    start: Start
    packages: Packages
    run: Run
    proof: Proof
    path: bytes = b""

    @property
    def ledger(self) -> Ledger:
        """The account of what is needed."""
        return self.start.ledger

    @property
    def tree(self) -> Tree:
        """The final filesystem."""
        return self.packages.tree

    @property
    def here(self) -> bytes:
        """The directory that it is started in."""
        return self.located(".")

    @property
    def package(self) -> bytes | None:
        """The installed package that the file lies in, None where it is the application's own."""
        return owner(self.path)

    def located(self, word: str) -> bytes:
        """The path that a word or variable names."""
        return located(self.start.directory, word)

    def because(self, what: str, path: bytes = b"") -> Proof:
        """A step of a proof in front of why the process runs."""
        return (Because(what, path), *self.proof)


def everywhere(start: Start) -> tuple[bytes, ...]:
    """Directories in which packages are looked for after all ``node_modules``: NODE_PATH, and node's own."""
    table = knowledge().node
    prefix = parent(parent(start.program.path))
    home = start.environment.get("HOME", "/root")
    named = [
        *filter(None, start.environment.get("NODE_PATH", "").split(":")),
        f"{home}/.node_modules",
        f"{home}/.node_libraries",
    ]
    found = [located("/", path) for path in named]
    found += [normal_path(prefix + b"/" + path.encode()) for path in table.globals[1:]]
    found += [path.replace("{multiarch}", start.triplet).encode() for path in table.system if prefix == b"usr"]
    return tuple(found)
