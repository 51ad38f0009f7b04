"""Runs of plain tar headers, read by a compiled helper where the installation has one.

Nine headers of ten are plain: a name, octal numbers, and nothing that changes what another header means. :data:`scan` reads a
run of those in a twentieth of the time that Python takes, and stops at the first header that is anything else; then
:class:`TarWalk` goes on, which reads every header and alone decides what it means. Without a C compiler
at installation ``scan`` is None, and the walk reads all of them.
"""

from collections.abc import Callable
from typing import NamedTuple


class Run(NamedTuple):
    """Entries of consecutive headers, as columns of native numbers in bytes.

    ``following`` is where the header after them begins in the view. ``paths`` are normalised and each ended by NUL, ``links``
    likewise the targets, as written, of those rows that are symbolic or hard links. ``kinds`` has a byte a row
    (:class:`Kind`); ``sizes``, ``offsets``, ``uids`` and ``gids`` are unsigned numbers of 8 bytes,
    ``mtimes`` signed ones, ``modes`` unsigned ones of 2. ``breaks`` are the rows whose directory is another than the row's
    before, and ``wanted`` those regular files whose name says that their content may be asked for, never one too few: unsigned
    numbers of 4 bytes.
    """

    following: int
    paths: bytes
    kinds: bytes
    sizes: bytes
    offsets: bytes
    modes: bytes
    uids: bytes
    gids: bytes
    mtimes: bytes
    links: bytes
    breaks: bytes
    wanted: bytes


_Values = tuple[int, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes]
Scan = Callable[[memoryview, int, int, bytes], _Values]
"""``scan(view, position, base, tails)`` gives the values of a :class:`Run`: the plain headers from ``view[position:]`` on,
whose first byte lies ``base`` bytes into the tar. ``tails`` are the last four bytes of names that may be wanted, as sorted
native numbers of 4 bytes; nothing is wanted when there are none."""

scan: Scan | None
try:
    from layerscope.layers.scan._scan import scan
except ImportError:
    scan = None
