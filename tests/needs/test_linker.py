"""The libraries of a program, found as its dynamic loader finds them."""

from pathlib import Path

import pytest

from layerscope.core.vocabulary import Linkage
from layerscope.needs.linker import loader_of
from tests.support.archives import link
from tests.support.needs import asked, because, roles
from tests.support.programs import GLIBC_LOADER, MUSL_LOADER, analysis_of, elf

LIBRARIES = "usr/lib/x86_64-linux-gnu"


def test_libraries_are_followed_by_soname_through_their_own_needs(tmp_path: Path) -> None:
    rows = [
        link("lib", "usr/lib"),
        link("lib64", "usr/lib64"),
        link("usr/lib64/ld-linux-x86-64.so.2", f"/{LIBRARIES}/ld-2.36.so"),
        (f"{LIBRARIES}/ld-2.36.so", elf(soname="ld-linux-x86-64.so.2")),
        (f"{LIBRARIES}/libc.so.6", elf(soname="libc.so.6")),
        link(f"{LIBRARIES}/libone.so.1", "libone.so.1.4"),
        (f"{LIBRARIES}/libone.so.1.4", elf(soname="libone.so.1", needed=["libtwo.so.2", "libc.so.6"])),
        (f"{LIBRARIES}/libtwo.so.2", elf(soname="libtwo.so.2")),
        (f"{LIBRARIES}/libunused.so.1", elf(soname="libunused.so.1")),
        (
            "app/server",
            elf(
                interpreter=GLIBC_LOADER,
                needed=["libone.so.1", "libc.so.6"],
                versions={"libc.so.6": ["GLIBC_2.4", "GLIBC_2.34"]},
            ),
        ),
    ]
    runtime = analysis_of(tmp_path, [rows], Cmd=["/app/server"]).runtime
    libraries = {path for path, role in roles(runtime).items() if role == "library"}
    assert libraries == {f"/{LIBRARIES}/{name}" for name in ("libc.so.6", "libone.so.1.4", "libtwo.so.2")}
    assert roles(runtime)[f"/{LIBRARIES}/ld-2.36.so"] == "interpreter"
    assert asked(runtime, f"{LIBRARIES}/ld-2.36.so") == (b"lib64/ld-linux-x86-64.so.2",)
    assert asked(runtime, f"{LIBRARIES}/libone.so.1.4") == (f"{LIBRARIES}/libone.so.1".encode(),)
    assert [step.path for step in because(runtime, f"{LIBRARIES}/libtwo.so.2")] == [
        f"{LIBRARIES}/libone.so.1.4".encode(),
        b"app/server",
        b"",
    ]
    assert runtime.programs[0].linkage == "glibc"
    assert runtime.glibc == "2.34"


def test_search_paths_of_the_program_come_in_the_loaders_order(tmp_path: Path) -> None:
    library = elf(soname="liba.so")
    foreign = elf(soname="liba.so", machine=183)
    rows = [
        ("opt/app/bin/server", elf(interpreter=GLIBC_LOADER, needed=["liba.so"], runpath="$ORIGIN/../lib")),
        ("env/liba.so", foreign),
        ("opt/app/lib/liba.so", library),
        (f"{LIBRARIES}/liba.so", library),
    ]
    config = {"Cmd": ["/opt/app/bin/server"], "Env": ["LD_LIBRARY_PATH=/env"]}
    assert roles(analysis_of(tmp_path, [rows], **config).runtime)["/opt/app/lib/liba.so"] == "library"
    rows[1] = ("env/liba.so", library)
    runtime = analysis_of(tmp_path, [rows], **config).runtime
    assert [path for path, role in roles(runtime).items() if role == "library"] == ["/env/liba.so"]


def test_ld_so_conf_names_further_directories(tmp_path: Path) -> None:
    rows = [
        ("server", elf(interpreter=GLIBC_LOADER, needed=["liba.so"])),
        ("etc/ld.so.conf", b"# comment\ninclude /etc/ld.so.conf.d/*.conf\n"),
        ("etc/ld.so.conf.d/local.conf", b"/opt/libs\n"),
        ("opt/libs/liba.so", elf(soname="liba.so")),
    ]
    assert roles(analysis_of(tmp_path, [rows], Cmd=["/server"]).runtime)["/opt/libs/liba.so"] == "library"


def test_musl_looks_in_its_own_directories(tmp_path: Path) -> None:
    rows = [
        ("server", elf(interpreter=MUSL_LOADER, needed=["libz.so.1", "libc.musl-x86_64.so.1"])),
        ("lib/ld-musl-x86_64.so.1", elf(soname="libc.musl-x86_64.so.1")),
        ("usr/lib/libz.so.1", elf(soname="libz.so.1")),
    ]
    runtime = analysis_of(tmp_path, [rows], Cmd=["/server"]).runtime
    assert runtime.programs[0].linkage == "musl"
    assert roles(runtime) == {"/server": "program", "/lib/ld-musl-x86_64.so.1": "interpreter", "/usr/lib/libz.so.1": "library"}
    assert runtime.unresolved == ()


def test_a_missing_library_is_named(tmp_path: Path) -> None:
    runtime = analysis_of(
        tmp_path, [[("server", elf(interpreter=GLIBC_LOADER, needed=["libgone.so.7"]))]], Cmd=["/server"]
    ).runtime
    assert {(item.path, "libgone.so.7" in item.what or GLIBC_LOADER in item.what) for item in runtime.unresolved} == {
        (b"server", True)
    }


def test_a_library_for_another_machine_is_passed_over(tmp_path: Path) -> None:
    rows = [
        ("server", elf(interpreter=GLIBC_LOADER, needed=["liba.so"])),
        (f"{LIBRARIES}/liba.so", elf(soname="liba.so", machine=183)),
        ("usr/lib/liba.so", elf(soname="liba.so")),
    ]
    assert roles(analysis_of(tmp_path, [rows], Cmd=["/server"]).runtime)["/usr/lib/liba.so"] == "library"


def test_files_of_ld_so_conf_that_include_each_other_end(tmp_path: Path) -> None:
    rows = [
        ("server", elf(interpreter=GLIBC_LOADER, needed=["liba.so"])),
        ("etc/ld.so.conf", b"include ld.so.conf\n/opt/libs\n"),
        ("opt/libs/liba.so", elf(soname="liba.so")),
    ]
    assert roles(analysis_of(tmp_path, [rows], Cmd=["/server"]).runtime)["/opt/libs/liba.so"] == "library"


@pytest.mark.parametrize(
    ("path", "libc"),
    [
        (b"lib64/ld-linux-x86-64.so.2", Linkage.GLIBC),
        (b"lib/x86_64-linux-gnu/ld-2.31.so", Linkage.GLIBC),
        (b"lib/ld-musl-x86_64.so.1", Linkage.MUSL),
        (b"bin/sh", Linkage.UNKNOWN),
    ],
)
def test_a_dynamic_loader_is_known_by_its_name(path: bytes, libc: Linkage) -> None:
    assert loader_of(path) == libc
