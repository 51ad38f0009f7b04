"""Work that may take long, done in threads, so that waiting for it can report progress and give up at once."""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Result = TypeVar("Result")

_POLL_SECONDS = 0.05


class Workers(Generic[Result]):
    """Threads that do jobs in their order, ``count`` at a time. After one that fails, no other is begun.

    They do not keep the process alive, so waiting for them can be given up.
    """

    def __init__(self, jobs: Sequence[Callable[[], Result]], count: int = 1) -> None:
        self._jobs = iter(list(enumerate(jobs)))
        self._results: dict[int, Result] = {}
        self._failure: BaseException | None = None
        self._stopped = False
        self._changed = threading.Condition()
        self._threads = [threading.Thread(target=self._run, daemon=True, name="worker") for _ in range(min(count, len(jobs)))]
        for thread in self._threads:
            thread.start()

    def _run(self) -> None:
        while not self._stopped and (numbered := next(self._jobs, None)) is not None:
            number, job = numbered
            try:
                self._results[number] = job()
            except BaseException as error:
                self._failure, self._stopped = self._failure or error, True
            with self._changed:
                self._changed.notify_all()

    def result(self, number: int, meanwhile: Callable[[], object]) -> Result:
        """What the job of that number gave; raises the error of the first job that failed. ``meanwhile`` is called
        again and again, and may raise to give up."""
        while number not in self._results:
            if self._failure is not None:
                raise self._failure
            meanwhile()
            with self._changed:
                self._changed.wait_for(lambda: number in self._results or self._failure is not None, _POLL_SECONDS)
        return self._results[number]

    def join(self) -> None:
        """Waits for the jobs that are being done; no other is begun."""
        self._stopped = True
        for thread in self._threads:
            thread.join()


def waited(ask: Callable[[], Result], meanwhile: Callable[[], object]) -> Result:
    """The result of ``ask``, which may take minutes; ``meanwhile`` is called again and again, and may raise to give up."""
    return Workers([ask]).result(0, meanwhile)
