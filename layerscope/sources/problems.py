"""Problems of an image, as they are handed on: each once, and not more than somebody reads."""

from collections.abc import Iterable

_MOST = 50


def told(problems: Iterable[str]) -> tuple[str, ...]:
    """The distinct problems, the first ones when there are very many."""
    distinct = tuple(dict.fromkeys(problems))
    if len(distinct) <= _MOST:
        return distinct
    return (*distinct[:_MOST], f"and {len(distinct) - _MOST:,} more problems like these")
