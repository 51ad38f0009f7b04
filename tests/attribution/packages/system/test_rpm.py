"""rpm's databases: real ones that rpm wrote in each of its formats, and the headers in them."""

import shutil
import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerscope.attribution.packages.system import rpm, rpm_sqlite
from layerscope.attribution.packages.system.dpkg import Stanza
from layerscope.attribution.packages.system.rpm_header import read_header
from tests.support.make_rpm_databases import BACKENDS, Rpm, headers, load_berkeley
from tests.support.rpm_databases import (
    BASE_NAMES,
    DIRECTORY_INDEXES,
    DIRECTORY_NAMES,
    EPOCH,
    FILE_OF,
    FILE_STATES,
    FILES,
    NAME,
    RELEASE,
    VERSION,
    Owned,
    Tags,
    Told,
    files_of,
    header,
    names,
    owned,
    package_header,
    real_database,
    real_packages,
    rpm_database,
    sqlite_database,
)

REAL = pytest.mark.parametrize("name", FILE_OF)


def assert_as_told(found: Owned, told: list[Told]) -> None:
    """That packages, versions and files are those that rpm tells; rpm counts the root directory among a package's files."""
    assert names(found) == [package.name for package in told]
    for stanza, paths in found:
        package = next(package for package in told if package.name.encode() == stanza.name)
        assert (stanza.version.decode(), stanza.architecture.decode()) == (package.version, package.architecture)
        assert sorted("/" + path.decode() for path in paths) == sorted(file for file in package.files if file != "/")


# Databases that a real rpm wrote.


@REAL
def test_a_real_database_tells_what_rpm_tells_of_it(name: str) -> None:
    assert len(real_packages()) == 5
    assert sum(len(package.files) for package in real_packages()) > 100
    assert_as_told(owned(real_database(name), FILE_OF[name]), real_packages())


@REAL
def test_versions_have_their_epoch_where_there_is_one(name: str) -> None:
    stanzas = {stanza.name: stanza for stanza, _ in owned(real_database(name), FILE_OF[name])}
    assert stanzas[b"sample-libs"] == Stanza(b"sample-libs", b"1:2.5~rc1-3.el9", b"noarch")
    assert stanzas[b"sample-meta"].version == b"0:7-3.el9"
    assert stanzas[b"first"].version == b"1-1"


@REAL
def test_erased_packages_and_trusted_keys_are_not_there(name: str) -> None:
    content = real_database(name)
    assert b"gpg-pubkey" in content
    assert names(owned(content, FILE_OF[name])) == ["first", "sample", "sample-libs", "sample-meta", "second"]


@REAL
def test_files_are_those_on_the_disk(name: str) -> None:
    found = owned(real_database(name), FILE_OF[name])
    assert "/etc/shared.conf" in files_of(found, "second"), "it replaced the file of the package first"
    assert "/etc/shared.conf" not in files_of(found, "first")
    assert "/srv/moved/share/data" in files_of(found, "second"), "it was installed elsewhere than where it was made for"
    assert "/var/log/sample.log" in files_of(found, "sample"), "a ghost belongs to its package"
    assert "/usr/bin/sämple tool" in files_of(found, "sample")
    assert "/in-root" in files_of(found, "sample")
    assert "/" not in files_of(found, "sample"), "the root directory is nobody's"
    assert files_of(found, "sample-meta") == []


@pytest.fixture(scope="module")
def rpm_at_hand(tmp_path_factory: pytest.TempPathFactory) -> Rpm:
    """The rpm of this machine, with the packages that it built."""
    if not shutil.which("rpm") or not shutil.which("rpmbuild"):
        pytest.skip("needs rpm and rpmbuild, which Debian has in the package rpm")
    program = Rpm(tmp_path_factory.mktemp("rpm"))
    program.build()
    return program


@pytest.mark.parametrize("form", BACKENDS)
def test_a_new_database_of_the_rpm_at_hand_tells_what_it_tells(form: str, rpm_at_hand: Rpm) -> None:
    if not rpm_at_hand.writes(form):
        pytest.skip(f"this machine's rpm does not write {FILES[form]}")
    made = rpm_at_hand.install(form)
    assert_as_told(owned((made / FILES[form]).read_bytes(), FILES[form]), rpm_at_hand.told(form, made))


