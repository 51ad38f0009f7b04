"""The headers of rpm's SQLite format, the file ``rpmdb.sqlite`` of Fedora 33, RHEL 9 and later.

The table ``Packages`` has one row for each package. rpm keeps a write-ahead log beside the database, which is empty once a
transaction is over; only where a layer caught it with content are both files put into a temporary directory, and SQLite itself
applies the log. Otherwise SQLite reads the database where it is, in memory.

The database may be made to do harm: only the very table that rpm makes is read, never a view, a virtual table or a computed
column, and a bound on SQLite's steps ends what a circle of pages would make endless.

Format: ``lib/backend/sqlite.cc`` in rpm's sources; SQLite's "Database File Format".
"""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from layerscope.core.expressions import expression
from layerscope.core.limits import INSTALLED_PACKAGES

if TYPE_CHECKING:
    import sqlite3

_VERSIONS = slice(18, 20)
"""Where the file says how it is written and read: 2 with a write-ahead log, which SQLite refuses in memory, 1 without one."""

_PAGE_SIZE = slice(16, 18)
"""Where the file has the size of its pages; 1 stands for 65,536."""

_LOG_HEADER = 32
_STEPS_A_ROW = 4
"""What SQLite's machine takes for one row of a plain table, about."""

_STEPS_AT_ONCE = 10_000

_TABLE = expression(
    rb"""CREATE TABLE (['"]?)Packages\1 \(\s*hnum INTEGER PRIMARY KEY( AUTOINCREMENT)?,\s*blob BLOB( NOT NULL)?\s*\)""",
    re.IGNORECASE,
)


def headers(content: bytes, log: bytes = b"") -> Iterator[bytes]:
    """The headers of the table, up to the first damaged page. ``log`` is the write-ahead log beside the database."""
    try:
        import sqlite3
    except ImportError:  # A Python that was built without SQLite.
        return
    pages = _whole_pages(content)
    try:
        if len(log) > _LOG_HEADER or not hasattr(sqlite3.Connection, "deserialize"):
            yield from _on_disk(pages, log)
            return
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(b"".join((pages[: _VERSIONS.start], b"\1\1", pages[_VERSIONS.stop :])))
            yield from _blobs(connection, len(content))
    except (sqlite3.Error, OSError, OverflowError, UnicodeError):  # The last: an error that quotes the database.
        return


def _whole_pages(content: bytes) -> memoryview:
    """The database to its last whole page: of one that is cut, SQLite would take the rest of the page for zeros."""
    page = int.from_bytes(content[_PAGE_SIZE], "big")
    return memoryview(content)[: len(content) // page * page if page > 1 else None]


def _on_disk(pages: memoryview, log: bytes) -> Iterator[bytes]:
    """The headers of the database from a temporary directory, brought up to date by SQLite's own recovery."""
    import sqlite3
    from pathlib import Path
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="layerscope-") as directory:
        database = Path(directory, "rpmdb.sqlite")
        database.write_bytes(pages)
        database.with_name("rpmdb.sqlite-wal").write_bytes(log)
        with closing(sqlite3.connect(database)) as connection:
            yield from _blobs(connection, len(pages) + len(log))


def _blobs(connection: "sqlite3.Connection", size: int) -> Iterator[bytes]:
    import sqlite3

    steps = iter(range(0, INSTALLED_PACKAGES * _STEPS_A_ROW, _STEPS_AT_ONCE))
    connection.set_progress_handler(lambda: next(steps, None) is None, _STEPS_AT_ONCE)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, size)
    connection.text_factory = bytes
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA writable_schema = ON")  # Otherwise SQLite does not open a database that is cut.
    made = connection.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'Packages'").fetchall()
    if len(made) == 1 and isinstance(made[0][0], bytes) and _TABLE.fullmatch(made[0][0]):
        for (blob,) in connection.execute("SELECT blob FROM Packages"):
            if isinstance(blob, bytes):
                yield blob
