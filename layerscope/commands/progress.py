"""A progress bar on standard error, where that is a terminal."""

import sys
import time

from layerscope.core.units import size

_WIDTH = 28
_INTERVAL = 0.05


class Bar:
    """Draws ``what ████░░░ 45 %`` on one line that it rewrites, at most twenty times a second, and wipes at the end.

    Calling it is :data:`layerscope.sources.image.Progress`: ``total`` is None while it is unknown. Counts are bytes.
    """

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._due = 0.0
        self._drawn = False

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """Shows how far ``what`` is; silent when standard error is no terminal."""
        if not self._terminal or (now := time.monotonic()) < self._due:
            return
        self._due = now + _INTERVAL
        self._drawn = True
        sys.stderr.write(f"\r\x1b[K{line(what, done, total)}")
        sys.stderr.flush()

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *_: object) -> None:
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def line(what: str, done: int, total: int | None) -> str:
    """One state of the bar, as text."""
    if not total or not done:
        return f"{what[:60]} {size(done)}" if done else what[:60]
    share = min(done / total, 1.0)
    filled = round(share * _WIDTH)
    return f"{what[:48]:<20} {'█' * filled}{'░' * (_WIDTH - filled)} {share:4.0%} of {size(total)}"
