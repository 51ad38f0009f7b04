"""Literals that a compiler put into instructions are found by what begins with them, and others are not."""

import shutil
import subprocess
from pathlib import Path

import pytest

from layerscope.layers.binaries.inlined import inlined

LITERALS = ("/opt/plugins/", "/usr/local/lib/gateway/", "/srv/models/voices/german/", "/var/lib/shop/")
FUNCTION = """
__attribute__((noinline)) int open_%d(const char *name) {
  char path[256];
  strcpy(path, "%s");
  strcat(path, name);
  return puts(path);
}
"""
COMPILER = shutil.which("gcc")


def compiled(directory: Path, level: str) -> bytes:
    """A program that puts a name behind each of the literals."""
    source, program = directory / "main.c", directory / "main"
    functions = "".join(FUNCTION % pair for pair in enumerate(LITERALS))
    calls = " + ".join(f"open_{number}(argv[1])" for number in range(len(LITERALS)))
    source.write_text(
        f"#include <stdio.h>\n#include <string.h>\n{functions}\nint main(int argc, char **argv) {{ return {calls}; }}\n"
    )
    subprocess.run([str(COMPILER), level, "-o", program, source], check=True)
    return program.read_bytes()


@pytest.mark.skipif(COMPILER is None, reason="there is no C compiler")
@pytest.mark.parametrize("level", ["-O1", "-O2", "-O3", "-Os"])
def test_gcc_puts_literals_together(tmp_path: Path, level: str) -> None:
    content = compiled(tmp_path, level)
    text = inlined(content)
    for path in (literal.rstrip("/").encode() for literal in LITERALS):
        is_whole = any(path + end in content for end in (b"/", b"\0"))
        assert is_whole or text.spells(path), path
        for other in (path + b"-other", path[:-3] + b"xyz", b"/usr/local/share/other", b"/none/of/them"):
            assert not text.spells(other), other


@pytest.mark.parametrize("content", [b"", b"#!/bin/sh\n", b"\x7fELF" + bytes(60)])
def test_what_is_no_program_spells_nothing(content: bytes) -> None:
    assert not inlined(content).spells(b"/usr/local/lib/gateway")