@pytest.mark.parametrize(("order", "size"), [("little", 4096), ("big", 512), ("big", 65536)])
def test_a_new_berkeley_database_tells_what_rpm_tells(order: Literal["little", "big"], size: int, rpm_at_hand: Rpm) -> None:
    if not shutil.which("db_load") and not shutil.which("db5.3_load"):
        pytest.skip("needs db_load, which Debian has in the package db-util")
    made = rpm_at_hand.install("sqlite")
    target = made / f"{order}-{size}"
    load_berkeley(target, list(headers(made / FILES["sqlite"])), order, size)
    assert_as_told(owned(target.read_bytes(), FILES["berkeley"]), rpm_at_hand.told("sqlite", made))


# Places, formats and aliases.


@pytest.mark.parametrize("directory", ["var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"])
@REAL
def test_the_database_is_found_where_distributions_keep_it(directory: str, name: str) -> None:
    path = f"{directory}/{FILE_OF[name]}".encode()
    assert rpm.is_database(path)
    assert names(list(rpm.owned({path: real_database(name)}, {}))) == [package.name for package in real_packages()]


@pytest.mark.parametrize(
    "path", ["var/lib/rpm/rpmdb.sqlite-shm", "var/lib/rpm/Basenames", "Packages", "srv/var/lib/rpm/Packages"]
)
def test_other_files_are_no_database(path: str) -> None:
    assert not rpm.is_database(path.encode())
    assert list(rpm.owned({path.encode(): real_database("berkeley")}, {})) == []


def test_of_several_formats_the_newest_that_has_packages_counts() -> None:
    old, new = rpm_database({"old": ("1-1", ["/old"])}), rpm_database({"new": ("1-1", ["/new"])})
    database = {b"var/lib/rpm/rpmdb.sqlite": new, b"var/lib/rpm/Packages": real_database("berkeley")}
    assert names(list(rpm.owned(database, {}))) == ["new"]
    database[b"var/lib/rpm/rpmdb.sqlite"] = sqlite_database([])
    assert "sample" in names(list(rpm.owned(database, {}))), "a database that was made but never used hides nothing"
    both = {b"var/lib/rpm/rpmdb.sqlite": old, b"usr/lib/sysimage/rpm/rpmdb.sqlite": new}
    assert names(list(rpm.owned(both, {}))) == ["new", "old"]


@REAL
def test_paths_are_as_a_merged_system_stores_them(name: str) -> None:
    aliases = {b"bin": b"usr/bin", b"sbin": b"usr/bin", b"usr/sbin": b"usr/bin"}
    found = owned(real_database(name), FILE_OF[name], aliases)
    assert "/usr/bin/old" in files_of(found, "sample"), "the package says /bin/old"
    assert "/sbin" in files_of(found, "sample"), "the symbolic link itself stays where it is"


def test_an_alias_below_usr_is_followed() -> None:
    content = rpm_database({"tool": ("1-1", ["/usr/sbin/tool", "/usr/sbin/sub/data", "/usr/sbin-other/x"])})
    aliases = {b"sbin": b"usr/bin", b"usr/sbin": b"usr/bin"}
    assert files_of(owned(content, aliases=aliases), "tool") == ["/usr/bin/tool", "/usr/bin/sub/data", "/usr/sbin-other/x"]


# What a write-ahead log adds.


