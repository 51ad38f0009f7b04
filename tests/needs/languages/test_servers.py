"""Compiled programs: the application's own are followed to their end, servers of the system keep all that is theirs."""

from pathlib import Path

import pytest

from layerscope.core.vocabulary import Role
from layerscope.needs.model import Runtime
from tests.support.languages import LIBRARIES, library, names, needed, runtime_of, told, unresolved
from tests.support.programs import GLIBC_LOADER, Row, elf

STATUS = """Package: {0}
Status: install ok installed
Architecture: amd64
Version: 1.22.1-9

"""


def packaged(name: str, *paths: str) -> list[Row]:
    """dpkg's account of a package with these files."""
    listing = "".join(f"/{path}\n" for path in paths)
    return [
        ("var/lib/dpkg/status", STATUS.format(name).encode()),
        (f"var/lib/dpkg/info/{name}.list", listing.encode()),
    ]


def program(*functions: str, strings: tuple[str, ...] = (), runpath: str = "") -> bytes:
    """A program that imports these functions of the C library and holds these strings."""
    names = b"".join(b"\0" + name.encode() for name in (*functions, *strings)) + b"\0"
    return elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"], sections={".rodata": names}, runpath=runpath)


def own(directory: Path, content: bytes, installed: list[Row], *environment: str) -> Runtime:
    config = {"Env": ["PATH=/usr/bin", *environment]} if environment else {}
    return runtime_of(directory, installed, [("app/server", content)], Cmd=["./server"], **config)


def test_a_program_of_the_application_is_followed_to_its_end(tmp_path: Path) -> None:
    runtime = own(tmp_path, program(), [])
    assert told(runtime) == [("c", "", True)]
    assert unresolved(runtime) == ""


def test_libraries_that_it_loads_by_a_literal_name_are_needed_with_theirs(tmp_path: Path) -> None:
    installed = [library("libpq.so.5", "libssl.so.3"), library("libssl.so.3"), library("libother.so.1")]
    runtime = own(tmp_path, program("dlopen", strings=("libpq.so.5", "libgone.so.9")), installed)
    assert {"libpq.so.5", "libssl.so.3"} <= names(runtime, "library")
    assert "libother.so.1" not in names(runtime, "library")
    assert "dlopen" in unresolved(runtime)


def test_names_without_dlopen_load_nothing(tmp_path: Path) -> None:
    runtime = own(tmp_path, program(strings=("libpq.so.5",)), [library("libpq.so.5")])
    assert "libpq.so.5" not in names(runtime, "library")


def test_conversions_of_character_sets_need_their_modules(tmp_path: Path) -> None:
    (tmp_path / "without").mkdir()
    installed: list[Row] = [
        (f"{LIBRARIES}/gconv/ISO8859-1.so", elf(soname="ISO8859-1.so")),
        (f"{LIBRARIES}/gconv/gconv-modules", b""),
    ]
    assert len(needed(own(tmp_path, program("iconv_open"), installed), f"{LIBRARIES}/gconv")) == 2
    assert not needed(own(tmp_path / "without", program(), installed), f"{LIBRARIES}/gconv")


def test_the_locale_that_variables_name_is_needed(tmp_path: Path) -> None:
    installed: list[Row] = [
        ("usr/lib/locale/de_DE.utf8/LC_CTYPE", b""),
        ("usr/lib/locale/fr_FR.utf8/LC_CTYPE", b""),
        ("usr/lib/locale/locale-archive", b""),
    ]
    (tmp_path / "without").mkdir()
    runtime = own(tmp_path, program("setlocale"), installed, "LANG=de_DE.UTF-8", "LC_ALL=../../etc")
    assert needed(runtime, "usr/lib/locale") == {"usr/lib/locale/de_DE.utf8/LC_CTYPE", "usr/lib/locale/locale-archive"}
    assert not needed(own(tmp_path / "without", program(), installed, "LANG=C"), "usr/lib/locale")


def test_preloaded_libraries_are_needed_with_theirs(tmp_path: Path) -> None:
    installed = [library("libjemalloc.so.2", "libdl.so.2"), library("libdl.so.2")]
    runtime = own(tmp_path, program(), installed, "LD_PRELOAD=libjemalloc.so.2")
    assert {"libjemalloc.so.2", "libdl.so.2"} <= names(runtime, "library")


