"""The pane that tells of the row under the cursor: at once what is known, a moment later what has to be read."""

import time
from dataclasses import dataclass
from functools import partial

from rich.text import Text
from textual import events, on
from textual.message import Message
from textual.widgets import Static

from layerscope.sources.image import Progress
from layerscope.tui.details import More
from layerscope.tui.job import Job
from layerscope.tui.tasks import post

REST_SECONDS = 0.15
"""How long the cursor must rest before anything is read, so that moving through a tree reads nothing."""


class Details(Static):
    """Shows text; ``more`` is appended when it has been read, in a thread, unless another text came meanwhile."""

    @dataclass
    class Known(Message):
        """What was read for the text of that number."""

        number: int
        answer: Text | Exception

    def __init__(self, content: Text | None = None, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(content or Text(), id=id, classes=classes)
        self._text = content or Text()
        self._number = 0
        self._job: Job[Text] | None = None

    def describe(self, text: Text, more: More | None = None, rest: float = REST_SECONDS) -> None:
        """Shows another text; ``rest`` is the seconds before ``more`` is asked."""
        self.forget()
        self._text = text
        self.update(text)
        if more is not None:
            number = self._number
            self._job = Job(partial(_read, more, rest), lambda answer: post(self, self.Known(number, answer)))

    @on(events.Unmount)
    def forget(self) -> None:
        """Waits no longer for what is being read."""
        self._number += 1
        if self._job is not None:
            self._job.cancel()

    @on(Known)
    def known(self, event: Known) -> None:
        if event.number == self._number and isinstance(event.answer, Text) and event.answer:
            self.update(Text("\n").join([self._text, event.answer]))


def _read(more: More, seconds: float, progress: Progress) -> Text:
    time.sleep(seconds)
    progress("looking into the file", 0, None)
    return more(progress)
