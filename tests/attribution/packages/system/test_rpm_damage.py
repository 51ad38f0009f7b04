"""rpm's databases that are cut, damaged or made to do harm: what is whole is read, nothing raises, nothing is endless."""

import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerscope.attribution.packages.system import rpm_bdb, rpm_ndb, rpm_sqlite
from layerscope.attribution.packages.system.rpm_header import read_header
from layerscope.core.limits import INSTALLED_PACKAGES
from tests.support.rpm_databases import (
    BASE_NAMES,
    DIRECTORY_INDEXES,
    DIRECTORY_NAMES,
    FILE_OF,
    NAME,
    VERSION,
    Tags,
    berkeley_database,
    files_of,
    header,
    names,
    ndb_database,
    owned,
    package_header,
    real_database,
    real_packages,
    sqlite_database,
)

REAL = pytest.mark.parametrize("name", FILE_OF)


@REAL
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_cut_database_gives_some_of_its_packages(name: str, data: st.DataObject) -> None:
    content = real_database(name)
    found = owned(content[: data.draw(st.integers(0, len(content)))], FILE_OF[name])
    assert set(names(found)) <= {package.name for package in real_packages()}


@REAL
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_bytes_that_were_overwritten_never_raise(name: str, data: st.DataObject) -> None:
    content = bytearray(real_database(name))
    places = st.one_of(st.integers(0, 600), st.integers(0, len(content) - 1), st.sampled_from(structure(name)))
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=12)):
        content[place] = value
    for stanza, paths in owned(bytes(content), FILE_OF[name]):
        assert stanza.name
        assert all(paths)


@cache
def structure(name: str) -> list[int]:
    """Where the bytes lie that hold a database together: the first ones of each page or block."""
    content = real_database(name)
    step = {"ndb": 16, "berkeley-big-endian": 512}.get(name, 4096)
    return [
        place + offset
        for place in range(0, len(content), step)
        for offset in range(min(step, 40))
        if place + offset < len(content)
    ]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_header_or_none(blob: bytes) -> None:
    found = read_header(blob)
    if found:
        for tag in found.entries:
            assert len(found.strings(tag)) <= len(found.store)
            assert found.string(tag) in found.store
            assert len(found.integers(tag)) * 4 <= len(found.store)
            assert len(found.octets(tag)) <= len(found.store)


@pytest.mark.parametrize("share", [0.5, 0.9])
@REAL
def test_most_of_a_cut_database_is_still_read(name: str, share: float) -> None:
    headers_of = [
        package_header(f"p{number}", "1-1", [f"/usr/lib/p{number}/{file}" for file in range(99)]) for number in range(50)
    ]
    writers: dict[str, Callable[[list[bytes]], bytes]] = {"sqlite": sqlite_database, "ndb": ndb_database}
    content = writers.get(name, berkeley_database)(headers_of)
    found = owned(content[: int(len(content) * share)], FILE_OF[name])
    assert 50 * share - 8 <= len(found) <= 50
    assert all(len(paths) == 99 for _, paths in found)


def test_a_circle_of_overflow_pages_ends() -> None:
    content = bytearray(
        berkeley_database([package_header("p", "1-1", [f"/usr/lib/{n}" for n in range(500)]), package_header("q", "1-1", [])])
    )
    assert content[2 * 512 + 25] == 7
    content[2 * 512 + 16 : 2 * 512 + 20] = struct.pack("<I", 2)
    assert names(owned(bytes(content), "Packages")) == ["q"]


def test_a_chain_that_claims_four_gigabytes_ends() -> None:
    content = berkeley_database([package_header("p", "1-1", ["/usr/lib/p"])])
    size = struct.pack("<I", len(package_header("p", "1-1", ["/usr/lib/p"])))
    claimed = content.replace(struct.pack("<BxxxI", 3, 2) + size, struct.pack("<BxxxII", 3, 2, 0xFFFFFFFF))
    assert claimed != content
    assert names(owned(claimed, "Packages")) == ["p"]


