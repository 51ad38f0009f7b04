"""Whether a body is the same as others, but for what differs among those themselves: times, random names, counters."""

import json
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any

from layerscope.core.expressions import expression

_NUMBERS = expression(rb"\d+")
_WORDS = expression(rb"[\w.+-]+|[^\w.+-]")
_ANYTHING = object()
"""Stands for what is not the same in all samples, and is not compared."""


def alike(samples: Sequence[bytes], body: bytes, loose: bool = False) -> bool:
    """Whether a body is what ``samples`` are: the same where they are all the same. JSON is compared by its values, other text
    by lines and words. If ``loose``, numbers are not compared either."""
    if body in samples:
        return True
    if loose:
        samples, body = [_NUMBERS.sub(b"0", sample) for sample in samples], _NUMBERS.sub(b"0", body)
        return alike(samples, body)
    if len(set(samples)) == 1:
        return _is_same_json(samples[0], body)
    try:
        documents = [json.loads(sample) for sample in samples]
        return _fits(reduce(_common, documents), json.loads(body))
    except (ValueError, RecursionError):
        return _are_lines_alike(samples, body)


def _is_same_json(sample: bytes, body: bytes) -> bool:
    """Whether two texts are one JSON document, its members in another order."""
    try:
        return bool(json.loads(sample) == json.loads(body))
    except (ValueError, RecursionError):
        return False


def _common(before: Any, after: Any) -> Any:
    """A document with :data:`_ANYTHING` where two differ, and the members that both have."""
    if isinstance(before, dict) and isinstance(after, dict):
        return {key: _common(before[key], after[key]) for key in before.keys() & after.keys()}
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return list(map(_common, before, after))
    return before if type(before) is type(after) and before == after else _ANYTHING


def _fits(common: Any, value: Any) -> bool:
    if isinstance(common, dict):
        return isinstance(value, dict) and all(key in value and _fits(item, value[key]) for key, item in common.items())
    if isinstance(common, list):
        return isinstance(value, list) and len(common) == len(value) and all(map(_fits, common, value))
    return common is _ANYTHING or (type(common) is type(value) and bool(common == value))


def _are_lines_alike(samples: Sequence[bytes], body: bytes) -> bool:
    """Line by line, where all have as many; else the lines that all samples have must be there."""
    texts = [sample.split(b"\n") for sample in samples]
    lines = body.split(b"\n")
    if len(set(map(len, texts))) > 1:
        return set.intersection(*map(set, texts)) <= set(lines)
    return len(lines) == len(texts[0]) and all(map(_is_line_alike, zip(*texts, strict=True), lines))


def _is_line_alike(samples: Iterable[bytes], line: bytes) -> bool:
    """Word by word, where all samples have as many words; else any line will do."""
    known = list(samples)
    if line in known or len(set(known)) == 1:
        return line in known
    words = [_WORDS.findall(sample) for sample in known]
    if len(set(map(len, words))) > 1:
        return True
    found = _WORDS.findall(line)
    columns = zip(*words, strict=True)
    return len(found) == len(words[0]) and all(
        len({*column}) > 1 or word in column for column, word in zip(columns, found, strict=True)
    )
