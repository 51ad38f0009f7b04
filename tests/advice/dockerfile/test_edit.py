"""The user's own Dockerfile: text and comments stay, the last stage gets a name, builds get their flags."""

import pytest

from layerscope.advice.dockerfile.edit import credentials, extended, improved, rebased, wrapped
from layerscope.advice.remarks import Code
from layerscope.core.errors import UsageError
from layerscope.dockerfile.edit import NotAsPlanned

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


def named(text: str, target: str = "") -> tuple[str, str]:
    """The text of the builder, and the name of its stage."""
    builder = wrapped(text, target)
    return builder.file.text, builder.name


def test_only_the_last_from_gets_a_name() -> None:
    assert named(HEREDOC) == (HEREDOC.replace("${GO_VERSION}\n", "${GO_VERSION} AS builder\n"), "builder")


def test_a_stage_that_has_a_name_keeps_it_and_is_called_as_builders_compare_names() -> None:
    text = "FROM a AS base\nRUN x\nFROM base as Final\nRUN y\n"
    assert named(text) == (text, "final")


def test_a_new_name_is_not_one_that_is_taken() -> None:
    assert named("FROM a AS Builder\nFROM b\n") == ("FROM a AS Builder\nFROM b AS build\n", "build")


def test_a_target_is_the_stage_that_counts() -> None:
    assert named("FROM a\nRUN x\nFROM b AS test\nRUN y\n", "0") == (
        "FROM a AS builder\nRUN x\nFROM b AS test\nRUN y\n",
        "builder",
    )
    with pytest.raises(UsageError, match="no stage nowhere"):
        wrapped("FROM a\n", "nowhere")


def test_the_last_stage_gets_the_name_of_the_target_and_all_that_meant_the_old_one_means_it_still() -> None:
    text = """\
FROM a AS Prod
FROM prod AS test
COPY --from=PROD --chown=1 /x /x
RUN --mount=type=bind,from=prod,target=/p --mount=type=cache,target=/from=prod x
ONBUILD COPY --from=prod /x /x
"""
    builder = wrapped(text, "prod")
    assert (
        extended(builder, "FROM scratch\nCOPY --from=prod-builder /x /x\n").text
        == """\
FROM a AS prod-builder
FROM prod-builder AS test
COPY --from=prod-builder --chown=1 /x /x
RUN --mount=type=bind,from=prod-builder,target=/p --mount=type=cache,target=/from=prod x
ONBUILD COPY --from=prod-builder /x /x

FROM scratch AS prod
COPY --from=prod-builder /x /x
"""
    )


@pytest.mark.parametrize(
    "other",
    [
        "ARG S=prod\nFROM a AS prod\nFROM ${S}\n",
        'FROM a AS prod\nFROM b\nCOPY --from="prod" x x\n',
        "FROM a AS prod\nFROM b AS Prod\n",
    ],
)
def test_a_target_keeps_its_name_where_not_every_word_that_means_it_can_change(other: str) -> None:
    builder = wrapped(other, "prod")
    assert (builder.file.text, builder.name, builder.last_name) == (other, "prod", "")


@pytest.mark.parametrize(
    ("text", "result"),
    [
        (
            "FROM --platform=linux/amd64 \\\n  golang:1.22\nRUN x\n",
            "FROM --platform=linux/amd64 \\\n  golang:1.22 AS builder\nRUN x\n",
        ),
        ("FROM \\\n  # c\n\n  a \\\n  # d\n\nRUN x\n", None),
        ("FROM \\\n  # c\n\n  a\n\nRUN x\n", "FROM \\\n  # c\n\n  a AS builder\n\nRUN x\n"),
        ("\ufeffFROM a\n", "\ufeffFROM a AS builder\n"),
        ("from a # no comment\n", None),
        ("# escape=`\nFROM a `\n\n", "# escape=`\nFROM a AS builder `\n\n"),
    ],
)
def test_a_from_in_every_form(text: str, result: str | None) -> None:
    if result is None:
        with pytest.raises(UsageError, match="FROM has neither"):
            wrapped(text)
    else:
        assert named(text) == (result, "builder")


