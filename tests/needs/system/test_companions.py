"""Data that a library or a program comes with crosses with it, and not without it."""

from pathlib import Path

import pytest

from tests.support.needs import roles
from tests.support.programs import Row, analysis_of, elf

ROWS: list[Row] = [
    ("usr/lib/file/magic.mgc", b"m"),
    ("lib/terminfo/x/xterm", b"t"),
    ("usr/libexec/coreutils/libstdbuf.so", elf(soname="libstdbuf.so")),
    ("usr/lib/x86_64-linux-gnu/graphviz/libgvplugin_core.so.6", elf(needed=["libgvc.so.6"])),
    ("usr/lib/x86_64-linux-gnu/libgvc.so.6", elf(soname="libgvc.so.6")),
    ("usr/lib/x86_64-linux-gnu/libmagic.so.1", elf(soname="libmagic.so.1")),
    ("usr/lib/x86_64-linux-gnu/libtinfo.so.6", elf(soname="libtinfo.so.6")),
]


def kept(tmp_path: Path, program: Row) -> set[str]:
    """What is kept of an image that starts a program."""
    layers = [[("etc/os-release", b"ID=debian\n"), *ROWS], [program]]
    return set(roles(analysis_of(tmp_path, layers, ["COPY rootfs /", "COPY program /"], Cmd=[f"/{program[0]}"]).runtime))


@pytest.mark.parametrize(
    ("needed", "path"),
    [
        ("libmagic.so.1", "/usr/lib/file/magic.mgc"),
        ("libtinfo.so.6", "/lib/terminfo/x/xterm"),
        ("libgvc.so.6", "/usr/lib/x86_64-linux-gnu/graphviz/libgvplugin_core.so.6"),
    ],
)
def test_of_a_library(tmp_path: Path, needed: str, path: str) -> None:
    found = kept(tmp_path, ("app/server", elf(needed=[needed], soname="server")))
    assert path in found
    others = {str(row[0]) for row in ROWS if isinstance(row[0], str)} - {path[1:], f"usr/lib/x86_64-linux-gnu/{needed}"}
    assert found.isdisjoint(f"/{other}" for other in others)


def test_of_a_program(tmp_path: Path) -> None:
    found = kept(tmp_path, ("usr/bin/stdbuf", elf(soname="stdbuf")))
    assert "/usr/libexec/coreutils/libstdbuf.so" in found
    assert "/usr/lib/file/magic.mgc" not in found
