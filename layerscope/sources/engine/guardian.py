"""A process that outlives a proof which is killed, and removes what the proof made.

It is started by path, in a new session, and waits at a pipe. "done" in the pipe lets it go; a pipe that ends without it
means that the proof died. An engine may still finish what the proof had asked for, so this looks until nothing new appears.
"""

import shutil
import signal
import sys
import time
from pathlib import Path

DONE = b"done"
QUIET_SECONDS = 15.0
"""How long nothing may appear until the engine is believed to be done with what it was asked."""

_PAUSE = 0.5
_PATIENCE = 600.0


def main(transport: str, run: str, directory: str) -> None:
    """Waits for the proof ``run`` to end. ``transport`` is its engine's, empty where it has none."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if sys.stdin.buffer.read() == DONE:
        return
    shutil.rmtree(directory, ignore_errors=True)
    if transport:
        sys.path.insert(0, str(Path(__file__).parents[3]))
        _settle(transport, run)


def _settle(transport: str, run: str) -> None:
    from layerscope.core.errors import LayerscopeError
    from layerscope.sources.engine.cleaning import sweep
    from layerscope.sources.engine.client import connect

    began = quiet = time.monotonic()
    while (now := time.monotonic()) - quiet < QUIET_SECONDS and now - began < _PATIENCE:
        try:
            engine = connect(transport)
            with engine.asked("look for what a proof left"):
                found = sweep(engine, run)
            engine.close()
        except LayerscopeError:
            found = 1  # an engine that does not answer is asked again
        if found:
            quiet = time.monotonic()
        time.sleep(_PAUSE)


if __name__ == "__main__":
    main(*sys.argv[1:])
