"""What settings name is needed: files, programs of one's own and directories, and what those name that are settings."""

from pathlib import Path

import pytest

from layerscope.needs.model import Runtime
from tests.support.languages import needed, runtime_of
from tests.support.programs import GLIBC_LOADER, Row, elf

INSTALLED: list[Row] = [
    ("var/lib/stock/stock.db", b"rows"),
    ("srv/models/small.bin", b"weights"),
    ("srv/models/node_modules/a/index.js", b""),
    ("opt/hooks/notify", b"#!/bin/sh\n"),
    ("opt/more.ini", b"db = /var/lib/stock/stock.db\n"),
    ("opt/other", b""),
]
SERVER: Row = ("app/server", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"]))


def run(directory: Path, *settings: tuple[str, str], named: str = "/etc/app/app.conf") -> Runtime:
    """The needs of a server whose ENV names its settings."""
    rows = [SERVER, *((path, text.encode()) for path, text in settings)]
    return runtime_of(directory, INSTALLED, rows, Cmd=["./server"], Env=["PATH=/usr/bin:/bin", f"APP_CONFIG={named}"])


@pytest.mark.parametrize(
    "line",
    [
        "database = /var/lib/stock/stock.db",
        "url: jdbc:sqlite:/var/lib/stock/stock.db",
        'file = "/var/lib/stock/stock.db"',
        "<db>/var/lib/stock/stock.db</db>",
        '{"db": "file:///var/lib/stock/stock.db"}',
        "[db] path=/var/lib/stock/stock.db;mode=ro",
    ],
)
def test_a_file_that_settings_name(tmp_path: Path, line: str) -> None:
    runtime = run(tmp_path, ("etc/app/app.conf", line))
    assert "var/lib/stock/stock.db" in needed(runtime)
    assert "opt/other" not in needed(runtime)


def test_a_directory_without_what_is_not_somebodys_own(tmp_path: Path) -> None:
    runtime = run(tmp_path, ("etc/app/app.conf", "models = /srv/models"))
    assert {path for path in needed(runtime) if path.startswith("srv/")} == {"srv/models/small.bin"}


@pytest.mark.parametrize("line", ["root = /var/lib", "all = /", "url = http://host/var/lib/stock/stock.db", "x = ~/opt/other"])
def test_what_holds_more_than_one_thing_and_what_is_no_path_of_the_image(tmp_path: Path, line: str) -> None:
    assert not needed(run(tmp_path, ("etc/app/app.conf", line))) & {"var/lib/stock/stock.db", "opt/other"}


def test_settings_lead_to_further_settings(tmp_path: Path) -> None:
    assert {"opt/more.ini", "var/lib/stock/stock.db"} <= needed(run(tmp_path, ("etc/app/app.conf", "include = /opt/more.ini")))


def test_what_is_not_called_like_settings_is_not_read(tmp_path: Path) -> None:
    runtime = run(tmp_path, ("etc/app/notes.txt", "/var/lib/stock/stock.db"), named="/etc/app/notes.txt")
    assert "etc/app/notes.txt" in needed(runtime)
    assert "var/lib/stock/stock.db" not in needed(runtime)


def test_a_directory_of_settings_that_is_somebodys_own_is_kept_whole(tmp_path: Path) -> None:
    own = ("etc/shop.d/one.conf", "etc/shop.d/more/two", "usr/local/etc/shop/three")
    others: list[Row] = [("etc/large/small", b"4"), ("etc/large/blob", bytes(100_000)), ("etc/init.d/shop", b"5")]
    found = set(needed(runtime_of(tmp_path, [*((path, b"x") for path in own), *others], [SERVER], Cmd=["./server"])))
    assert set(own) <= found
    assert found.isdisjoint(str(row[0]) for row in others if isinstance(row, tuple))
