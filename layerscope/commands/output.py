"""Where a command's result goes, and in which format."""

import sys
from collections.abc import Collection
from pathlib import Path

from layerscope.core.errors import UsageError
from layerscope.core.names import printable
from layerscope.report.formats import endings, named, named_by, unknown_ending


def format_of(chosen: str | None, destination: str, formats: Collection[str], default: str = "") -> str:
    """The format that was chosen; else the one that the destination's name ends in; else ``default``, or the first of them.

    Raises UsageError for a name that ends in the name of a format which is not among ``formats``: markdown in a .csv or a .pdf
    is a mistake. A .txt asks for nothing but text, which the default is.
    """
    path = Path(destination)
    found = chosen or named_by(path, formats)
    promised = named(path) or unknown_ending(path)
    if found is None and promised not in ("", "text"):
        raise UsageError(
            f"{printable(destination)} asks for {printable(promised)}, which this command does not write",
            f"let the name end in one of {endings(formats)}, or give --format",
        )
    return found or default or next(iter(formats))


def warn(*lines: str) -> None:
    """Writes lines about the run on standard error."""
    sys.stderr.writelines(f"layerscope: {line}\n" for line in lines)


def write(content: str | bytes, destination: str = "-") -> None:
    """Writes text (as UTF-8) or bytes to standard output for ``-``, else to a file, complete or not at all."""
    if destination == "-":
        data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    from layerscope.core.saving import save

    save(content, Path(destination))
