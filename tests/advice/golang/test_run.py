"""Where flags go in the user's own ``go build``: into shell words, in the quotes around them, and nowhere else."""

import subprocess

import pytest

from layerscope.advice.golang.run import builds, stripping, without_c
from layerscope.dockerfile.edit import with_edits


def stripped(command: str) -> str:
    return with_edits(command, list(stripping(command)))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("go build -o s .", 'go build -ldflags="-s -w" -o s .'),
        ("CGO_ENABLED=0 go install ./...", 'CGO_ENABLED=0 go install -ldflags="-s -w" ./...'),
        ('go build -ldflags="-X main.v=1" .', 'go build -ldflags="-s -w -X main.v=1" .'),
        ("go build --ldflags '-X main.v=1' .", "go build --ldflags '-s -w -X main.v=1' ."),
        ("FLAGS=-X=a=b; go build -ldflags=$FLAGS .", 'FLAGS=-X=a=b; go build -ldflags="-s -w $FLAGS" .'),
        (
            'go build -ldflags="-X main.v=a;b" . && go build b',
            'go build -ldflags="-s -w -X main.v=a;b" . && go build -ldflags="-s -w" b',
        ),
        ("go build -ldflags=all=-X=a=b .", 'go build -ldflags="all=-s -w -X=a=b" .'),
        ("go build -ldflags './cmd/x=-X a=b' ./cmd/x", "go build -ldflags './cmd/x=-s -w -X a=b' ./cmd/x"),
        ("A=1 time /usr/local/go/bin/go build", 'A=1 time /usr/local/go/bin/go build -ldflags="-s -w"'),
        ("if ! (xx-go build .); then exit 1; fi", 'if ! (xx-go build -ldflags="-s -w" .); then exit 1; fi'),
        ("CGO_ENABLED=0 GOOS=$(go env GOOS) go build .", 'CGO_ENABLED=0 GOOS=$(go env GOOS) go build -ldflags="-s -w" .'),
        ('sh -c "cd /s && go build -o a ."', "sh -c \"cd /s && go build -ldflags='-s -w' -o a .\""),
        ("sh -c 'go build . && echo \"go build\"'", 'sh -c \'go build -ldflags="-s -w" . && echo "go build"\''),
        ('sh -c "go build . ; echo \\"go build\\""', 'sh -c "go build -ldflags=\'-s -w\' . ; echo \\"go build\\""'),
        ("go build -C /code -o x .", 'go build -C /code -ldflags="-s -w" -o x .'),
        ("go install -C=/code .", 'go install -C=/code -ldflags="-s -w" .'),
        ('go build --C "/my code"/x .', 'go build --C "/my code"/x -ldflags="-s -w" .'),
        ("cd /a && go build -C /code", 'cd /a && go build -C /code -ldflags="-s -w"'),
        ("go build \\\n  -C $D \\\n  -o x .", 'go build \\\n  -C $D -ldflags="-s -w" \\\n  -o x .'),
        ("sh -c 'go build -C /code && ls'", "sh -c 'go build -C /code -ldflags=\"-s -w\" && ls'"),
        ('sh -c "go build -C \\"/my code\\" ."', 'sh -c "go build -C \\"/my code\\" -ldflags=\'-s -w\' ."'),
        ("go build -Cx .", 'go build -ldflags="-s -w" -Cx .'),
        ("bash -euc 'go build .'", "bash -euc 'go build -ldflags=\"-s -w\" .'"),
        ('sh -c "go build -ldflags \\"-X a=b\\" ."', 'sh -c "go build -ldflags \\"-s -w -X a=b\\" ."'),
    ],
)
def test_builds_get_the_flags_that_they_lack(before: str, after: str) -> None:
    assert stripped(before) == after


