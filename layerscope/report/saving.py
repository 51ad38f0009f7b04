"""Files that are complete or not there."""

import os
from pathlib import Path

from layerscope.errors import UsageError
from layerscope.names import printable


def save(content: str | bytes, path: Path) -> None:
    """Writes text (as UTF-8) or bytes to a file, which appears under its name only when all of it is written.

    What was there is replaced and its permissions are kept; a symbolic link keeps pointing where it did; a device or pipe is
    written to. UsageError says why it cannot be.
    """
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as stream:  # /dev/null, a named pipe: nothing to replace there
                stream.write(data)
        else:
            _replace(path, data)
    except OSError as error:
        raise UsageError(f"cannot write {printable(os.fsencode(path))}: {error.strerror or error}") from error


def _replace(path: Path, data: bytes) -> None:
    """A temporary file beside the target, then renamed over it."""
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{os.getpid()}-{os.urandom(4).hex()}.part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o777)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
