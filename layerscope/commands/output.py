"""Where a command's result goes, and in which format."""

import sys
from collections.abc import Collection
from pathlib import Path

from layerscope.report.formats import named_by


def format_of(chosen: str | None, destination: str, formats: Collection[str]) -> str:
    """The format that was chosen; else the one that the destination's name ends in; else the first of ``formats``."""
    return chosen or named_by(Path(destination), formats) or next(iter(formats))


def write(content: str | bytes, destination: str = "-") -> None:
    """Writes text (as UTF-8) or bytes to standard output for ``-``, else to a file, complete or not at all."""
    if destination == "-":
        data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    from layerscope.report.saving import save

    save(content, Path(destination))
