"""The need of a program: every path that it asks for, each with the proof back to the config."""

from pathlib import Path

import pytest

from layerscope.core.vocabulary import Ecosystem, Linkage
from layerscope.layers.contents import Contents
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Because, Program
from layerscope.needs.needs import _check_machine
from tests.support.archives import link
from tests.support.layers import stacked
from tests.support.needs import asked, because, roles
from tests.support.programs import Row, analysis_of, directory, elf, go_program, program

TLS = "crypto/x509.loadSystemRoots"


def test_a_static_go_program_needs_itself(tmp_path: Path) -> None:
    runtime = analysis_of(
        tmp_path, [[("app/server", go_program()), ("etc/passwd", b"root:x:0:0::/root:/bin/sh\n")]], Cmd=["/app/server"]
    ).runtime
    assert roles(runtime) == {"/app/server": "program"}
    assert [(program.ecosystem, program.linkage, program.version) for program in runtime.programs] == [
        ("go", "static", "1.22.10")
    ]
    assert because(runtime, "app/server") == (Because("CMD"),)
    assert runtime.unresolved == ()


def test_a_relative_command_starts_in_the_working_directory(tmp_path: Path) -> None:
    runtime = analysis_of(tmp_path, [[("srv/app/hello", go_program())]], Cmd=["./hello"], WorkingDir="/srv/app").runtime
    assert [program.path for program in runtime.programs] == [b"srv/app/hello"]


def test_a_bare_name_is_found_on_path_through_links(tmp_path: Path) -> None:
    rows = [("opt/app-1/bin/server", go_program()), link("opt/app", "app-1"), link("usr/bin/server", "/opt/app/bin/server")]
    runtime = analysis_of(tmp_path, [rows], Entrypoint=["server"], Env=["PATH=/usr/bin:/bin"]).runtime
    assert roles(runtime) == {"/usr/bin/server": "link", "/opt/app": "link", "/opt/app-1/bin/server": "program"}
    assert asked(runtime, "opt/app-1/bin/server") == (b"usr/bin/server",)


def test_a_missing_program_is_unresolved_and_nothing_else_is_claimed(tmp_path: Path) -> None:
    runtime = analysis_of(tmp_path, [[("app/other", go_program())]], Cmd=["/app/server"]).runtime
    assert runtime.programs == ()
    assert runtime.needs == ()
    assert "/app/server" in runtime.unresolved[0].what


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/app/server", "which is in the image, but not executable"),
        ("server", "which is in the image as /app/server, but not executable"),
        ("/app/config", "which is a directory"),
        ("config", "which is not in the image"),
    ],
)
def test_a_program_that_cannot_be_executed_is_not_called_missing(tmp_path: Path, command: str, said: str) -> None:
    """A COPY from a file system without the executable bit makes these."""
    rows = [program("app/server", go_program(), mode=0o644), directory("app/config")]
    runtime = analysis_of(tmp_path, [rows], Entrypoint=[command], Env=["PATH=/usr/bin:/app"]).runtime
    assert [item.what for item in runtime.unresolved] == [f"ENTRYPOINT starts {command}, {said}"]
    assert runtime.programs == ()


def test_an_interpreter_that_cannot_be_executed_is_not_called_missing(tmp_path: Path) -> None:
    rows = [("run", b"#!/bin/sh\nexec /x\n"), program("bin/sh", elf(), mode=0o644)]
    runtime = analysis_of(tmp_path, [rows], Cmd=["/run"]).runtime
    assert [item.what for item in runtime.unresolved] == [
        "needs the interpreter /bin/sh, which is in the image, but not executable"
    ]


@pytest.mark.parametrize("rows", [[("run", b"#!/run\n")], [("run", b"#!/other\n"), ("other", b"#!/run\n")]])
def test_a_script_that_no_program_interprets_in_the_end_says_so(tmp_path: Path, rows: list[Row]) -> None:
    said = [item.what for item in analysis_of(tmp_path, [rows], Cmd=["/run"]).runtime.unresolved]
    assert any("which is a script itself, and so on" in what for what in said)
    assert not any("not executable" in what for what in said)