def with_log(directory: Path, statement: str) -> tuple[bytes, bytes]:
    """The real database and a log with one more transaction, as a layer would catch them in the middle of rpm's work."""
    path = directory / "rpmdb.sqlite"
    path.write_bytes(real_database("sqlite"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(statement, (package_header("late", "1-1", ["/usr/bin/late"]),))
        connection.commit()
        return path.read_bytes(), path.with_name("rpmdb.sqlite-wal").read_bytes()


def test_a_transaction_that_is_only_in_the_log_counts(tmp_path: Path) -> None:
    content, log = with_log(tmp_path, "INSERT INTO Packages (blob) VALUES (?)")
    assert "late" not in names(owned(content))
    found = owned(content, log=log)
    assert files_of(found, "late") == ["/usr/bin/late"]
    assert len(found) == 1 + len(real_packages())


def test_the_log_may_change_everything(tmp_path: Path) -> None:
    content, log = with_log(tmp_path, "UPDATE Packages SET blob = ?")
    assert set(names(owned(content, log=log))) == {"late"}


@pytest.mark.parametrize("log", [b"", b"x" * 31, b"x" * 5000, b"\x37\x7f\x06\x83" + bytes(5000)], ids=len)
def test_a_log_that_is_none_changes_nothing(log: bytes) -> None:
    assert_as_told(owned(real_database("sqlite"), log=log), real_packages())


def test_a_cut_log_gives_the_transactions_that_are_whole(tmp_path: Path) -> None:
    content, log = with_log(tmp_path, "INSERT INTO Packages (blob) VALUES (?)")
    assert_as_told(owned(content, log=log[:-1]), real_packages())


@given(st.lists(st.tuples(st.integers(0, 8000), st.integers(0, 255)), min_size=1, max_size=9))
@settings(max_examples=20, deadline=None)
def test_a_damaged_log_never_raises(changes: list[tuple[int, int]]) -> None:
    with TemporaryDirectory() as directory:
        content, log = with_log(Path(directory), "UPDATE Packages SET blob = ?")
    damaged = bytearray(log)
    for place, value in changes:
        damaged[place % len(log)] = value
    known = {package.name for package in real_packages()} | {"late"}
    assert set(names(owned(content, log=bytes(damaged)))) <= known


def test_a_python_without_deserialize_reads_the_database_from_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rpm_sqlite, "_LOG_HEADER", -1)
    assert_as_told(owned(real_database("sqlite")), real_packages())


# Headers.


def test_of_two_values_of_a_tag_the_later_counts() -> None:
    blob = header({NAME: "original", VERSION: "1", 2000: "changed"})
    found = read_header(blob.replace(struct.pack(">I", 2000), struct.pack(">I", NAME)))
    assert found is not None
    assert found.string(NAME) == b"changed"


def test_values_outside_the_store_or_of_another_type_are_none() -> None:
    blob = header({NAME: "name", EPOCH: 7, BASE_NAMES: ["a", "b"], FILE_STATES: b"\0\1"})
    found = read_header(blob)
    assert found is not None
    assert (found.string(NAME), list(found.integers(EPOCH)), found.octets(FILE_STATES)) == (b"name", [7], b"\0\1")
    assert found.strings(BASE_NAMES) == [b"a", b"b"]
    assert (found.string(EPOCH), list(found.integers(NAME)), found.octets(NAME), found.strings(EPOCH)) == (b"", [], b"", [])
    far = found._replace(entries={tag: (kind, 1 << 31, 1 << 31) for tag, (kind, _, _) in found.entries.items()})
    assert (far.string(NAME), list(far.integers(EPOCH)), far.octets(FILE_STATES), far.strings(BASE_NAMES)) == (b"", [], b"", [])
    many = found._replace(entries={tag: (kind, 0, 1 << 31) for tag, (kind, _, _) in found.entries.items()})
    assert many.strings(BASE_NAMES)[0] == b"name"
    assert len(many.integers(EPOCH)) == len(found.store) // 4
    assert many.octets(FILE_STATES) == found.store


def test_files_that_were_left_out_or_replaced_are_not_owned() -> None:
    paths = [
        f"/usr/share/{state}" for state in ("normal", "replaced", "not-installed", "on-the-network", "wrong-color", "missing")
    ]
    content = sqlite_database([package_header("p", "1-1", paths, {FILE_STATES: b"\0\1\2\3\4\xff"})])
    assert files_of(owned(content), "p") == ["/usr/share/normal", "/usr/share/on-the-network"]
    short = sqlite_database([package_header("p", "1-1", paths, {FILE_STATES: b"\1"})])
    assert files_of(owned(short), "p") == paths[1:], "a file without a state is there"


def test_files_of_directories_that_are_not_listed_are_passed_over() -> None:
    more: Tags = {DIRECTORY_INDEXES: [0, 9, 0xFFFFFFFF, 0], DIRECTORY_NAMES: ["/etc/"]}
    content = sqlite_database([package_header("p", "1-1", ["/a", "/b", "/c", "/d"], more)])
    assert files_of(owned(content), "p") == ["/etc/a", "/etc/d"]
    none = sqlite_database([package_header("p", "1-1", ["/a"], {DIRECTORY_NAMES: b""})])
    assert files_of(owned(none), "p") == []


@pytest.mark.parametrize("missing", [NAME, VERSION])
def test_a_header_without_name_or_version_is_no_package(missing: int) -> None:
    whole = {NAME: "p", VERSION: "1", RELEASE: "2"}
    assert names(owned(sqlite_database([header(whole)]))) == ["p"]
    assert owned(sqlite_database([header({tag: value for tag, value in whole.items() if tag != missing})])) == []


def test_a_package_without_release_has_the_version_alone() -> None:
    assert owned(sqlite_database([header({NAME: "p", VERSION: "1"})]))[0][0] == Stanza(b"p", b"1", b"")


def test_names_that_are_not_text_come_out_as_they_are() -> None:
    content = sqlite_database([package_header("p\udce9\x1b[31m", "1-1", ["/etc/\udcff\nx"])])
    assert owned(content)[0][0].name == b"p\xe9\x1b[31m"
    assert owned(content)[0][1] == [b"etc/\xff\nx"]
