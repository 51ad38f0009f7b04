"""The user's own Dockerfile: text and comments stay, the last stage gets a name, builds get their flags."""

import pytest

from layerscope.advice.userfile import (
    directives_of,
    extended,
    improved,
    instructions_of,
    rebased,
    stage_names,
    stages_of,
    wrapped,
)
from layerscope.errors import UsageError

HEREDOC = """\
ARG GO_VERSION=1.22
FROM golang:${GO_VERSION}
RUN <<EOF
FROM not-a-stage
go build -o /server .
EOF
COPY <<-"A" <<B /conf/
\tFROM one
\tA
FROM two
B
CMD ["/server"]
"""


def test_bodies_of_heredocs_are_not_instructions() -> None:
    assert [item.keyword for item in instructions_of(HEREDOC)] == ["ARG", "FROM", "RUN", "COPY", "CMD"]
    assert len(stages_of(HEREDOC)) == 1


def test_only_the_last_from_gets_a_name() -> None:
    text, stage = wrapped(HEREDOC)
    assert stage == "builder"
    assert text == HEREDOC.replace("${GO_VERSION}\n", "${GO_VERSION} AS builder\n")


def test_a_stage_that_has_a_name_keeps_it() -> None:
    text = "FROM a AS base\nRUN x\nFROM base as Final\nRUN y\n"
    assert wrapped(text) == (text, "Final")


def test_a_new_name_is_not_one_that_is_taken() -> None:
    text, stage = wrapped("FROM a AS builder\nFROM b\n")
    assert (text, stage) == ("FROM a AS builder\nFROM b AS build\n", "build")


def test_a_target_is_the_stage_that_counts() -> None:
    text = "FROM a\nRUN x\nFROM b AS test\nRUN y\n"
    assert wrapped(text, "0") == ("FROM a AS builder\nRUN x\nFROM b AS test\nRUN y\n", "builder")
    assert wrapped(text, "TEST") == (text, "test")
    with pytest.raises(UsageError, match="no stage nowhere"):
        wrapped(text, "nowhere")


def test_a_from_over_several_lines_with_a_platform() -> None:
    text = "FROM --platform=linux/amd64 \\\n  golang:1.22\nRUN x\n"
    assert wrapped(text)[0] == "FROM --platform=linux/amd64 \\\n  golang:1.22 AS builder\nRUN x\n"


def test_a_text_without_from_is_no_dockerfile() -> None:
    with pytest.raises(UsageError, match="has no FROM"):
        wrapped("RUN x\n", name="Dockerfile.x")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("go build -o s .", 'go build -ldflags="-s -w" -o s .'),
        ("CGO_ENABLED=0 go install ./...", 'CGO_ENABLED=0 go install -ldflags="-s -w" ./...'),
        ('go build -ldflags="-X main.v=1" .', 'go build -ldflags="-s -w -X main.v=1" .'),
        ("go build -ldflags '-X main.v=1' .", "go build -ldflags '-s -w -X main.v=1' ."),
        ('go build -ldflags="-w -s" .', 'go build -ldflags="-w -s" .'),
        ("go build -ldflags=-s .", "go build -ldflags=-s ."),
        ("go vet ./...", "go vet ./..."),
        (
            "go mod download && \\\n    # a comment\n    go build .",
            'go mod download && \\\n    # a comment\n    go build -ldflags="-s -w" .',
        ),
    ],
)
def test_builds_get_the_flags_that_they_lack(before: str, after: str) -> None:
    assert improved(f"FROM golang\n# go build here\nRUN {before}\nCMD go build\n", strip=True) == (
        f"FROM golang\n# go build here\nRUN {after}\nCMD go build\n"
    )


def test_builds_in_heredocs_get_them_too() -> None:
    assert improved(HEREDOC, strip=True) == HEREDOC.replace("go build", 'go build -ldflags="-s -w"')


def test_without_anything_to_strip_the_text_stays() -> None:
    assert improved(HEREDOC, strip=False) == HEREDOC


