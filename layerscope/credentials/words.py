"""The words of a text that may be a shell's, a list of arguments, JSON, or a mixture of them."""

import re
from collections.abc import Iterator

from msgspec import Struct

from layerscope.core.expressions import expression
from layerscope.credentials.quoting import WORD

ENDS = frozenset((";", "|", "||", "&&", "`", "\n"))
"""What ends a command."""

AROUND = "[](){}\"'$,"
"""Signs that may stand around a word without being a part of it."""

_PIECE = expression(
    r"(?P<word>(?:[^\s;|`,&\\]++|\\.|(?<![\"']),|&(?!&)|\\\Z)++)"
    r"|(?P<blank>[^\S\n]++(?!\n)|(?<=[\"']),)|(?P<line>\s+)|(?P<end>\|\||&&|[;|`])",
    re.DOTALL,
)
_QUOTE = expression(rf"\\.|([\"'{WORD}])", re.DOTALL)
"""What opens or closes quotes, but not behind a backslash."""


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
    quote = ""
    for piece in _PIECE.finditer(text):
        before, quote = quote, _quote_behind(quote, piece[0])
        match piece.lastgroup:
            case "word" | "end":
                yield Word(piece.start(), piece[0], before)
            case "line":
                yield Word(piece.start(), "\n", quote)


def _quote_behind(quote: str, piece: str) -> str:
    """The quote that is open behind a piece; the end of an argument ends any."""
    for sign in _QUOTE.findall(piece):
        quote = "" if sign in (quote, WORD) else quote or sign
    return quote
