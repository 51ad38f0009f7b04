"""Small real programs, made by the compilers of this machine; what is not installed or too old skips the test with its name."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import shop
from tests.support.patience import PATIENCE

_C = '#include <stdio.h>\nint twice(int n) { return 2 * n; }\nint main(int n, char **a) { return printf("%s", a[twice(n)]); }\n'
_CPP = "#include <map>\n#include <string>\nint main(int, char **a) { std::map<std::string, int> m; return m[a[0]]; }\n"
_RUST = 'fn main() { let n: Vec<String> = std::env::args().collect(); println!("{:?}", n); }\n'

LEAST = {"go": "1.18", "rustc": "1.59"}
"""The first version of a compiler that knows what is asked of it here: type parameters; ``-C strip``."""


def needs(program: str, least: str, told: str) -> None:
    """Skips the test where a program is older than its version ``least``, by what it ``told`` of itself."""
    found = re.search(r"\d+(\.\d+)+", told)
    assert found, told
    if _numbers(found[0]) < _numbers(least):
        pytest.skip(f"needs {program} {least} or later; here is {found[0]}")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


class Toolchains:
    """Compiles into one directory; each program once."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def run(self, *command: str | Path, within: Path | None = None, **environment: str) -> str:
        """A command's output, run within a directory; skips where its program is not installed."""
        if shutil.which(str(command[0])) is None:
            pytest.skip(f"{command[0]} is not installed")
        done = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            cwd=within,
            env={**os.environ, **environment},
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def c(self, *flags: str) -> Path:
        """A C program, or a shared library with ``-shared``."""
        return self._compiled("gcc", "program.c", _C, "-o", flags)

    def cpp(self, *flags: str) -> Path:
        """A C++ program."""
        return self._compiled("g++", "program.cc", _CPP, "-o", flags)

    def rust(self, *flags: str) -> Path:
        """A Rust program."""
        needs("rustc", LEAST["rustc"], self.run("rustc", "--version"))
        return self._compiled("rustc", "program.rs", _RUST, "-o", flags)

    def go(self, *flags: str) -> Path:
        """The Go program of several modules in :mod:`tests.support.shop`."""
        needs("go", LEAST["go"], self.run("go", "version"))
        target = self._target("go", flags)
        if not target.exists():
            shop.write(self.directory / "shop", shop.FILES)
            environment = {"GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod", "GOPROXY": "off", "CGO_ENABLED": "0"}
            self.run("go", "build", "-o", target, *flags, "./cmd/server", within=self.directory / "shop", **environment)
        return target

    def stripped(self, program: Path) -> Path:
        """What ``strip`` of binutils makes of a program."""
        target = program.with_name(program.name + ".stripped")
        self.run("strip", "-o", target, program)
        return target

    def with_section(self, program: Path, name: str, content: bytes) -> Path:
        """A program with one more section, which is not loaded."""
        target, source = program.with_name(program.name + name), self.directory / "section"
        source.write_bytes(content)
        self.run("objcopy", "--add-section", f"{name}={source}", program, target)
        return target

    def _compiled(self, compiler: str, name: str, text: str, output: str, flags: tuple[str, ...]) -> Path:
        source, target = self.directory / name, self._target(compiler, flags)
        source.write_text(text)
        if not target.exists():
            self.run(compiler, *flags, output, target, source)
        return target

    def _target(self, compiler: str, flags: tuple[str, ...]) -> Path:
        return self.directory / "-".join((compiler, *(flag.strip("-").replace("/", "_") for flag in flags)))
