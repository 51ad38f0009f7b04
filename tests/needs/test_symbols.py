"""What is never stripped: files with more in them than a loader reads, sealed ones, programs that read themselves."""

import tarfile
from pathlib import Path

import pytest

from tests.support.archives import link
from tests.support.programs import GLIBC_LOADER, Row, analysis_of, elf, go_program, program

SYMBOLS = {".symtab": bytes(500)}
ZIP = b"PK\x03\x04 an archive PK\x05\x06"


def strippable(directory: Path, content: bytes, *rows: Row) -> int:
    """The bytes that the image's program may lose."""
    analysis = analysis_of(directory, [[program("app/server", content), *rows]], Cmd=["/app/server"])
    return analysis.runtime.programs[0].strippable


@pytest.mark.parametrize("content", [go_program(symbols=500), elf(sections=SYMBOLS)], ids=["Go", "C"])
def test_a_program_with_nothing_but_symbols_may_lose_them(tmp_path: Path, content: bytes) -> None:
    assert strippable(tmp_path, content) == 500
    assert strippable(tmp_path, content + bytes(64)) == 500  # padding is nothing


@pytest.mark.parametrize(
    "content",
    [
        go_program(symbols=500) + ZIP,
        elf(sections=SYMBOLS) + ZIP,
        elf(sections=SYMBOLS) + b"hsqs a squashfs, as in an AppImage",
        elf(sections=SYMBOLS) + b"~Module signature appended~\n",
        elf(sections=SYMBOLS | {"pydata": b"MEI of PyInstaller"}),
        elf(sections=SYMBOLS | {".rackboot": b"code of Racket"}),
        elf(sections=SYMBOLS | {".signature": b"elfsign"}),
        elf(sections=SYMBOLS | {".rodata": b"NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:1"}),
    ],
    ids=["Go with a zip", "C with a zip", "AppImage", "signed module", "PyInstaller", "Racket", "signed", "Node SEA"],
)
def test_what_more_there_is_in_a_file_stays(tmp_path: Path, content: bytes) -> None:
    assert strippable(tmp_path, content) == 0


@pytest.mark.parametrize(
    "content",
    [
        go_program("os.Executable", symbols=500),
        go_program("debug/elf.NewFile", symbols=500),
        elf(interpreter=GLIBC_LOADER, sections=SYMBOLS | {".rodata": b"/proc/self/exe\0"}),
        elf(interpreter=GLIBC_LOADER, needed=["libelf.so.1"], sections=SYMBOLS),
    ],
    ids=["Go finds itself", "Go reads programs", "C opens itself", "libelf"],
)
def test_a_program_that_reads_its_own_file_crosses_as_it_is(tmp_path: Path, content: bytes) -> None:
    assert strippable(tmp_path, content, ("lib64/ld-linux-x86-64.so.2", elf()), ("lib/libelf.so.1", elf())) == 0


@pytest.mark.parametrize(
    ("interpreter", "names"),
    [("", ""), (GLIBC_LOADER, f"/rustc/{'9fc6b431' * 5}/library/std"), (GLIBC_LOADER, "/usr/src/rustc-1.63.0/library/std")],
    ids=["static", "Rust", "Debian's Rust"],
)
def test_what_a_library_says_of_the_own_file_is_no_sign(tmp_path: Path, interpreter: str, names: str) -> None:
    rodata = b"/proc/self/exe\0" + names.encode()
    program = elf(interpreter=interpreter, sections=SYMBOLS | {".rodata": rodata})
    assert strippable(tmp_path, program, ("lib64/ld-linux-x86-64.so.2", elf())) == 500


@pytest.mark.parametrize("line", [b"0f0f  server\n", b"0f0f *server\nab  x\n", b"0f0f  /app/server\n"])
def test_a_list_of_checksums_counts_where_it_names_the_program(tmp_path: Path, line: bytes) -> None:
    assert strippable(tmp_path, elf(sections=SYMBOLS), ("app/SHA256SUMS", line)) == 0
    assert strippable(tmp_path, elf(sections=SYMBOLS), ("app/SHA256SUMS", line.replace(b"server", b"server2"))) > 0


@pytest.mark.parametrize("seal", ["app/.server.hmac", "app/server.sig", "app/server.sha256", "app/server.sha256sum"])
def test_a_program_with_a_checksum_beside_it_stays_as_it_is(tmp_path: Path, seal: str) -> None:
    assert strippable(tmp_path, elf(sections=SYMBOLS), (seal, b"0f0f")) == 0
    assert strippable(tmp_path, elf(sections=SYMBOLS), link("app/other.sig", "server")) == 500


@pytest.mark.parametrize(("attribute", "expected"), [("security.capability", 0), ("security.ima", 0), ("user.comment", 500)])
def test_capabilities_and_signatures_in_attributes_are_kept(tmp_path: Path, attribute: str, expected: int) -> None:
    content = elf(sections=SYMBOLS)
    info = tarfile.TarInfo("app/server")
    info.size, info.mode = len(content), 0o755
    info.pax_headers = {f"SCHILY.xattr.{attribute}": "\x01\x02 value", "SCHILY.xattr.user.other": "x" * 3000}
    analysis = analysis_of(tmp_path, [[("app/a", b"aa"), (info, content)]], Cmd=["/app/server"])
    assert analysis.runtime.programs[0].strippable == expected
