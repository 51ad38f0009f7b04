"""The final filesystem as Node.js asks it: what lies below a directory, what a package says of itself, what a source says."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from layerscope.core.limits import PICKED_FILE_BYTES
from layerscope.core.untrusted import read_json
from layerscope.needs.ledger import Ledger
from layerscope.needs.reader import Reader
from layerscope.needs.trees import joined, upwards

MODULES = b"node_modules"
SCRIPTS = (b".js", b".mjs", b".cjs", b".json")
TYPED = (b".ts", b".tsx", b".mts", b".cts", b".jsx")
SOURCES = (*SCRIPTS[:-1], *TYPED)


class Manifest(msgspec.Struct, rename="camel", kw_only=True):
    """What a package.json says that running it needs. Values that have several forms are kept as they are."""

    name: object = ""
    version: object = ""
    main: object = ""
    bin: object = None
    imports: object = None
    scripts: object = None
    dependencies: object = None
    optional_dependencies: object = None
    peer_dependencies: object = None

    @property
    def title(self) -> str:
        """The name, "" for one that is no text."""
        return _text(self.name)

    @property
    def release(self) -> str:
        """The version, "" for one that is no text."""
        return _text(self.version)

    @property
    def entry(self) -> str:
        """The file that the package's name means, "" where it does not say."""
        return _text(self.main)

    @property
    def needed(self) -> tuple[str, ...]:
        """Packages that ``npm install --omit=dev`` installs along with this one."""
        return tuple(_table(self.dependencies) | self.optional)

    @property
    def optional(self) -> dict[str, object]:
        """The packages among them without which it works as well."""
        return _table(self.optional_dependencies) | _table(self.peer_dependencies)

    def script(self, name: str) -> str:
        """A line of ``scripts``, "" when there is none."""
        return _text(_table(self.scripts).get(name))

    def commands(self) -> dict[str, str]:
        """The commands of ``bin`` with their files; a lone file has the package's own name."""
        if isinstance(self.bin, str):
            return {self.title.rpartition("/")[2]: self.bin}
        return {name: path for name, path in _table(self.bin).items() if isinstance(path, str)}

    def targets(self, name: str) -> list[str]:
        """The targets of ``imports`` for a name, under all conditions, a star in it filled in."""
        for key, value in _table(self.imports).items():
            if key == name:
                return _texts(value)
            if (middle := _starred(key, name)) is not None:
                return [text.replace("*", middle) for text in _texts(value)]
        return []


def _starred(key: str, name: str) -> str | None:
    """What the star in a key stands for where the key means a name; None where it does not."""
    head, star, tail = key.partition("*")
    is_meant = star and name.startswith(head) and name.endswith(tail)
    return name[len(head) : len(name) - len(tail)] if is_meant else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _table(value: object) -> dict[str, object]:
    return {key: inside for key, inside in value.items() if isinstance(key, str)} if isinstance(value, dict) else {}


def _texts(value: object, depth: int = 8) -> list[str]:
    """The texts in a value, those of its tables and lists among them."""
    if isinstance(value, str):
        return [value]
    return [text for item in _items(value) for text in _texts(item, depth - 1)] if depth else []


def _items(value: object) -> Iterable[object]:
    match value:
        case dict():
            return value.values()
        case list():
            return value
    return ()


class Project(NamedTuple):
    """A directory with a package.json."""

    directory: bytes
    manifest: Manifest

    @property
    def record(self) -> bytes:
        """The path of its package.json."""
        return joined(self.directory, b"package.json")


class Tree:
    """Paths are as the filesystem stores them, without a leading slash."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.reader = Reader(ledger, lambda _: PICKED_FILE_BYTES)
        self._manifests: dict[bytes, Manifest | None] = {}

    def real(self, path: bytes) -> bytes:
        """The path with all its symbolic links followed."""
        return self.ledger.filesystem.trace(path).path

    def manifest(self, directory: bytes) -> Manifest | None:
        """The package.json of a directory; None when there is none that can be read."""
        if directory not in self._manifests:
            content = self.reader.content(self.ledger.file(joined(directory, b"package.json")))
            self._manifests[directory] = read_json(content, Manifest)
        return self._manifests[directory]

    def project(self, directory: bytes) -> Project | None:
        """The nearest directory with a package.json, from ``directory`` upwards within its package; None when there is none."""
        for place in upwards(directory):
            if (manifest := self.manifest(place)) is not None:
                return Project(place, manifest)
            if place.rpartition(b"/")[2] == MODULES:
                break
        return None

    def root(self, directory: bytes) -> bytes:
        """The directory of the nearest project, the given one where there is no project."""
        project = self.project(directory)
        return project.directory if project is not None else directory
