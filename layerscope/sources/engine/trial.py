"""Where one proof works: a run in the engine and a directory, and nothing left of either in the end."""

import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from layerscope.core.errors import LayerscopeError, SourceError
from layerscope.sources.engine import guardian
from layerscope.sources.engine.cleaning import sweep
from layerscope.sources.engine.client import Engine, connect


class Trial(Struct, frozen=True, eq=False):
    """``run`` is in the name or the label of all that the proof makes; ``engine`` is None where it runs nothing, and
    ``directory`` holds its files."""

    run: str
    directory: Path
    engine: Engine | None


@contextmanager
def trial(transport: str) -> Iterator[Trial]:
    """A trial in the engine of ``transport`` (empty: in none).

    What it made is removed however it ends, by a guardian process where this one is killed. Raises
    :class:`SourceError` when the engine does not answer.
    """
    run = secrets.token_hex(8)
    directory = Path(tempfile.gettempdir(), f"layerscope-proof-{run}")
    engine = connect(transport) if transport else None
    guard = _start_guardian(transport, run, directory)
    ended = False
    try:
        directory.mkdir(mode=0o700)
        yield Trial(run, directory, engine)
        ended = True
    finally:
        _clean(transport, run, directory)
        if engine is not None:
            engine.close()
        _leave(guard, ended)


def _clean(transport: str, run: str, directory: Path) -> None:
    """Removes the run's files, containers, networks and images, over a connection that nothing has interrupted."""
    shutil.rmtree(directory, ignore_errors=True)
    if not transport:
        return
    with suppress(LayerscopeError):
        engine = connect(transport)
        with engine.asked("remove what the proof made"):
            sweep(engine, run)
        engine.close()


def _start_guardian(transport: str, run: str, directory: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-P", guardian.__file__, transport, run, str(directory)]
    quiet = subprocess.DEVNULL
    try:
        return subprocess.Popen(  # noqa: S603 - Python itself, and a file of this package
            command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, start_new_session=True
        )
    except OSError as error:
        raise SourceError(f"the process that cleans up after a proof cannot be started: {error.strerror}") from error


def _leave(guard: "subprocess.Popen[bytes]", ended: bool) -> None:
    """Lets the guardian go; after a proof that did not come to its end, once the engine has settled."""
    with suppress(OSError):
        if ended:
            guard.communicate(guardian.DONE)
        elif guard.stdin is not None:
            guard.stdin.close()
