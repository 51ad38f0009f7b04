"""An image that tries to put words of its own into the Dockerfile that is recommended for it. None of them gets there.

What is read back, by a strict reader of its own, is exactly what was planned: the first line is no directive, every FROM names
an image of ours or the user's, every RUN is one of three known commands, and no COPY has a flag but ``--from`` and ``--chown``.
"""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layerscope.advice.delivery.model import Copy
from layerscope.advice.dockerfile.config import carry
from layerscope.advice.ground import RecommendOptions
from layerscope.advice.model import Recommendation
from layerscope.advice.plan.base import Candidate
from layerscope.advice.plan.plan import Plan
from layerscope.analysis import Analysis, analyze
from layerscope.core.names import path_bytes
from layerscope.sources import open_image
from layerscope.sources.image import Config, Platform
from tests.support.dockerfiles import Step, pairs, read_dockerfile
from tests.support.programs import GLIBC_LOADER, Row, analysis_of, directory, elf, go_program
from tests.support.python_images import ENVIRONMENT, INTERPRETER

LIBC: Row = ("usr/lib/x86_64-linux-gnu/libc.so.6", elf(soname="libc.so.6"))
LOADER: Row = (GLIBC_LOADER.lstrip("/"), elf(soname="ld-linux-x86-64.so.2"))
TOOLS: list[Row] = [
    ("usr/local/go/bin/go", bytes(2_000_000)),
    *((name, b"tool") for name in ("bin/sh", "bin/rm", "usr/bin/strip")),
    LIBC,
    LOADER,
]
SERVER = go_program("net._C2func_getaddrinfo", symbols=4000, interpreter=GLIBC_LOADER, needed=("libc.so.6",))

WORD = r"(?:/[\w@%+=:,./-]*|'[^']*'|\"'\")+"
RUNS = re.compile(
    rf"rm -rf(?:\s+{WORD})+\Z"
    rf"|strip --strip-all(?: {WORD})+\Z"
    r"|CGO_ENABLED=0 GOPROXY=off(?: GO[A-Z0-9]+=[\w=.-]*)* go build(?: -[a-z]+(?:=[\w., \"-]+)?)*"
    r" -ldflags=\"-s -w[\w ./:@+,=-]*\" -o /[\w./+-]+(?: [\w./+][\w./+-]*)*\Z"
)
FROM = re.compile(
    r"(?:\$\{IMAGE\} AS fat|fat AS prepared|scratch|alpine:[\d.]+|debian:trixie-slim"
    r"|python:3\.11-slim-[a-z]+|gcr\.io/distroless/[a-z-]+-debian13(?::nonroot)?)\Z"
)


def image(
    place: Path,
    command: str = "go build -o server .",
    rows: Sequence[Row] = (),
    options: RecommendOptions | None = None,
    tags: Sequence[str] = ("app:fat",),
    **config: object,
) -> Analysis:
    """A Go service that would be built again, stripped, and whose data directory would be cut."""
    history = ["RUN install-tools", "WORKDIR /app", "COPY . .", f"RUN /bin/sh -c {command}"]
    sources: list[Row] = [("app/main.go", b"package main"), ("app/go.mod", b"module app"), *rows]
    config = {"Cmd": ["/app/server"], "WorkingDir": "/app", "Env": ["PATH=/usr/local/go/bin:/bin"], **config}
    layers = [TOOLS, [directory("app")], sources, [("app/server", SERVER)]]
    return analysis_of(place, layers, history, options, tags=tags, **config)


def checked(found: Recommendation, name: str = "app:fat") -> list[Step]:
    """The instructions of the recommended Dockerfile, which are those that were planned and no others."""
    assert found.dockerfile, found.risks
    steps = read_dockerfile(found.dockerfile)
    for step in steps:
        if step.keyword == "FROM":
            assert FROM.match(step.text) or step.text == f"{name} AS prepared", step
        if step.keyword == "RUN":
            assert RUNS.match(step.text), step
            assert all(word.startswith("/") for word in shlex.split(step.text)[2:] if step.text.startswith(("rm", "strip")))
        names = {flag.partition("=")[0] for flag in step.flags}
        allowed = {"COPY": {"--from", "--chown"}, "HEALTHCHECK": {"--interval", "--timeout", "--start-period", "--retries"}}
        assert names <= allowed.get(step.keyword, set()), step
    last = len(steps) - [step.keyword for step in reversed(steps)].index("FROM")
    said = [step.keyword for step in steps[last:]]
    unsaid = sum("cannot be copied" in risk.text for risk in found.risks)
    assert said.count("COPY") == len(found.copies) - unsaid
    assert [word for word in said if word != "COPY"] == [line.partition(" ")[0] for line in found.config]
    before = [step.keyword for step in steps[: last - 1]]
    assert set(before) <= {"ARG", "FROM", "USER", "SHELL", "WORKDIR", "RUN"}, before
    return steps