def test_a_text_without_from_is_no_dockerfile() -> None:
    with pytest.raises(UsageError, match="has no FROM"):
        wrapped("ARG x\n")


def test_a_stage_that_hides_the_empty_image_is_refused() -> None:
    with pytest.raises(UsageError, match="stage called scratch"):
        wrapped("FROM a AS scratch\n")


def test_what_is_added_says_the_same_under_the_files_escape_character() -> None:
    builder = wrapped("# escape=`\nFROM a\n")
    assert extended(builder, 'FROM scratch\nENV A="\\$5 `"\nRUN a \\\n  b\n').text == (
        '# escape=`\nFROM a AS builder\n\nFROM scratch\nENV A="`$5 ``"\nRUN a `\n  b\n'
    )


def test_what_is_added_is_no_part_of_an_instruction_that_goes_on() -> None:
    assert extended(wrapped("FROM a AS b\nCMD x \\\n"), "FROM scratch\n").text == "FROM a AS b\nCMD x \n\nFROM scratch\n"


def test_what_would_be_read_as_something_else_is_not_handed_out() -> None:
    with pytest.raises(NotAsPlanned):
        extended(wrapped("FROM a\n"), "FROM scratch\nRUN <<EOF\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("go build -o s .", 'go build -ldflags="-s -w" -o s .'),
        (
            "go mod download && \\\n    # a comment: go build\n    go build .",
            'go mod download && \\\n    # a comment: go build\n    go build -ldflags="-s -w" .',
        ),
        ("x && go \\\n build \\\n  # c\n .", 'x && go \\\n build -ldflags="-s -w" \\\n  # c\n .'),
        ('sh -c "go build ."', "sh -c \"go build -ldflags='-s -w' .\""),
        ("--mount=type=cache,target=/c go build .", '--mount=type=cache,target=/c go build -ldflags="-s -w" .'),
        (
            "cat > q <<SQL && \\\n  go build .\nFROM users; go build\nSQL",
            'cat > q <<SQL && \\\n  go build -ldflags="-s -w" .\nFROM users; go build\nSQL',
        ),
        ("bash -e <<-A\n\tgo build .\n\tA", 'bash -e <<-A\n\tgo build -ldflags="-s -w" .\n\tA'),
        ("<<A\n#!/usr/bin/env bash\ngo build .\nA", '<<A\n#!/usr/bin/env bash\ngo build -ldflags="-s -w" .\nA'),
    ],
)
def test_builds_get_the_flags_that_they_lack(before: str, after: str) -> None:
    assert improved(f"FROM golang\n# go build here\nRUN {before}\nCMD go build\n", strip=True) == (
        f"FROM golang\n# go build here\nRUN {after}\nCMD go build\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        'RUN ["go", "build"]',
        "COPY <<A /b.sh\ngo build .\nA",
        "RUN cat <<A > b.sh\ngo build .\nA",
        "RUN <<A\n#!/usr/bin/python3\ngo build .\nA",
        'SHELL ["pwsh", "-c"]\nRUN go build .',
        "ENV A='go build'",
        'ENV GOFLAGS="-trimpath -ldflags=-X=main.v=1"\nRUN go build .',
        "RUN go env -w GOFLAGS=-ldflags=-X=main.v=1\nRUN go build .",
    ],
)
def test_what_no_shell_builds_stays(text: str) -> None:
    assert improved(f"FROM golang\n{text}\n", strip=True) == f"FROM golang\n{text}\n"


def test_builds_in_heredocs_get_them_too() -> None:
    assert improved(HEREDOC, strip=True) == HEREDOC.replace("go build", 'go build -ldflags="-s -w"')


def test_without_anything_to_strip_the_text_stays() -> None:
    assert improved(HEREDOC, strip=False) == HEREDOC


