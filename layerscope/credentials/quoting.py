"""Where values end in texts that are quoted in many ways: shell, JSON, both in each other, or no way at all."""

import re
import sys

from layerscope.core.expressions import expression

WORD = "\x1f"
"""Stands between the words of a list of arguments: white space to every pattern, and the one that ends quotes."""

_QUOTES_BEFORE = 2000
_IN_SHELL = expression(
    r"(?:\"(?:[^\"\\\x1f]|\\.)*(?:\"|(?=\x1f)|\Z)|'[^'\x1f]*(?:'|(?=\x1f)|\Z)|\\.|[^\s;&|<>()\"'`\\])+", re.DOTALL
)
_IN_QUOTES = expression(r"(?:[^\s\"'\\]|\\[^\"'])+", re.DOTALL)


def open_quote(text: str, at: int) -> bool:
    """Whether a quoted stretch goes on at ``at``, judged by a little of what stands before."""
    before = text[max(0, at - _QUOTES_BEFORE) : at].rpartition(WORD)[2]
    return before.count('"') % 2 == 1 or before.count("'") % 2 == 1


def quoted_end(text: str, quote: str, start: int) -> int:
    """Where a stretch ends that was opened by ``quote`` before ``start``."""
    return next_at(text, quote, start, next_at(text, WORD, start, len(text)))


def next_at(text: str, sign: str, start: int, end: int) -> int:
    """Where a sign is next, ``end`` when there is none before it."""
    found = text.find(sign, start, end)
    return end if found < 0 else found


def end_of(pattern: re.Pattern[str], text: str, start: int, end: int = sys.maxsize) -> int:
    """Where ends what a pattern matches at ``start``: right there, when that is nothing."""
    match = pattern.match(text, start, end)
    return match.end() if match else start


def word_end(text: str, start: int) -> int:
    """Where the word of a shell or of a quoted list ends that has a value from ``start`` on."""
    return end_of(_IN_QUOTES if open_quote(text, start) else _IN_SHELL, text, start)


def unquoted(text: str, start: int, end: int) -> tuple[int, int]:
    """A stretch without the quotes around it."""
    while end - start > 1 and text[start] == text[end - 1] and text[start] in "\"'":
        start, end = start + 1, end - 1
    return start, end
