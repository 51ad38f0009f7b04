"""Patterns of ``${name#pattern}`` and its kin: ``*`` and ``?``, nothing else. Without backtracking, as texts are hostile."""

from collections.abc import Iterable

from msgspec import Struct

_MOST_WORK = 4_000_000


class _Sign(Struct, frozen=True):
    """A character of a pattern; ``wild`` is ``*`` or ``?`` that stands for others."""

    character: str
    wild: bool = False


def without_prefix(pattern: str, value: str, greedy: bool) -> str:
    """A value without its shortest beginning that fits, or its longest if ``greedy``. ValueError for a bad pattern."""
    return value[_end(_signs(pattern), value, 0, greedy) or 0 :]


def without_suffix(pattern: str, value: str, greedy: bool) -> str:
    """A value without its shortest end that fits, or its longest if ``greedy``. ValueError for a bad pattern."""
    backwards = value[::-1]
    return backwards[_end(_signs(pattern)[::-1], backwards, 0, greedy) or 0 :][::-1]


def first_match(pattern: str, value: str) -> tuple[int, int] | None:
    """Where the first part of a value that fits starts and ends, the longest there; None when no part does."""
    signs = _signs(pattern)
    if (len(signs) + 1) * len(value) ** 2 > _MOST_WORK:
        raise ValueError("a pattern of a variable is too much work")
    for start in range(len(value) + 1):
        end = _end(signs, value, start, greedy=True)
        if end is not None:
            return start, end
    return None


def _signs(pattern: str) -> list[_Sign]:
    found = []
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            escaped = next(characters, "")
            if not escaped or escaped not in "}/*?\\":
                raise ValueError(f"\\{escaped} is not known in a pattern")
            found.append(_Sign(escaped))
        else:
            found.append(_Sign(character, character in "*?"))
    return found


def _end(signs: list[_Sign], value: str, start: int, greedy: bool) -> int | None:
    """Where what fits ends, of all ends the last or the first; None when nothing fits."""
    if len(signs) * len(value) > _MOST_WORK:
        raise ValueError("a pattern of a variable is too much work")
    ends: Iterable[int] = {start}
    for sign in signs:
        ends = _after(sign, value, ends)
    return max(ends, default=None) if greedy else min(ends, default=None)


def _after(sign: _Sign, value: str, places: Iterable[int]) -> set[int]:
    if sign.wild and sign.character == "*":
        return _reach(value, places)
    return {
        place + 1
        for place in places
        if place < len(value) and (value[place] != "\n" if sign.wild else value[place] == sign.character)
    }


def _reach(value: str, places: Iterable[int]) -> set[int]:
    """All places to the right of some, up to the end of their lines."""
    found: set[int] = set()
    for place in sorted(places):
        if place not in found:
            line_end = value.find("\n", place)
            found.update(range(place, (len(value) if line_end < 0 else line_end) + 1))
    return found
