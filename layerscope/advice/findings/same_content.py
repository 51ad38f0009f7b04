"""Whether files have the same content, with a bound on how much is read to know it."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from layerscope.core.grouping import grouped
from layerscope.core.limits import COMPARED_BYTES
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.contents import Contents

_STEP = 1024 * 1024
_SAMPLE = 4096


class Sameness:
    """Compares what entries store.

    Uncompressed layers are read where the files lie, up to ``limits.COMPARED_BYTES`` in all. Compressed layers are read only
    when the comparison is ``thorough``, and then each is inflated once (:meth:`prepare`); nothing is bounded then. Without
    ``contents`` nothing can be compared.
    """

    def __init__(self, filesystem: Filesystem, contents: Contents | None, thorough: bool = False) -> None:
        self._filesystem = filesystem
        self._contents = contents
        self._thorough = thorough
        self._left = COMPARED_BYTES
        self._digests: dict[int, bytes] = {}

    def prepare(self, entries: Iterable[int]) -> None:
        """Reads the entries that lie in compressed layers, if the comparison is thorough."""
        contents, filesystem = self._contents, self._filesystem
        if contents is None or not self._thorough:
            return
        by_layer = grouped(set(entries) - self._digests.keys(), filesystem.layers.__getitem__)
        for layer in itertools.filterfalse(contents.plain, by_layer):
            found = contents.digests(layer, map(filesystem.row, by_layer[layer]))
            self._digests.update((filesystem.starts[layer] + row, digest) for row, digest in found.items())

    def comparable(self, entry: int) -> bool:
        """Whether the entry's content can be read for a comparison."""
        plain = self._contents is not None and self._contents.plain(self._filesystem.layers[entry])
        return plain or entry in self._digests

    def same(self, one: int, other: int) -> bool | None:
        """Whether two entries of the same size have the same content; None when that is not known."""
        if not (self.comparable(one) and self.comparable(other)):
            return None
        size = self._filesystem.sizes[one]
        if not self._digests.keys().isdisjoint((one, other)):
            digests = self._digest(one), self._digest(other)
            return digests[0] == digests[1] if all(digests) else None
        if size <= _SAMPLE:
            return self._stretch(one, 0, size) == self._stretch(other, 0, size) if self._may_read(2 * size) else None
        return same_stretches(partial(self._stretch, one), partial(self._stretch, other), size, self._may_read)

    def groups(self, entries: Sequence[int]) -> list[list[int]]:
        """Entries with the same content, two or more each; entries that could not be compared are in none."""
        found: list[list[int]] = []
        for members in sorted(_split(entries, self._filesystem.sizes.__getitem__), key=self._size_of_first, reverse=True):
            for alike in [members] if self._thorough else _split(members, self._sample):
                found += _split(alike, self._digest)
        return found

    def _size_of_first(self, entries: Sequence[int]) -> int:
        return self._filesystem.sizes[entries[0]]

    def _sample(self, entry: int) -> bytes:
        """A piece out of the middle: files of one size that have it in common mostly have everything in common."""
        if not self.comparable(entry) or not self._may_read(_SAMPLE):
            return b""
        return self._stretch(entry, max(0, self._filesystem.sizes[entry] // 2 - _SAMPLE // 2), _SAMPLE)

    def _digest(self, entry: int) -> bytes:
        """SHA-256 of the content, b"" when it is not known."""
        if entry not in self._digests:
            filesystem, contents = self._filesystem, self._contents
            if contents is None or not self.comparable(entry) or not self._may_read(filesystem.sizes[entry]):
                return b""
            row = filesystem.row(entry)
            self._digests[entry] = contents.digests(filesystem.layers[entry], (row,)).get(row, b"")
        return self._digests[entry]

    def _stretch(self, entry: int, start: int, size: int) -> bytes:
        filesystem, contents = self._filesystem, self._contents
        return contents.stretch(filesystem.layers[entry], filesystem.row(entry), start, size) if contents is not None else b""

    def _may_read(self, size: int) -> bool:
        if self._thorough:
            return True
        if size > self._left:
            return False
        self._left -= size
        return True


def same_stretches(
    one: Callable[[int, int], bytes], other: Callable[[int, int], bytes], size: int, may_read: Callable[[int], bool]
) -> bool | None:
    """Whether two contents of ``size`` bytes are the same; None when ``may_read`` forbids to know it.

    ``one`` and ``other`` give a stretch of their content by start and length; they are read side by side up to the first
    difference, which mostly is near the beginning. One that ends early is not the same.
    """
    at, step = 0, _SAMPLE
    while at < size:
        if not may_read(2 * min(step, size - at)):
            return None
        first = one(at, step)
        if not first or first != other(at, step):
            return False
        at, step = at + step, _STEP
    return True


def _split(entries: Iterable[int], key: Callable[[int], bytes | int]) -> list[list[int]]:
    """The entries that have a key in common with another, together; those without a key are left out."""
    return [members for identity, members in grouped(entries, key).items() if identity and len(members) > 1]