def test_linked_in_functions_say_what_a_go_program_reads(tmp_path: Path) -> None:
    functions = (TLS, "time.LoadLocation", "os/user.Lookup", "mime.TypeByExtension")
    files = [
        ("etc/ssl/certs/ca-certificates.crt", b"bundle"),
        ("usr/share/zoneinfo/Europe/Berlin", b"TZif"),
        ("usr/local/go/lib/time/zoneinfo.zip", b"zip"),
        ("etc/passwd", b"root:x:0:0::/root:/bin/sh\n"),
        ("etc/group", b"root:x:0:\n"),
        ("etc/mime.types", b"text/css css\n"),
    ]
    runtime = analysis_of(tmp_path, [[("server", go_program(*functions)), *files]], Cmd=["/server"]).runtime
    assert roles(runtime) == {
        "/server": "program",
        "/etc/ssl/certs/ca-certificates.crt": "certificates",
        "/usr/share/zoneinfo/Europe/Berlin": "zoneinfo",
        "/etc/passwd": "data",
        "/etc/group": "data",
        "/etc/mime.types": "data",
    }
    proof = because(runtime, "usr/share/zoneinfo/Europe/Berlin")
    assert proof == (Because("time zones: time.LoadLocation is linked into", b"server"), Because("CMD"))
    without = analysis_of(tmp_path, [[("server", go_program()), *files[:-1]]], Cmd=["/server"]).runtime
    assert roles(without) == {"/server": "program"}


def test_embedded_time_zones_need_no_archive(tmp_path: Path) -> None:
    rows = [
        ("server", go_program("time.LoadLocation", "time/tzdata.loadFromEmbeddedTZData")),
        ("usr/local/go/lib/time/zoneinfo.zip", b"zip"),
    ]
    assert roles(analysis_of(tmp_path, [rows], Cmd=["/server"]).runtime) == {"/server": "program"}


def test_certificates_that_somebody_put_beside_the_bundle_are_kept(tmp_path: Path) -> None:
    rows = [
        ("server", go_program(TLS)),
        ("etc/ssl/certs/ca-certificates.crt", b"bundle"),
        ("etc/ssl/certs/corporate.pem", b"own"),
        link("etc/ssl/certs/deadbeef.0", "ca-certificates.crt"),
    ]
    runtime = analysis_of(tmp_path, [rows], Cmd=["/server"]).runtime
    assert {path for path, role in roles(runtime).items() if role == "certificates"} == {
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/ssl/certs/corporate.pem",
    }


def test_starting_programs_and_plugins_is_said_to_be_unknown(tmp_path: Path) -> None:
    runtime = analysis_of(tmp_path, [[("server", go_program("os.StartProcess", "plugin.Open"))]], Cmd=["/server"]).runtime
    assert {item.path for item in runtime.unresolved} == {b"server"}
    assert [word for word in ("plugins", "other programs") if any(word in item.what for item in runtime.unresolved)] == [
        "plugins",
        "other programs",
    ]


def test_a_user_by_name_needs_the_accounts_a_number_does_not(tmp_path: Path) -> None:
    rows = [("server", go_program()), ("etc/passwd", b"app:x:1000:1000::/:/\n"), ("etc/group", b"app:x:1000:\n")]
    assert set(roles(analysis_of(tmp_path, [rows], Cmd=["/server"], User="app").runtime)) == {
        "/server",
        "/etc/passwd",
        "/etc/group",
    }
    assert set(roles(analysis_of(tmp_path, [rows], Cmd=["/server"], User="1000:1000").runtime)) == {"/server"}


def test_files_beside_the_program_are_kept_and_its_sources_are_not(tmp_path: Path) -> None:
    rows = [
        ("app/server", go_program()),
        ("app/main.go", b"package main\n"),
        ("app/go.mod", b"module m\n"),
        ("app/templates/index.html", b"<p>"),
    ]
    history = ["COPY . .", "CMD /app/server"]
    runtime = analysis_of(tmp_path, [rows], history, Cmd=["/app/server"], WorkingDir="/app").runtime
    assert roles(runtime) == {"/app/server": "program", "/app/templates/index.html": "data"}


def test_arguments_and_environment_name_files(tmp_path: Path) -> None:
    rows = [
        ("server", go_program()),
        ("etc/service/config.yaml", b"a: 1\n"),
        ("etc/service/key.json", b"{}"),
        ("var/www/a.html", b"<p>"),
        ("var/www/b.html", b"<p>"),
    ]
    cmd = ["/server", "--config=/etc/service/config.yaml", "--root", "/var/www"]
    runtime = analysis_of(tmp_path, [[*rows, ("var/www/", None)]], Cmd=cmd, Env=["KEY_FILE=/etc/service/key.json"]).runtime
    assert {"/etc/service/config.yaml", "/etc/service/key.json", "/var/www/a.html", "/var/www/b.html"} <= set(roles(runtime))


