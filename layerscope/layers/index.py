"""What one layer holds, as columns: one row an entry of its tar, in the tar's order."""

from array import array
from collections.abc import Iterator
from enum import IntEnum
from functools import partial
from typing import Any

from msgspec import Struct, field

from layerscope.layers.elf import ElfFacts
from layerscope.sources.bytes.sparse import Parts


class Kind(IntEnum):
    """What an entry is. ``WHITEOUT`` and ``OPAQUE`` are the OCI layer specification's markers, not files."""

    REGULAR = 0
    DIRECTORY = 1
    SYMLINK = 2
    HARDLINK = 3
    DEVICE = 4
    FIFO = 5
    WHITEOUT = 6
    OPAQUE = 7


NUMBERS = {"sizes": "Q", "offsets": "Q", "modes": "H", "uids": "Q", "gids": "Q", "mtimes": "q", "parents": "I"}
"""The columns of numbers, in the order in which they are stored, each with its type (:mod:`array`)."""


def _numbers(name: str) -> Any:
    return field(default_factory=partial(array, NUMBERS[name]))


class LayerIndex(Struct, frozen=True, eq=False, kw_only=True):
    """The entries of one layer.

    ``paths`` are normalised bytes without a leading or trailing slash; the root directory is ``b""``. A whiteout has the path
    that it hides, an opaque marker the path of its directory. ``directories`` holds each distinct parent path once, and
    ``parents[i]`` is the position there of entry i's parent.

    ``sizes`` are the bytes of content (0 for everything but regular files), ``offsets`` where the content
    begins in the uncompressed tar, ``mtimes`` seconds since 1970, ``modes`` the permission bits (at most 0o7777).
    ``links`` maps symbolic links to their target as written and hard links to the normalised path of theirs.
    ``capabilities`` are those of files (capabilities(7)), as the tar writes them. ``contents`` holds what :class:`Picks` asked
    for; ``elf`` the facts of ELF files, where they were read in the same pass (compressed layers); ``sparse`` the parts of
    sparse files. ``tar_size`` is the length of the uncompressed tar. ``problem`` says why the index is incomplete, and is empty
    when it is whole.
    """

    paths: list[bytes] = field(default_factory=list)
    kinds: bytearray = field(default_factory=bytearray)
    sizes: "array[int]" = _numbers("sizes")
    offsets: "array[int]" = _numbers("offsets")
    modes: "array[int]" = _numbers("modes")
    uids: "array[int]" = _numbers("uids")
    gids: "array[int]" = _numbers("gids")
    mtimes: "array[int]" = _numbers("mtimes")
    parents: "array[int]" = _numbers("parents")
    directories: list[bytes] = field(default_factory=list)
    links: dict[int, bytes] = field(default_factory=dict)
    capabilities: dict[int, bytes] = field(default_factory=dict)
    contents: dict[int, bytes] = field(default_factory=dict)
    elf: dict[int, ElfFacts] = field(default_factory=dict)
    sparse: dict[int, Parts] = field(default_factory=dict)
    tar_size: int = 0
    problem: str = ""

    def __len__(self) -> int:
        return len(self.paths)

    def rows_of(self, kind: int) -> Iterator[int]:
        """The rows of one kind, in their order."""
        row = self.kinds.find(kind)
        while row >= 0:
            yield row
            row = self.kinds.find(kind, row + 1)

    @property
    def numbers(self) -> "tuple[array[int], ...]":
        """The columns of numbers, in the order of :data:`NUMBERS`."""
        return tuple(getattr(self, name) for name in NUMBERS)
