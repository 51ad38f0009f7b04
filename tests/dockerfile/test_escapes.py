"""What was written with backslashes says the same under another escape character."""

from hypothesis import given
from hypothesis import strategies as st

from layerscope.advice.dockerfile import quoting
from layerscope.dockerfile.escapes import with_escape
from layerscope.dockerfile.expansion import expand
from layerscope.dockerfile.read import read

VALUES = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=20)


def reread(text: str) -> list[tuple[str, str]]:
    return [(item.keyword, item.arguments.text) for item in read(f"# escape=`\n{text}").instructions]


@given(VALUES, VALUES)
def test_values_stay_what_they_were(value: str, other: str) -> None:
    text = f"FROM a\nENV {quoting.assignment('A', value)}\nLABEL {quoting.label('b', other)}\nUSER 0\n"
    file = read("# escape=`\n" + with_escape(text, "`"))
    found = [expand(pair[1], {}, "`") for item in file.instructions[1:3] for pair in item.assignments]
    assert found == [value, other]


def test_continuations_get_the_character_and_the_shells_text_stays() -> None:
    text = "FROM a\nRUN rm -rf \\\n    'a\\b' \\\n    /c\n"
    assert with_escape(text, "`") == "FROM a\nRUN rm -rf `\n    'a\\b' `\n    /c\n"


def test_lists_that_builders_expand_are_restated_and_commands_are_not() -> None:
    text = 'VOLUME ["/a\\\\$b`"]\nCMD ["\\\\", "$x"]\n'
    assert reread(with_escape(text, "`")) == [("VOLUME", '["/a`$b``"]'), ("CMD", '["\\\\", "$x"]')]


def test_with_backslashes_nothing_changes() -> None:
    assert with_escape("FROM a\n", "\\") == "FROM a\n"
