"""Words that may be names of programs: those on PATH are needed, with what they need; nothing is said of the others."""

from pathlib import Path

from layerscope.needs.named.programs import words_of_line
from tests.support.programs import GLIBC_LOADER, Row, elf
from tests.support.python_images import needed, runtime_of, unresolved

TOOLS: list[Row] = [
    ("usr/bin/ffmpeg", elf(interpreter=GLIBC_LOADER, needed=["libav.so.1"])),
    ("usr/lib/x86_64-linux-gnu/libav.so.1", elf(soname="libav.so.1")),
    ("usr/bin/wrapper", b"#!/usr/bin/env perl\n"),
    ("usr/bin/env", elf(interpreter=GLIBC_LOADER, soname="env")),
    ("usr/bin/perl", elf(interpreter=GLIBC_LOADER, soname="perl")),
    ("usr/bin/node", elf(interpreter=GLIBC_LOADER, soname="node")),
]


def run(tmp_path: Path, source: str) -> tuple[set[str], str]:
    runtime = runtime_of(tmp_path, [("app/main.py", source.encode()), *TOOLS], Cmd=["python", "/app/main.py"])
    return needed(runtime), unresolved(runtime)


def test_a_word_that_is_on_path_is_needed_with_its_libraries(tmp_path: Path) -> None:
    source = "import subprocess\ndef sh(*a): return subprocess.run(a)\nsh('ffmpeg', '-i')\nsh('absent')\n"
    paths, said = run(tmp_path, source)
    assert {"usr/bin/ffmpeg", "usr/lib/x86_64-linux-gnu/libav.so.1"} <= paths
    assert "usr/bin/node" not in paths
    assert "absent" not in said


def test_of_a_script_and_of_an_interpreter_the_libraries_are_known_and_nothing_is_said(tmp_path: Path) -> None:
    paths, said = run(tmp_path, "import subprocess\nTOOLS = {'a': 'wrapper', 'b': 'node'}\n")
    assert {"usr/bin/wrapper", "usr/bin/env", "usr/bin/perl", "usr/bin/node"} <= paths
    assert said == ""


def test_a_line_of_a_shell_names_the_first_word_of_each_command() -> None:
    assert words_of_line("cd x && git log | sort; A=b exec env jq . > y") == ["cd", "git", "sort", "exec", "env", "jq"]
    assert words_of_line("") == []
