"""Patterns in variables: shortest and longest, from either end, without work that grows faster than the text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerscope.dockerfile.patterns import first_match, without_prefix, without_suffix


def regular(pattern: str, greedy: bool) -> str:
    return "".join({"*": ".*" if greedy else ".*?", "?": "."}.get(sign, re.escape(sign)) for sign in pattern)


@given(st.text("ab*?", max_size=6), st.text("ab", max_size=12), st.booleans())
def test_a_beginning_is_what_a_regular_expression_finds(pattern: str, value: str, greedy: bool) -> None:
    found = re.match(regular(pattern, greedy), value)
    assert without_prefix(pattern, value, greedy) == (value[found.end() :] if found else value)


@given(st.text("ab*?", max_size=6), st.text("ab", max_size=12), st.booleans())
def test_an_end_is_a_beginning_seen_from_the_other_side(pattern: str, value: str, greedy: bool) -> None:
    assert without_suffix(pattern, value, greedy) == without_prefix(pattern[::-1], value[::-1], greedy)[::-1]


@given(st.text("ab*?", max_size=6), st.text("ab", max_size=12))
def test_the_first_match_is_what_a_regular_expression_finds(pattern: str, value: str) -> None:
    found = re.search(regular(pattern, True), value)
    assert first_match(pattern, value) == (found.span() if found else None)


def test_escaped_signs_are_themselves() -> None:
    assert without_prefix("\\*", "*a", greedy=False) == "a"
    with pytest.raises(ValueError, match="not known"):
        without_prefix("\\x", "x", greedy=False)


def test_many_stars_are_no_trap() -> None:
    assert without_prefix("a*" * 200 + "b", "a" * 5_000, greedy=True) == "a" * 5_000
    with pytest.raises(ValueError, match="too much work"):
        first_match("*b", "a" * 100_000)
