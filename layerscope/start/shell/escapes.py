"""The escapes of bash's ``$'…'``."""

import re
from collections.abc import Callable

from layerscope.core.expressions import expression

_ESCAPE = expression(
    r"\\(?:(?P<code>x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|U[0-9A-Fa-f]{1,8})|(?P<octal>[0-7]{1,3})|c(?P<control>.)|(?P<letter>.))",
    re.DOTALL,
)
_LETTERS = dict(zip("abeEfnrtv\\'\"?", "\a\b\x1b\x1b\f\n\r\t\v\\'\"?", strict=True))
_LARGEST = 0x10FFFF


def decode_escapes(text: str) -> str:
    """The text that stands between the quotes, with its escapes replaced by what they mean."""
    return _ESCAPE.sub(_decode, text)


def _decode(match: re.Match[str]) -> str:
    kind = match.lastgroup or "code"
    return _DECODERS[kind](match[kind], match.group())


def _character(digits: str, written: str) -> str:
    code = int(digits.lstrip("xuU"), 16)
    return chr(code) if code <= _LARGEST else written


_DECODERS: dict[str, Callable[[str, str], str]] = {
    "code": _character,
    "octal": lambda digits, _written: chr(int(digits, 8) & 0xFF),
    "control": lambda letter, _written: chr(ord(letter) & 0x1F),
    "letter": _LETTERS.get,
}
