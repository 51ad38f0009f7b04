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
    parts = _split(words, ("-o", "||"))
    found = [_both(part, about, double) for part in parts]
    return True if True in found else None if None in found else False


def _both(words: list[Value], about: FileTest, double: bool) -> bool | None:
    found = [_not(part, about, double) for part in _split(words, ("-a", "&&"))]
    return False if False in found else None if None in found else True


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
    if not all(word.certain and word.text is not None for word in words):
        return None
    texts = [word.known for word in words]
    if len(texts) < 2:
        return bool(texts) and bool(texts[0])
    if len(texts) == 2:
        return _of_one(texts[0], texts[1], about)
    return _compared(texts[0], texts[1], texts[2], double) if len(texts) == 3 else None


def _of_one(option: str, text: str, about: FileTest) -> bool | None:
    return {"-n": bool(text), "-z": not text}[option] if option in ("-n", "-z") else about(option, text)


def _compared(left: str, operator: str, right: str, double: bool) -> bool | None:
    if double and operator in ("=", "==", "!="):
        return fnmatch.fnmatchcase(left, right) == (operator != "!=")
    if operator in _TEXTS:
        return _TEXTS[operator](left, right)
    if operator in _NUMBERS and left.lstrip("-").isdigit() and right.lstrip("-").isdigit():
        return _NUMBERS[operator](int(left[:18]), int(right[:18]))
    return None
