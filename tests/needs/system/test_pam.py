"""Programs that ask PAM who may do what: its services, the modules that they name, and the accounts with their passwords."""

from pathlib import Path

import pytest

from layerscope.needs.model import Runtime
from tests.support.languages import LIBRARIES, library, needed, runtime_of
from tests.support.programs import GLIBC_LOADER, Row, elf

ASKING = elf(interpreter=GLIBC_LOADER, needed=["libpam.so.0", "libc.so.6"])
INSTALLED: list[Row] = [
    library("libpam.so.0"),
    library("libaudit.so.1"),
    ("etc/pam.d/su", b"auth sufficient pam_rootok.so\n@include common-account\n"),
    ("etc/pam.d/common-account", b"account required pam_unix.so\n"),
    ("etc/security/limits.conf", b"* - nofile 1024\n"),
    ("etc/login.defs", b"UMASK 022\n"),
    ("etc/passwd", b"web:x:999:999::/home/web:/bin/sh\n"),
    ("etc/group", b"web:x:999:\n"),
    ("etc/shadow", b"web:!::::::\n"),
    (f"{LIBRARIES}/security/pam_rootok.so", elf(soname="pam_rootok.so", needed=["libpam.so.0"])),
    (f"{LIBRARIES}/security/pam_unix.so", elf(soname="pam_unix.so", needed=["libaudit.so.1"])),
    (f"{LIBRARIES}/security/pam_mail.so", elf(soname="pam_mail.so", needed=["libpam.so.0"])),
]


def asked_by(directory: Path, content: bytes) -> Runtime:
    return runtime_of(directory, INSTALLED, [("app/login", content)], Cmd=["./login"])


@pytest.mark.parametrize(
    "path",
    [
        *("etc/pam.d/su", "etc/pam.d/common-account", "etc/security/limits.conf", "etc/login.defs"),
        *("etc/passwd", "etc/group", "etc/shadow"),
        *(f"{LIBRARIES}/security/pam_rootok.so", f"{LIBRARIES}/security/pam_unix.so"),
    ],
)
def test_what_it_reads_and_loads_is_needed(tmp_path: Path, path: str) -> None:
    assert path in needed(asked_by(tmp_path, ASKING))


def test_modules_bring_their_libraries(tmp_path: Path) -> None:
    assert f"{LIBRARIES}/libaudit.so.1" in needed(asked_by(tmp_path, ASKING))


def test_modules_that_no_service_names_are_not_needed(tmp_path: Path) -> None:
    assert f"{LIBRARIES}/security/pam_mail.so" not in needed(asked_by(tmp_path, ASKING))


def test_nothing_of_it_is_needed_by_who_does_not_ask(tmp_path: Path) -> None:
    runtime = asked_by(tmp_path, elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"]))
    assert not {path for path in needed(runtime) if "pam" in path or path == "etc/shadow"}
