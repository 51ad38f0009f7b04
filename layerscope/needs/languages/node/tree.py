"""The final filesystem as Node.js asks it: what lies below a directory, what a package says of itself, what a source says."""

import msgspec

from layerscope.core.errors import ImageError
from layerscope.core.limits import PICKED_FILE_BYTES
from layerscope.core.names import path_bytes
from layerscope.layers.index import Kind
from layerscope.needs.ledger import Ledger, normal

MODULES = b"node_modules"
SOURCES = (b".js", b".mjs", b".cjs", b".ts", b".tsx", b".mts", b".cts", b".jsx")
SCRIPTS = (b".js", b".mjs", b".cjs", b".json")
TYPED = (b".ts", b".tsx", b".mts", b".cts", b".jsx")
_BOM = b"\xef\xbb\xbf"


class Manifest(msgspec.Struct, rename="camel", kw_only=True):
    """What a package.json says that running it needs. Values that have several forms are kept as they are."""

    name: object = ""
    version: object = ""
    main: object = ""
    type: object = ""
    bin: object = None
    exports: object = None
    imports: object = None
    workspaces: object = None
    scripts: object = None
    dependencies: object = None
    optional_dependencies: object = None
    peer_dependencies: object = None
    dev_dependencies: object = None
    bundle_dependencies: object = None

    @property
    def title(self) -> str:
        """The name, "" for one that is no text."""
        return self.name if isinstance(self.name, str) else ""

    @property
    def release(self) -> str:
        """The version, "" for one that is no text."""
        return self.version if isinstance(self.version, str) else ""

    def names(self, *tables: object) -> tuple[str, ...]:
        """The keys of the given tables of dependencies, each once."""
        return tuple(dict.fromkeys(key for table in tables if isinstance(table, dict) for key in table if isinstance(key, str)))

    @property
    def needed(self) -> tuple[str, ...]:
        """Packages that ``npm install --omit=dev`` installs along with this one."""
        return self.names(self.dependencies, self.optional_dependencies, self.peer_dependencies)

    def script(self, name: str) -> str:
        """A line of ``scripts``, "" when there is none."""
        line = self.scripts.get(name) if isinstance(self.scripts, dict) else None
        return line if isinstance(line, str) else ""

    def commands(self) -> dict[str, str]:
        """The commands of ``bin`` with their files; a lone file has the package's own name."""
        if isinstance(self.bin, str):
            return {self.title.rpartition("/")[2]: self.bin}
        if not isinstance(self.bin, dict):
            return {}
        return {name: path for name, path in self.bin.items() if isinstance(name, str) and isinstance(path, str)}


class Tree:
    """Paths are as the filesystem stores them, without a leading slash.

    Sources in compressed layers are read in one pass for all that lie below the directories given to :meth:`expect`.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._expected: list[bytes] = []
        self._contents: dict[int, bytes] = {}
        self._manifests: dict[bytes, Manifest | None] = {}

    def below(self, directory: bytes) -> list[bytes]:
        """Everything below a directory that is no directory itself."""
        visible, kinds = self.ledger.filesystem.visible, self.ledger.filesystem.kinds
        return [path for path in self.ledger.filesystem.below(directory) if kinds[visible[path]] != Kind.DIRECTORY]

    def is_directory(self, path: bytes) -> bool:
        """Whether there is a directory of that path, symbolic links followed."""
        filesystem = self.ledger.filesystem
        traced = filesystem.trace(path)
        return filesystem.has_below(traced.path) if traced.entry is None else filesystem.kinds[traced.entry] == Kind.DIRECTORY

    def file(self, path: bytes) -> int | None:
        """The entry of the file that a path leads to, symbolic links followed; None when there is none."""
        entry = self.ledger.filesystem.trace(path).entry
        return entry if entry is not None and self.ledger.is_file(entry) else None

    def real(self, path: bytes) -> bytes:
        """The path with all its symbolic links followed."""
        return self.ledger.filesystem.trace(path).path

    def manifest(self, directory: bytes) -> Manifest | None:
        """The package.json of a directory; None when there is none that can be read."""
        path = directory + b"/package.json" if directory else b"package.json"
        if path not in self._manifests:
            entry = self.file(path)
            content = self.content(entry) if entry is not None else b""
            try:
                found = msgspec.json.decode(content.removeprefix(_BOM), type=Manifest) if content else None
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                found = None
            self._manifests[path] = found
        return self._manifests[path]

    def project(self, directory: bytes) -> bytes | None:
        """The nearest directory with a package.json, from ``directory`` upwards; None when there is none."""
        while True:
            if self.manifest(directory) is not None:
                return directory
            if not directory or directory.rpartition(b"/")[2] == MODULES:
                return None
            directory = directory.rpartition(b"/")[0]

    def expect(self, paths: list[bytes]) -> None:
        """Says that these files may be read."""
        self._expected += paths

    def content(self, entry: int) -> bytes:
        """The content of a file, nothing when it is too large or cannot be read."""
        ledger = self.ledger
        holder = ledger.filesystem.holder(entry)
        if ledger.filesystem.sizes[holder] > PICKED_FILE_BYTES or ledger.filesystem.kinds[holder] != Kind.REGULAR:
            return b""
        if self._expected:
            self._load()
        if holder in self._contents:
            return self._contents[holder]
        try:
            return ledger.read(holder)
        except ImageError:
            return b""

    def _load(self) -> None:
        """Reads what is expected out of the compressed layers, each of which is inflated once for it."""
        filesystem, contents = self.ledger.filesystem, self.ledger.contents
        wanted: dict[int, list[int]] = {}
        for path in dict.fromkeys(self._expected):
            holder = filesystem.holder(filesystem.visible[path])
            if filesystem.kinds[holder] == Kind.REGULAR and filesystem.sizes[holder] <= PICKED_FILE_BYTES:
                wanted.setdefault(filesystem.layers[holder], []).append(holder)
        self._expected.clear()
        for layer, holders in wanted.items():
            if contents.plain(layer):
                continue
            start = filesystem.starts[layer]
            found = contents.read_many(layer, [holder - start for holder in holders])
            self._contents.update((row + start, content) for row, content in found.items())


def below(directory: bytes, path: str) -> bytes:
    """A path as a program that was started in ``directory`` means it."""
    name = stored_path(path)
    return normal(name if path.startswith("/") else directory + b"/" + name)


def stored_path(path: str) -> bytes:
    """An absolute path of a command or of ENV as the filesystem stores it."""
    return normal(path_bytes(path))
