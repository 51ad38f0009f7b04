"""Work that may stay silent for long, done in a thread, so that whoever waits for it can be told and can give up at once."""

import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def waited(ask: Callable[[], Result], meanwhile: Callable[[], object]) -> Result:
    """The result of ``ask``, which may take minutes; ``meanwhile`` is called all the time, and may raise to give up. Then the
    thread is left alone, and does not keep the process."""
    answer: list[Result] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            answer.append(ask())
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=run, daemon=True, name="waited for")
    thread.start()
    while thread.is_alive():
        meanwhile()
        thread.join(0.1)
    if failure:
        raise failure[0]
    return answer[0]