def test_a_value_on_its_page_is_read() -> None:
    blob = package_header("small", "1-1", ["/usr/bin/small"])
    page = struct.pack("<8xIIIHHBBHH", 1, 0, 0, 2, 0, 0, 2, 507, 507 - 1 - len(blob))
    content = berkeley_database([]) + (page.ljust(506 - len(blob), b"\0") + b"\1" + blob).ljust(512, b"\1")
    assert list(rpm_bdb.headers(content)) == [blob]


def test_a_blob_that_does_not_fit_its_checksum_is_no_package() -> None:
    content = ndb_database([package_header("p", "1-1", ["/usr/bin/p"]), package_header("q", "1-1", ["/usr/bin/q"])])
    assert names(owned(content, "Packages.db")) == ["p", "q"]
    assert names(owned(content.replace(b"p\x001\x001\x00", b"x\x001\x001\x00", 1), "Packages.db")) == ["q"]


def test_slots_that_all_name_one_blob_do_not_multiply_it() -> None:
    content = ndb_database([package_header("p", "1-1", [f"/usr/lib/{number}" for number in range(9999)])] * 40)
    slot, last = content[32:48], content[32 + 16 * 39 : 32 + 16 * 40]
    same = content.replace(content[32 : 32 + 16 * 40], slot * 40)[: len(content) // 20]
    assert last != slot
    assert len(list(rpm_ndb.headers(same))) <= 10


def test_a_long_directory_of_many_files_does_not_fill_the_memory() -> None:
    more: Tags = {BASE_NAMES: [""] * 100_000, DIRECTORY_INDEXES: [0] * 100_000, DIRECTORY_NAMES: ["/" + "d" * 1_000_000]}
    bomb = header({NAME: "bomb", VERSION: "1", **more})
    found = owned(sqlite_database([bomb, package_header("sound", "1-1", ["/usr/bin/sound"])]))
    assert files_of(found, "bomb") == []
    assert files_of(found, "sound") == ["/usr/bin/sound"]


ENDLESS = "WITH RECURSIVE n(hnum) AS (SELECT 1 UNION ALL SELECT hnum + 1 FROM n) SELECT hnum, zeroblob(1000) AS blob FROM n"


def test_a_view_that_never_ends_is_not_read() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE VIEW Packages AS {ENDLESS}")
        content = connection.serialize()
    assert list(rpm_sqlite.headers(content)) == []


@pytest.mark.parametrize(
    "table",
    [
        "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, other BLOB, blob AS (hex(zeroblob(100000))))",
        "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB, more AS (hex(blob)))",
    ],
)
def test_computed_columns_are_not_read(table: str) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(table)
        connection.execute("INSERT INTO Packages (hnum) VALUES (1)")
        connection.commit()
        content = connection.serialize()
    assert list(rpm_sqlite.headers(content)) == []


def test_values_that_are_no_blobs_are_passed_over() -> None:
    table = "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB)"
    sound = package_header("sound", "1-1", ["/usr/bin/sound"])
    assert names(owned(sqlite_database([1, "text", None, 2.5, b"", b"\xff" * 99, sound], table))) == ["sound"]  # type: ignore[list-item]


def test_a_tree_of_pages_that_leads_everywhere_ends() -> None:
    """Each of 500 children of the root is one page, each of whose 500 children is one leaf with 300 rows: 75 million rows."""
    content = sqlite_database([b"x"] * 300)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(content)
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'Packages'").fetchone()
    pages = [content[start : start + 4096] for start in range(0, len(content), 4096)]
    leaf, inner = len(pages) + 1, len(pages) + 2
    pages += [pages[root - 1], inner_page(leaf)]
    pages[root - 1] = inner_page(inner)
    pages[0] = pages[0][:28] + struct.pack(">I", len(pages)) + pages[0][32:]
    rows = sum(1 for _ in rpm_sqlite.headers(b"".join(pages)))
    assert 300 < rows <= 2 * INSTALLED_PACKAGES
    assert owned(b"".join(pages)) == []


def inner_page(child: int) -> bytes:
    """A page of a table's tree in SQLite with 500 times the same child."""
    places = struct.pack(">500H", *range(4096 - 500 * 5, 4096, 5))
    head = struct.pack(">BHHHBI", 5, 0, 500, 4096 - 500 * 5, 0, child) + places
    return head.ljust(4096 - 500 * 5, b"\0") + struct.pack(">IB", child, 1) * 500
