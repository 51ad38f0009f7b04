"""Whether a Dockerfile can have made an image: told by what the image's history has of its instructions, and by its base."""

import pytest

from layerscope.advice.dockerfile.matches_image import Misfit, misfit
from layerscope.history.history import History, read_history
from layerscope.sources.image import Config, HistoryEntry, Platform

OWN = """\
ARG VERSION=1.22
FROM golang:${VERSION} AS base
ARG TARGET=linux
WORKDIR /app
COPY go.mod go.sum ./
RUN apt-get update && \\
    apt-get install -y git
FROM base
COPY --chown=1000:1000 main.go ./
COPY . .
RUN --mount=type=cache,target=/root/.cache \\
    GOOS=$TARGET go build -o /app/server
RUN <<EOF
strip /app/server
EOF
EXPOSE 8080
CMD /app/server
"""
BASE = [
    ("ADD rootfs.tar.xz / # buildkit", False),
    ("ENV GOLANG_VERSION=1.22.12", True),
    ("RUN /bin/sh -c apt-get install -y gcc # buildkit", False),
    ("WORKDIR /go", False),
]
BUILDKIT = [
    *BASE,
    ("ARG TARGET=linux", True),
    ("WORKDIR /app", False),
    ("COPY go.mod go.sum ./ # buildkit", False),
    ("RUN |1 TARGET=linux /bin/sh -c apt-get update &&     apt-get install -y git # buildkit", False),
    ("COPY main.go ./ # buildkit", False),
    ("COPY . . # buildkit", False),
    ("RUN |1 TARGET=linux /bin/sh -c GOOS=$TARGET go build -o /app/server # buildkit", False),
    ("RUN |1 TARGET=linux /bin/sh -c strip /app/server\n # buildkit", False),
    ("EXPOSE map[8080/tcp:{}]", True),
    ('CMD ["/bin/sh" "-c" "/app/server"]', True),
]
CLASSIC = [
    *BASE,
    ("/bin/sh -c #(nop)  ARG TARGET=linux", True),
    ("/bin/sh -c #(nop) WORKDIR /app", False),
    ("/bin/sh -c #(nop) COPY multi:" + "b" * 64 + " in ./ ", False),
    ("|1 TARGET=linux /bin/sh -c apt-get update &&     apt-get install -y git", False),
    ("/bin/sh -c #(nop) COPY --chown=1000:1000file:" + "c" * 64 + " in ./ ", False),
    ("/bin/sh -c #(nop) COPY dir:" + "d" * 64 + " in . ", False),
    ("|1 TARGET=linux /bin/sh -c GOOS=$TARGET go build -o /app/server", False),
    ("|1 TARGET=linux /bin/sh -c strip /app/server\n", False),
    ("/bin/sh -c #(nop)  EXPOSE 8080", True),
    ('/bin/sh -c #(nop)  CMD ["/bin/sh" "-c" "/app/server"]', True),
]
PYTHON = """\
FROM python:3.11-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
EXPOSE 8080
CMD ["gunicorn", "app:app"]
"""


def history_of(entries: list[tuple[str, bool]]) -> History:
    recorded = tuple(HistoryEntry(text, empty_layer=empty) for text, empty in entries)
    config = Config(platform=Platform("linux", "amd64"), env=("GOLANG_VERSION=1.22.12",), history=recorded)
    return read_history(config, sum(not empty for _, empty in entries))


def found(text: str, entries: list[tuple[str, bool]] = BUILDKIT, target: str = "") -> Misfit:
    misfitting = misfit(history_of(entries), text, target=target)
    assert misfitting is not None
    return misfitting


@pytest.mark.parametrize("entries", [BUILDKIT, CLASSIC], ids=["buildkit", "classic"])
def test_a_dockerfile_fits_what_either_builder_recorded_of_it(entries: list[tuple[str, bool]]) -> None:
    assert history_of(entries).base_reference == "golang:1.22.12"
    assert misfit(history_of(entries), OWN) is None


def test_one_that_was_changed_since_still_fits() -> None:
    assert (
        misfit(history_of(BUILDKIT), OWN.replace("install -y git", "install -y git curl").replace("CMD", "ENTRYPOINT")) is None
    )


