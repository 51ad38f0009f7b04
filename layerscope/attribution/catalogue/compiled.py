"""The catalogue as it was read before, kept as Python keeps its modules: beside the sources in ``__pycache__``, for one version
of Python, and good for just the files that it was made of.

It is taken from where it is as safe as the modules beside it: from a directory into which only we, the administrator, or who
installed layerscope can write.
"""

import marshal
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

from layerscope import __version__
from layerscope.core.cache.files import NotOurs, open_directory, ourselves, read_file, write_file

_MOST_BYTES = 16 * 1024 * 1024

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
    place = _place(directory)
    try:
        owners = _trusted(directory)
        with open_directory(place.parent, owners) as opened:
            content = read_file(opened, place.name, _MOST_BYTES, owners)
        kept, rows = marshal.loads(content or b"")  # noqa: S302 - as trusted as the modules beside it
    except (NotOurs, OSError, ValueError, EOFError, TypeError):
        return None
    return rows if kept == made else None


def keep(directory: Path, made: _Made, rows: list[Row]) -> None:
    """Keeps the rows where Python may keep modules; where it may not, nothing happens."""
    if sys.dont_write_bytecode:
        return
    place = _place(directory)
    with suppress(NotOurs, OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        with open_directory(place.parent, _trusted(directory)) as opened:
            write_file(opened, (place.name,), (marshal.dumps((made, rows)),), 0o644)


def _trusted(directory: Path) -> frozenset[int]:
    """Whose files are as good as the sources: our own, the administrator's, and those of the sources' owner."""
    return ourselves() | {0, directory.stat().st_uid}


def _place(directory: Path) -> Path:
    return Path(cache_from_source(str(directory / "catalogue.py"))).with_suffix(".rules")
