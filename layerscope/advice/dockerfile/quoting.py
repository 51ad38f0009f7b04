r"""Values from an image as Dockerfile text: what both builders read back exactly, or :class:`Unwritable`.

Every text that a Dockerfile of ours has from an image passes one of these functions. None of them gives a line break, or a text
whose last character a builder could take for the continuation of a line. Names behind ``AS``, and of stages behind ``--from=``,
are ours or the user's own.
"""

import json
import re
import shlex
from collections.abc import Callable

from layerscope.core.expressions import expression
from layerscope.core.names import printable
from layerscope.sources.image_names import is_image_name

_PLAIN_PATH = expression(r"/[\w./@%+,:=-]*\Z", re.ASCII)
_PLAIN_VALUE = expression(r"[\w./@%+,:=-]+\Z", re.ASCII)
_LABEL = expression(r"[A-Za-z0-9][A-Za-z0-9_./-]*\Z")
_VARIABLE = expression(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")
_USER = expression(r"[A-Za-z0-9_][A-Za-z0-9_.@-]*(?::[A-Za-z0-9_][A-Za-z0-9_.@-]*)?\Z")
_SURROGATE = expression("[\ud800-\udfff]")
_LITERAL = expression(r"[\\\"'$]")
"""What a builder does not take literally in a word in which it expands variables."""


class Unwritable(ValueError):
    """A text that a Dockerfile cannot say in this place: a line break, a control character, bytes that are not UTF-8, or what
    the place's grammar does not have."""


def checked(text: str) -> str:
    """The text itself; :class:`Unwritable` when a Dockerfile cannot hold it."""
    if printable(text) != text.replace("\\", "\\\\"):
        raise Unwritable(text)
    return text


def _only(fits: Callable[[str], object]) -> Callable[[str], str]:
    """A function that gives a text itself if it fits; :class:`Unwritable` otherwise."""

    def fitting(text: str) -> str:
        if not fits(text):
            raise Unwritable(text)
        return text

    return fitting


image = _only(is_image_name)
"""The name of an image behind FROM or ``--from=``."""

port = _only(re.compile(r"[0-9]{1,5}(?:-[0-9]{1,5})?(?:/(?:tcp|udp|sctp))?\Z").match)
"""A port of EXPOSE, or a range of them, with its protocol or without."""

signal = _only(re.compile(r"(?:SIG)?[A-Z][A-Z0-9]{1,9}(?:[+-][0-9]{1,2})?\Z|[0-9]{1,2}\Z").match)
"""The signal of STOPSIGNAL, by its name or number."""

owner = _only(re.compile(r"[0-9]{1,10}:[0-9]{1,10}\Z").match)
"""The owner of ``--chown``: ``uid:gid``."""


def exec_form(words: tuple[str, ...]) -> str:
    r"""The JSON form of ENTRYPOINT, CMD, SHELL and HEALTHCHECK, where control characters are written as ``\uNNNN``."""
    if _SURROGATE.search("".join(words)):
        raise Unwritable(" ".join(words))
    text = json.dumps(list(words), ensure_ascii=False)
    return "".join(character if _is_visible(character) else json.dumps(character)[1:-1] for character in text)


def shell_form(line: str) -> str:
    """A line for a shell as the command of HEALTHCHECK: builders take it as it is written, without blanks around it."""
    if checked(line) != line.strip() or line[:1] in ("", "[", "#") or line[-1] in "\\`":
        raise Unwritable(line)
    return line


def volumes(paths: tuple[str, ...]) -> str:
    """The JSON form of VOLUME, in which builders expand variables."""
    return exec_form(tuple(map(_literal, paths)))


def _literal(text: str) -> str:
    return _LITERAL.sub(lambda found: f"\\{found[0]}", text)


def _is_visible(character: str) -> bool:
    return character in '\\"' or printable(character) == character


def value(text: str) -> str:
    """The value of ENV or LABEL, any visible text: in double quotes where needed, with variables taken literally."""
    if _PLAIN_VALUE.match(text):
        return checked(text)
    return "\t".join(map(_in_quotes, text.split("\t"))).join('""')  # within quotes, a tab is one


def _quoted(text: str) -> str:
    return f'"{_in_quotes(text)}"'


def _in_quotes(text: str) -> str:
    return re.sub(r"[\\\"$]", lambda found: f"\\{found[0]}", checked(text))


def user(text: str) -> str:
    """The user of USER, with a group or without, and with variables taken literally."""
    return text if _USER.match(text) else _quoted(text)


def assignment(name: str, text: str) -> str:
    """``NAME=value`` of ENV; a name that is more than letters, digits, dots and dashes is quoted as values are."""
    return _pair(_VARIABLE, name, text)


def label(key: str, text: str) -> str:
    """``key=value`` of LABEL, whose keys may have slashes, too."""
    return _pair(_LABEL, key, text)


def _pair(plain: re.Pattern[str], name: str, text: str) -> str:
    if not name or "=" in name:
        raise Unwritable(name)
    try:
        return f"{name if plain.match(name) else _quoted(name)}={value(text)}"
    except Unwritable as error:
        raise Unwritable(f"{name}={text}") from error


def search_path(directories: tuple[str, ...]) -> str:
    """``PATH=…`` of ENV: these directories in front of those that the base searches."""
    text = ":".join(directories)
    plain = bool(_PLAIN_VALUE.match(text))
    return f"PATH={text}:$PATH" if plain else f'PATH="{_in_quotes(text)}:$PATH"'


def path(text: str) -> str:
    """The directory of WORKDIR, with variables taken literally."""
    if not text.startswith("/"):
        raise Unwritable(text)
    return text if _PLAIN_PATH.match(text) else _quoted(text)


def copy_paths(source: bytes, target: bytes) -> str:
    """The two paths of a COPY. Patterns in the source (Go's filepath.Match) and variables are taken literally."""
    first, second = _path_text(source), _path_text(target)
    first = re.sub(r"[\[*?]|\\(\\)", lambda found: f"[{found[0]}]", first.replace("\\", "\\\\"))
    if _PLAIN_PATH.match(first) and _PLAIN_PATH.match(second):
        return f"{first} {second}"
    return json.dumps([_literal(first), _literal(second)], ensure_ascii=False)


def shell_path(path: bytes) -> str:
    """An absolute path as one word of a RUN's shell."""
    return shlex.quote(_path_text(path))


def _path_text(path: bytes) -> str:
    try:
        text = path.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unwritable(str(path)) from error
    if not text.startswith("/"):
        raise Unwritable(text)
    return checked(text)


def comment(text: str) -> str:
    """A comment's text: on one line, of visible characters. A builder's directives can only stand in the first lines, which are
    never such a comment."""
    line = " ".join(text.split())
    return "".join(character if _is_visible(character) else printable(character) for character in line).rstrip("\\ ")
