"""The escapes of bash's ``$'…'``."""

import re

_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|c(.)|(.))", re.DOTALL)
_LETTERS = {"a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_LARGEST = 0x10FFFF


def decode_escapes(text: str) -> str:
    """The text that stands between the quotes, with its escapes replaced by what they mean."""
    return _ESCAPE.sub(_decode, text)


def _decode(match: re.Match[str]) -> str:
    short, four, eight, octal, control, letter = match.groups()
    if octal:
        return chr(int(octal, 8) & 0xFF)
    if control:
        return chr(ord(control) & 0x1F)
    if letter:
        return _LETTERS.get(letter, letter if letter in "\\'\"?" else f"\\{letter}")
    code = int(short or four or eight, 16)
    return chr(code) if code <= _LARGEST else match.group()
