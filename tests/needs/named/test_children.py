"""What supervisors and launchers start is needed with all that it needs itself."""

from pathlib import Path

from tests.support.archives import link
from tests.support.needs import because, roles
from tests.support.programs import Row, analysis_of, elf, go_program, program

SUPERVISORD: list[Row] = [
    program("usr/bin/supervisord", b"#!/usr/bin/python3\nimport json\n"),
    ("usr/bin/python3", elf(sections={".text": b"python"})),
    ("usr/lib/python3.11/os.py", b""),
    ("bin/sh", elf(sections={".text": b"shell"})),
    ("app/web", go_program(sizes={"main.web": 1})),
    ("app/worker", go_program(sizes={"main.worker": 1})),
    ("etc/passwd", b"app:x:1000:1000::/:/bin/sh\n"),
]


def test_programs_of_supervisord_are_needed_because_it_keeps_them_running(tmp_path: Path) -> None:
    conf = b"[program:web]\ncommand=tini -- ./web --conf /opt/web.conf\ndirectory=/app\n"
    conf += b"[program:worker]\ncommand=/app/worker\nuser=app\n"
    rows = [
        *SUPERVISORD,
        ("etc/supervisord.conf", conf),
        ("usr/bin/tini", go_program(sizes={"main.tini": 1})),
        ("opt/web.conf", b""),
    ]
    runtime = analysis_of(tmp_path, [rows], Cmd=["supervisord", "-n"], Env=["PATH=/usr/bin:/bin"]).runtime
    found = roles(runtime)
    assert (found["/app/web"], found["/app/worker"], found["/usr/bin/tini"]) == ("program", "program", "program")
    assert because(runtime, "app/worker")[0].what == "kept running by"
    assert {"/etc/supervisord.conf", "/etc/passwd", "/opt/web.conf"} <= found.keys()
    assert [(item.ecosystem, item.followed) for item in runtime.programs] == [("python", True)]


def test_a_supervisor_of_a_program_that_is_not_in_the_image_is_not_followed(tmp_path: Path) -> None:
    rows = [*SUPERVISORD, ("etc/supervisord.conf", b"[program:web]\ncommand=/app/gone\n")]
    runtime = analysis_of(tmp_path, [rows], Cmd=["supervisord"], Env=["PATH=/usr/bin:/bin"]).runtime
    assert not runtime.programs[0].followed
    assert any("starts /app/gone, which is not in the image" in item.what for item in runtime.unresolved)


def test_services_are_needed_with_their_directories(tmp_path: Path) -> None:
    rows = [
        *SUPERVISORD,
        ("usr/bin/runsvdir", elf(sections={".text": b"runsvdir"})),
        ("usr/bin/runsv", elf(sections={".text": b"runsv"})),
        link("etc/service/web", "/etc/sv/web"),
        program("etc/sv/web/run", b"#!/bin/sh\nexec chpst -u app /app/web\n"),
        ("usr/bin/chpst", elf(sections={".text": b"chpst"})),
        ("etc/sv/web/env/PORT", b"80"),
    ]
    runtime = analysis_of(tmp_path, [rows], Cmd=["runsvdir", "/etc/service"], Env=["PATH=/usr/bin:/bin"]).runtime
    needed = {
        "/usr/bin/runsv",
        "/etc/sv/web/run",
        "/etc/sv/web/env/PORT",
        "/app/web",
        "/usr/bin/chpst",
        "/etc/passwd",
        "/bin/sh",
    }
    assert needed <= roles(runtime).keys()
    assert runtime.programs[0].followed


def test_the_command_of_a_launcher_is_needed_from_its_environment(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("usr/bin/python3", elf(sections={".text": b"python"})),
        ("usr/lib/python3.11/os.py", b""),
        ("usr/lib/python3.11/sysconfig.py", b""),
        ("usr/bin/uv", go_program(sizes={"main.uv": 1})),
        ("app/pyproject.toml", b"[project]\nname='x'\n"),
        ("app/uv.lock", b""),
        ("app/main.py", b"import six\n"),
        ("app/.venv/pyvenv.cfg", b"home = /usr/bin\nversion = 3.11.1\n"),
        link("app/.venv/bin/python", "/usr/bin/python3"),
        ("app/.venv/lib/python3.11/site-packages/six.py", b""),
        ("app/.venv/lib/python3.11/site-packages/other.py", b""),
    ]
    runtime = analysis_of(tmp_path, [rows], Cmd=["uv", "run", "main.py"], WorkingDir="/app", Env=["PATH=/usr/bin:/bin"]).runtime
    needed = {"/app/uv.lock", "/app/pyproject.toml", "/app/main.py", "/app/.venv/lib/python3.11/site-packages/other.py"}
    assert needed | {"/app/.venv/pyvenv.cfg", "/usr/lib/python3.11/sysconfig.py", "/usr/bin/uv"} <= roles(runtime).keys()
    assert runtime.programs[0].followed


def test_jobs_of_cron_are_followed_but_those_that_a_package_brings_along(tmp_path: Path) -> None:
    status = b"Package: apt\nStatus: install ok installed\nVersion: 2\nArchitecture: amd64\n\n"
    rows = [
        *SUPERVISORD,
        ("usr/sbin/cron", elf(sections={".text": b"cron"})),
        ("etc/cron.d/job", b"* * * * * root /app/worker\n"),
        program("etc/cron.daily/apt", b"#!/bin/sh\n/app/web\n"),
        ("var/lib/dpkg/status", status),
        ("var/lib/dpkg/info/apt.list", b"/.\n/etc\n/etc/cron.daily/apt\n"),
    ]
    runtime = analysis_of(tmp_path, [rows], Cmd=["/usr/sbin/cron", "-f"], Env=["PATH=/usr/bin:/bin"]).runtime
    assert roles(runtime)["/app/worker"] == "program"
    assert roles(runtime).get("/app/web") != "program"
