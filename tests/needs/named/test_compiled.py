"""What a compiled program of no package names stays: programs that it starts, data by absolute paths, the home of its user."""

from pathlib import Path

import pytest

from tests.support.archives import link
from tests.support.needs import because, roles
from tests.support.programs import GLIBC_LOADER, Row, analysis_of, directory, elf, go_program

BASE: list[Row] = [
    ("etc/os-release", b"ID=debian\n"),
    ("lib64/ld-linux-x86-64.so.2", elf(soname="ld-linux-x86-64.so.2")),
    ("usr/bin/git", elf(interpreter=GLIBC_LOADER, soname="git")),
    ("usr/bin/file", elf(interpreter=GLIBC_LOADER, soname="file")),
    ("usr/bin/sh", elf(interpreter=GLIBC_LOADER, soname="sh")),
    link("bin", "usr/bin"),
    ("usr/lib/x86_64-linux-gnu/libx.so.1", elf(soname="libx.so.1")),
    ("etc/base.conf", b"base"),
]


def kept(tmp_path: Path, content: bytes, rows: list[Row], **config: object) -> set[str]:
    """What is kept beside a program of these bytes that a step put on PATH."""
    config = {"Cmd": ["host"], "Env": ["PATH=/usr/local/bin:/usr/bin"], **config}
    layers = [BASE, [("usr/local/bin/host", content)], rows]
    runtime = analysis_of(tmp_path, layers, ["COPY rootfs /", "RUN make install", "RUN make data"], **config).runtime
    return set(roles(runtime)) - {"/usr/local/bin/host"}


def program(*texts: str, imports: str = "", **rest: object) -> bytes:
    """A program of C with these texts, each of its own, that imports functions."""
    names = "".join(f"\0{name}\0" for name in imports.split())
    return elf(
        sections={".rodata": b"\0" + "".join(f"{text}\0" for text in texts).encode(), ".dynstr": names.encode()}, soname="host"
    )


@pytest.mark.parametrize("text", ["git", "git log --oneline | sort", "/usr/bin/git"])
def test_a_program_of_c_that_starts_others_needs_those_that_it_names(tmp_path: Path, text: str) -> None:
    assert "/usr/bin/git" in kept(tmp_path, program(text, imports="system"), [])


def test_words_mean_no_programs_where_none_is_started_or_they_mean_other_things(tmp_path: Path) -> None:
    assert kept(tmp_path, program("git"), []) == set()
    assert kept(tmp_path, program("file", "legit git", imports="execvp"), []) == set()


def test_names_of_symbols_and_what_debuggers_read_are_no_words(tmp_path: Path) -> None:
    sections = {".rodata": b"\0text\0", ".strtab": b"\0git\0", ".debug_str": b"\0git\0", ".dynstr": b"\0execvp\0"}
    assert kept(tmp_path, elf(sections=sections, soname="host"), []) == set()


def test_a_directory_of_plugins_is_kept_with_their_libraries(tmp_path: Path) -> None:
    rows: list[Row] = [("usr/local/lib/host/plugins/a.so", elf(needed=["libx.so.1"], soname="a.so")), ("opt/other/x", b"x")]
    found = kept(tmp_path, program("/usr/local/lib/host/plugins"), rows)
    assert found == {"/usr/local/lib/host/plugins/a.so", "/usr/lib/x86_64-linux-gnu/libx.so.1"}


def test_a_path_of_go_is_found_in_front_of_other_text(tmp_path: Path) -> None:
    rows: list[Row] = [("plugins/greet.so", elf(soname="greet.so")), ("var/lib/app/state", b"s"), ("plug/x", b"x")]
    blob = b"...hello/pluginsopen failed/var/lib/app/state/etc/base.conf/usr/lib"
    content = elf(sections={".rodata": blob, ".go.buildinfo": b"\xff Go buildinf:" + bytes((8, 2)) + bytes(16)})
    found = kept(tmp_path, content, rows)
    assert found == {"/plugins/greet.so", "/var/lib/app/state"}


def test_data_that_is_named_says_by_what(tmp_path: Path) -> None:
    layers = [BASE, [("usr/local/bin/host", program("/srv/data/x"))], [("srv/data/x", b"x")]]
    lines = ["COPY rootfs /", "RUN make install", "RUN make data"]
    runtime = analysis_of(tmp_path, layers, lines, Cmd=["/usr/local/bin/host"]).runtime
    assert [(step.what, step.path) for step in because(runtime, "srv/data/x")][:1] == [("named in", b"usr/local/bin/host")]


def test_the_home_is_kept_for_a_program_that_asks_where_it_is(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("root/.config/app/config.yaml", b"x"),
        ("root/.cache/go-build/x", b"x"),
        ("etc/passwd", b"root:x:0:0::/root:\n"),
    ]
    expected = {"/root/.config/app/config.yaml", "/etc/passwd"}
    assert kept(tmp_path, go_program("os.UserConfigDir"), rows) == expected
    assert kept(tmp_path, program("HOME"), rows) == expected
    assert kept(tmp_path, go_program(), rows) == set()


