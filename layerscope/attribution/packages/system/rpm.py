"""rpm's package database, in each of the three formats that rpm has had: SQLite, NDB and Berkeley DB.

A package's files are those that rpm says are on the disk: not the ones that it left out (documentation, with ``nodocs``) or
that another package's file replaced, but with its ghosts. A ghost (a log, a lock, compiled bytecode) is not in the package, yet
whatever makes it while the image is built is the package's doing, and ``rpm -qf`` names the package for it.

The formats are read by :mod:`.rpm_sqlite`, :mod:`.rpm_ndb` and :mod:`.rpm_bdb`, the headers in them by :mod:`.rpm_header`. Tags
and file states: rpm's manual, "RPM Tags", and rpmfiles.h.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, compress
from operator import add
from typing import TYPE_CHECKING

from layerscope.attribution.packages.system.dpkg import Stanza
from layerscope.core.limits import LISTED_PATHS_BYTES, PACKAGE_PATHS_RATIO

if TYPE_CHECKING:
    from layerscope.attribution.packages.system.rpm_header import Header

DIRECTORIES = (b"var/lib/rpm", b"usr/lib/sysimage/rpm", b"usr/share/rpm")
"""Where the database lies: by default; in SUSE and in Fedora since 36; in images of OSTree."""

SQLITE, SQLITE_LOG, NDB, BERKELEY = b"rpmdb.sqlite", b"rpmdb.sqlite-wal", b"Packages.db", b"Packages"
FILES = frozenset(directory + b"/" + name for directory in DIRECTORIES for name in (SQLITE, SQLITE_LOG, NDB, BERKELEY))

_NAME, _VERSION, _RELEASE, _EPOCH, _ARCHITECTURE = 1000, 1001, 1002, 1003, 1022
_FILE_STATES, _DIRECTORY_INDEXES, _BASE_NAMES, _DIRECTORY_NAMES = 1029, 1116, 1117, 1118
_PUBLIC_KEY = b"gpg-pubkey"
"""The name under which rpm keeps the keys that it trusts: no package."""

_ON_DISK = b"\0\3"
"""The file states "normal" and "on a shared file system"; the others are "replaced", "not installed" and "wrong color"."""


def is_database(path: bytes) -> bool:
    """Whether a path is a file of this database."""
    return path in FILES


def owned(database: Mapping[bytes, bytes], aliases: Mapping[bytes, bytes]) -> Iterator[tuple[Stanza, list[bytes]]]:
    """Each package of the database with its paths, as :func:`layerscope.attribution.packages.system.dpkg.owned` gives them.

    A version is epoch (where there is one), version and release: ``1:3.0.7-27.el9``. A damaged database gives the packages
    whose headers are whole.
    """
    renamed = [(name + b"/", target + b"/") for name, target in aliases.items()]
    allowance = min(LISTED_PATHS_BYTES, PACKAGE_PATHS_RATIO * sum(map(len, database.values())))
    for header in headers(database):
        stanza = _stanza(header)
        if stanza:
            paths = _paths(header, renamed, allowance)
            allowance -= sum(map(len, paths))
            yield stanza, paths


def headers(database: Mapping[bytes, bytes]) -> Iterator["Header"]:
    """What rpm keeps of each package, keys among them; what is cut is passed over."""
    from layerscope.attribution.packages.system.rpm_header import read_header

    blobs = chain.from_iterable(_headers(database, directory + b"/") for directory in DIRECTORIES)
    return filter(None, map(read_header, blobs))


def _headers(database: Mapping[bytes, bytes], directory: bytes) -> Iterator[bytes]:
    """The headers of the first format that has any: a system that changed its format may have kept the old file."""
    from layerscope.attribution.packages.system import rpm_bdb, rpm_ndb, rpm_sqlite

    log = database.get(directory + SQLITE_LOG, b"")
    readers: tuple[tuple[bytes, Callable[[bytes], Iterator[bytes]]], ...] = (
        (SQLITE, lambda content: rpm_sqlite.headers(content, log)),
        (NDB, rpm_ndb.headers),
        (BERKELEY, rpm_bdb.headers),
    )
    for name, headers in readers:
        content = database.get(directory + name, b"")
        unread = len(content) + len(log)
        found = False
        for header in headers(content) if content else ():
            found = True
            unread -= len(header)
            if unread < 0:
                break  # More than there is: the same pages again and again.
            yield header
        if found:
            return


def _stanza(header: "Header") -> Stanza | None:
    """What a header says of its package; None for one without name or version, and for a key."""
    name, version, release = header.string(_NAME), header.string(_VERSION), header.string(_RELEASE)
    if not name or not version or name == _PUBLIC_KEY:
        return None
    for epoch in header.integers(_EPOCH)[:1]:
        version = b"%d:%s" % (epoch, version)
    return Stanza(name, version + b"-" + release if release else version, header.string(_ARCHITECTURE))


def _paths(header: "Header", renamed: list[tuple[bytes, bytes]], allowance: int) -> list[bytes]:
    """The files of a package: each has a last component and the number of its directory.

    One long directory of many files could stand for more paths than memory has; beyond ``allowance`` bytes there are none.
    """
    names: Sequence[bytes] = header.strings(_BASE_NAMES)
    numbers = header.integers(_DIRECTORY_INDEXES)
    places = [_place(directory, renamed) for directory in header.strings(_DIRECTORY_NAMES)]
    if not places or len(names) * max(map(len, places)) > allowance:
        return []
    states = header.octets(_FILE_STATES)
    if states.strip(_ON_DISK) or max(numbers, default=0) >= len(places):
        kept = _kept(states.ljust(len(names), _ON_DISK[:1]), numbers, len(places))
        names, numbers = tuple(compress(names, kept)), tuple(compress(numbers, kept))
    return list(filter(None, map(add, map(places.__getitem__, numbers), names)))  # The root directory has no name.


def _kept(states: bytes, numbers: Sequence[int], places: int) -> list[bool]:
    """Which files are on the disk, in a directory that there is."""
    return [state in _ON_DISK and number < places for state, number in zip(states, numbers, strict=False)]


def _place(directory: bytes, renamed: list[tuple[bytes, bytes]]) -> bytes:
    """A directory's name with its last slash, without the first, as the image stores it."""
    directory = directory.removeprefix(b"/")
    for name, target in renamed:
        if directory.startswith(name):
            return target + directory[len(name) :]
    return directory
