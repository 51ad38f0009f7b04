"""Package databases of rpm: real ones, kept as text, and made-up ones."""

import base64
import json
import lzma
import sqlite3
import struct
import textwrap
import zlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import NamedTuple

from layerscope.attribution.packages.system import rpm
from layerscope.attribution.packages.system.dpkg import Stanza
from tests.support.attributions import Packages

FILES = {"sqlite": "rpmdb.sqlite", "ndb": "Packages.db", "berkeley": "Packages"}
"""The formats, and the file that each is in."""

FILE_OF = {**FILES, "berkeley-big-endian": FILES["berkeley"]}
"""The real databases, and the file that each is."""

_REAL = Path(__file__).parents[1] / "attribution" / "rpm_databases.json"

Tags = Mapping[int, str | int | bytes | Sequence[str] | Sequence[int]]
"""A header's values: a string, an integer, octets, strings, integers."""

NAME, VERSION, RELEASE, EPOCH, ARCHITECTURE, FILE_STATES, SOURCE_RPM = 1000, 1001, 1002, 1003, 1022, 1029, 1044
DIRECTORY_INDEXES, BASE_NAMES, DIRECTORY_NAMES = 1116, 1117, 1118


Owned = list[tuple[Stanza, list[bytes]]]
"""What :func:`layerscope.attribution.packages.system.rpm.owned` gives."""


class Told(NamedTuple):
    """What rpm says of an installed package. ``files`` are those that it says are on the disk."""

    name: str
    version: str
    architecture: str
    source_rpm: str
    files: list[str]


@cache
def real_database(name: str) -> bytes:
    """A database that a real rpm wrote: one of ``FILES``, or ``berkeley-big-endian``."""
    return lzma.decompress(base64.b64decode("".join(json.loads(_REAL.read_text())["databases"][name])))


@cache
def real_packages() -> list[Told]:
    """What rpm said of the packages in each of the real databases."""
    return [Told(*package) for package in json.loads(_REAL.read_text())["packages"]]


def write_real_databases(databases: Mapping[str, bytes], packages: Sequence[Told]) -> str:
    """Keeps databases as text; what was kept, for people."""
    texts = {
        name: textwrap.wrap(base64.b64encode(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME)).decode(), 120)
        for name, content in databases.items()
    }
    _REAL.write_text(json.dumps({"packages": packages, "databases": texts}, indent=1) + "\n")
    return "\n".join(f"{name}: {len(databases[name]):,} bytes, {sum(map(len, text)):,} as text" for name, text in texts.items())


def header(tags: Tags) -> bytes:
    """A header as a database stores it."""
    index, store = b"", b""
    for tag, value in tags.items():
        values = [value] if isinstance(value, str | int) else value
        if isinstance(values, bytes):
            kind, data = 1, values
        elif isinstance(values[0], int):
            store += bytes(-len(store) % 4)
            kind, data = 4, struct.pack(f">{len(values)}I", *values)
        else:
            kind = 6 if isinstance(value, str) else 8
            data = b"".join(str(text).encode("utf-8", "surrogateescape") + b"\0" for text in values)
        index += struct.pack(">IIII", tag, kind, len(store), len(values))
        store += data
    return struct.pack(">II", len(index) // 16, len(store)) + index + store


def package_header(name: str, version: str, paths: Sequence[str], more: Tags | None = None) -> bytes:
    """The header of a package with the version ``version-release``."""
    directories = list(dict.fromkeys(path.rpartition("/")[0] + "/" for path in paths))
    tags: dict[int, str | int | bytes | Sequence[str] | Sequence[int]] = {
        NAME: name,
        VERSION: version.partition("-")[0],
        RELEASE: version.partition("-")[2],
        ARCHITECTURE: "x86_64",
        SOURCE_RPM: f"{name}-{version}.src.rpm",
    }
    if paths:
        tags[DIRECTORY_INDEXES] = [directories.index(path.rpartition("/")[0] + "/") for path in paths]
        tags[BASE_NAMES] = [path.rpartition("/")[2] for path in paths]
        tags[DIRECTORY_NAMES] = directories
    return header({**tags, **(more or {})})


def sqlite_database(headers: Sequence[bytes], table: str = "") -> bytes:
    """The content of rpmdb.sqlite with these headers."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(table or "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)")
        connection.executemany("INSERT INTO Packages (blob) VALUES (?)", ((blob,) for blob in headers))
        connection.commit()
        return connection.serialize()


def rpm_database(packages: Packages) -> bytes:
    """The content of rpmdb.sqlite for these packages."""
    return sqlite_database([package_header(name, version, paths) for name, (version, paths) in packages.items()])


def ndb_database(headers_of: list[bytes]) -> bytes:
    """The content of Packages.db with these headers."""
    slots, blobs = b"", b""
    start = 1 + len(headers_of) // 256
    for number, blob in enumerate(headers_of, 1):
        head = struct.pack("<4sIII", b"BlbS", number, 0, len(blob)) + blob
        head += bytes(-(len(head) + 12) % 16)
        whole = head + struct.pack("<II4s", zlib.adler32(head), len(blob), b"BlbE")
        slots += struct.pack("<4sIII", b"Slot", number, (start * 4096 + len(blobs)) // 16, len(whole) // 16)
        blobs += whole
    pages = struct.pack("<4sIIII12x", b"RpmP", 0, 1, start, len(headers_of) + 1) + slots
    return pages + struct.pack("<4s12x", b"Slot") * ((start * 4096 - len(pages)) // 16) + blobs


def berkeley_database(headers_of: list[bytes]) -> bytes:
    """The content of Packages, of 512-byte pages, with each header in a chain of its own."""
    size, pages = 512, [struct.pack("<8xIIII4xxB", 0, 0x061561, 9, 512, 8).ljust(512, b"\0")]
    room = size - 26
    for number, blob in enumerate(headers_of):
        first = len(pages) + 1
        items = struct.pack("<BxxxII", 3, first, len(blob)) + b"\1" + struct.pack("<I", number)
        table = struct.pack("<HH", size - 5, size - 17)
        page = struct.pack("<8xIIIHHBB", len(pages), 0, 0, 2, size - 17, 0, 13) + table
        pages.append(page.ljust(size - len(items), b"\0") + items)
        pieces = [blob[place : place + room] for place in range(0, len(blob), room)]
        for index, piece in enumerate(pieces):
            following = 0 if index == len(pieces) - 1 else len(pages) + 1
            pages.append((struct.pack("<8xIIIHHBB", len(pages), 0, following, 1, len(piece), 0, 7) + piece).ljust(size, b"\0"))
    return b"".join(pages)


def owned(content: bytes, file: str = "rpmdb.sqlite", aliases: Mapping[bytes, bytes] | None = None, **more: bytes) -> Owned:
    """What a database in the usual place says; ``log`` is the write-ahead log beside it."""
    database = {f"var/lib/rpm/{file}".encode(): content}
    if "log" in more:
        database[b"var/lib/rpm/rpmdb.sqlite-wal"] = more["log"]
    return list(rpm.owned(database, aliases or {}))


def names(found: Owned) -> list[str]:
    return sorted(stanza.name.decode() for stanza, _ in found)


def files_of(found: Owned, name: str) -> list[str]:
    """The absolute paths of a package."""
    return next(["/" + path.decode() for path in paths] for stanza, paths in found if stanza.name == name.encode())