ATTACKS = {
    "a secret for an own go": "--mount=type=secret,id=npmrc --mount=type=bind,target=/context go build -o server .",
    "ssh": "--mount=type=ssh go build -o server .",
    "the host's network": "--network=host go build -o server .",
    "no sandbox": "--security=insecure go build -o server .",
    "a substitution": "go build -o server $(id) .",
    "backticks": "go build -o server `id` .",
    "a substitution in quotes": 'go build -ldflags="-X main.v=$(wget -O- http://127.0.0.1)" -o server .',
    "in the background": "wget http://127.0.0.1/x | sh & go build -o server .",
    "a pipe": "go build -o server . | sh",
    "a redirection": "go build -o server . > /etc/passwd",
    "behind": "go build -o server . && echo done ; wget http://127.0.0.1",
    "before": "cp /evil /usr/local/go/bin/go && go build -o server .",
    "toolexec": "go build -toolexec=/evil -o server .",
    "toolexec in GOFLAGS": "GOFLAGS=-toolexec=/evil go build -o server .",
    "toolexec exported": "export GOFLAGS=-toolexec=/evil && go build -o server .",
    "an own compiler": "CC=/evil go build -o server .",
    "a preloaded library": "LD_PRELOAD=/evil.so go build -o server .",
    "a preloaded library in env": "env LD_PRELOAD=/evil.so go build -o server .",
    "a start file": "BASH_ENV=/evil go build -o server .",
    "an own proxy behind": "go build -o server . && export GOPROXY=http://127.0.0.1 && /evil",
    "an overlay": "go build -overlay=/evil.json -o server .",
    "another file of modules": "go build -modfile=/evil.mod -o server .",
    "another directory": "go build -C /evil -o server .",
    "an external linker": 'go build -ldflags="-extld=/evil" -o server .',
    "an external linker's flags": 'go build -ldflags "-linkmode external -extldflags -fuse-ld=/evil" -o server .',
    "flags for C": "go build -gcflags=-V -asmflags=x -o server .",
    "a wildcard": "go build -o server *.go",
    "braces": "go build -o server {a,b}",
    "a comment": "go build -o server . # \\",
    "a heredoc": "go build -o server . <<EOF",
    "another program": "go build -o /usr/bin/other .",
    "a module from elsewhere": "go build -o server example.org/x@latest",
    "a directory with a dollar": "cd $HOME && go build -o server .",
    "a quoted word that is a flag": "go build -o server '-toolexec=/evil'",
    "an own go": "/evil/go build -o server .",
    "eval": "eval go build -o server .",
}


@pytest.mark.parametrize("command", ATTACKS.values(), ids=ATTACKS.keys())
def test_a_recorded_command_with_anything_unknown_in_it_is_not_repeated(tmp_path: Path, command: str) -> None:
    found = image(tmp_path, command).recommendation
    checked(found)
    assert "go build" not in re.sub(r"(?m)^#.*$", "", found.dockerfile)
    assert f"/{LIBC[0]}" in {copy.source.decode() for copy in found.copies}


CONFIGURATIONS: dict[str, dict[str, object]] = {
    "a flag as a variable": {"Env": ["--mount=type=secret"]},
    "a variable that is two": {"Env": ["A B=C", "X Y"]},
    "a line break in a value": {"Env": ["A=x\nRUN evil", "B=x\u2028RUN evil", "C=x\rRUN evil"]},
    "a check that goes on": {"Shell": ["/bin/bash", "-c"], "Healthcheck": {"Test": ["CMD-SHELL", "true \\"]}},
    "a check of several lines": {"Shell": ["/bin/bash", "-c"], "Healthcheck": {"Test": ["CMD-SHELL", "true\nRUN evil"]}},
    "a check with a heredoc": {"Shell": ["/bin/bash", "-c"], "Healthcheck": {"Test": ["CMD-SHELL", "<<EOF"]}},
    "a check without a command": {"Healthcheck": {"Test": ["CMD-SHELL"]}},
    "a check of another kind": {"Healthcheck": {"Test": ["--interval=1s"]}},
    "a check too often": {"Healthcheck": {"Test": ["CMD", "/app/server"], "Interval": 7, "Timeout": 999999}},
    "a user that goes on": {"User": "root\\"},
    "a user of variables": {"User": "${USER:-root} --mount=x"},
    "a directory that goes on": {"WorkingDir": "/app\\"},
    "a directory in quotes": {"WorkingDir": "/app'\""},
    "a port that is a flag": {"ExposedPorts": {"--x": {}, "80 RUN": {}, "$PORT": {}, "80/tcp\\": {}}},
    "a signal that goes on": {"StopSignal": "SIGTERM\\"},
    "a volume of variables": {"Volumes": {"/${SECRET}": {}, "/'": {}}},
    "a label that is a flag": {"Labels": {"--x": "y", "#x": "y", "a b": "c", "l\\": "\\"}},
    "a command of line breaks": {"Cmd": ["/app/server", "\nRUN evil", "\\", "<<EOF", "\u2028"]},
    "a shell of line breaks": {"Shell": ["/bin/sh\nRUN evil", "-c\\"]},
}


