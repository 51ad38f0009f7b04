"""The lines of a Dockerfile that made the instructions of a history, as each builder records them."""

import pytest

from layerscope.advice.dockerfile.lines import Lines, Span, lines_of
from layerscope.core.errors import UsageError
from layerscope.history.history import History, read_history
from layerscope.sources.image import Config, HistoryEntry, Platform

DOCKERFILE = """\
# syntax=docker/dockerfile:1
ARG VERSION=12
FROM debian:${VERSION}
ENV PATH=/opt/bin:$PATH
WORKDIR /app
# the sources
COPY --chown=app:app package.json yarn.lock ./
RUN apt-get update && \\
    apt-get install -y curl
RUN <<EOF
make
make install
EOF
EXPOSE 8080
ENTRYPOINT ["/app/run"]
"""
WANTED = {
    "ENV": (4, 4),
    "WORKDIR": (5, 5),
    "COPY": (7, 7),
    "curl": (8, 9),
    "make": (10, 13),
    "EXPOSE": (14, 14),
    "ENTRY": (15, 15),
}

BUILDKIT = [
    ("RUN /bin/sh -c debootstrap # buildkit", False),
    ('CMD ["bash"]', True),
    ("ENV PATH=/opt/bin:/usr/bin", True),
    ("WORKDIR /app", False),
    ("COPY package.json yarn.lock ./ # buildkit", False),
    ("RUN /bin/sh -c apt-get update &&     apt-get install -y curl # buildkit", False),
    ("RUN /bin/sh -c make\nmake install\n # buildkit", False),
    ("EXPOSE map[8080/tcp:{}]", True),
    ('ENTRYPOINT ["/app/run"]', True),
]
CLASSIC = [
    ("/bin/sh -c #(nop) ADD file:" + "a" * 64 + " in / ", False),
    ('/bin/sh -c #(nop)  CMD ["bash"]', True),
    ("/bin/sh -c #(nop)  ENV PATH=/opt/bin:/usr/bin", True),
    ("/bin/sh -c #(nop) WORKDIR /app", False),
    ("/bin/sh -c #(nop) COPY multi:" + "b" * 64 + " in ./ ", False),
    ("/bin/sh -c apt-get update &&     apt-get install -y curl", False),
    ("/bin/sh -c make\nmake install\n", False),
    ("/bin/sh -c #(nop)  EXPOSE 8080", True),
    ('/bin/sh -c #(nop)  ENTRYPOINT ["/app/run"]', True),
]


def history_of(entries: list[tuple[str, bool]]) -> History:
    recorded = tuple(HistoryEntry(text, empty_layer=empty) for text, empty in entries)
    return read_history(Config(platform=Platform("linux", "amd64"), history=recorded), sum(not empty for _, empty in entries))


@pytest.mark.parametrize("entries", [BUILDKIT, CLASSIC], ids=["buildkit", "classic"])
def test_every_instruction_has_its_lines_and_the_base_has_those_of_from(entries: list[tuple[str, bool]]) -> None:
    history = history_of(entries)
    lines = lines_of(history, DOCKERFILE)
    found = [lines.of_instruction(index) for index in range(len(entries))]
    origin = Span(3, 3)
    assert found == [origin, origin, *(Span(*span) for span in WANTED.values())]


def test_layers_are_told_in_their_order_each_line_once() -> None:
    history = history_of(BUILDKIT)
    lines = lines_of(history, DOCKERFILE)
    assert lines.of_layers(history, (3, 0, 3)) == (Span(8, 9), Span(3, 3))
    assert lines.of_layers(history, (), ("ENV PATH=/opt/bin:/usr/bin",)) == (Span(4, 4),)
    assert lines.of_layers(history, (99,)) == ()


def test_a_stage_is_read_with_the_stages_that_it_is_built_from() -> None:
    text = (
        "FROM golang AS build\nRUN go build\n"
        "FROM debian AS base\nRUN one\n"
        "FROM base AS final\nCOPY --from=build /a /a\nRUN two\n"
    )
    history = history_of([("debian", False), ("RUN one", False), ("COPY /a /a # buildkit", False), ("RUN two", False)])
    lines = lines_of(history, text)
    assert [lines.of_instruction(index) for index in range(4)] == [Span(3, 3), Span(4, 4), Span(6, 6), Span(7, 7)]
    earlier = lines_of(history_of([("golang", False), ("RUN go build", False)]), text, target="build")
    assert earlier == Lines({1: Span(2, 2)}, Span(1, 1), 1)
    with pytest.raises(UsageError, match="has no stage nowhere"):
        lines_of(history, text, target="nowhere")


def test_instructions_that_the_file_does_not_have_stay_without_a_line() -> None:
    """An image that somebody built on top: its further layers are not of this Dockerfile."""
    entries = [*BUILDKIT, ("COPY unrelated /else # buildkit", False)]
    history = history_of(entries)
    lines = lines_of(history, DOCKERFILE)
    assert lines.of_instruction(4) == Span(7, 7)
    assert lines.of_instruction(len(entries) - 1) is None


def test_a_file_without_from_is_no_dockerfile() -> None:
    with pytest.raises(UsageError, match="has no FROM"):
        lines_of(history_of(BUILDKIT), "RUN make\n")


def test_an_image_without_a_history_has_no_lines() -> None:
    lines = lines_of(history_of([]), DOCKERFILE)
    assert lines.spans == {}
    assert lines.of_layers(history_of([]), (0, 1)) == ()
