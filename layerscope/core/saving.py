"""Files that are complete or not there: the one way in which results are written to this machine's disk."""

import errno
import os
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from layerscope.core.errors import UsageError
from layerscope.core.limits import LINK_HOPS
from layerscope.core.names import printable

_NO_FILE = {
    stat.S_IFDIR: "it is a directory",
    stat.S_IFBLK: "it is a disk",
    stat.S_IFSOCK: "it is a socket",
}
"""What a result is never written to, by the type of file."""


def save(content: str | bytes, path: Path) -> None:
    """Writes text (as UTF-8) or bytes to a file; see :func:`save_pieces`."""
    save_pieces([content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content], path)


def save_pieces(pieces: Iterable[bytes | memoryview], path: Path) -> None:
    """Writes a file, which appears under its name only when all of it is written.

    What was there is replaced and keeps its owner and permissions; a symbolic link keeps pointing where it did, and what it
    points to is replaced. A device, a pipe or an open file (``/dev/stdout``) is written to and stays what it is. UsageError
    says why it cannot be written; then what was there is as it was.
    """
    check_place(path)
    try:
        if is_stream(path):
            with os.fdopen(_open_stream(path), "wb") as stream:
                stream.writelines(pieces)
        else:
            _replace(Path(os.path.realpath(path)), pieces)
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from error


def check_place(path: Path) -> None:
    """Raises UsageError where nothing can be written to ``path``; to be asked before the work whose result goes there."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        check_directory(path, Path(os.path.realpath(path)).parent)
        return
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from error
    if obstacle := _NO_FILE.get(stat.S_IFMT(mode)):
        raise _unwritable(path, obstacle, "name a file")
    if not os.access(path, os.W_OK):
        raise _unwritable(path, os.strerror(errno.EACCES))
    if not is_stream(path):
        check_directory(path, Path(os.path.realpath(path)).parent)


def check_directory(path: Path, directory: Path) -> None:
    """Raises UsageError where ``path`` cannot be written because no file can be made in ``directory``."""
    if not directory.is_dir():
        raise _unwritable(path, f"there is no directory {printable(os.fsencode(directory))}")
    if not os.access(directory, os.W_OK | os.X_OK):
        raise _unwritable(path, f"no file can be made in {printable(os.fsencode(directory))}")


def is_stream(path: Path) -> bool:
    """Whether it is a device, a pipe or an open file of this process, which is written to and never replaced."""
    if _descriptor(path) is not None:
        return True
    with suppress(OSError):
        mode = path.stat().st_mode
        return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)
    return False


def _unwritable(path: Path, why: str, hint: str = "") -> UsageError:
    return UsageError(f"cannot write {printable(os.fsencode(path))}: {why}", hint)


def _descriptor(path: Path) -> int | None:
    """The number of the open file that a name such as ``/dev/stdout`` or ``/dev/fd/3`` stands for.

    What it is open on may be a file that others add to, so it must not be replaced.
    """
    for _ in range(LINK_HOPS):
        directory = os.path.realpath(path.parent)
        if directory in (f"/proc/{os.getpid()}/fd", "/dev/fd") and path.name.isdecimal():
            return int(path.name)
        try:
            path = Path(directory, path.readlink())
        except OSError:  # no link
            return None
    return None


def _open_stream(path: Path) -> int:
    number = _descriptor(path)
    if number is not None:
        sys.stdout.flush()
        return os.dup(number)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError as error:
        if error.errno == errno.ENXIO and path.is_fifo():  # without O_NONBLOCK we would wait for a reader that may never come
            raise _unwritable(path, "nobody reads from this pipe", "start its reader first") from error
        raise
    os.set_blocking(descriptor, True)
    return descriptor


def _replace(target: Path, pieces: Iterable[bytes | memoryview]) -> None:
    """A temporary file beside the target, then renamed over it."""
    temporary = target.with_name(f".{os.getpid()}-{os.urandom(8).hex()}.part")
    before = target.stat() if target.exists() else None
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(temporary, flags, 0o666 if before is None else 0o600), "wb") as stream:
            stream.writelines(pieces)
            if before is not None:
                with suppress(PermissionError):  # only root may give a file away
                    os.fchown(stream.fileno(), before.st_uid, before.st_gid)
                os.fchmod(stream.fileno(), before.st_mode & 0o777)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
