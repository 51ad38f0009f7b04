"""The masking of texts, of lists of arguments, and of whole files."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from layerscope.core.names import path_bytes, path_text
from layerscope.credentials.quoting import WORD
from layerscope.credentials.spans import MASK, Span, disjoint, spans_of

_MOST_KNOWN = 500
_SHORTEST_KNOWN = 6
_LONGEST_PLAIN = 12
_TEXT_SIGNS = 8192
"""Bytes at a file's beginning, none of which is zero in a text."""


def mask(text: str) -> str:
    """The text with :data:`MASK` for each credential in it. Pure; a text without any comes back as it is."""
    spans = spans_of(text)
    return hide(cover(text, spans), distinctive(text[span.start : span.end] for span in spans))


def distinctive(values: Iterable[str]) -> tuple[str, ...]:
    """Which of these credentials are masked wherever they occur, the longest first: not what could be an ordinary word."""
    found = {value.strip("\"'") for value in values}
    return tuple(sorted(filter(_is_distinctive, found), key=lambda value: (-len(value), value))[:_MOST_KNOWN])


def _is_distinctive(value: str) -> bool:
    plain = value.isalpha() or value.isdigit()
    return MASK not in value and len(value) >= (_LONGEST_PLAIN if plain else _SHORTEST_KNOWN)


def hide(text: str, values: Sequence[str]) -> str:
    """The text without these credentials. A path alone is not searched for them: it may well be called like one."""
    if values and not (text.startswith(("/", "./", "../")) and not _has_space(text)):
        for value in values:
            text = text.replace(value, MASK)
    return text


def cover(text: str, spans: Sequence[Span]) -> str:
    """The text with :data:`MASK` for each of these stretches, which are in order and apart."""
    parts: list[str] = []
    at = 0
    for span in spans:
        parts += [text[at : span.start], MASK]
        at = span.end
    return "".join(parts) + text[at:] if parts else text


def spans_of_words(words: Sequence[str]) -> tuple[list[Span], ...]:
    """For each word of a command line the stretches of it that are credentials; a word with spaces may itself be a line."""
    starts = list(accumulate((len(word) + len(WORD) for word in words), initial=len(WORD)))
    found = [spans_of(word) if _has_space(word) else [] for word in words]
    for span in spans_of("".join(WORD + word.replace(WORD, " ") for word in words)):
        for number in _touched(span, starts, words):
            found[number].append(_within(span, starts[number], words[number]))
    return tuple(map(disjoint, found))


def _touched(span: Span, starts: Sequence[int], words: Sequence[str]) -> Iterator[int]:
    """The numbers of the words that a span lies in."""
    numbers = range(max(bisect_right(starts, span.start) - 1, 0), min(bisect_right(starts, span.end), len(words)))
    return (number for number in numbers if span.start < starts[number] + len(words[number]))


def _within(span: Span, start: int, word: str) -> Span:
    """The part of a span that lies in a word. The value of an option goes to that word's end, spaces and all."""
    first = max(span.start - start, 0)
    option = word.startswith("-") and not _has_space(word[:first])
    last = len(word) if first == 0 or option else min(span.end - start, len(word))
    return Span(first, last, span.name)


def _has_space(text: str) -> bool:
    return any(map(str.isspace, text))


def mask_content(content: bytes) -> bytes:
    """The content of a file, as :func:`mask` does a text; what is no text, or has no credential, comes back as it is.

    A masked content may be shorter or longer than the file: who keeps it must not take it for the file's own bytes.
    """
    if b"\0" in content[:_TEXT_SIGNS]:
        return content
    text = path_text(content)
    masked = mask(text)
    return content if masked == text else path_bytes(masked)