def test_a_program_of_a_package_that_nobody_knows_is_not_followed(tmp_path: Path) -> None:
    rows = [("usr/bin/frobd", program()), *packaged("frob", "usr/bin/frobd")]
    assert told(runtime_of(tmp_path, rows, [], Cmd=["frobd"])) == [("c", "", False)]


def test_a_known_server_is_kept_with_its_packages_and_its_configuration(tmp_path: Path) -> None:
    owned = ("usr/sbin/nginx", "usr/share/nginx/html/index.html", "etc/init.d/nginx", "etc/nginx/mime.types")
    rows: list[Row] = [
        ("usr/sbin/nginx", program()),
        *((path, b"") for path in owned[1:]),
        ("etc/nginx/conf.d/site.conf", b""),
        *packaged("nginx", *owned),
    ]
    runtime = runtime_of(tmp_path, rows, [], Cmd=["nginx"], Env=["PATH=/usr/sbin"])
    assert {*owned, "etc/nginx/conf.d/site.conf"} <= needed(runtime)
    assert told(runtime) == [("c", "", False)]
    assert "is a server" in unresolved(runtime)


ACCOUNTS: list[Row] = [("etc/passwd", b"web:x:999:999::/:/bin/sh\n"), ("etc/group", b"web:x:999:\n")]


@pytest.mark.parametrize(("function", "role"), [("initgroups", Role.DATA), ("getpwnam", Role.USER), ("getgrgid_r", Role.USER)])
def test_who_looks_a_user_up_needs_accounts_and_who_becomes_one_those_of_the_image(
    tmp_path: Path, function: str, role: Role
) -> None:
    runtime = own(tmp_path, program(function), ACCOUNTS)
    assert [need.role for need in runtime.needs if need.path in (b"etc/passwd", b"etc/group")] == [role, role]


@pytest.mark.parametrize(("text", "roles"), [(b"\0/etc/passwd\0", [Role.USER, Role.USER]), (b"\0getpwnam\0", [])])
def test_a_static_program_looks_users_up_by_the_path_of_the_file(tmp_path: Path, text: bytes, roles: list[Role]) -> None:
    runtime = own(tmp_path, elf(sections={".rodata": text}), ACCOUNTS)
    assert [need.role for need in runtime.needs if need.path in (b"etc/passwd", b"etc/group")] == roles


@pytest.mark.parametrize(
    ("function", "path"),
    [("getservbyname", "etc/services"), ("getprotobyname", "etc/protocols"), ("getrpcbyname", "etc/rpc"), ("getenv", "")],
)
def test_what_functions_of_the_c_library_look_into(tmp_path: Path, function: str, path: str) -> None:
    databases: list[Row] = [("etc/services", b"app 80/tcp\n"), ("etc/protocols", b"tcp 6\n"), ("etc/rpc", b"nfs 1\n")]
    found = needed(own(tmp_path, program(function), databases))
    assert found & {"etc/services", "etc/protocols", "etc/rpc"} == ({path} if path else set())


def test_what_its_own_libraries_open_counts_as_well(tmp_path: Path) -> None:
    installed: list[Row] = [("etc/services", b"app 80/tcp\n")]
    asking = elf(soname="libown.so", needed=["libc.so.6"], sections={".rodata": b"\0getservbyname\0"})
    server = elf(interpreter=GLIBC_LOADER, needed=["libown.so", "libc.so.6"])
    rows: list[Row] = [("app/server", server), ("usr/local/lib/libown.so", asking)]
    runtime = runtime_of(tmp_path, installed, rows, Cmd=["./server"], Env=["LD_LIBRARY_PATH=/usr/local/lib"])
    assert "etc/services" in needed(runtime)


@pytest.mark.parametrize(("locale", "is_needed"), [("fr_FR.UTF-8", True), ("de_DE.UTF-8", False), ("C.UTF-8", False)])
def test_messages_of_the_c_library_in_the_language_of_the_locale(tmp_path: Path, locale: str, is_needed: bool) -> None:
    installed: list[Row] = [("usr/share/locale/fr/LC_MESSAGES/libc.mo", b"messages")]
    runtime = own(tmp_path, program(), installed, f"LANG={locale}")
    assert ("usr/share/locale/fr/LC_MESSAGES/libc.mo" in needed(runtime)) == is_needed
