"""Paths that the application's own code spells: what the image has of them is kept, but not what others have there."""

from pathlib import Path

from tests.support.archives import link
from tests.support.needs import because, roles
from tests.support.programs import GLIBC_LOADER, Row, elf
from tests.support.python_images import runtime_of


def kept(tmp_path: Path, source: str, rows: list[Row], **config: object) -> set[str]:
    """What is kept of ``rows`` for a source that is run."""
    whole = [("app/main.py", source.encode()), *rows]
    paths = {getattr(row[0], "name", row[0]) for row in rows if isinstance(row, tuple)}
    found = roles(runtime_of(tmp_path, whole, made_by="RUN make", Cmd=["python", "/app/main.py"], **config))
    return {path.removeprefix("/") for path in found} & {str(path) for path in paths}


def test_a_font_that_is_named_is_kept_although_fonts_are_documents(tmp_path: Path) -> None:
    rows: list[Row] = [("usr/share/fonts/a/Sans.ttf", b"font"), ("usr/share/fonts/a/Mono.ttf", b"font")]
    source = "from PIL import ImageFont\nImageFont.truetype('/usr/share/fonts/a/Sans.ttf', 12)\n"
    assert kept(tmp_path, source, rows) == {"usr/share/fonts/a/Sans.ttf"}
    runtime = runtime_of(tmp_path, [("app/main.py", source.encode()), *rows], Cmd=["python", "/app/main.py"])
    assert [step.what for step in because(runtime, "usr/share/fonts/a/Sans.ttf")][:2] == ["named in", "run by"]


def test_a_directory_that_is_named_is_kept_with_what_its_libraries_need(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("models/small/weights.bin", b"w"),
        ("models/plugin.so", elf(needed=["libextra.so.1"], soname="plugin.so")),
        ("usr/lib/x86_64-linux-gnu/libextra.so.1", elf(soname="libextra.so.1")),
    ]
    for source in ("open('/models/small')", "open(f'/models/{name}/weights.bin')", "load('/models/%s' % name)"):
        assert "models/small/weights.bin" in kept(tmp_path, source, rows)
    assert len(kept(tmp_path, "load(f'/models/{name}')", rows)) == 3


def test_a_shared_directory_that_is_named_takes_nothing(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("usr/share/x/data", b"x"),
        ("usr/lib/x86_64-linux-gnu/libx.so", b""),
        ("var/log/x.log", b""),
        ("opt/x/y", b""),
    ]
    source = "P = ['/usr/share', '/usr/lib/x86_64-linux-gnu', '/var/log', '/opt', '/', '/usr']"
    assert kept(tmp_path, source, rows) == set()


def test_what_is_imported_or_only_built_is_not_taken_by_a_directory(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("srv/venv/lib/python3.11/site-packages/unused/__init__.py", b""),
        ("srv/venv/notes.txt", b"x"),
        ("tmp/scratch/x", b""),
    ]
    assert kept(tmp_path, "P = '/srv/venv', '/tmp/scratch'", rows) == {"srv/venv/notes.txt"}


def test_a_program_by_its_path_is_followed_and_a_script_with_its_interpreter(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("opt/tool/bin/tool", elf(interpreter=GLIBC_LOADER, needed=["libtool.so.1"])),
        ("usr/lib/x86_64-linux-gnu/libtool.so.1", elf(soname="libtool.so.1")),
        ("opt/tool/run", b"#!/usr/bin/perl\n"),
        ("usr/bin/perl", elf(interpreter=GLIBC_LOADER, soname="perl")),
    ]
    assert len(kept(tmp_path, "A, B = '/opt/tool/bin/tool', '/opt/tool/run'", rows)) == 4


def test_a_path_below_home_is_looked_for_in_the_users_own(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("home/ada/.cache/pip/wheels/x", b"w"),
        ("root/.cache/pip/wheels/x", b"w"),
        ("home/ada/.cache/matplotlib/fonts.json", b"f"),
        ("etc/passwd", b"ada:x:7:7::/home/ada:/bin/sh\n"),
    ]
    found = kept(tmp_path, "P = '~/.cache/matplotlib/fonts.json'", rows, User="7")
    assert found == {"home/ada/.cache/matplotlib/fonts.json"}


def test_links_that_lead_to_a_named_directory_are_kept(tmp_path: Path) -> None:
    rows: list[Row] = [("opt/data-1/x", b"x"), link("data", "opt/data-1")]
    source = [("app/main.py", b"open('/data/x')"), *rows]
    assert {"/data", "/opt/data-1/x"} <= set(roles(runtime_of(tmp_path, source, Cmd=["python", "/app/main.py"])))
