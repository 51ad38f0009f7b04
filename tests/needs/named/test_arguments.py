"""Programs and files that ENV and the words of commands name."""

from pathlib import Path

import pytest

from tests.support.needs import because, roles
from tests.support.programs import GLIBC_LOADER, Row, analysis_of, elf, go_program, program

JQ: list[Row] = [
    program("usr/bin/jq", elf(interpreter=GLIBC_LOADER, needed=["libjq.so.1"])),
    ("lib64/ld-linux-x86-64.so.2", elf()),
    ("lib/x86_64-linux-gnu/libjq.so.1", elf(soname="libjq.so.1")),
]


@pytest.mark.parametrize("variable", ["JQ_PATH=/usr/bin/jq", "JQ_BIN=jq", "FILTER_CMD=jq -c .", "EDITOR=jq"])
def test_a_program_that_env_names_is_followed_to_its_libraries(tmp_path: Path, variable: str) -> None:
    runtime = analysis_of(tmp_path, [[("app/server", go_program()), *JQ]], Cmd=["/app/server"], Env=[variable]).runtime
    assert roles(runtime)["/usr/bin/jq"] == "program"
    assert because(runtime, "lib/x86_64-linux-gnu/libjq.so.1")[-1].what == f"ENV {variable.split('=')[0]} names it"


@pytest.mark.parametrize("variable", ["MODE=jq", "SHELL=/usr/bin/jq", "FILTER=jq", "X_CMD="])
def test_a_value_that_only_looks_like_a_program_is_left(tmp_path: Path, variable: str) -> None:
    runtime = analysis_of(tmp_path, [[("app/server", go_program()), *JQ]], Cmd=["/app/server"], Env=[variable]).runtime
    assert roles(runtime)["/usr/bin/jq"] == "data"  # a file of the application


def test_a_script_that_env_names_is_followed_to_what_it_starts(tmp_path: Path) -> None:
    rows = [("app/server", go_program()), program("usr/bin/browser", b"#!/bin/sh\nexec /usr/lib/browser/main\n")]
    rows += [("bin/sh", elf()), ("usr/lib/browser/main", go_program(sizes={"main.browser": 1}))]
    runtime = analysis_of(tmp_path, [rows], Cmd=["/app/server"], Env=["BROWSER_PATH=/usr/bin/browser"]).runtime
    assert {"/bin/sh", "/usr/lib/browser/main"} <= roles(runtime).keys()


def test_a_program_in_the_arguments_of_another_is_followed(tmp_path: Path) -> None:
    rows = [("app/server", go_program()), *JQ, ("etc/conf/x", b"")]
    runtime = analysis_of(tmp_path, [rows], Cmd=["/app/server", "/usr/bin/jq", "--conf=/etc/conf/x"]).runtime
    found = roles(runtime)
    assert (found["/usr/bin/jq"], found["/etc/conf/x"]) == ("program", "data")
    assert "/lib/x86_64-linux-gnu/libjq.so.1" in found
