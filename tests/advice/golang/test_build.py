"""Go programs that are linked to the C library for Go's own packages alone: told by their bytes, built again without it."""

from pathlib import Path

import pytest

from layerscope.advice.dockerfile.edit import builds_without_c, improved
from layerscope.advice.ground import RecommendOptions
from layerscope.advice.model import Recommendation
from layerscope.advice.remarks import Code
from layerscope.advice.why import explain
from layerscope.analysis import Analysis
from tests.support.needs import roles
from tests.support.programs import GLIBC_LOADER, Row, analysis_of, directory, elf, go_program

LIBRARIES = "usr/lib/x86_64-linux-gnu"
LIBC: Row = (f"{LIBRARIES}/libc.so.6", elf(soname="libc.so.6"))
LOADER: Row = (GLIBC_LOADER.lstrip("/"), elf(soname="ld-linux-x86-64.so.2"))
TOOLS: list[Row] = [("usr/local/go/bin/go", bytes(2_000_000)), ("bin/sh", b"shell"), LIBC, LOADER]
SOURCES: list[Row] = [("app/main.go", b"package main"), ("app/go.mod", b"module app")]
NET = "net._C2func_getaddrinfo"


def server(*functions: str, lines: str = "") -> bytes:
    """A Go program that is linked to glibc."""
    return go_program(*functions, symbols=4000, lines=lines, interpreter=GLIBC_LOADER, needed=("libc.so.6",))


def analysed(
    tmp_path: Path,
    program: bytes,
    command: str = "go build -o server .",
    rows: list[Row] | None = None,
    options: RecommendOptions | None = None,
    **config: object,
) -> Analysis:
    """An image as the guides build it: a toolchain, WORKDIR, the sources, and the layer of one RUN."""
    history = ["RUN install-tools", "WORKDIR /app", "COPY . .", f"RUN /bin/sh -c {command}"]
    layers = [TOOLS, [directory("app")], [*SOURCES, *(rows or [])], [("app/server", program)]]
    config = {"Cmd": ["./server"], "WorkingDir": "/app", "Env": ["PATH=/usr/local/go/bin:/bin", "GOPATH=/go"], **config}
    return analysis_of(tmp_path, layers, history, options, **config)


def rebuilt(found: Recommendation) -> bool:
    return "CGO_ENABLED=0" in found.dockerfile


def test_the_image_builds_its_program_again_and_no_library_crosses(tmp_path: Path) -> None:
    analysis = analysed(tmp_path, server(NET, "os/user._Cfunc_mygetpwuid_r"))
    found = analysis.recommendation
    assert found.rebuilt == b"app/server"
    assert (
        "FROM app:fat AS prepared\n"
        "USER 0\n"
        "# /app/server again, without the C library: the image has all that it was built from\n"
        "WORKDIR /app\n"
        'RUN CGO_ENABLED=0 GOPROXY=off go build -ldflags="-s -w" -o /app/server .\n'
    ) in found.dockerfile
    assert [copy.source for copy in found.copies] == [b"/app/server"]
    assert found.predicted_size == len(server(NET, "os/user._Cfunc_mygetpwuid_r")) - analysis.runtime.programs[0].strippable
    assert any("CGO_ENABLED=0" in risk.text and "no other name services" in risk.text for risk in found.risks)


def test_a_program_that_needs_its_symbols_is_built_again_with_them(tmp_path: Path) -> None:
    program = server(NET, "os.Executable")
    found = analysed(tmp_path, program).recommendation
    assert "CGO_ENABLED=0 GOPROXY=off go build -o /app/server .\n" in found.dockerfile
    assert found.predicted_size == len(program)


def test_a_program_with_a_signature_beside_it_stays_as_it_is_and_the_signature_with_it(tmp_path: Path) -> None:
    analysis = analysed(tmp_path, server(NET), rows=[("app/server.sig", b"signed")])
    found = analysis.recommendation
    assert roles(analysis.runtime)["/app/server.sig"] == "data"
    assert not rebuilt(found)
    assert "strip" not in found.dockerfile


