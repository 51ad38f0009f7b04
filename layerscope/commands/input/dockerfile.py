"""The user's own Dockerfile, as commands take it with ``-f``."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from layerscope.core.errors import UsageError
from layerscope.core.names import printable

if TYPE_CHECKING:
    from layerscope.analysis import Analysis
    from layerscope.report.sarif.located import Located

_DOCKERFILE_BYTES = 4 * 1024 * 1024


def read_dockerfile(name: str) -> str:
    """Its text, line ends as they are, from standard input for ``-``; UsageError when it cannot be read."""
    try:
        if name == "-":
            content = sys.stdin.buffer.read(_DOCKERFILE_BYTES + 1)
        else:
            with Path(name).open("rb") as stream:
                content = stream.read(_DOCKERFILE_BYTES + 1)
        if len(content) > _DOCKERFILE_BYTES:
            raise UsageError(f"{printable(name)} is too large for a Dockerfile", "name the file that the image was built from")
        return content.decode()
    except OSError as error:
        raise UsageError(f"cannot read {printable(name)}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{printable(name)} is not UTF-8 text", "name the file that the image was built from") from error


def locate(analysis: "Analysis", name: str | None, text: str | None, target: str = "") -> "Located | None":
    """Which of its lines made what of an image; None without a Dockerfile."""
    if name is None or text is None:
        return None
    from layerscope.advice.dockerfile.lines import lines_of
    from layerscope.report.sarif.located import Located

    shown = "Dockerfile" if name == "-" else name
    return Located(repository_path(shown), lines_of(analysis.history, text, shown, target))


def repository_path(name: str) -> str:
    """A file as its repository calls it, with slashes and printable; as it was written where it lies outside of one."""
    from layerscope.checking.files import repository_root

    path = Path(os.path.abspath(name))  # noqa: PTH100  # links stay: the repository has the link, not what it leads to
    root = repository_root(path.parent)
    relative = path.relative_to(root).as_posix() if root is not None else Path(name).as_posix()
    return printable(os.fsencode(relative))
