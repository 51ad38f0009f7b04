"""Values from an image as Dockerfile text: quoted so that both builders read back exactly what was there."""

import json
import re

from layerscope.names import printable

_PLAIN_PATH = re.compile(r"[\w./@%+,:=~^-]+\Z", re.ASCII)
_PLAIN_VALUE = re.compile(r"[\w./@%+,:=-]+\Z", re.ASCII)


class Unwritable(ValueError):
    """A text that no Dockerfile can say: a line break, a control character, or bytes that are not UTF-8."""


def checked(text: str) -> str:
    """The text itself; :class:`Unwritable` when a Dockerfile cannot hold it."""
    if printable(text) != text.replace("\\", "\\\\"):
        raise Unwritable(text)
    return text


def exec_form(words: tuple[str, ...]) -> str:
    r"""The JSON form of ENTRYPOINT, CMD, SHELL and VOLUME, where control characters are written as ``\uNNNN``."""
    if any(0xD800 <= ord(character) <= 0xDFFF for word in words for character in word):
        raise Unwritable(" ".join(words))
    text = json.dumps(list(words), ensure_ascii=False)
    return "".join(character if _visible(character) else _escaped(character) for character in text)


def _visible(character: str) -> bool:
    return character in '\\"' or printable(character) == character


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1]


def value(text: str) -> str:
    """The value of ENV or LABEL: in double quotes where needed, with variables taken literally."""
    checked(text)
    if _PLAIN_VALUE.match(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'


def assignment(name: str, text: str) -> str:
    """``name=value`` of ENV or LABEL; a name that is more than letters, digits, dots and dashes is quoted as values are."""
    if not name or "=" in name:
        raise Unwritable(name)
    try:
        return f"{value(name)}={value(text)}" if text else f'{value(name)}=""'
    except Unwritable as error:
        raise Unwritable(f"{name}={text}") from error


def word(text: str) -> str:
    """The one argument of WORKDIR and USER, which runs to the end of the line, with variables taken literally."""
    checked(text)
    if text != text.strip():
        raise Unwritable(text)
    return text.replace("\\", "\\\\").replace("$", "\\$")


def copy_paths(source: bytes, target: bytes) -> str:
    """The two paths of a COPY. Patterns in the source (Go's filepath.Match) and variables are taken literally."""
    try:
        texts = (source.decode("utf-8"), target.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Unwritable(str(source)) from error
    first, second = (checked(text).replace("$", "\\$") for text in texts)
    first = re.sub(r"[\[*?]", lambda found: f"[{found[0]}]", first)
    if _PLAIN_PATH.match(first) and _PLAIN_PATH.match(second):
        return f"{first} {second}"
    return json.dumps([first, second], ensure_ascii=False)


def comment(text: str) -> str:
    """A comment's text on one line. What comes from an image in it is printable already."""
    return " ".join(text.split())
