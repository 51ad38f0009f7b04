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


@dataclass(frozen=True, slots=True)
class Done(Generic[Result]):
    """The work's result."""

    result: Result


@dataclass(frozen=True, slots=True)
class Failed:
    """The work ended with an error."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Stopped:
    """The work was cancelled."""


Answer = Done[Result] | Failed | Stopped


class Job(Generic[Result]):
    """Runs ``work`` in a thread; ``answer`` is called once, from that thread or from :meth:`cancel`.

    The screen reads ``latest`` as often as it likes to draw, so that a million steps cost one assignment each.
    """

    def __init__(self, work: Callable[[Progress], Result], answer: Callable[[Answer[Result]], None]) -> None:
        self.latest = Step("", 0, None)
        self._work = work
        self._answer = answer
        self._cancelled = threading.Event()
        self._answered = threading.Lock()
        threading.Thread(target=self._run, name="layerscope-job", daemon=True).start()

    def cancel(self) -> None:
        """Answers :class:`Stopped`, unless the work has answered already, and stops the work at its next step."""
        self._cancelled.set()
        self._answer_once(Stopped())

    def _progress(self, what: str, done: int, total: int | None) -> None:
        if self._cancelled.is_set():
            raise Cancelled("stopped")
        self.latest = Step(what, done, total)

    def _run(self) -> None:
        try:
            result = self._work(self._progress)
        except Cancelled:
            self._answer_once(Stopped())
        except Exception as error:
            self._answer_once(Failed(error))
        else:
            self._answer_once(Done(result))

    def _answer_once(self, answer: Answer[Result]) -> None:
        if self._answered.acquire(blocking=False):
            self._answer(answer)
