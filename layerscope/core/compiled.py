"""What was read out of data files before, kept as Python keeps its modules: beside the sources in ``__pycache__``, for one
version of Python, and good for just the files that it was made of.

It is as safe as the modules beside it: it is taken only from a directory into which only we, the administrator, or who
installed layerscope can write.
"""

import marshal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any, TypeVar

from layerscope import __version__
from layerscope.core.cache.files import NotOurs, open_directory, ourselves, read_file, write_file

_MOST_BYTES = 16 * 1024 * 1024

Made = tuple[str, tuple[tuple[str, int, int], ...]]
"""What something was made of: the package's version, and name, time and size of each file."""

T = TypeVar("T")


def compiled(source: Path, others: Sequence[Path], read: Callable[[], T]) -> T:
    """What ``read`` makes of ``source`` and ``others``: texts, numbers, and lists, tuples and dicts of them."""
    made = made_of([source, *others])
    content: T | None = recall(source, made)
    if content is None:
        content = read()
        keep(source, made, content)
    return content


def made_of(sources: Sequence[Path]) -> Made:
    """The present state of the files that something is made of."""
    states = ((path.name, path.stat()) for path in sources)
    return __version__, tuple((name, state.st_mtime_ns, state.st_size) for name, state in states)


def recall(source: Path, made: Made) -> Any:
    """What was kept for ``source``; None when nothing was, or it was made of something else."""
    place = _place(source)
    try:
        owners = _trusted(source.parent)
        with open_directory(place.parent, owners) as opened:
            content = read_file(opened, place.name, _MOST_BYTES, owners)
        kept, found = marshal.loads(content or b"")  # noqa: S302 - as trusted as the modules beside it
    except (NotOurs, OSError, ValueError, EOFError, TypeError):
        return None
    return found if kept == made else None


def keep(source: Path, made: Made, content: Any) -> None:
    """Keeps what was made where Python may keep modules; where it may not, nothing happens."""
    if sys.dont_write_bytecode:
        return
    place = _place(source)
    with suppress(NotOurs, OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        with open_directory(place.parent, _trusted(source.parent)) as opened:
            write_file(opened, (place.name,), (marshal.dumps((made, content)),), 0o644)


def _trusted(directory: Path) -> frozenset[int]:
    """Whose files are as good as the sources: our own, the administrator's, and those of the sources' owner."""
    return ourselves() | {0, directory.stat().st_uid}


def _place(source: Path) -> Path:
    return Path(cache_from_source(str(source))).with_suffix(".data")
