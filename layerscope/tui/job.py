"""Work beside the screen: one thread, its latest step, and exactly one last answer.

A thread cannot be stopped from outside, and a source may be silent for a long time (an engine that prepares a large save).
So the thread is a daemon that is never waited for: cancelling returns at once, and the work ends at its next step.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from layerscope.core.errors import Cancelled
from layerscope.sources.image import Progress

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Step:
    """What is being done; ``total`` is None where that is unknown."""

    what: str
    done: int
    total: int | None


class Job(Generic[Result]):
    """Runs ``work`` in a thread; ``answer`` is called once with its result or its error, from that thread or from
    :meth:`cancel`. After that the error is :class:`Cancelled`.

    The screen reads ``latest`` as often as it likes to draw, so that a million steps cost one assignment each.
    """

    def __init__(self, work: Callable[[Progress], Result], answer: Callable[[Result | Exception], None]) -> None:
        self.latest = Step("", 0, None)
        self._work = work
        self._answer = answer
        self._cancelled = threading.Event()
        self._answered = threading.Lock()
        threading.Thread(target=self._run, name="layerscope-job", daemon=True).start()

    def cancel(self) -> None:
        """Answers, unless the work has answered already, and stops the work at its next step."""
        self._cancelled.set()
        self._answer_once(Cancelled("stopped"))

    def _progress(self, what: str, done: int, total: int | None) -> None:
        if self._cancelled.is_set():
            raise Cancelled("stopped")
        self.latest = Step(what, done, total)

    def _run(self) -> None:
        try:
            self._answer_once(self._work(self._progress))
        except Exception as error:
            self._answer_once(error)

    def _answer_once(self, answer: Result | Exception) -> None:
        if self._answered.acquire(blocking=False):
            self._answer(answer)