def test_a_healthcheck_needs_its_program(tmp_path: Path) -> None:
    rows = [("server", go_program()), ("usr/bin/probe", go_program(TLS)), ("bin/sh", elf()), ("etc/ssl/cert.pem", b"bundle")]
    check = {"Test": ["CMD-SHELL", "probe http://localhost/ || exit 1"]}
    runtime = analysis_of(tmp_path, [rows], Cmd=["/server"], Healthcheck=check).runtime
    assert roles(runtime) == {
        "/server": "program",
        "/usr/bin/probe": "healthcheck",
        "/bin/sh": "interpreter",
        "/etc/ssl/cert.pem": "certificates",
    }
    assert because(runtime, "etc/ssl/cert.pem")[-1] == Because("HEALTHCHECK")


def test_a_script_needs_its_interpreter_and_what_it_starts(tmp_path: Path) -> None:
    rows = [
        ("run.sh", b"#!/usr/bin/env bash\nexec /server\n"),
        ("usr/bin/env", elf()),
        ("usr/bin/bash", elf()),
        ("server", go_program()),
    ]
    runtime = analysis_of(tmp_path, [rows], Entrypoint=["/run.sh"]).runtime
    assert [program.linkage for program in runtime.programs] == ["script"]
    assert {"/usr/bin/env", "/usr/bin/bash"} <= {path for path, role in roles(runtime).items() if role == "interpreter"}
    assert roles(runtime)["/server"] == "program"
    assert runtime.programs[0].followed


def test_a_script_whose_commands_cannot_be_known_says_so(tmp_path: Path) -> None:
    rows = [("run.sh", b"#!/bin/sh\n$(cat /etc/which) --serve\n"), ("bin/sh", elf())]
    runtime = analysis_of(tmp_path, [rows], Entrypoint=["/run.sh"]).runtime
    assert not runtime.programs[0].followed
    assert any("not followed" in item.what for item in runtime.unresolved)


@pytest.mark.parametrize("line", [b"#!/bin/sh\r\n", b"#!/usr/bin/env sh\r\n", b"#!/bin/sh -e\r\n"])
def test_a_script_with_carriage_returns_cannot_be_started_and_that_is_said(tmp_path: Path, line: bytes) -> None:
    rows = [program("run", line + b"exec /app/server\r\n"), program("bin/sh", elf()), ("app/server", go_program())]
    runtime = analysis_of(tmp_path, [rows], Entrypoint=["/run"]).runtime
    assert runtime.programs == ()
    assert [item.path for item in runtime.unresolved] == [b"run"]
    assert "its first line ends in a carriage return" in runtime.unresolved[0].what


@pytest.mark.parametrize(
    ("architecture", "machine", "said"),
    [
        ("amd64", "arm64", True),
        ("amd64", "386", False),
        ("arm64", "arm", False),
        ("386", "amd64", True),
        ("wasm", "amd64", False),
    ],
)
def test_a_program_of_another_machine_is_told(tmp_path: Path, architecture: str, machine: str, said: bool) -> None:
    ledger = Ledger(filesystem=stacked(), contents=Contents([], []))
    built = Program(path=b"app", entry=0, ecosystem=Ecosystem.C, linkage=Linkage.STATIC)
    _check_machine(ledger, built, machine, architecture)
    what = f"is built for {machine}, and the image says {architecture}: no kernel of that machine starts it"
    assert [item.what for item in ledger.unresolved] == ([what] if said else [])


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    runtime = analysis_of(tmp_path, [[link("a", "b"), link("b", "a")]], Cmd=["/a"]).runtime
    assert runtime.programs == ()
    assert runtime.unresolved


def test_a_script_for_a_program_that_is_no_known_interpreter_is_not_followed(tmp_path: Path) -> None:
    rows = [("bin/escript", elf(sections={".text": b"x"})), ("app/tool", b"#!/bin/escript\nmain(_) -> ok.\n")]
    runtime = analysis_of(tmp_path, [rows], Entrypoint=["/app/tool"]).runtime
    assert not runtime.programs[0].followed
    assert any("is a script for /bin/escript, whose language is not known" in item.what for item in runtime.unresolved)
