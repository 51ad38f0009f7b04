"""A recorded ``go build``: what is said again of it, in known words, and what is not."""

import pytest

from layerscope.advice.golang.command import Unknown, read_build

STRIPPED = '-ldflags="-s -w" -o /app/server'
BUILD = f"go build {STRIPPED}"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("go build", BUILD),
        ("go build -o bin/server ./cmd/server", f"{BUILD} ./cmd/server"),
        ("GOOS=linux GOARCH=amd64 go build .", f"GOOS=linux GOARCH=amd64 {BUILD} ."),
        ("env GO111MODULE=on go build .", f"GO111MODULE=on {BUILD} ."),
        ("export GOOS=linux && go build .", f"GOOS=linux {BUILD} ."),
        ("GOPROXY=https://example.org,direct GOSUMDB=off go build .", f"{BUILD} ."),
        ("set -ex && mkdir -p bin && go mod download && go vet ./... && go build .", f"{BUILD} ."),
        ("go build -trimpath -mod=vendor -tags 'a b' .", f'go build -trimpath -mod=vendor -tags="a b" {STRIPPED} .'),
        ("go build -ldflags '-w -X main.v=1.2' .", 'go build -ldflags="-s -w -X=main.v=1.2" -o /app/server .'),
        ('go build --ldflags="-s -w -X=main.v=1" .', 'go build -ldflags="-s -w -X=main.v=1" -o /app/server .'),
        ("go build -ldflags '' .", f"{BUILD} ."),
        ("go build -ldflags= -o '' .", f"{BUILD} ."),
        ("go install ./cmd/server", f"{BUILD} ./cmd/server"),
        ("go build main.go other.go", f"{BUILD} main.go other.go"),
    ],
)
def test_known_words_are_said_again(command: str, expected: str) -> None:
    assert read_build(command, "/app").command("/app/server", strips=True) == f"CGO_ENABLED=0 GOPROXY=off {expected}"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("go build .", "go build -o /app/server ."),
        ("go build -ldflags '-X main.v=1' .", 'go build -ldflags="-X=main.v=1" -o /app/server .'),
        ("go build -ldflags '-s -w' .", 'go build -ldflags="-s -w" -o /app/server .'),
    ],
)
def test_what_may_not_lose_its_symbols_keeps_them(command: str, expected: str) -> None:
    assert read_build(command, "/app").command("/app/server", strips=False) == f"CGO_ENABLED=0 GOPROXY=off {expected}"


def test_the_build_stands_where_its_shell_had_gone() -> None:
    assert read_build("cd cmd/../api && go build .", "/app").directory == "/app/api"
    assert read_build("cd /src && go build .", "/app").directory == "/src"


@pytest.mark.parametrize(
    "command",
    [
        "",
        "&&",
        "go build . &&",
        "make",
        "go build . || true",
        "go build a b",
        "go build -o",
        "go build -ldflags",
        "go build --ldflags",
        "go build -p 1;id .",
        "go build -tags 'a -toolexec=x' .",
        "go build -tags '\"' .",
        "go build -mod=evil .",
        "go build ./...",
        "GOOS=windows go build .",
        "GOFLAGS=-modfile=/evil go build .",
        "CGO_ENABLED=1 go build .",
        "go build -race .",
        "go build -ldflags '-X main.v=a -extld=b' .",
        "go build -ldflags '-X' .",
        "go build -ldflags '-X main.v=a\"b' .",
        "cd && go build .",
        "cd a b && go build .",
        "export && go build .",
        "go build . && go build .",
        "go install -o x .",
        "go build .\nid",
        "go\u00a0build .",
        "go build -o 'a b' .",
        "GOOS=linux",
    ],
)
def test_anything_else_makes_a_command_unknown(command: str) -> None:
    with pytest.raises(Unknown):
        read_build(command, "/app")


@pytest.mark.parametrize("directory", ["", "app", "/a b", "/$HOME", "/a\\", "/a;id", "-C"])
def test_a_directory_that_is_no_plain_path_makes_it_unknown(directory: str) -> None:
    with pytest.raises(Unknown):
        read_build("go build .", directory)
