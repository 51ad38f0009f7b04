"""Words know where they stand in the file, and instructions what is written in them."""

import pytest

from layerscope.dockerfile.model import LogicalLine
from layerscope.dockerfile.read import read

FILE = """\
FROM --platform=linux/amd64 debian:12 AS build
ENV A=1 \\
    B="two words"
ENV OLD value with words
ARG VERSION
CMD ["/app"]
"""


def test_a_word_of_a_continued_line_stands_where_the_file_has_it() -> None:
    file = read(FILE)
    environment = file.instructions[1]
    assert [word.text for word in environment.words] == ["A=1", 'B="two words"']
    assert [FILE[word.start : word.end] for word in environment.words] == ["A=1", 'B="two words"']
    assert file.source(environment) == 'ENV A=1 \\\n    B="two words"\n'


def test_a_place_is_counted_from_the_piece_that_it_lies_in() -> None:
    line = LogicalLine("RUN a b", ((0, 100), (6, 120)))
    assert [line.place(at) for at in (0, 5, 6)] == [100, 105, 120]
    assert (line.word(4, 7).start, line.word(4, 7).end) == (104, 121)
    assert (line.word(3, 3).start, line.word(3, 3).end) == (103, 103)


@pytest.mark.parametrize(
    ("number", "assignments"),
    [
        (1, (("A", "1"), ("B", '"two words"'))),
        (2, (("OLD", "value with words"),)),
        (3, (("VERSION", ""),)),
        (4, ()),
    ],
)
def test_assignments_are_names_and_values_as_they_are_written(number: int, assignments: tuple[tuple[str, str], ...]) -> None:
    assert read(FILE).instructions[number].assignments == assignments


def test_flags_are_asked_by_name() -> None:
    origin = read(FILE).instructions[0]
    assert (origin.flag("platform"), origin.flag("from")) == ("linux/amd64", "")


@pytest.mark.parametrize(
    ("text", "escape", "line_break"), [("FROM a\n", "\\", "\n"), ("# escape=`\r\nFROM a\r\n", "`", "\r\n")]
)
def test_a_file_has_its_own_escape_character_and_line_breaks(text: str, escape: str, line_break: str) -> None:
    assert (read(text).escape, read(text).line_break) == (escape, line_break)
