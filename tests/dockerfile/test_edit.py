"""Edits change what they name and nothing else, and a result that would read otherwise is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerscope.dockerfile.edit import Edit, NotAsPlanned, apply_edits, insertion_behind, replacement
from layerscope.dockerfile.read import read
from layerscope.dockerfile.stages import stages

FROM_OVER_COMMENTS = "ARG V=1\nFROM \\\n  # c\n\n  --platform=x \\\n  # d\n  golang:${V}\nRUN x\n"


def test_a_name_goes_right_behind_the_word_that_it_belongs_to() -> None:
    file = read(FROM_OVER_COMMENTS)
    base = stages(file)[0].base
    assert apply_edits(file, [insertion_behind(base, " AS builder")]).text == FROM_OVER_COMMENTS.replace(
        "${V}", "${V} AS builder"
    )


def test_a_word_is_replaced_over_its_continuation() -> None:
    file = read("FROM go\\\nlang AS b\n")
    assert apply_edits(file, [replacement(stages(file)[0].base, "alpine")]).text == "FROM alpine AS b\n"


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("FROM a\n", "FROM a\n\n"),
        ("FROM a", "FROM a\n\n"),
        ("FROM a\n\n", "FROM a\n\n"),
        ("FROM a\r\n", "FROM a\r\n\r\n"),
        ("FROM a\nRUN <<A\nA", "FROM a\nRUN <<A\nA\n\n"),
        ("FROM a\nRUN x \\", "FROM a\nRUN x \n\n"),
        ("FROM a\nRUN x \\\n# c\n\n", "FROM a\nRUN x \n# c\n\n"),
        ("# escape=`\nFROM a `\n", "# escape=`\nFROM a \n\n"),
    ],
)
def test_an_addition_stands_behind_an_empty_line(text: str, before: str) -> None:
    end = "\r\n" if "\r" in text else "\n"
    result = apply_edits(read(text), [], "# why\nFROM b\n")
    assert result.text == f"{before}# why{end}FROM b{end}"
    assert [item.keyword for item in result.instructions][-1] == "FROM"


@pytest.mark.parametrize("word", ["a\nRUN evil", "a \\", "", "a # <<A"])
def test_a_word_that_would_be_read_as_something_else_is_refused(word: str) -> None:
    file = read("FROM x\nCMD y\n")
    with pytest.raises(NotAsPlanned):
        apply_edits(file, [replacement(stages(file)[0].base, word)], "")


def test_an_addition_that_is_not_whole_is_refused() -> None:
    with pytest.raises(NotAsPlanned):
        apply_edits(read("FROM x\n"), [], "FROM b\nRUN <<EOF\n")


def test_changes_that_overlap_are_refused() -> None:
    with pytest.raises(NotAsPlanned, match="overlap"):
        apply_edits(read("FROM abc\n"), [Edit(5, 7, "x"), Edit(6, 8, "y")])


BODIES = st.lists(
    st.sampled_from(
        [
            "RUN x",
            "RUN <<A\nFROM b\nA",
            "COPY <<A <<B /\nA\nB",
            "ENV a=b \\\n# c\n\n c=d",
            "# FROM z",
            "",
            'CMD ["x"]',
            "RUN y \\",
        ]
    ),
    max_size=6,
)


@given(BODIES, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\n"]))
def test_all_but_the_edit_stays_byte_for_byte(body: list[str], line_break: str, last: str) -> None:
    text = ("\n".join(["# top", "FROM a", *body]) + last).replace("\n", line_break)
    file = read(text)
    first = stages(file)[0].base
    result = apply_edits(file, [insertion_behind(first, " AS b")])
    assert result.text == text.replace("FROM a", "FROM a AS b", 1)
    longer = apply_edits(file, [], "FROM new\nRUN z\n")
    assert longer.text.replace("\r\n", "\n").endswith("\n\nFROM new\nRUN z\n")
    assert len(longer.instructions) == len(file.instructions) + 2
