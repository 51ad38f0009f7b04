"""The files below the directories of ``sys.path``, by directory, and their contents."""

from collections.abc import Iterable, Iterator
from itertools import chain

from layerscope.core.expressions import expression
from layerscope.layers.index import Kind
from layerscope.needs.ledger import Ledger
from layerscope.needs.reader import Reader
from layerscope.needs.trees import joined, parent, upwards

_LARGEST_SOURCE = 4 * 1024 * 1024
_LARGEST_RECORD = 64 * 1024 * 1024
_INFORMATION = (
    b"/METADATA",
    b"/PKG-INFO",
    b"/RECORD",
    b"/entry_points.txt",
    b"/requires.txt",
    b"/top_level.txt",
    b"/installed-files.txt",
)
_READ = (b".py", b".pth", *_INFORMATION)
_SELDOM_READ = expression(rb"/tests/|/site-packages/(?:pip|setuptools)/")
_TESTS = frozenset((b"tests", b"test", b"__tests__", b"testing_data"))


class Tree:
    """``files`` maps each directory below ``roots`` to the paths of what lies in it and is no directory.

    Contents of compressed layers are read in one pass, when the first is asked for.
    """

    def __init__(self, ledger: Ledger, roots: Iterable[bytes]) -> None:
        self._ledger = ledger
        self.roots = tuple(sorted(set(filter(None, roots))))
        self.files: dict[bytes, list[bytes]] = {}
        for path in dict.fromkeys(chain.from_iterable(map(ledger.files_below, self.roots))):
            self.files.setdefault(parent(path), []).append(path)
        self._directories = frozenset(chain.from_iterable(map(upwards, self.files)))
        self.reader = Reader(ledger, lambda path: _LARGEST_RECORD if path.endswith(_INFORMATION) else _LARGEST_SOURCE)
        self.reader.expect(self._expected())

    def _expected(self) -> Iterator[bytes]:
        """What may be asked for."""
        for directory, paths in self.files.items():
            if not _SELDOM_READ.search(directory + b"/"):
                yield from (path for path in paths if path.endswith(_READ))

    def _kind(self, path: bytes) -> int | None:
        entry = self._ledger.filesystem.visible.get(path)
        return None if entry is None else self._ledger.filesystem.kinds[entry]

    def is_directory(self, path: bytes) -> bool:
        """Whether there is a directory of that path."""
        return path in self._directories or self._kind(path) == Kind.DIRECTORY

    def is_module(self, path: bytes) -> bool:
        """Whether there is a package or a source of that path, the source's ending left out."""
        return self.is_directory(path) or self.entry(path + b".py") is not None

    def directories_in(self, directory: bytes) -> list[bytes]:
        """Directories directly in a directory, sorted."""
        paths = (joined(directory, name) for name in self._ledger.filesystem.children(directory))
        return list(filter(self.is_directory, paths))

    def entry(self, path: bytes) -> int | None:
        """The entry of a file of that path, symbolic links not followed; None when there is none or it is a directory."""
        return None if self._kind(path) in (None, Kind.DIRECTORY) else self._ledger.filesystem.visible[path]

    def real(self, path: bytes) -> bytes:
        """The path with its last component's symbolic link followed."""
        return self._ledger.filesystem.trace(path).path if self._kind(path) == Kind.SYMLINK else path

    def bytecode_of(self, source: bytes) -> list[bytes]:
        """The bytecode that the interpreter keeps beside a source."""
        directory, _, name = source.rpartition(b"/")
        cached = directory + b"/__pycache__"
        return [path for path in self.files.get(cached, ()) if path.startswith(cached + b"/" + name[:-2])]

    def read(self, path: bytes) -> bytes:
        """The content of a file, nothing when there is none, it is too large, or it cannot be read."""
        return self.reader.content(self._ledger.filesystem.trace(path).entry)


def is_test(path: bytes, root: bytes) -> bool:
    """Whether a source file below ``root`` is a test by its name or by a directory that it lies in."""
    *directories, name = path[len(root) + 1 :].split(b"/")
    return not _TESTS.isdisjoint(directories) or name.startswith((b"test_", b"conftest.py")) or name.endswith(b"_test.py")
