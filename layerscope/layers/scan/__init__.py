"""Runs of plain tar headers, read by a compiled helper where the installation has one.

Nine headers of ten are plain: a name, octal numbers, and nothing that changes what another header means. :data:`scan` reads a
run of those in a twentieth of the time that Python takes, and stops at the first header that is anything else; then
:class:`TarWalk` goes on, which reads every header and alone decides what it means. Without a C compiler
at installation ``scan`` is None, and the walk reads all of them.
"""

from collections.abc import Callable

from msgspec import Struct


class Run(Struct, frozen=True, kw_only=True):
    """Entries of consecutive headers, as columns of native numbers in bytes.

    ``following`` is where the header after them begins in the view. ``paths`` are normalised and each ended by NUL, ``links``
    likewise the targets, as written, of those rows that are symbolic or hard links. ``kinds`` has a byte a row
    (:class:`Kind`); ``numbers`` are sizes, offsets, modes, users, groups and times (:data:`layerscope.layers.index.NUMBERS`).
    ``breaks`` are the rows whose directory is another than the row's before, and ``wanted`` those regular files whose name says
    that their content may be asked for, never one too few: unsigned numbers of 4 bytes.
    """

    following: int
    paths: bytes
    kinds: bytes
    numbers: tuple[bytes, ...]
    links: bytes
    breaks: bytes
    wanted: bytes


_Values = tuple[int, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes]
Scan = Callable[[memoryview, int, int, bytes], _Values]
"""``scan(view, position, base, tails)`` gives what :func:`run_of` takes: the plain headers from ``view[position:]`` on, whose
first byte lies ``base`` bytes into the tar. ``tails`` are the last four bytes of names that may be wanted, as sorted native
numbers of 4 bytes; nothing is wanted when there are none."""

scan: Scan | None
try:
    from layerscope.layers.scan._scan import scan
except ImportError:
    scan = None


def run_of(values: _Values) -> Run:
    """What :data:`scan` found."""
    following, paths, kinds, *numbers, links, breaks, wanted = values
    return Run(following=following, paths=paths, kinds=kinds, numbers=tuple(numbers), links=links, breaks=breaks, wanted=wanted)
