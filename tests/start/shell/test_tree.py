"""A script's words are shown about as they are written, with the line of what cannot be read."""

import pytest

from layerscope.start.shell.syntax import parse
from layerscope.start.shell.tree import Gap, Simple, written


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("plain", "plain"),
        ("'single' ", "single"),
        ('"$HOME/bin"', "$HOME/bin"),
        ("${PORT:-80}", "$PORT"),
        ("a*.sh", "a*.sh"),
        ('"$(id -u)"', "$(id -u)"),
        ("$((1 + 2))", "…"),
        ("<(make)", "…"),
    ],
)
def test_a_word_is_shown_about_as_it_is_written(word: str, shown: str) -> None:
    command = parse(f"run {word}")[0].command
    assert isinstance(command, Simple)
    assert written(command.words[1]) == shown


def test_what_cannot_be_read_is_a_gap_with_its_line() -> None:
    one, gap = (step.command for step in parse("one\n\nif two"))
    assert (one.line, gap.line) == (1, 3)
    assert isinstance(gap, Gap)
    assert gap.construct == "the end where then should be"
