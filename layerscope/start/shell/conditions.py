"""``test`` and ``[[ ]]``: whether a condition holds when a container starts (POSIX XCU, test; bash's conditionals)."""

import fnmatch
from collections.abc import Callable

from layerscope.start.shell.states import Value

_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda left, right: left == right,
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
}
_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda left, right: left == right,
    "-ne": lambda left, right: left != right,
    "-gt": lambda left, right: left > right,
    "-ge": lambda left, right: left >= right,
    "-lt": lambda left, right: left < right,
    "-le": lambda left, right: left <= right,
}
FileTest = Callable[[str, str], bool | None]
"""``test("-f", path)``: what the image says of a path; None when it cannot be known."""


def evaluate(words: list[Value], about: FileTest) -> bool | None:
    """The status of ``[`` or ``[[`` with these words behind it, the closing bracket left out; None when it is not known."""
    double = bool(words) and words[0].text == "[["
    return _either(words[1:], about, double)


def _either(words: list[Value], about: FileTest, double: bool) -> bool | None:
    return _decide([_both(part, about, double) for part in _split(words, ("-o", "||"))], by=True)


def _both(words: list[Value], about: FileTest, double: bool) -> bool | None:
    return _decide([_not(part, about, double) for part in _split(words, ("-a", "&&"))], by=False)


def _decide(found: list[bool | None], by: bool) -> bool | None:
    """What conditions come to together of which one that is ``by`` decides."""
    return next((answer for answer in (by, None) if answer in found), not by)


def _split(words: list[Value], marks: tuple[str, ...]) -> list[list[Value]]:
    parts: list[list[Value]] = [[]]
    for word in words:
        if word.text in marks and len(words) > 2:
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def _not(words: list[Value], about: FileTest, double: bool) -> bool | None:
    if len(words) > 1 and words[0].text == "!":
        found = _not(words[1:], about, double)
        return None if found is None else not found
    if words and words[0].text == "(":
        return _either(words[1:-1], about, double) if words[-1].text == ")" else None
    return _plain(words, about, double)


def _plain(words: list[Value], about: FileTest, double: bool) -> bool | None:
    texts = [word.text for word in words if word.certain and word.text is not None]
    return _of_texts(texts, about, double) if len(texts) == len(words) else None


def _of_texts(texts: list[str], about: FileTest, double: bool) -> bool | None:
    match texts:
        case [] | [""]:
            return False
        case [_]:
            return True
        case ["-n" | "-z" as option, text]:
            return (option == "-n") == bool(text)
        case [option, path]:
            return about(option, path)
        case [left, operator, right]:
            return _compare(left, operator, right, double)
    return None


def _compare(left: str, operator: str, right: str, double: bool) -> bool | None:
    if double and operator in ("=", "==", "!="):
        return fnmatch.fnmatchcase(left, right) == (operator != "!=")
    if operator in _TEXTS:
        return _TEXTS[operator](left, right)
    if operator in _NUMBERS and left.lstrip("-").isdigit() and right.lstrip("-").isdigit():
        return _NUMBERS[operator](int(left[:18]), int(right[:18]))
    return None
