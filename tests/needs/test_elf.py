"""What a program needs by way of its C library: names, locales, time zones, certificates."""

from pathlib import Path

import pytest

from tests.support.archives import link
from tests.support.needs import because, roles
from tests.support.programs import GLIBC_LOADER, Row, analysis_of, elf, go_program

LIBRARIES = "usr/lib/x86_64-linux-gnu"
SERVER: Row = ("server", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"]))


def kept(tmp_path: Path, *rows: Row, **config: object) -> dict[str, str]:
    return roles(analysis_of(tmp_path, [[SERVER, *rows]], Cmd=["/server"], **config).runtime)


def test_tz_needs_its_one_zone(tmp_path: Path) -> None:
    rows = [("server", go_program()), ("usr/share/zoneinfo/Asia/Tokyo", b"TZif"), ("usr/share/zoneinfo/UTC", b"TZif")]
    runtime = analysis_of(tmp_path, [rows], Cmd=["/server"], Env=["TZ=Asia/Tokyo"]).runtime
    assert roles(runtime) == {"/server": "program", "/usr/share/zoneinfo/Asia/Tokyo": "zoneinfo"}


def test_the_local_time_is_kept_unless_it_is_utc(tmp_path: Path) -> None:
    zones: list[Row] = [("usr/share/zoneinfo/Asia/Tokyo", b"TZif"), ("usr/share/zoneinfo/UTC", b"TZif")]
    assert kept(tmp_path, link("etc/localtime", "/usr/share/zoneinfo/Asia/Tokyo"), *zones)["/usr/share/zoneinfo/Asia/Tokyo"]
    assert "/usr/share/zoneinfo/UTC" not in kept(tmp_path, link("etc/localtime", "/usr/share/zoneinfo/UTC"), *zones)


@pytest.mark.parametrize("services", [b"files myhostname [NOTFOUND=return] dns # mdns: later", b"files\tmyhostname"])
def test_name_services_are_libraries_that_nsswitch_names(tmp_path: Path, services: bytes) -> None:
    rows: list[Row] = [
        ("etc/nsswitch.conf", b"# passwd: compat sss\npasswd: files\nhosts: " + services + b"\n"),
        *(
            (f"{LIBRARIES}/libnss_{name}.so.2", elf(soname=f"libnss_{name}.so.2"))
            for name in ("myhostname", "mdns", "sss", "dns")
        ),
    ]
    libraries = {path.rpartition("/")[2] for path, role in kept(tmp_path, *rows).items() if role == "library"}
    assert libraries == {"libnss_myhostname.so.2"}


def test_an_old_c_library_loads_even_its_own_services(tmp_path: Path) -> None:
    rows: list[Row] = [
        link(f"{LIBRARIES}/libc.so.6", "libc-2.31.so"),
        (f"{LIBRARIES}/libc-2.31.so", elf(soname="libc.so.6")),
        (f"{LIBRARIES}/libnss_files.so.2", elf(soname="libnss_files.so.2")),
    ]
    runtime = analysis_of(tmp_path, [[SERVER, *rows]], Cmd=["/server"]).runtime
    assert because(runtime, f"{LIBRARIES}/libnss_files.so.2")[0].what == "name service of the C library of"


def test_a_locale_is_a_directory_under_one_of_its_spellings(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("usr/lib/locale/de_DE.utf8/LC_TIME", b"1"),
        ("usr/lib/locale/fr_FR/LC_TIME", b"1"),
        ("usr/lib/locale/locale-archive", b"1"),
    ]
    found = kept(tmp_path, *rows, Env=["LANG=de_DE.UTF-8@euro"])
    assert {"/usr/lib/locale/de_DE.utf8/LC_TIME", "/usr/lib/locale/locale-archive"} <= set(found)
    assert "/usr/lib/locale/fr_FR/LC_TIME" not in found
    assert "/usr/lib/locale/locale-archive" not in kept(tmp_path, *rows, Env=["LANG=C.UTF-8"])


def test_messages_are_those_of_the_locale_and_of_language(tmp_path: Path) -> None:
    places = ("usr/share/locale/de/LC_MESSAGES/libc.mo", "usr/share/locale/fr/LC_MESSAGES/server.mo")
    rows: list[Row] = [(place, b"1") for place in (*places, "usr/share/locale/it/LC_MESSAGES/server.mo")]
    found = kept(tmp_path, *rows, Env=["LANG=de_DE.UTF-8", "LANGUAGE=fr:de"])
    assert {path for path in found if path.endswith(".mo")} == {f"/{place}" for place in places}
    assert not any(path.endswith(".mo") for path in kept(tmp_path, *rows, Env=["LANG=C", "LANGUAGE=fr:de"]))


def test_preloaded_libraries_are_found_by_path_and_by_name(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("opt/liba.so", elf(soname="liba.so", needed=["libb.so"])),
        (f"{LIBRARIES}/libb.so", elf(soname="libb.so")),
        (f"{LIBRARIES}/libjemalloc.so.2", elf(soname="libjemalloc.so.2")),
    ]
    found = kept(tmp_path, *rows, Env=["LD_PRELOAD=/opt/liba.so libjemalloc.so.2"])
    assert {"/opt/liba.so", f"/{LIBRARIES}/libb.so", f"/{LIBRARIES}/libjemalloc.so.2"} <= set(found)
