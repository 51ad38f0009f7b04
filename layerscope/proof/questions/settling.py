"""When a server's answer is its last word: a server that starts in parts answers something else first."""

from collections.abc import Callable
from time import monotonic

from layerscope.proof.questions.alike import alike
from layerscope.proof.questions.answers import Answer

_QUIET = 0.5
_QUIET_AFTER_ERROR = 3.0
_QUIET_AFTER_SERVER_ERROR = 10.0
_QUIET_WHEN_OTHER = 5.0
"""Seconds for which an answer must stay as it is: a good one, an error (404 …), a server's own (503 …), and one that is not
what is expected."""
_LONGEST = 10.0
"""Seconds after which an answer that changes every time is taken as it comes."""

_ERROR, _SERVER_ERROR = 400, 500


class Settling:
    """The answers to one question, one after the other. ``seconds`` is how long the question may be repeated; ``expected`` says
    of an answer whether it is the one that is waited for, where that is known. ``first`` is when the first answer came."""

    def __init__(self, seconds: float, expected: Callable[[Answer], bool] | None = None) -> None:
        self.deadline = monotonic() + seconds
        self.last: Answer | None = None
        self._expected = expected
        self.first: float | None = None
        self._since = 0.0

    @property
    def is_late(self) -> bool:
        """Whether the time is up."""
        return monotonic() > self.deadline

    def is_final(self, answer: Answer) -> bool:
        """Takes the next answer; whether it is to be the last."""
        now = monotonic()
        if self.first is None or self.last is None:
            self.first = self._since = now
        elif not _is_steady(self.last, answer):
            self._since = now
        self.last = answer
        if self._expected is not None and self._expected(answer):
            return True
        quiet, all_the_time = now - self._since, now - self.first
        return now > self.deadline or quiet >= self._patience(answer) or (answer.status < _ERROR and all_the_time >= _LONGEST)

    def _patience(self, answer: Answer) -> float:
        if answer.status >= _SERVER_ERROR:
            return _QUIET_AFTER_SERVER_ERROR
        if self._expected is not None:
            return _QUIET_WHEN_OTHER
        return _QUIET_AFTER_ERROR if answer.status >= _ERROR else _QUIET


def _is_steady(before: Answer, after: Answer) -> bool:
    """Whether two answers are the same, but for what changes from one moment to the next (times, counters)."""
    return before.status == after.status and alike((before.body,), after.body, loose=True)
