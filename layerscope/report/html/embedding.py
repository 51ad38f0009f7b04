"""Long tables as data inside a page: compact, and nothing in them can end the element that they stand in.

Each column is one of: a list of values; ``{"front": text}``, lines of which each leaves out the beginning that it shares with
the line before (its first character says how much, by its place in :data:`DIGITS`); ``{"of": values, "at": positions}``; and
``{"of": values, "runs": [position, times, …]}``.
"""

from collections.abc import Sequence
from itertools import chain, groupby
from typing import Any

import msgspec

from layerscope.core.expressions import expression

DIGITS = "".join(chr(code) for code in range(32, 127) if chr(code) not in "\"&'<>\\")
"""Characters that stand for themselves in JSON and in HTML; the first is 0."""

_ESCAPED = expression("[<>&\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def script_json(value: object) -> str:
    """JSON for a ``<script type="application/json">``: it has no ``<``, so neither an end tag nor a comment can begin, and
    nothing in it that turns the direction of a reader of the source."""
    return _ESCAPED.sub(lambda match: f"\\u{ord(match.group()):04x}", msgspec.json.encode(value).decode())


def encoded(values: Sequence[Any]) -> Any:
    """A column in the form that takes the least room, more or less. Values are integers or printable strings."""
    distinct = list(dict.fromkeys(values))
    if len(values) > 8 and len(distinct) <= len(values) // 4:
        return _by_place(values, distinct)
    if any(isinstance(value, str) and value.startswith("/") for value in values):
        return {"front": front_coded(values)}
    return list(values)


def _by_place(values: Sequence[Any], distinct: list[Any]) -> dict[str, list[Any]]:
    """Few different values, each by its place among them: in runs where they mostly follow their like."""
    place = {value: position for position, value in enumerate(distinct)}
    runs = [(place[value], len(list(group))) for value, group in groupby(values)]
    if len(runs) <= len(values) // 2:
        return {"of": distinct, "runs": list(chain.from_iterable(runs))}
    return {"of": distinct, "at": [place[value] for value in values]}


def front_coded(lines: Sequence[str]) -> str:
    """The lines, which are printable and so have no line feed in them."""
    coded, before = [], ""
    longest = len(DIGITS) - 1
    for line in lines:
        shared = _shared(before, line, longest)
        coded.append(DIGITS[shared] + line[shared:])
        before = line
    return "\n".join(coded)


def _shared(one: str, other: str, longest: int) -> int:
    """The length of the common beginning, ``longest`` at most, halved until it is found."""
    least, most = 0, min(len(one), len(other), longest)
    while least < most:
        middle = (least + most + 1) // 2
        if one[:middle] == other[:middle]:
            least = middle
        else:
            most = middle - 1
    return least
