"""Arguments of instructions as words: three ways, as BuildKit's parser has them for its instructions.

Words are pairs of offsets in the logical line. Nothing is replaced here: quotes and escapes stay.
"""

import re
from collections.abc import Iterator

from layerscope.core.expressions import expression

SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""What Go takes for white space, for use in a class of a regular expression."""

_BLANKS = expression(r"[\t\v\f\r ]+")
_NOT_ASCII_SPACE = expression(r"[^\t\n\v\f\r ]")
_NOT_SPACE = expression(f"[^{SPACE}]")

Span = tuple[int, int]


def trim(text: str, start: int, end: int) -> Span:
    """A part of a text without the white space at its ends."""
    first = re.compile(f"[{SPACE}]*").match(text, start, end)
    start = first.end() if first is not None else start
    while end > start and _NOT_SPACE.match(text, end - 1) is None:
        end -= 1
    return start, end


def split_at_blanks(text: str, start: int, end: int, _escape: str = "") -> Iterator[Span]:
    """Words between blanks, whatever quotes they have: FROM, COPY, ADD, EXPOSE."""
    for gap in _BLANKS.finditer(text, start, end):
        yield start, gap.start()
        start = gap.end()
    yield start, end


def halves(text: str, start: int, end: int) -> tuple[Span, Span | None]:
    """What stands in front of the first blanks, and what behind them."""
    gap = _BLANKS.search(text, start, end)
    return ((start, end), None) if gap is None else ((start, gap.start()), (gap.end(), end))


def split_quoted(text: str, start: int, end: int, escape: str) -> Iterator[Span]:
    """Words between white space that no quotes hold together: ENV, LABEL, ARG. A last character that escapes nothing is left
    out."""
    token = _token(escape, single="[^']")
    at = start
    while (found := _NOT_SPACE.search(text, at, end)) is not None:
        match = token.match(text, found.start(), end)
        if match is None:
            return
        at = match.end()
        yield found.start(), at


def flags(text: str, start: int, end: int, escape: str) -> tuple[list[Span], int]:
    """The words at the beginning that start with ``--``, and the offset of what follows them."""
    found: list[Span] = []
    token = _token(escape, single=f"(?:{re.escape(escape)}.|[^'{re.escape(escape)}])")
    while (first := _NOT_ASCII_SPACE.search(text, start, end)) is not None:
        match = token.match(text, first.start(), end)
        if match is None or not match[0].startswith("--"):
            return found, first.start()
        start = match.end()
        if match[0] == "--":
            return found, start
        found.append((first.start(), start))
    return found, end


def unquoted_flag(text: str, escape: str) -> str:
    """A flag without its quotes and escapes."""
    mark = re.escape(escape)
    parts = re.compile(rf"(?P<quote>[\"'])(?P<inside>(?:{mark}.|(?!(?P=quote)).)*)(?P=quote)?|{mark}.|.", re.DOTALL)
    escaped = re.compile(rf"{mark}(.)", re.DOTALL)
    return "".join(
        escaped.sub(r"\1", match[0] if match["quote"] is None else match["inside"]) for match in parts.finditer(text)
    )


def _token(escape: str, single: str) -> re.Pattern[str]:
    """A word; an open quote runs to the end. ``single`` is what stands between single quotes: flags know escapes there."""
    mark = re.escape(escape)
    double = f'"(?:{mark}.|[^"{mark}])*'
    return re.compile(rf"(?:{mark}.|(?:'{single}*'?|{double}\"?)|[^{SPACE}\"'{mark}])+", re.DOTALL)