def test_lines_end_where_a_builder_ends_them() -> None:
    text = "FROM a\nRUN echo '\u2028\x0c\x85' && go build .\nFROM b\n"
    assert named(text)[0] == text.replace("FROM b", "FROM b AS builder")
    assert improved(text, strip=True) == text.replace("go build .", 'go build -ldflags="-s -w" .')


@pytest.mark.parametrize("last", ["\n", ""], ids=["whole", "without a last line feed"])
def test_lines_keep_their_ends(last: str) -> None:
    """As an editor on Windows writes them."""

    def crlf(text: str) -> str:
        return text.replace("\n", "\r\n")

    text = HEREDOC.rstrip() + last
    whole = HEREDOC.replace("${GO_VERSION}\n", "${GO_VERSION} AS builder\n")
    builder = wrapped(crlf(text))
    assert builder.file.text == crlf(whole.rstrip() + last)
    assert extended(builder, "FROM scratch\nCMD x\n").text == crlf(f"{whole}\nFROM scratch\nCMD x\n")
    assert improved(crlf(text), strip=True) == crlf(text.replace("go build", 'go build -ldflags="-s -w"'))
    multi = MULTI.rstrip() + last
    assert rebased(crlf(multi), "", "scratch") == crlf(multi.replace("ubuntu:24.04", "scratch"))


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


def test_the_body_of_a_heredoc_is_no_last_stage() -> None:
    text = MULTI.replace("CMD", "COPY <<A /q.sql\nSELECT *\nFROM users\nA\nCMD")
    assert rebased(text, "", "scratch") == text.replace("ubuntu:24.04", "scratch")


def test_a_last_stage_that_runs_commands_or_stands_on_another_stage_keeps_its_base() -> None:
    assert rebased(MULTI.replace("CMD", "RUN apt-get update\nCMD"), "", "scratch") is None
    assert rebased(MULTI.replace("ubuntu:24.04", "build"), "", "scratch") is None
    assert rebased("ARG B=build\n" + MULTI.replace("ubuntu:24.04", "${B}"), "", "scratch") is None
    assert rebased(MULTI, "", "build") is None, "FROM would take the stage"
    assert rebased("FROM ubuntu\nCMD x\n", "", "scratch") is None
    with pytest.raises(UsageError, match="has no stage other"):
        rebased(MULTI, "other", "scratch")


@pytest.mark.parametrize(
    ("own", "configuration", "is_said"),
    [
        ("CMD x", ("CMD x",), True),
        ("CMD x", ("WORKDIR /go", "CMD x"), False),
        ("WORKDIR /a\nWORKDIR b\nCMD x", ("WORKDIR /a/b", "CMD x"), True),
        ("WORKDIR b\nCMD x", ("WORKDIR /go/b", "CMD x"), False),
        ("ENV A=1 B=2", ("ENV A=1", "ENV B=2"), True),
        ("ENV A=1", ("ENV A=1", "ENV B=2"), False),
        ('LABEL "a"=1', ("LABEL a=1",), True),
        ("CMD x", ('ENTRYPOINT ["/entry"]', "CMD x"), False),
    ],
)
def test_a_stage_keeps_its_base_where_it_has_a_part_of_its_configuration_from_it(
    own: str, configuration: tuple[str, ...], is_said: bool
) -> None:
    text = f"FROM a AS b\nFROM ubuntu\nCOPY --from=b /x /x\n{own}\n"
    found = rebased(text, "", "scratch", configuration=configuration)
    assert found == (text.replace("ubuntu", "scratch") if is_said else None)


def test_credentials_are_named_by_their_line() -> None:
    (found,) = credentials("FROM a\n# c\nENV A=b \\\n DB_PASSWORD=hunter2pw\n", "D")
    assert found.code == Code.CREDENTIAL_IN_DOCKERFILE
    assert found.text.startswith("D, line 3: ENV DB_PASSWORD holds a credential")
