"""What a Python program needs: its interpreter, the application and what that imports, also of odd images."""

import tarfile
from pathlib import Path

from tests.support.archives import link
from tests.support.programs import GLIBC_LOADER, Row, elf
from tests.support.python_images import (
    CLICK,
    RICH,
    SITE,
    distributions,
    needed,
    runtime_of,
    unresolved,
)


def test_an_interpreter_without_its_standard_library_is_not_followed(tmp_path: Path) -> None:
    rows = [("opt/bin/python3.9", elf(interpreter=GLIBC_LOADER, soname="python")), ("app/main.py", b"import os\n")]
    runtime = runtime_of(tmp_path, rows, Cmd=["/opt/bin/python3.9", "/app/main.py"])
    assert not runtime.programs[0].followed
    assert "standard library is not in the image" in unresolved(runtime)


def test_an_interactive_interpreter_is_not_followed(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, [], Cmd=["python3"])
    assert not runtime.programs[0].followed


def test_sources_beside_the_program_are_kept_and_its_tests_are_not(tmp_path: Path) -> None:
    rows = [
        ("app/main.py", b""),
        ("app/jobs/nightly.py", b"import click\n"),
        ("app/tests/test_main.py", b"import rich\n"),
        *RICH,
    ]
    runtime = runtime_of(tmp_path, [*rows, *CLICK], Cmd=["python", "main.py"], WorkingDir="/app")
    assert "app/jobs/nightly.py" in needed(runtime)
    assert distributions(runtime) == set()


def test_a_file_with_errors_is_read_by_its_lines(tmp_path: Path) -> None:
    rows = [*CLICK, ("app/main.py", b"import click\nprint 'python 2'\n\x00\xff")]
    assert distributions(runtime_of(tmp_path, rows, Cmd=["python", "/app/main.py"])) == {"click"}


def test_compressed_layers_give_the_same_needs(tmp_path: Path) -> None:
    rows = [*CLICK, *RICH, ("app/main.py", b"import click\n")]
    plain = runtime_of(tmp_path, rows, Cmd=["python", "/app/main.py"])
    assert needed(runtime_of(tmp_path, rows, compress=True, Cmd=["python", "/app/main.py"])) == needed(plain)


def test_programs_that_the_application_starts_are_needed_too(tmp_path: Path) -> None:
    main = b"import subprocess, os\nsubprocess.run(['ffmpeg', '-i', name])\nos.system('absent --now')\n"
    rows = [("usr/bin/ffmpeg", elf(interpreter=GLIBC_LOADER, soname="ffmpeg")), ("app/main.py", main)]
    runtime = runtime_of(tmp_path, rows, Cmd=["python", "/app/main.py"])
    assert "usr/bin/ffmpeg" in needed(runtime)
    assert "absent" in unresolved(runtime)


def test_hostile_and_damaged_files_end_in_a_partial_result(tmp_path: Path) -> None:
    deep = "(" * 5000
    rows: list[Row] = [
        ("srv/web.py", b"import a, b, c, click\nimport " + b".".join([b"x"] * 5000) + b"\n"),
        ("srv/a.py", deep.encode()),
        ("srv/b.py", b"\xff\xfe\x00import click"),
        ("srv/c.py", b"x = '" + b"y" * 1_000_000),
        (f"{SITE}/bad-1.dist-info/RECORD", b"../../../../../../../../etc/shadow,,\n\xff,\n,,\n\"unclosed"),
        (f"{SITE}/bad-1.dist-info/METADATA", b"Name: bad\nRequires-Dist: ;;;\nRequires-Dist: bad[bad]; extra ==\n"
         b"Requires-Dist: click; (((\n"),
        (f"{SITE}/bad-1.dist-info/entry_points.txt", b"[\n]\n= = =\n[x]\ny\n"),
        (f"{SITE}/loop.pth", b"/srv\nloop\n../../..\nimport os; os.system('x')\nimport __editable___gone\n\xff\xfe\n"),
        link(f"{SITE}/circle", "circle"),
        link("srv/click", "click", tarfile.SYMTYPE),
        *CLICK,
    ]  # fmt: skip
    runtime = runtime_of(tmp_path, rows, Cmd=["python", "web.py"], WorkingDir="/srv")
    assert runtime.programs[0].followed
    assert {"srv/a.py", "srv/b.py", "srv/c.py"} <= needed(runtime)


def test_a_zip_archive_with_a_program_inside_is_not_followed(tmp_path: Path) -> None:
    rows = [("srv/app.pyz", b"#!/usr/bin/env python3\nPK\x03\x04rest")]
    runtime = runtime_of(tmp_path, rows, Cmd=["python3", "/srv/app.pyz"])
    assert not runtime.programs[0].followed
    assert "zip archive" in unresolved(runtime)
