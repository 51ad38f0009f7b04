"""The catalogue as it was read before, kept as Python keeps its modules: beside the sources in ``__pycache__``, for one version
of Python, and good for just the files that it was made of.
"""

import marshal
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

from layerscope import __version__

Row = tuple[Any, ...]
"""A rule's fields, all of them texts, numbers and tuples of those."""

_Made = tuple[str, tuple[tuple[str, int, int], ...]]
"""What it was made of: the package's version, and name, time and size of each file."""


def made_of(sources: Sequence[Path]) -> _Made:
    """What a catalogue is made of that these files say and read."""
    states = ((path.name, path.stat()) for path in sources)
    return __version__, tuple((name, state.st_mtime_ns, state.st_size) for name, state in states)


def recall(directory: Path, made: _Made) -> list[Row] | None:
    """The rows that were kept, None when there are none or they were made of something else."""
    try:
        kept, rows = marshal.loads(_place(directory).read_bytes())  # noqa: S302 - as trusted as the modules beside it
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return rows if kept == made else None


def keep(directory: Path, made: _Made, rows: list[Row]) -> None:
    """Keeps the rows where Python may keep modules; where it may not, nothing happens."""
    if sys.dont_write_bytecode:
        return
    place = _place(directory)
    unfinished = place.with_name(f"{place.name}.{os.getpid()}")
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(marshal.dumps((made, rows)))
        unfinished.replace(place)


def _place(directory: Path) -> Path:
    return Path(cache_from_source(str(directory / "catalogue.py"))).with_suffix(".rules")
