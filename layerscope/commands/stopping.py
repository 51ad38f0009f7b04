"""Signals that end a command as Ctrl-C does: what it has begun outside of the process is taken back first."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from layerscope.errors import Stopped


@contextmanager
def stoppable() -> Iterator[None]:
    """While it lasts, SIGTERM and SIGHUP raise :class:`Stopped`; a signal that the caller ignores (nohup) stays ignored."""
    numbers = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is signal.SIG_DFL]
    for number in numbers:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


def _stop(number: int, _: FrameType | None) -> None:
    raise Stopped(number)
