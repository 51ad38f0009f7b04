"""Alpine's package database, ``/lib/apk/db/installed`` (since Alpine 3.22 below ``/usr``).

Records are split by an empty line; ``P:`` is the name, ``V:`` the version, ``F:`` a directory and
``R:`` a file in the directory last named. Format: apk-v2(5), "installed database".
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain

from layerscope.attribution.packages.system.dpkg import Stanza, stanza_of
from layerscope.core.expressions import expression
from layerscope.core.paths import below

DIRECTORIES = (b"lib/apk/db", b"usr/lib/apk/db")
DATABASES = (b"lib/apk/db/installed", b"usr/lib/apk/db/installed")
_FIELD = expression(rb"^([PVA]):([^\n]*)", re.MULTILINE)
_FILE = expression(rb"^R:([^\n]+)", re.MULTILINE)


def is_database(path: bytes) -> bool:
    """Whether a path is this database."""
    return path in DATABASES


def owned(database: Mapping[bytes, bytes], aliases: Mapping[bytes, bytes]) -> Iterator[tuple[Stanza, list[bytes]]]:
    """Each package of the database with its paths, as :func:`layerscope.attribution.packages.system.dpkg.owned` gives them."""
    for path in DATABASES:
        for record in database.get(path, b"").split(b"\n\n"):
            head, *directories = (b"\n" + record).split(b"\nF:")
            fields: dict[bytes, bytes] = dict(_FIELD.findall(head))
            stanza = stanza_of(fields.get(b"P"), fields.get(b"V"), fields.get(b"A", b""))
            if stanza is not None:
                yield stanza, list(chain.from_iterable(_paths(directory, aliases) for directory in directories))


def _paths(block: bytes, aliases: Mapping[bytes, bytes]) -> Iterator[bytes]:
    """The directory that a block begins with, and its files."""
    top, slash, rest = block.partition(b"\n")[0].partition(b"/")
    directory = aliases.get(top, top) + slash + rest
    prefix = below(directory, b"")
    if directory:
        yield directory
    for name in _FILE.findall(block):
        yield prefix + name
