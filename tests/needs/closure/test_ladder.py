"""The upper rungs: a package that is started stays whole; where nothing is known of what starts, all but what only builds."""

from pathlib import Path
from typing import Any

import pytest

from layerscope.core.vocabulary import Rung
from layerscope.needs.model import Runtime
from tests.support.archives import link
from tests.support.needs import because
from tests.support.programs import GLIBC_LOADER, Row, analysis_of, elf

DEPENDS = {
    "redis-server": "redis-tools, libjemalloc2",
    "redis-tools": "",
    "libjemalloc2": "",
    "vim": "",
    "dash": "",
    "lua5.4": "",
    "jq": "libjq1",
    "libjq-dev": "libjq1",
    "libjq1": "",
    "graphs": "",
}
LISTS = {
    "graphs": ["/usr/bin/graphs", "/usr/lib/graphs/libplugin.so.6"],
    "redis-server": ["/usr/bin/redis-server", "/etc/init.d/redis-server"],
    "redis-tools": ["/usr/bin/redis-check-rdb", "/usr/share/fonts/truetype/tool.ttf", "/usr/lib/tool/modules/m.la"],
    "libjemalloc2": ["/usr/lib/libjemalloc.so.2"],
    "vim": ["/usr/bin/vim"],
    "dash": ["/usr/bin/dash"],
    "lua5.4": ["/usr/bin/lua5.4"],
    "jq": ["/usr/bin/jq"],
    "libjq-dev": ["/usr/include/jq.h"],
    "libjq1": ["/usr/lib/libjq.so.1"],
}


def debian() -> list[Row]:
    """A system with these packages; each of their files is a compiled program."""
    status = "\n".join(
        f"Package: {name}\nStatus: install ok installed\nVersion: 1\nDepends: {depends}\n" for name, depends in DEPENDS.items()
    )
    rows: list[Row] = [("var/lib/dpkg/status", status.encode())]
    for name, paths in LISTS.items():
        rows.append((f"var/lib/dpkg/info/{name}.list", "\n".join(("/.", *paths, "")).encode()))
        rows += [(path[1:], elf(interpreter=GLIBC_LOADER)) for path in paths]
    return [
        *rows,
        ("etc/os-release", b"ID=debian\nVERSION_CODENAME=bookworm\n"),
        ("etc/passwd", b"redis:x:101:101::/:/bin/sh\n"),
    ]


def runtime(directory: Path, rows: list[Row], run: str = "", **config: Any) -> Runtime:
    history = [f"RUN /bin/sh -c {run}"]
    return analysis_of(directory, [[*debian(), *rows]], history=history, Env=["PATH=/usr/bin:/bin"], **config).runtime


def rungs(found: Runtime) -> dict[str, Rung]:
    return {need.path.decode(): need.rung for need in found.needs}


def test_a_server_that_a_package_brings_comes_with_what_that_depends_on(tmp_path: Path) -> None:
    found = runtime(tmp_path, [], Cmd=["redis-server"])
    assert rungs(found)["usr/bin/redis-server"] == Rung.FOLLOWED
    assert rungs(found)["usr/lib/libjemalloc.so.2"] == Rung.CLOSURE
    assert "usr/bin/vim" not in rungs(found)
    assert [step.what for step in because(found, "usr/lib/libjemalloc.so.2")] == [
        "part of the package libjemalloc2",
        "which the package redis-server depends on",
        "which installed",
        "CMD",
    ]


def test_the_state_that_its_scripts_made_comes_along(tmp_path: Path) -> None:
    rows: list[Row] = [("etc/redis/redis.conf", b"port 1\n"), link("etc/alternatives/redis", "/usr/bin/redis-server")]
    found = rungs(runtime(tmp_path, rows, Cmd=["redis-server"]))
    assert {"etc/redis/redis.conf", "etc/alternatives/redis", "etc/passwd"} <= found.keys()


def test_what_looks_like_documentation_or_a_build_and_is_read_stays(tmp_path: Path) -> None:
    """ImageMagick finds its modules by libtool archives, and draws text with fonts."""
    found = rungs(runtime(tmp_path, [], Cmd=["redis-server"]))
    assert {"usr/share/fonts/truetype/tool.ttf", "usr/lib/tool/modules/m.la"} <= found.keys()


def test_what_an_instruction_put_among_the_systems_files_stays(tmp_path: Path) -> None:
    history = ["RUN /bin/sh -c apt-get install redis-server", "COPY cgi-bin /usr/lib/cgi-bin"]
    layers: list[list[Row]] = [debian(), [("usr/lib/cgi-bin/hello.pl", b"#!/usr/bin/perl\n")]]
    found = analysis_of(tmp_path, layers, history=history, Env=["PATH=/usr/bin:/bin"], Cmd=["redis-server"]).runtime
    assert "usr/lib/cgi-bin/hello.pl" in rungs(found)


