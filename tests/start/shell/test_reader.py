"""Reading ends for any text, after steps that are counted and few."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerscope.start.shell.syntax import Parser

SCRIPTS = [path.read_text() for path in sorted(Path(__file__).with_name("snippets").iterdir())]
PIECES = st.sampled_from(
    (
        *"'\"`$(){}[]<>|&;#\\!*?@=+- \n\ta1",
        *("$(", "${", "$((", "))", "<(", "<<E\n", "\nE\n", "<<<", "&&", "||", ";;", ";&", "[[ ", " ]]", "a=(", "x[", "a@("),
        *("if ", " then ", " fi ", "case x in ", " esac ", "for x in ", "do ", " done ", "function f ", "\\\n", "$'"),
    )
)


def steps_of(script: str) -> int:
    """The steps that reading a script takes."""
    parser = Parser(script)
    parser.script()
    return parser.steps


@settings(max_examples=600, deadline=None)
@given(st.lists(PIECES, max_size=80).map("".join))
def test_whatever_the_text_reading_it_ends_after_few_steps(script: str) -> None:
    assert steps_of(script) <= 40 * len(script) + 10


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SCRIPTS), st.data())
def test_a_script_with_a_piece_changed_is_read_or_has_a_gap(script: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(script)))
    length = data.draw(st.integers(0, 3))
    changed = script[:at] + data.draw(PIECES) + script[at + length :]
    assert steps_of(changed) <= 40 * len(changed) + 10


@pytest.mark.parametrize(
    "piece",
    [
        "(",
        "$(",
        '"$(',
        "${a:-",
        "$((",
        "`",
        "<(",
        "if ",
        "{ ",
        "a;",
        "!",
        "[[ ",
        "a[",
        "x=(",
        "@(",
        "$((a) # ( \n",
        "<<E ",
        "\\\n",
        "case x in a) ",
    ],
)
def test_a_script_of_many_characters_takes_a_bounded_number_of_steps(piece: str) -> None:
    assert steps_of(piece * (200_000 // len(piece))) <= 300_000
