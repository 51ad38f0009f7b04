"""Directories that no file brings: what is written to, and what a COPY would make otherwise than the image has it."""

import tarfile
from pathlib import Path
from typing import Any

import pytest

from layerscope.advice.plan.base import Candidate, known_base
from layerscope.advice.plan.directories import as_in_image, copied, directories
from tests.support.programs import Row, analysis_of, directory, go_program

SERVER: Row = ("app/server", go_program())
SCRATCH = known_base("scratch")


def made(
    tmp_path: Path, *rows: Row, base: Candidate = SCRATCH, brought: tuple[bytes, ...] = (), **config: Any
) -> list[tuple[bytes, int, tuple[int, int]]]:
    analysis = analysis_of(tmp_path, [[SERVER, *rows]], Cmd=["/app/server"], **config)
    return [(item.path, item.mode, item.owner) for item in directories(analysis.ground, base, brought)]


def with_mode(name: str, mode: int, owner: int = 0) -> tarfile.TarInfo:
    info = directory(name, owner, owner)
    info.mode = mode
    return info


def test_empty_directories_of_the_images_own_layers_are_made_with_mode_and_owner(tmp_path: Path) -> None:
    rows: list[Row] = [("data", None), with_mode("spool", 0o1777), with_mode("run/low", 0o755, 9)]
    assert made(tmp_path, *rows) == [
        (b"data", 0o755, (0, 0)),
        (b"run/low", 0o755, (9, 9)),
        (b"spool", 0o1777, (0, 0)),
    ]


@pytest.mark.parametrize("name", ["var/cache/apt/archives", "root/.npm/_cacache", "usr/share/doc/x", "etc/gss", "app/.cache"])
def test_what_package_managers_and_caches_leave_is_not(tmp_path: Path, name: str) -> None:
    assert made(tmp_path, (name, None), brought=(b"etc/passwd",)) == []


def test_where_a_server_writes_its_log_is_made_although_no_log_crosses(tmp_path: Path) -> None:
    rows: list[Row] = [with_mode("var/log/web", 0o750, 4), ("var/log/web/error.log", b"started")]
    assert made(tmp_path, *rows) == [(b"var/log/web", 0o750, (4, 4))]


def test_beside_what_crosses_the_systems_own_places_keep_theirs(tmp_path: Path) -> None:
    assert made(tmp_path, ("etc/web/sites", None), brought=(b"etc/web/web.conf",)) == [(b"etc/web/sites", 0o755, (0, 0))]


def test_directories_above_what_crosses_keep_modes_and_owners(tmp_path: Path) -> None:
    rows: list[Row] = [with_mode("app", 0o700, 5), with_mode("app/sub", 0o755), ("app/sub/x", b"1")]
    assert made(tmp_path, *rows, brought=(b"app/sub/x",)) == [(b"app", 0o700, (5, 5))]


def test_volumes_and_the_users_home_are_made(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("etc/passwd", b"root:x:0:0::/root:/bin/sh\nweb:x:7:7::/home/web:/bin/sh\n"),
        with_mode("home/web", 0o700, 7),
        ("home/web/.profile", b"1"),
        with_mode("vol", 0o777),
        ("vol/x", b"1"),
    ]
    found = made(tmp_path, *rows, User="web", Volumes={"/vol": {}})
    assert found == [(b"home/web", 0o700, (7, 7)), (b"vol", 0o777, (0, 0))]


def test_what_the_base_has_is_not_made(tmp_path: Path) -> None:
    base = Candidate(reference="base", content={b"data": 0})
    assert made(tmp_path, ("data", None), base=base) == []


def test_without_a_shell_an_empty_directory_is_copied(tmp_path: Path) -> None:
    analysis = analysis_of(tmp_path, [[SERVER, ("mnt", None), with_mode("data", 0o755, 5)]], Cmd=["/app/server"])
    wanted = [item for item in directories(analysis.ground, SCRATCH, ()) if item.path == b"data"]
    (copy,), problems = copied(analysis.ground, wanted)
    assert (copy.source, copy.target, copy.owner, problems) == (b"/mnt", b"/data", "5:5", ())
    assert as_in_image(analysis.filesystem, wanted[0]) == wanted[0]
