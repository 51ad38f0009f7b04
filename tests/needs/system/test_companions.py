"""Data that a library or a program comes with crosses with it, and not without it."""

from pathlib import Path

import pytest

from tests.support.archives import link
from tests.support.needs import roles
from tests.support.programs import GLIBC_LOADER, Row, analysis_of, elf

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


def test_of_a_library_that_another_library_loads(tmp_path: Path) -> None:
    """A program that draws is linked to libgd; that the fonts are read is the business of a library behind it. What a plugin
    that comes along is linked to comes, too."""
    rows: list[Row] = [
        ("usr/lib/x86_64-linux-gnu/libgd.so.3", elf(soname="libgd.so.3", needed=["libgvc.so.6", "libfontconfig.so.1"])),
        ("usr/lib/x86_64-linux-gnu/libfontconfig.so.1.12.0", elf(soname="libfontconfig.so.1")),
        link("usr/lib/x86_64-linux-gnu/libfontconfig.so.1", "libfontconfig.so.1.12.0"),
        ("usr/lib/x86_64-linux-gnu/graphviz/libgvplugin_pango.so.6", elf(needed=["libpango.so.0"])),
        ("usr/lib/x86_64-linux-gnu/libpango.so.0", elf(soname="libpango.so.0")),
        ("usr/share/fonts/truetype/mono.ttf", b"f"),
    ]
    layers = [
        [("etc/os-release", b"ID=debian\n"), *ROWS, *rows],
        [("app/draw", elf(needed=["libgd.so.3"], interpreter=GLIBC_LOADER))],
    ]
    found = roles(analysis_of(tmp_path, layers, ["COPY rootfs /", "COPY program /"], Cmd=["/app/draw"]).runtime)
    assert {"/usr/share/fonts/truetype/mono.ttf", "/usr/lib/x86_64-linux-gnu/libpango.so.0"} <= found.keys()
    assert "/usr/lib/file/magic.mgc" not in found
