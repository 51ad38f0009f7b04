"""What no package lists: which of it is state, and which of it may be read by code that nothing is known of."""

from pathlib import Path

from layerscope.needs.model import Runtime
from tests.support.archives import link
from tests.support.programs import GLIBC_LOADER, Row, analysis_of, directory, elf


def unknown(directory_: Path, rows: list[Row]) -> set[str]:
    """The paths that are needed of an image that starts code which nothing is known of."""
    start: list[Row] = [("usr/bin/lua", elf(interpreter=GLIBC_LOADER)), ("app/main.lua", b"print(1)\n")]
    found: Runtime = analysis_of(
        directory_, [[*start, *rows]], Cmd=["lua", "/app/main.lua"], Env=["PATH=/usr/bin"], WorkingDir="/app"
    ).runtime
    return {need.path.decode() for need in found.needs}


def test_caches_are_left_out(tmp_path: Path) -> None:
    found = unknown(tmp_path, [("var/lib/apt/lists/a", b"x"), ("root/.cache/pip/a", b"x"), ("data/a", b"x")])
    assert "data/a" in found
    assert found.isdisjoint({"var/lib/apt/lists/a", "root/.cache/pip/a"})


def test_links_stay_where_what_they_lead_to_stays(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("data/a", b"x"),
        link("data/b", "a"),
        link("var/log/app.log", "/dev/stdout"),
    ]
    found = unknown(tmp_path, rows)
    assert {"data/b", "var/log/app.log"} <= found


def test_empty_directories_and_those_of_other_users_stay(tmp_path: Path) -> None:
    found = unknown(tmp_path, [directory("var/lib/app/spool"), directory("opt/plain"), ("opt/plain/a", b"x")])
    assert "var/lib/app/spool" in found
    assert "opt/plain" not in found


def test_libraries_that_loose_programs_are_linked_to_stay(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("opt/tool", elf(interpreter=GLIBC_LOADER, needed=["libx.so.1"])),
        ("usr/lib/libx.so.1", elf(soname="libx.so.1")),
    ]
    assert "usr/lib/libx.so.1" in unknown(tmp_path, rows)