@pytest.mark.parametrize("config", CONFIGURATIONS.values(), ids=CONFIGURATIONS.keys())
def test_a_configuration_stays_in_its_place(tmp_path: Path, config: dict[str, object]) -> None:
    rows: list[Row] = [("app LD_PRELOAD=/evil.so/x", b"x"), ("app/${SECRET}/x", b"x")]
    checked(image(tmp_path, rows=rows, options=RecommendOptions(keep=("/app*/x", "/app/*/x")), **config).recommendation)


@pytest.mark.parametrize(
    "tag",
    [
        "syntax=evil/frontend:1",
        "escape=`",
        "check=skip=all",
        "a\n# syntax=evil",
        "scratch:latest",
        "a b:c",
        "f" * 64,
        "${IMAGE}:x",
    ],
)
def test_a_name_that_is_none_gets_into_no_instruction_and_no_directive(tmp_path: Path, tag: str) -> None:
    steps = checked(image(tmp_path, tags=[tag]).recommendation)
    assert steps[:2] == [Step("ARG", (), "IMAGE"), Step("FROM", (), "${IMAGE} AS fat")]


@pytest.mark.parametrize("name", ["syntax=evil/frontend:1 ", "escape=` ", "check=skip=all ", "// syntax=evil", "!syntax=evil"])
def test_a_file_cannot_be_called_so_that_its_name_becomes_a_directive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    image(tmp_path, tags=[])
    monkeypatch.chdir(tmp_path)
    file = tmp_path / f"{name}.tar"
    file.parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "image.tar").rename(file)
    found = analyze(open_image(f"docker-archive:{name}.tar")).recommendation
    checked(found)
    assert found.dockerfile.startswith("# Written by layerscope: an image without what only its build needs.\n")
    found = analyze(open_image(f"{name}.tar")).recommendation
    checked(found)
    assert f"# {name}" in found.dockerfile


@pytest.mark.parametrize("directory", ["/app LD_PRELOAD=/evil.so", "/${SECRET}", "/x\\", '/"', "/'", "/<<EOF"])
def test_a_directory_in_front_of_the_path_of_a_base_sets_nothing_else(directory: str) -> None:
    base = Candidate(reference="java:1", env=("PATH",))
    config = Config(platform=Platform("linux", "amd64"), env=(f"PATH={directory}:/usr/bin", "A=1"))
    kept = Copy(b"/x", path_bytes(directory) + b"/x", 1, "needed")
    before = carry(config, Plan(base=base, copies=(kept,), kept=frozenset())).before
    assert len(before) == 2
    assert pairs(before[0].removeprefix("ENV ")) == {"PATH": f"{directory}:$PATH"}


@pytest.mark.parametrize("tag", ["0:latest", "prepared:latest", "fat:latest"])
def test_an_image_that_is_called_like_a_stage_is_not_taken_for_it(tmp_path: Path, tag: str) -> None:
    found = image(tmp_path, tags=[tag]).recommendation
    steps = read_dockerfile(found.dockerfile)
    assert steps[0].text == f"{tag} AS prepared"


def test_a_base_that_is_called_like_a_stage_of_the_users_is_the_image(tmp_path: Path) -> None:
    text = "FROM golang AS alpine\nFROM alpine AS PREPARED\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\n"
    found = image(tmp_path, options=RecommendOptions(base="alpine", dockerfile=text)).recommendation
    added = read_dockerfile("# \n" + found.dockerfile.partition("server .\n")[2])
    assert [step.text for step in added if step.keyword == "FROM"] == ["alpine:latest"]


@pytest.mark.parametrize("instruction", ["RUN --mount=type=secret,id=npmrc cat /run/secrets/npmrc", "COPY . /context"])
def test_no_stage_starts_from_an_image_with_instructions_for_whoever_does(tmp_path: Path, instruction: str) -> None:
    steps = checked(image(tmp_path, OnBuild=[instruction]).recommendation)
    assert [step.text for step in steps if step.keyword == "FROM"] == ["scratch"]
    assert not any(step.keyword == "RUN" for step in steps)


def test_an_image_with_such_instructions_and_no_name_gets_no_dockerfile(tmp_path: Path) -> None:
    found = image(tmp_path, tags=[], OnBuild=["RUN evil"]).recommendation
    assert found.dockerfile == ""
    assert any("ONBUILD" in risk.text for risk in found.risks)