def test_a_program_without_the_c_library_is_at_no_risk_for_it(tmp_path: Path) -> None:
    codes = {risk.code for risk in analysed(tmp_path, server(NET)).recommendation.risks}
    assert codes.isdisjoint((Code.LOADED_BY_NAME, Code.HELPERS_NEED_LIBC))


def test_why_says_what_became_of_the_c_library(tmp_path: Path) -> None:
    analysis = analysed(tmp_path, server(NET))
    told = explain(f"/{LIBC[0]}", analysis.ground, analysis.recommendation)
    assert told.verdict == "dropped"
    assert "/app/server asks for it" in told.reason
    assert "built again without the C library" in told.reason


@pytest.mark.parametrize(
    "functions",
    [(NET, "main._Cfunc_strlen"), ("github.com/mattn/go-sqlite3._Cfunc_sqlite3_open",), (NET, "_cgoexp_1a2b_callback")],
    ids=["the program's own C code", "a module's C code", "C code that calls Go"],
)
def test_a_program_that_calls_c_code_stays_linked_to_it(tmp_path: Path, functions: tuple[str, ...]) -> None:
    found = analysed(tmp_path, server(*functions)).recommendation
    assert not rebuilt(found)
    assert f"/{LIBC[0]}" in {copy.source.decode() for copy in found.copies}


@pytest.mark.parametrize(
    "command",
    [
        "CGO_ENABLED=1 go build -o server .",
        "go build -race -o server .",
        "go build -buildmode=pie -o server .",
        "apt-get install -y gcc && go build -o server .",
        "go build -o server . && go build -o other ./other",
        "time go build -o server .",
        "go install example.org/tool@v1.2.3",
        "make",
    ],
)
def test_what_cannot_safely_be_said_again_is_left_as_it_is(tmp_path: Path, command: str) -> None:
    assert not rebuilt(analysed(tmp_path, server(NET), command).recommendation)


def test_somebody_who_sets_cgo_enabled_has_decided(tmp_path: Path) -> None:
    environment = ["PATH=/usr/local/go/bin:/bin", "CGO_ENABLED=1"]
    assert not rebuilt(analysed(tmp_path, server(NET), Env=environment).recommendation)


def test_a_module_has_to_be_in_the_cache_or_vendored(tmp_path: Path) -> None:
    lines = "path\tapp\ndep\tgithub.com/Owner/library\tv1.2.3\th1:x=\ndep\texample.org/here\tv0.0.0\n=>\t./here\t\t\n"
    program = server(NET, lines=lines)
    cached = directory("go/pkg/mod/github.com/!owner/library@v1.2.3")
    vendored = directory("app/vendor/github.com/Owner/library")
    for number, (rows, expected) in enumerate((([], False), ([cached], True), ([vendored], True))):
        place = tmp_path / str(number)
        place.mkdir()
        found = analysed(place, program, rows=rows).recommendation
        assert rebuilt(found) is expected


def test_the_users_own_dockerfile_gets_it_in_its_one_build(tmp_path: Path) -> None:
    text = "FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN GOOS=linux \\\n    go build -o server .\nCMD ./server\n"
    found = analysed(tmp_path, server(NET), options=RecommendOptions(dockerfile=text)).recommendation
    assert 'RUN GOOS=linux \\\n    CGO_ENABLED=0 go build -ldflags="-s -w" -o server .\n' in found.dockerfile
    assert "FROM scratch" in found.dockerfile
    assert LIBRARIES not in found.dockerfile


def test_a_dockerfile_with_two_builds_or_a_decision_is_not_changed_so() -> None:
    one = "FROM golang\nRUN go build ./a\n"
    assert builds_without_c(one)
    assert not builds_without_c(f"{one}RUN go build ./b\n")
    assert not builds_without_c(f"FROM golang\nENV CGO_ENABLED=1\n{one.partition(chr(10))[2]}")
    assert not builds_without_c('FROM golang\nRUN ["go", "build"]\n')
    assert improved(one, strip=False) == one