def test_a_rust_program_needs_the_programs_that_its_code_names(tmp_path: Path) -> None:
    code = (
        b"\x48\x8d\x35\x19\0\0\0" + b"\xba\x03\0\0\0" + b"\x48\x8d\x35\x0d\0\0\0" + b"\xba\x04\0\0\0" + bytes(8) + b"gitxfile"
    )
    rust = elf(sections={".text": code, ".rodata": b"/usr/src/rustc-1.63.0/library/std"}, soname="host")
    assert "/usr/bin/git" in kept(tmp_path, rust, [])
    assert "/usr/bin/file" not in kept(tmp_path, rust, [])


def test_a_directory_whose_path_stands_in_instructions_is_kept(tmp_path: Path) -> None:
    code = b"\x48\xb9/usr/loc\x48\xb8al/lib/h\x48\xb9ib/host/"
    content = elf(sections={".text": code, ".rodata": b"\0"}, soname="host")
    rows: list[Row] = [("usr/local/lib/host/table", b"x"), ("usr/local/lib/host2/table", b"x"), ("usr/local/lib/other", b"x")]
    assert kept(tmp_path, content, rows) == {"/usr/local/lib/host/table"}


def test_a_program_that_loads_libraries_keeps_those_that_somebody_put_there(tmp_path: Path) -> None:
    plugin = elf(needed=["libx.so.1"], soname="plugin.so")
    rows: list[Row] = [("opt/host/plugin.so", plugin), ("opt/host/plugin.so.2", plugin), ("opt/host/readme", b"x")]
    found = {"/opt/host/plugin.so", "/opt/host/plugin.so.2", "/usr/lib/x86_64-linux-gnu/libx.so.1"}
    assert kept(tmp_path, program("-", imports="dlopen"), rows) == found
    assert kept(tmp_path, program("-"), rows) == set()


PROGRAMS = {"/usr/bin/git", "/usr/bin/file", "/usr/bin/sh"}


def test_a_line_for_the_shell_needs_it_and_all_its_programs_whatever_they_are_called(tmp_path: Path) -> None:
    assert {"/usr/bin/sh", "/usr/bin/file"} <= kept(tmp_path, program("git log | file -", imports="system"), [])
    assert kept(tmp_path, program("git log | file -", imports="execvp"), []) & PROGRAMS == {"/usr/bin/git"}
    assert kept(tmp_path, program("file not found", imports="popen"), []) & PROGRAMS == {"/usr/bin/sh"}


@pytest.mark.parametrize("blob", [b"/dev/urandomgeo.mmdb/etc/app.yamlXDG", b"archive/zip/etc/app.yaml", b"/a.txt/etc/app.yaml"])
def test_a_path_is_found_behind_other_text_too(tmp_path: Path, blob: bytes) -> None:
    assert kept(tmp_path, elf(sections={".rodata": blob}, soname="host"), [("etc/app.yaml", b"x")]) == {"/etc/app.yaml"}


BESIDE: list[Row] = [
    ("usr/local/share/host/page.html", b"x"),
    ("usr/local/share/other/page.html", b"x"),
    ("srv/tool/templates/page.html", b"x"),
    ("srv/tool/notes/a.txt", b"x"),
    ("srv/lang/en.json", b"x"),
]


@pytest.mark.parametrize("mark", ["/proc/self/exe", ""])
def test_what_a_program_names_beside_its_own_place_is_kept_where_it_looks_for_that(tmp_path: Path, mark: str) -> None:
    assert kept(tmp_path, program("share", "host", mark), BESIDE) == ({"/usr/local/share/host/page.html"} if mark else set())
    rows: list[Row] = [*BESIDE, ("srv/tool/bin/server", program("templates/*.html", "lang", mark))]
    found = kept(tmp_path, b"", rows, Cmd=["/srv/tool/bin/server"]) - {"/srv/tool/bin/server"}
    assert "/srv/tool/templates/page.html" in found


def test_a_go_program_finds_templates_beside_it(tmp_path: Path) -> None:
    sections = {".rodata": b"xtemplatesy", ".go.buildinfo": b"\xff Go buildinf:" + bytes((8, 2)) + bytes(16)}
    for mark, expected in ((b"os.Executable\0", {"/srv/tool/templates/page.html"}), (b"", set())):
        server = elf(sections={**sections, ".gopclntab": mark})
        rows: list[Row] = [*BESIDE, ("srv/tool/server", server)]
        assert kept(tmp_path, b"", rows, Cmd=["/srv/tool/server"]) - {"/srv/tool/server"} == expected


RELEASES: list[Row] = [
    directory("opt/app"),
    directory("opt/app/releases"),
    directory("opt/app/releases/3"),
    ("opt/app/releases/3/share/page.html", b"x"),
    ("opt/app/releases/2/share/page.html", b"old"),
    link("opt/app/current", "releases/3"),
]


@pytest.mark.parametrize("text", ["/opt/app/current/share/page.html", "/opt/app/current/share", "/opt/app/current"])
def test_what_lies_behind_a_link_that_a_program_names_is_kept_by_that_name(tmp_path: Path, text: str) -> None:
    found = kept(tmp_path, program(text), RELEASES)
    assert {"/opt/app/releases/3/share/page.html", "/opt/app/current"} <= found
    assert "/opt/app/releases/2/share/page.html" not in found


def test_a_link_that_env_names_crosses_too(tmp_path: Path) -> None:
    found = kept(tmp_path, program("-"), RELEASES, Env=["PATH=/usr/local/bin:/usr/bin", "APP_HOME=/opt/app/current"])
    assert {"/opt/app/releases/3/share/page.html", "/opt/app/current"} <= found