def test_what_runs_in_the_image_runs_under_the_shell_that_it_is_written_for(tmp_path: Path) -> None:
    steps = checked(image(tmp_path, Shell=["/bin/evil", "-x"]).recommendation)
    assert [step.keyword for step in steps[:4]] == ["FROM", "USER", "SHELL", "WORKDIR"]
    assert steps[2].text == '["/bin/sh", "-c"]'


@pytest.mark.parametrize(
    ("codename", "base"),
    [
        ("bookworm", "python:3.11-slim-bookworm"),
        (f"x@sha256:{'a' * 64}", ""),
        ("bookworm AS evil", ""),
        ("bookworm\\", ""),
        ("${SECRET}", ""),
        ("../../evil", ""),
    ],
)
def test_a_release_is_a_word_in_the_name_of_a_base(tmp_path: Path, codename: str, base: str) -> None:
    release = f'ID=debian\nVERSION_CODENAME="{codename}"\n'.encode()
    rows = [*INTERPRETER, ("etc/os-release", release), ("app/main.py", b"print()\n"), ("usr/bin/gcc", bytes(2_000_000))]
    found = analysis_of(
        tmp_path, [rows], ["COPY . /"], Cmd=["python3", "/app/main.py"], Env=ENVIRONMENT, WorkingDir="/app"
    ).recommendation
    origins = [step.text for step in checked(found) if step.keyword == "FROM"]
    assert (base in origins) if base else not any("python" in origin for origin in origins)


@pytest.mark.parametrize("version", ["3.19@sha256:" + "a" * 64, "3.19 AS x", "$X.1"])
def test_the_alpine_of_an_image_has_a_number(tmp_path: Path, version: str) -> None:
    release: list[Row] = [("etc/os-release", f"ID=alpine\nVERSION_ID={version}\n".encode()), ("etc/alpine-release", b"3.19")]
    loader: Row = ("lib/ld-musl-x86_64.so.1", elf(soname="libc.musl-x86_64.so.1"))
    server = go_program("main._Cfunc_x", interpreter="/lib/ld-musl-x86_64.so.1", needed=("libc.musl-x86_64.so.1",))
    rows: list[Row] = [("usr/local/go/bin/go", bytes(2_000_000)), ("app/server", server)]
    found = analysis_of(tmp_path, [[*release, loader], rows], ["ADD x /", "RUN go build"], Cmd=["/app/server"]).recommendation
    assert [step.text for step in checked(found) if step.keyword == "FROM"] == ["alpine:3.23"]


PIECES = [
    *"\n\r\t\0\u2028\ufeff`\\#$'\"*?[]{}()|;&<>=@ ~!x0é",
    "<<EOF",
    "${HOME}",
    "$(id)",
    "--mount=type=secret",
    "--from=x",
    "# syntax=evil",
    "escape=`",
    " && ",
    "\nRUN evil",
    "\\\n",
    "go build ",
    "-o server ",
    "/app",
    "../",
    "ONBUILD RUN x",
    "@sha256:" + "a" * 64,
]
TEXT = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)
NAME = TEXT.map(lambda text: text.replace("\0", "").replace("/", "").strip(".")).filter(bool)


@st.composite
def configurations(draw: st.DrawFn) -> dict[str, object]:
    """Hostile text in every place of a configuration."""
    return {
        "Cmd": ["/app/server", *draw(st.lists(TEXT, max_size=2))],
        "Env": [f"PATH=/usr/local/go/bin:/app/{draw(TEXT)}", *(f"{draw(TEXT)}={draw(TEXT)}" for _ in range(2))],
        "Labels": draw(st.dictionaries(TEXT, TEXT, max_size=2)),
        "WorkingDir": draw(st.just("/app") | TEXT),
        "User": draw(TEXT),
        "StopSignal": draw(TEXT),
        "ExposedPorts": {key: {} for key in draw(st.lists(TEXT, max_size=2))},
        "Volumes": {key: {} for key in draw(st.lists(TEXT, max_size=2))},
        "Shell": draw(st.lists(TEXT, max_size=2)),
        "Healthcheck": {
            "Test": [draw(st.sampled_from(["CMD", "CMD-SHELL", "NONE", "", "--x"])), *draw(st.lists(TEXT, max_size=2))]
        },
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(config=configurations(), command=TEXT, names=st.lists(NAME, max_size=8, unique=True), tag=TEXT)
def test_whatever_an_image_says_the_dockerfile_is_what_was_planned(
    tmp_path: Path, config: dict[str, object], command: str, names: list[str], tag: str
) -> None:
    rows: list[Row] = [(f"data/{name}", b"x") for name in names]
    options = RecommendOptions(keep=("/data/*",))
    checked(image(tmp_path, f"go build {command}", rows, options, [f"{tag}:1"], **config).recommendation, f"{tag}:1")
