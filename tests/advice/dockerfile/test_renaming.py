"""A stage gets another name in every word that means it, or in none."""

import pytest

from layerscope.advice.dockerfile.edit import renaming
from layerscope.dockerfile.edit import apply_edits
from layerscope.dockerfile.read import read
from layerscope.dockerfile.stages import stages, target_stage


def renamed(text: str, name: str) -> str | None:
    file = read(text)
    found = stages(file)
    edits = renaming(file, found, target_stage(found, name), "new")
    return None if edits is None else apply_edits(file, edits).text


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("FROM a AS X\nFROM x\n", "FROM a AS new\nFROM new\n"),
        ("FROM x AS x\nRUN y\n", "FROM x AS new\nRUN y\n"),
        ("FROM a AS x\nFROM X\n", "FROM a AS new\nFROM X\n"),
        ("FROM a AS x\nFROM b\nCOPY --chown=1 --from=X /x /x\n", "FROM a AS new\nFROM b\nCOPY --chown=1 --from=new /x /x\n"),
        ("FROM a AS x\nFROM b\nCOPY --from=0 /x /x\n", "FROM a AS new\nFROM b\nCOPY --from=0 /x /x\n"),
        ("FROM a AS x\nFROM b\nRUN --mount=from=x,target=/x y\n", "FROM a AS new\nFROM b\nRUN --mount=from=new,target=/x y\n"),
        (
            "FROM a AS x\nRUN --mount=target=/from=x echo --from=x\n",
            "FROM a AS new\nRUN --mount=target=/from=x echo --from=x\n",
        ),
        ("FROM a AS x\nFROM b\nONBUILD ADD --from=x c d\n", "FROM a AS new\nFROM b\nONBUILD ADD --from=new c d\n"),
    ],
)
def test_words_that_mean_the_stage_change_and_others_do_not(text: str, result: str) -> None:
    assert renamed(text, "x") == result


@pytest.mark.parametrize(
    "text", ["ARG V=x\nFROM a AS x\nFROM ${V}\n", "FROM a AS x\nFROM b AS X\n", "FROM a AS x\nFROM b\nCOPY --from='x' c d\n"]
)
def test_a_word_that_cannot_change_keeps_all_of_them(text: str) -> None:
    assert renamed(text, "x") is None