@pytest.mark.parametrize(
    "command",
    [
        'go build -ldflags="-w -s" .',
        "go build -ldflags=-s .",
        "go vet ./... # go build",
        "echo 'now go build'",
        'echo "use go build" > README',
        "cargo build",
        "make go build",
        "git commit -m go build",
        "sh -c 'npm run go build'",
        "mkgo build",
        "GOFLAGS=-ldflags=-X=main.v=1 go build .",
        "export GOFLAGS='-trimpath -ldflags=-X=main.v=1' && go build .",
        "go build -ldflags=$(./flags go) .",
        "go build -ldflags=$FLAGS .",
        'go build -ldflags "$(./flags go)" .',
        'go build -ldflags "${FLAGS:-all=-X=a=b}" .',
        'sh -c "go build -ldflags \\"\\$FLAGS\\" ."',
        "go build -ldflags=`./flags go` .",
        "go build-id x",
    ],
)
def test_what_builds_nothing_or_strips_already_or_would_lose_other_flags_stays(command: str) -> None:
    assert stripped(command) == command


@pytest.mark.parametrize(
    "command",
    ['sh -c "cd / && go build -o a ."', "bash -c 'go build -ldflags=\"-X a=b c\" x'", "cd / ; go build -ldflags '-X a=b' x"],
)
def test_a_shell_hands_go_the_flags_as_one_word(command: str) -> None:
    """A shell of our own in the place of go tells its arguments."""
    told = 'go() { for word; do printf "<%s>" "$word"; done; }; export -f go; ' + stripped(command)
    done = subprocess.run(
        ["bash", "-c", told.replace("sh -c", "bash -c").replace("babash", "bash")], capture_output=True, text=True
    )
    assert "-s -w" in done.stdout
    assert any(word.removeprefix("-ldflags=").startswith("-s -w") for word in done.stdout.strip("<>").split("><"))


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("go build .", "CGO_ENABLED=0 go build ."),
        ("--mount=type=cache,target=/c go build .", "--mount=type=cache,target=/c CGO_ENABLED=0 go build ."),
        ("cd /app && GOOS=linux go build .", "cd /app && GOOS=linux CGO_ENABLED=0 go build ."),
        ("env GOOS=linux go build .", "env GOOS=linux CGO_ENABLED=0 go build ."),
        ('sh -c "cd /app && go build ."', 'sh -c "cd /app && CGO_ENABLED=0 go build ."'),
        ("nice go build .", None),
        ("xgo build .", None),
        ("go build a; go build b", None),
        ("go build -race .", None),
    ],
)
def test_the_variable_stands_where_a_shell_takes_it_for_the_command(command: str, expected: str | None) -> None:
    edit = without_c(command)
    assert (with_edits(command, [edit]) if edit is not None else None) == expected


@pytest.mark.parametrize(
    ("line", "is_changed"),
    [
        ('ARG FLAGS="-X main.version=7"', True),
        ("ENV A=1 FLAGS=", True),
        ("ENV FLAGS -X main.version=7", True),
        ("RUN export FLAGS='-X a=b'", True),
        ("ARG FLAGS", False),
        ("ARG MY_FLAGS=-X=a=b", False),
        ('ARG FLAGS="all=-X=main.version=7"', False),
        ("ENV FLAGS ./cmd/x=-X=a=b", False),
        ("ARG FLAGS=$MORE", False),
        ("ARG FLAGS=-X=a=b\nENV FLAGS='./...=-X=a=b'", False),
    ],
)
def test_flags_of_a_variable_are_completed_where_its_value_names_no_packages(line: str, is_changed: bool) -> None:
    command = 'go build -ldflags "${FLAGS}" .'
    text = f"FROM golang\n{line}\nRUN {command}\n"
    edits = list(stripping(command, text))
    assert (with_edits(command, edits) == 'go build -ldflags "-s -w ${FLAGS}" .') == is_changed == bool(edits)


def test_a_long_command_takes_time_in_proportion() -> None:
    assert len(builds("go build 'a' && sh -c \"go build\" ; " * 2_000)) == 4_000
