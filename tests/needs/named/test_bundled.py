"""Programs that carry their libraries in themselves need what they do not carry."""

from pathlib import Path

import pytest

from tests.support.needs import roles
from tests.support.programs import GLIBC_LOADER, analysis_of, elf


@pytest.mark.parametrize(("mark", "needed"), [(b"_MEIPASS2\0", True), (b"\0NUITKA_ONEFILE_PARENT\0", True), (b"plain", False)])
def test_the_c_librarys_other_libraries_are_kept_for_what_is_packed_inside(tmp_path: Path, mark: bytes, needed: bool) -> None:
    rows = [
        ("app/server", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"], sections={".rodata": mark})),
        ("lib64/ld-linux-x86-64.so.2", elf()),
        *((f"lib/x86_64-linux-gnu/{name}", elf(soname=name)) for name in ("libc.so.6", "libm.so.6", "libresolv.so.2")),
        ("etc/ssl/certs/ca-certificates.crt", b"1"),
    ]
    found = roles(analysis_of(tmp_path, [rows], Cmd=["/app/server"]).runtime)
    assert found["/lib/x86_64-linux-gnu/libc.so.6"] == "library"
    assert (found.get("/lib/x86_64-linux-gnu/libm.so.6") == "library") is needed
    assert (found.get("/etc/ssl/certs/ca-certificates.crt") == "certificates") is needed