@pytest.mark.parametrize("last", ["\n", ""], ids=["whole", "without a last line feed"])
def test_lines_keep_their_ends(last: str) -> None:
    """As an editor on Windows writes them."""

    def crlf(text: str) -> str:
        return text.replace("\n", "\r\n")

    text = HEREDOC.rstrip() + last
    whole = HEREDOC.replace("${GO_VERSION}\n", "${GO_VERSION} AS builder\n")
    assert wrapped(crlf(text)) == (crlf(whole), "builder")
    assert extended(crlf(text), "FROM scratch\nCMD x\n") == crlf(f"{HEREDOC}\nFROM scratch\nCMD x\n")
    assert improved(crlf(text), strip=True) == crlf(text.replace("go build", 'go build -ldflags="-s -w"'))
    assert rebased(crlf(MULTI.rstrip() + last), "", "scratch") == crlf(MULTI.replace("ubuntu:24.04", "scratch"))


MULTI = """ARG GO_VERSION=1.22
FROM golang:${GO_VERSION} AS build
# the program
RUN go build -o /app/server .
FROM --platform=linux/amd64 ubuntu:24.04 AS final
COPY --from=build /app/server /app/server
CMD ["/app/server"]
"""


def test_a_last_stage_of_copies_alone_gets_another_base_and_nothing_else() -> None:
    assert rebased(MULTI, "", "scratch") == MULTI.replace("ubuntu:24.04", "scratch")
    assert rebased(MULTI, "final", "scratch") == rebased(MULTI, "1", "scratch") == MULTI.replace("ubuntu:24.04", "scratch")


def test_a_last_stage_that_runs_commands_or_stands_on_another_stage_keeps_its_base() -> None:
    assert rebased(MULTI.replace("CMD", "RUN apt-get update\nCMD"), "", "scratch") is None
    assert rebased(MULTI.replace("ubuntu:24.04", "build"), "", "scratch") is None
    assert rebased("FROM ubuntu\nCMD x\n", "", "scratch") is None
    with pytest.raises(UsageError, match="has no stage other"):
        rebased(MULTI, "other", "scratch")


def test_directives_are_the_comments_in_front_of_everything_else() -> None:
    assert directives_of("\ufeff# syntax=docker/dockerfile:1\n#Escape = `\nFROM a\n") == {
        "syntax": "docker/dockerfile:1",
        "escape": "`",
    }
    assert directives_of("# a comment\n# escape=`\nFROM a\n") == {}
    assert directives_of("\n# escape=`\nFROM a\n") == {}


def test_a_file_with_another_escape_character_is_refused_as_what_is_added_would_be_read_otherwise() -> None:
    with pytest.raises(UsageError, match="escape character"):
        wrapped("# escape=`\nFROM a\n")
    assert stages_of("# escape=\\\nFROM a\n")


def test_what_is_added_is_no_part_of_an_instruction_that_goes_on() -> None:
    assert extended("FROM a\nCMD x \\\n", "FROM scratch\n") == "FROM a\nCMD x\n\nFROM scratch\n"


def test_lines_end_where_a_builder_ends_them() -> None:
    text = "FROM a\nRUN echo '\u2028\x0c\x85' && go build .\nFROM b\n"
    assert wrapped(text) == (text.replace("FROM b", "FROM b AS builder"), "builder")
    assert improved(text, strip=True) == text.replace("go build .", 'go build -ldflags="-s -w" .')


def test_a_mark_of_byte_order_stays_in_front() -> None:
    assert wrapped("\ufeffFROM a\n") == ("\ufeffFROM a AS builder\n", "builder")


def test_a_stage_that_hides_the_empty_image_is_refused() -> None:
    assert stage_names("FROM a AS Build\nFROM b\n") == {"build"}
    with pytest.raises(UsageError, match="stage called scratch"):
        wrapped("FROM a AS scratch\n")