def test_a_package_that_a_person_named_stays_and_a_tool_does_not(tmp_path: Path) -> None:
    found = rungs(runtime(tmp_path, [], "apt-get install -y redis-server vim jq", Cmd=["redis-server"]))
    assert found["usr/lib/libjq.so.1"] == Rung.CLOSURE
    assert "usr/bin/vim" not in found


def test_so_does_what_its_scripts_made_beside_its_files(tmp_path: Path) -> None:
    """Graphviz keeps a list of its plugins beside them, and finds none without it."""
    rows: list[Row] = [
        ("usr/lib/graphs/config6a", b"libplugin.so.6 {\n}\n"),
        ("usr/lib/stray", b"1"),
        ("etc/other.conf", b"1"),
        ("usr/bin/python3.11", elf(interpreter=GLIBC_LOADER)),
        ("usr/lib/python3.11/os.py", b""),
        ("srv/main.py", b"import subprocess\n"),
    ]
    found = runtime(tmp_path, rows, "apt-get install -y graphs", Cmd=["python3.11", "/srv/main.py"])
    assert rungs(found)["usr/lib/graphs/config6a"] == Rung.CLOSURE
    assert not {"usr/lib/stray", "etc/other.conf"} & rungs(found).keys()
    assert [step.what for step in because(found, "usr/lib/graphs/config6a")] == [
        "made beside the files of packages that were installed by name"
    ]


def test_where_nothing_is_known_of_what_starts_all_that_people_put_there_stays(tmp_path: Path) -> None:
    rows: list[Row] = [("srv/main.lua", b"os.execute('vim -h')\n"), ("opt/data/table", b"1"), ("usr/share/doc/x/README", b"x")]
    found = runtime(tmp_path, rows, "apt-get install -y lua5.4 vim", Cmd=["lua5.4", "/srv/main.lua"])
    assert rungs(found)["opt/data/table"] == Rung.SUBTRACTED
    assert rungs(found)["usr/bin/vim"] == Rung.CLOSURE
    assert "usr/share/doc/x/README" not in rungs(found)
    assert "usr/lib/libjq.so.1" not in rungs(found)
    assert [part.rung for part in found.parts] == [Rung.CLOSURE, Rung.CLOSURE, Rung.SUBTRACTED]


def test_a_compiled_program_that_is_followed_takes_nothing_more(tmp_path: Path) -> None:
    rows: list[Row] = [("srv/server", elf(interpreter=GLIBC_LOADER))]
    found = runtime(tmp_path, rows, "apt-get install -y jq", Cmd=["/srv/server"])
    assert found.parts == ()
    assert set(rungs(found).values()) == {Rung.FOLLOWED}


def test_a_program_that_a_script_starts_comes_with_its_package(tmp_path: Path) -> None:
    shell: Row = ("bin/sh", elf(interpreter=GLIBC_LOADER))
    found = runtime(tmp_path, [shell, ("usr/local/bin/start", b"#!/bin/sh\nexec redis-server\n")], Cmd=["/usr/local/bin/start"])
    assert rungs(found)["usr/lib/libjemalloc.so.2"] == Rung.CLOSURE


def test_a_line_of_the_config_is_no_script_of_the_shell_s_package(tmp_path: Path) -> None:
    rows: list[Row] = [link("bin/sh", "/usr/bin/dash"), ("opt/data/table", b"1")]
    found = runtime(tmp_path, rows, Cmd=["/bin/sh", "-c", 'exec "$PROGRAM"'])
    assert rungs(found)["opt/data/table"] == Rung.SUBTRACTED


@pytest.mark.parametrize(("asked", "used"), [("libjq1", ("libjq1",)), ("libjq-dev", ()), ("vim", ())])
def test_packages_of_which_something_is_followed_are_named_too(tmp_path: Path, asked: str, used: tuple[str, ...]) -> None:
    rows: list[Row] = [
        ("bin/sh", elf(interpreter=GLIBC_LOADER)),
        ("srv/tool", elf(interpreter=GLIBC_LOADER, needed=["libjq.so.1"])),
        ("srv/start", b"#!/bin/sh\n/srv/tool\nexec redis-server\n"),
    ]
    found = runtime(tmp_path, rows, f"apt-get install -y {asked} redis-server redis-tools", Cmd=["/srv/start"])
    assert found.used == used


def test_a_plugin_that_settings_name_comes_with_its_libraries(tmp_path: Path) -> None:
    """Its package is only recommended, so that nothing else brings what it is linked to."""
    rows: list[Row] = [
        ("etc/redis/redis.conf", b"loadmodule /usr/lib/redis/pack.so\n"),
        ("usr/lib/redis/pack.so", elf(needed=["libpack.so.2"])),
        ("usr/lib/x86_64-linux-gnu/libpack.so.2", elf(soname="libpack.so.2")),
    ]
    found = rungs(runtime(tmp_path, rows, Cmd=["redis-server", "/etc/redis/redis.conf"]))
    assert "usr/lib/x86_64-linux-gnu/libpack.so.2" in found
