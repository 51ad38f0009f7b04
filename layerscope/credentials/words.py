"""The words of a text that may be a shell's, a list of arguments, JSON, or a mixture of them."""

import re
from collections.abc import Iterator

from msgspec import Struct

from layerscope.credentials.quoting import WORD

ENDS = frozenset((";", "|", "||", "&&", "`", "\n"))
"""What ends a command."""

AROUND = "[](){}\"'$,"
"""Signs that may stand around a word without being a part of it."""

_PIECE = re.compile(
    r"(?P<blank>(?<=[\"']),|\s+)|(?P<end>\|\||&&|[;|`])|(?P<quote>[\"'])|\\.|<<<|[^\s\"'\\;|&<`,]+|.", re.DOTALL
)


class Word(Struct, frozen=True):
    """A run without white space: ``text`` as it is written, ``quote`` the sign inside which it begins, "" outside of any."""

    start: int
    text: str
    quote: str

    @property
    def name(self) -> str:
        """What program it would be."""
        return self.text.rpartition("=")[2].strip(AROUND).rpartition("/")[2].casefold().removesuffix(".exe")

    def unquoted(self) -> tuple[int, str]:
        """Where it begins behind an opening quote, and its text from there on."""
        bare = self.text.lstrip("\"'[(")
        return self.start + len(self.text) - len(bare), bare


def split_words(text: str) -> Iterator[Word]:
    """The words, and what ends commands, as a word for each of :data:`ENDS`; a line break stands for all white space with
    one."""
    start, quote, begun_in = -1, "", ""
    for match in _PIECE.finditer(text):
        piece = match[0]
        if match.lastgroup not in ("blank", "end"):
            if start < 0:
                start, begun_in = match.start(), quote
            quote = _quote_behind(quote, piece)
            continue
        if start >= 0:
            yield Word(start, text[start : match.start()], begun_in)
            start = -1
        quote = "" if WORD in piece else quote
        if piece in ENDS or "\n" in piece:
            yield Word(match.start(), "\n" if "\n" in piece else piece, quote)
    if start >= 0:
        yield Word(start, text[start:], begun_in)


def _quote_behind(quote: str, piece: str) -> str:
    """The quote that is open behind a piece."""
    if piece not in ('"', "'"):
        return quote
    return "" if piece == quote else quote or piece
