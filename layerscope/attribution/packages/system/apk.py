"""Alpine's package database, ``/lib/apk/db/installed`` (since Alpine 3.22 below ``/usr``).

Records are split by an empty line; ``P:`` is the name, ``V:`` the version, ``F:`` a directory and
``R:`` a file in the directory last named. Format: apk-v2(5), "installed database".
"""

import re
from collections.abc import Iterator, Mapping

from layerscope.attribution.packages.system.dpkg import Stanza

DIRECTORIES = (b"lib/apk/db", b"usr/lib/apk/db")
DATABASES = (b"lib/apk/db/installed", b"usr/lib/apk/db/installed")
_FIELD = re.compile(rb"^([PVA]):([^\n]*)", re.MULTILINE)
_FILE = re.compile(rb"^R:([^\n]+)", re.MULTILINE)


def is_database(path: bytes) -> bool:
    """Whether a path is this database."""
    return path in DATABASES


def owned(database: Mapping[bytes, bytes], aliases: Mapping[bytes, bytes]) -> Iterator[tuple[Stanza, list[bytes]]]:
    """Each package of the database with its paths, as :func:`layerscope.attribution.packages.system.dpkg.owned` gives them."""
    for path in DATABASES:
        for record in database.get(path, b"").split(b"\n\n"):
            head, *directories = (b"\n" + record).split(b"\nF:")
            fields: dict[bytes, bytes] = dict(_FIELD.findall(head))
            name, version = fields.get(b"P"), fields.get(b"V")
            if name and version:
                stanza = Stanza(name, version, fields.get(b"A", b""))
                yield stanza, [path for directory in directories for path in _paths(directory, aliases)]


def _paths(block: bytes, aliases: Mapping[bytes, bytes]) -> Iterator[bytes]:
    """The directory that a block begins with, and its files."""
    directory = block.partition(b"\n")[0]
    top, slash, rest = directory.partition(b"/")
    if top in aliases:
        directory = aliases[top] + slash + rest
    prefix = directory + b"/" if directory else b""
    if directory:
        yield directory
    for name in _FILE.findall(block):
        yield prefix + name
