"""Words of instructions, by the three rules that BuildKit has for them."""

import pytest

from layerscope.dockerfile.splitting import flags, halves, split_at_blanks, split_quoted, trim, unquoted_flag


def words(text: str, spans: object) -> list[str]:
    return [text[start:end] for start, end in spans]  # type: ignore[attr-defined]


def test_between_blanks_quotes_mean_nothing() -> None:
    assert words("a 'b  c'", split_at_blanks("a 'b  c'", 0, 8)) == ["a", "'b", "c'"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a='b c' d\\ e", ["a='b c'", "d\\ e"]),
        ("'a\\' b\" c", ["'a\\'", 'b" c']),
        ("a \\", ["a"]),
        ("", []),
    ],
)
def test_quotes_hold_a_word_together(text: str, found: list[str]) -> None:
    assert words(text, split_quoted(text, 0, len(text), "\\")) == found


@pytest.mark.parametrize(
    ("text", "found", "rest"),
    [
        ("--a=b --c x --d", ["--a=b", "--c"], "x --d"),
        ("--a='b c' x", ["--a='b c'"], "x"),
        ("-- --x", [], " --x"),
        ("-x", [], "-x"),
        ("--a", ["--a"], ""),
    ],
)
def test_flags_end_where_a_word_has_no_dashes(text: str, found: list[str], rest: str) -> None:
    spans, at = flags(text, 0, len(text), "\\")
    assert (words(text, spans), text[at:]) == (found, rest)


def test_a_flag_without_its_quotes() -> None:
    assert unquoted_flag("--a=\"it's\" 'q\\'' \\x", "\\") == "--a=it's q' x"


def test_halves_and_ends() -> None:
    assert halves("a \t b c", 0, 7) == ((0, 1), (4, 7))
    assert halves("a", 0, 1) == ((0, 1), None)
    assert trim("\u3000 a b\x85", 0, 6) == (2, 5)
