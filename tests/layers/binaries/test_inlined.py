"""Literals that a compiler put into instructions are found by what begins with them, and others are not."""

import shutil
import subprocess
from pathlib import Path

import pytest

from layerscope.layers.binaries.inlined import inlined

CODE = """
#include <string>
#include <cstdio>
int main(int argc, char **argv) {
  std::string directory = std::string("%s") + argv[1];
  return std::puts(directory.c_str());
}
"""
COMPILER = shutil.which("g++")


@pytest.mark.skipif(COMPILER is None, reason="there is no C++ compiler")
@pytest.mark.parametrize("level", ["-O1", "-O2", "-O3", "-Os"])
@pytest.mark.parametrize("literal", ["/opt/plugins/", "/usr/local/lib/gateway/", "/srv/models/voices/german/", "/var/lib/shop"])
def test_gcc_puts_a_literal_together(tmp_path: Path, level: str, literal: str) -> None:
    source, program = tmp_path / "main.cc", tmp_path / "main"
    source.write_text(CODE % literal)
    subprocess.run([str(COMPILER), level, "-o", program, source], check=True)
    content = program.read_bytes()
    path = literal.rstrip("/").encode()
    is_whole = any(path + end in content for end in (b"/", b"\0"))
    assert is_whole or inlined(content).spells(path)
    for other in (path + b"-other", path[:-3] + b"xyz", b"/usr/local/share/other", b"/none/of/them"):
        assert not inlined(content).spells(other)


@pytest.mark.parametrize("content", [b"", b"#!/bin/sh\n", b"\x7fELF" + bytes(60)])
def test_what_is_no_program_spells_nothing(content: bytes) -> None:
    assert not inlined(content).spells(b"/usr/local/lib/gateway")
