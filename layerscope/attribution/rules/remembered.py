"""What a function of one value answers, worked out once."""

from collections.abc import Callable, Hashable
from typing import TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Answer = TypeVar("_Answer")


class Remembered(dict[_Key, _Answer]):
    """The answers of a function, each worked out when it is first asked for: a known one costs a dictionary's lookup alone."""

    __slots__ = ("_work_out",)

    def __init__(self, work_out: Callable[[_Key], _Answer]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, key: _Key) -> _Answer:
        found = self[key] = self._work_out(key)
        return found
