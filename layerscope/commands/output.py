"""Where a command's result goes."""

import sys
from pathlib import Path


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
