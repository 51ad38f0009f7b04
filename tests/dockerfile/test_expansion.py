"""Variables, quotes and escapes: each value is what BuildKit's own lexer gives (commit 73ed682)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerscope.dockerfile.expansion import BadSubstitution, expand, raw_words

VALUES = {"A": "aabab", "EMPTY": "", "P": "/usr/lib/li*b"}


@pytest.mark.parametrize(
    ("word", "result"),
    [
        ("$A-${A}", "aabab-aabab"),
        ("'$A' \"$A\" \\$A", "$A aabab $A"),
        ('"a\\"b\\c"', 'a"b\\c'),
        ("$NONE${NONE}.", "."),
        ("${NONE:-x $A}${EMPTY:-y}${EMPTY-z}", "x aababy"),
        ("${A:+set}${EMPTY:+set}${EMPTY+set}", "setset"),
        ("${A#a*}|${A##a*b}|${A%b*}|${A%%a*}", "abab||aaba|"),
        ("${P##*/}|${P%/*}|${P#/\\*}", "li*b|/usr/lib|/usr/lib/li*b"),
        ("${P/l?b/X}|${P//\\//_}", "/usr/X/li*b|_usr_lib_li*b"),
        ("$5 $", " $"),
        ("a \\", "a "),
    ],
)
def test_what_a_builder_makes_of_a_word(word: str, result: str) -> None:
    assert expand(word, VALUES) == result


def test_another_escape_character() -> None:
    assert expand('cost `$5 "`"q`"" \\back', {}, "`") == 'cost $5 "q" \\back'


def test_variables_without_a_value_can_stay() -> None:
    assert expand("$X ${Y} ${Z:-1} $A", VALUES, keep_unset=True) == "$X ${Y} ${Z:-1} aabab"


@pytest.mark.parametrize(
    "word", ["'a", '"a', "${", "${A", "${}", "${:x}", "${A^^}", "${A:0:1}", "${A:#b}", "${NONE?no}", "${EMPTY:?no}", "${A#\\x}"]
)
def test_what_no_builder_takes(word: str) -> None:
    with pytest.raises(BadSubstitution):
        expand(word, VALUES)


def test_variables_in_variables_end_somewhere() -> None:
    with pytest.raises(BadSubstitution, match="too deeply"):
        expand("${X:-" * 10_000, {})


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("RUN cat << EOF>x", ["RUN", "cat", "<< EOF>x"]),
        ("a 'b c' \"d e\"f \\ g", ["a", "'b c'", '"d e"f', "\\ g"]),
        ("it's", []),
    ],
)
def test_words_of_a_line(line: str, words: list[str]) -> None:
    assert raw_words(line) == words


@given(st.text(alphabet=st.characters(exclude_characters="$\\'\"")))
def test_a_text_without_signs_stays_as_it_is(text: str) -> None:
    assert expand(text, {}) == text


@given(st.text())
def test_a_text_in_single_quotes_is_taken_literally(text: str) -> None:
    assert expand(f"'{text.replace(chr(39), '')}'", VALUES) == text.replace("'", "")