@pytest.mark.parametrize("entries", [BUILDKIT, CLASSIC], ids=["buildkit", "classic"])
def test_that_of_another_program_certainly_does_not(entries: list[tuple[str, bool]]) -> None:
    """What every Dockerfile has, WORKDIR /app and COPY . ., is no sign of a fit."""
    difference = found(PYTHON, entries)
    assert difference.certain
    assert (
        "has no RUN pip install -r requirements.txt" in difference.what or "has no COPY requirements.txt ." in difference.what
    )
    assert "it starts from python:3.11-slim, and the image from golang:1.22.12" in difference.what


@pytest.mark.parametrize("text", ["FROM scratch\n", "FROM golang:1.22\n", "FROM alpine\n"])
def test_nor_does_one_without_any_instruction(text: str) -> None:
    difference = found(text)
    assert difference.certain
    assert "no instruction behind FROM" in difference.what
    assert 'history has CMD ["/bin/sh" "-c" "/app/server"]' in difference.what


def test_the_lean_ones_last_stage_is_in_doubt_for_the_fat_image() -> None:
    """They start the same program, so something is in common."""
    lean = f"{OWN}FROM alpine:3.19\nCOPY --from=1 /app/server /bin/server\nCMD /app/server\n"
    difference = found(lean)
    assert (difference.certain, difference.what) == (False, "it starts from alpine:3.19, and the image from golang:1.22.12")
    assert misfit(history_of(BUILDKIT), lean, target="1") is None


def test_most_of_the_instructions_missing_are_a_doubt() -> None:
    text = OWN.replace("go build -o /app/server", "make all").replace("apt-get", "dnf").replace("main.go", "main.c")
    difference = found(text.replace("go.mod go.sum", "Makefile"))
    assert difference == Misfit("the image's history has no COPY Makefile ./, nor 2 more of its instructions", certain=False)


def test_a_doubt_never_quotes_a_credential() -> None:
    text = "FROM golang:1.22\nRUN curl https://joe:hunter2pw@host/x\nRUN curl https://joe:hunter2pw@host/y\n"
    assert "hunter2pw" not in found(text).what


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [("", False)],
        [("bazel build ...", False), ("bazel build ...", False)],
        [(text, text != BUILDKIT[-1][0]) for text, _ in BUILDKIT],
    ],
    ids=["no history", "imported", "no Dockerfile", "one layer recorded on CMD"],
)
def test_where_the_history_tells_too_little_nothing_is_said(entries: list[tuple[str, bool]]) -> None:
    assert misfit(history_of(entries), PYTHON) is None


def test_a_base_that_nobody_knows_is_no_reason() -> None:
    for origin in ("corp.example/golang:1", "${BASE}", "golang:${V:-1.22}", "golang@sha256:" + "a" * 64):
        assert misfit(history_of(BUILDKIT), OWN.replace("golang:${VERSION}", origin)) is None


@pytest.mark.parametrize(
    ("written", "recorded"),
    [
        (r'CMD ["app", "--title", "\u00e9t\u00e9 \"x\""]', r'CMD ["app" "--title" "été \"x\""]'),
        (r'ENTRYPOINT [ "app" , "\/a\/b" ]', 'ENTRYPOINT ["app" "/a/b"]'),
        (r'CMD ["\u0061pp", "a\"b", "\u0041", "back\\slash"]', r'CMD ["app" "a\"b" "A" "back\\slash"]'),
        (r'CMD ["\u0061pp", "a\tb"]', r"""/bin/sh -c #(nop)  CMD ["app" "a\tb"]"""),
        (r'CMD ["\u0061pp"]', r'CMD ["app" "\x00"]'),
    ],
)
def test_lists_are_compared_by_what_they_say(written: str, recorded: str) -> None:
    text = f"FROM corp.example/x\nRUN <<EOF\nmake\nEOF\n{written}\n"
    assert misfit(history_of([*BASE, ("RUN /bin/sh -c make\n # buildkit", False), (recorded, True)]), text) is None
    other = text.replace("pp", "pq").replace("--title", "-t").replace("b", "c").replace("u00e9", "u00e8").replace("A", "B")
    assert misfit(history_of([*BASE, ("RUN /bin/sh -c make\n # buildkit", False), (recorded, True)]), other) is not None
