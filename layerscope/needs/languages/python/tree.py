"""The files below the directories of ``sys.path``, by directory, and their contents."""

from collections.abc import Iterable
from itertools import compress

from layerscope.core.errors import ImageError
from layerscope.layers.index import Kind
from layerscope.needs.ledger import Ledger

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
TESTS = frozenset((b"tests", b"test", b"__tests__", b"testing_data"))


class Tree:
    """``files`` maps each directory below ``roots`` to the paths of what lies in it and is no directory.

    Contents of compressed layers are read in one pass, at the first question.
    """

    def __init__(self, ledger: Ledger, roots: Iterable[bytes]) -> None:
        self._ledger = ledger
        self.roots = tuple(sorted({root for root in roots if root}))
        self.files: dict[bytes, list[bytes]] = {}
        self._directories: dict[bytes, set[bytes]] = {}
        self._contents: dict[int, bytes] = {}
        self._loaded = False
        self._list()

    def _list(self) -> None:
        visible, kinds = self._ledger.filesystem.visible, self._ledger.filesystem.kinds
        for path in dict.fromkeys(path for root in self.roots for path in self._ledger.filesystem.below(root)):
            if kinds[visible[path]] == Kind.DIRECTORY:
                self._note(path)
                continue
            directory = path.rpartition(b"/")[0]
            known = self.files.get(directory)
            if known is None:
                self.files[directory] = [path]
                self._note(directory)
            else:
                known.append(path)

    def _note(self, directory: bytes) -> None:
        while directory:
            above = directory.rpartition(b"/")[0]
            inside = self._directories.setdefault(above, set())
            if directory in inside:
                return
            inside.add(directory)
            directory = above

    def directories_in(self, directory: bytes) -> set[bytes]:
        """Directories directly in a directory."""
        return self._directories.get(directory, set())

    def is_directory(self, path: bytes) -> bool:
        """Whether there is a directory of that path."""
        return path in self.files or path in self._directories or self._kind(path) == Kind.DIRECTORY

    def entry(self, path: bytes) -> int | None:
        """The entry of a file of that path, symbolic links not followed; None when there is none or it is a directory."""
        entry = self._ledger.filesystem.visible.get(path)
        return None if entry is None or self._ledger.filesystem.kinds[entry] == Kind.DIRECTORY else entry

    def _kind(self, path: bytes) -> int | None:
        entry = self._ledger.filesystem.visible.get(path)
        return None if entry is None else self._ledger.filesystem.kinds[entry]

    def real(self, path: bytes) -> bytes:
        """The path with its last component's symbolic link followed."""
        return self._ledger.filesystem.trace(path).path if self._kind(path) == Kind.SYMLINK else path

    def below(self, directory: bytes) -> list[bytes]:
        """Paths of all files below a directory."""
        found = list(self.files.get(directory, ()))
        for inside in self.directories_in(directory):
            found += self.below(inside)
        return found

    def read(self, path: bytes) -> bytes:
        """The content of a file, nothing when there is none, it is too large, or it cannot be read."""
        entry = self._ledger.filesystem.trace(path).entry
        return b"" if entry is None else self.content(entry)

    def content(self, entry: int) -> bytes:
        """The content of an entry, as :meth:`read`."""
        filesystem = self._ledger.filesystem
        holder = filesystem.holder(entry)
        if filesystem.sizes[holder] > _limit(filesystem.paths[entry]) or filesystem.kinds[holder] != Kind.REGULAR:
            return b""
        if not self._ledger.contents.plain(filesystem.layers[holder]):
            if not self._loaded:
                self._load()
            if holder in self._contents:
                return self._contents[holder]
        try:
            return self._ledger.read(holder)
        except ImageError:
            return b""

    def _load(self) -> None:
        """Reads what may be asked for out of the compressed layers, each of which is inflated once."""
        self._loaded = True
        filesystem = self._ledger.filesystem
        wanted: dict[int, list[int]] = {}
        for paths in self.files.values():
            if b"/tests/" in paths[0] or b"/site-packages/pip/" in paths[0] or b"/site-packages/setuptools/" in paths[0]:
                continue
            interesting = [path.endswith((b".py", b".pth", *_INFORMATION)) for path in paths]
            for path in compress(paths, interesting):
                holder = filesystem.holder(filesystem.visible[path])
                if filesystem.kinds[holder] == Kind.REGULAR and filesystem.sizes[holder] <= _limit(path):
                    wanted.setdefault(filesystem.layers[holder], []).append(holder)
        for layer, holders in wanted.items():
            if self._ledger.contents.plain(layer):
                continue
            start = filesystem.starts[layer]
            contents = self._ledger.contents.read_many(layer, [holder - start for holder in holders])
            self._contents.update((row + start, content) for row, content in contents.items())


def _limit(path: bytes) -> int:
    return _LARGEST_RECORD if path.endswith(_INFORMATION) else _LARGEST_SOURCE


def is_test(path: bytes, root: bytes) -> bool:
    """Whether a source file below ``root`` is a test by its name or by a directory that it lies in."""
    parts = path[len(root) + 1 :].split(b"/")
    name = parts[-1]
    return not TESTS.isdisjoint(parts[:-1]) or name.startswith(b"test_") or name.endswith(b"_test.py") or name == b"conftest.py"
