"""Contents of files of which a program has many: those in compressed layers are read ahead, each layer in one pass."""

from collections.abc import Callable, Iterable, Iterator

from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.needs.ledger import Ledger


class Reader:
    """``limit`` gives the largest size, in bytes, that a file of a path may have to be read."""

    def __init__(self, ledger: Ledger, limit: Callable[[bytes], int]) -> None:
        self._ledger = ledger
        self._limit = limit
        self._expected: list[Iterable[bytes]] = []
        self._contents: dict[int, bytes] = {}

    def expect(self, paths: Iterable[bytes]) -> None:
        """Says that these files may be read. The paths are gone through once the first file of a compressed layer is read."""
        self._expected.append(paths)

    def content(self, entry: int | None) -> bytes:
        """The content of a file; nothing when there is none, it is too large, or it cannot be read."""
        if entry is None or not self._is_readable(entry):
            return b""
        filesystem = self._ledger.filesystem
        holder = filesystem.holder(entry)
        if self._expected and not self._ledger.contents.plain(filesystem.layers[holder]):
            self._read_ahead()
        known = self._contents.get(holder)
        return self._ledger.content(holder) if known is None else known

    def _is_readable(self, entry: int) -> bool:
        filesystem = self._ledger.filesystem
        holder = filesystem.holder(entry)
        return filesystem.kinds[holder] == Kind.REGULAR and filesystem.sizes[holder] <= self._limit(filesystem.paths[entry])

    def _read_ahead(self) -> None:
        filesystem, contents = self._ledger.filesystem, self._ledger.contents
        for layer, wanted in rows_by_layer(filesystem, dict.fromkeys(self._holders())).items():
            start = filesystem.starts[layer]
            found = {} if contents.plain(layer) else contents.read_many(layer, wanted)
            self._contents.update((row + start, content) for row, content in found.items())

    def _holders(self) -> Iterator[int]:
        """The entries that store what is expected."""
        filesystem, expected = self._ledger.filesystem, self._expected
        self._expected = []
        entries = (filesystem.visible[path] for paths in expected for path in paths)
        return (filesystem.holder(entry) for entry in entries if self._is_readable(entry))


def rows_by_layer(filesystem: Filesystem, holders: Iterable[int]) -> dict[int, list[int]]:
    """The layers that store entries, and the rows of the entries in them."""
    rows: dict[int, list[int]] = {}
    for holder in holders:
        rows.setdefault(filesystem.layers[holder], []).append(filesystem.row(holder))
    return rows
