"""Files of our own in directories that others may reach.

Nothing here follows a link, waits for a FIFO, or reads beyond its limit. A file gets its name only when it is written whole,
and counts as ours only in a directory that no other user can write into.
"""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from layerscope.core.expressions import expression
from layerscope.core.names import printable

PARTIAL = expression(r"\.[0-9a-f]{32}\.partial\Z")
"""The name of a file while it is written, which cannot be guessed."""

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_DIRECTORY = (errno.ELOOP, errno.ENOTDIR)


class NotOurs(Exception):
    """A directory in which another user could change files; the message says which, and why."""


def ourselves() -> frozenset[int]:
    """The one user whose files are ours."""
    return frozenset((os.geteuid(),))


def make_directory(path: Path) -> None:
    """Makes a directory that no other user can enter, and those above it, where they are missing. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)


@contextmanager
def open_directory(path: Path, owners: frozenset[int]) -> Iterator[int]:
    """A descriptor of a directory that belongs to one of ``owners``, and that no other user can write into.

    Raises NotOurs for any other and for a link, OSError when there is none.
    """
    above = path.parent.lstat()
    if stat.S_ISLNK(above.st_mode) and above.st_uid not in (*owners, 0):
        raise NotOurs(f"{_shown(path.parent)} is another user's link")
    try:
        descriptor = os.open(path, _DIRECTORY)
    except OSError as error:
        if error.errno in _NO_DIRECTORY and os.path.lexists(path):
            raise NotOurs(f"{_shown(path)} is a link, or no directory") from None
        raise
    try:
        _refuse_strangers(path, os.fstat(descriptor), owners)
        yield descriptor
    finally:
        os.close(descriptor)


def _refuse_strangers(path: Path, status: os.stat_result, owners: frozenset[int]) -> None:
    if status.st_uid not in owners:
        raise NotOurs(f"{_shown(path)} belongs to another user (number {status.st_uid})")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise NotOurs(f"other users can write into {_shown(path)}")


def is_file(directory: int, name: str) -> bool:
    """Whether the name stands for a file, and not for a link or anything else."""
    with suppress(OSError):
        return stat.S_ISREG(os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode)
    return False


def read_file(directory: int, name: str, limit: int, owners: frozenset[int]) -> bytes | None:
    """The content of a file that belongs to one of ``owners``; None when the name stands for nothing, for anything but a file,
    or for one of more than ``limit`` bytes."""
    with suppress(OSError), _open_file(directory, name) as descriptor:
        status = os.fstat(descriptor)
        ours = stat.S_ISREG(status.st_mode) and status.st_uid in owners
        return os.read(descriptor, status.st_size) if ours and status.st_size <= limit else None
    return None


@contextmanager
def _open_file(directory: int, name: str) -> Iterator[int]:
    """A descriptor of what the name stands for. Raises OSError."""
    descriptor = os.open(name, _READ, dir_fd=directory)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def begins_with(directory: int, name: str, start: bytes) -> bool:
    """Whether a file of ours begins like this, as far as it goes."""
    if not is_file(directory, name):
        return False
    with suppress(OSError), _open_file(directory, name) as descriptor:
        return start.startswith(os.read(descriptor, len(start)))
    return False


def write_file(directory: int, names: Sequence[str], pieces: Sequence[bytes], mode: int = 0o600) -> None:
    """Writes one file that has all ``names``, in place of what had them; no half of it is ever seen. Raises OSError."""
    partial = f".{os.urandom(16).hex()}.partial"
    try:
        with os.fdopen(os.open(partial, _WRITE, mode, dir_fd=directory), "wb") as file:
            file.writelines(pieces)
        for name in names[1:]:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=directory)
            os.link(partial, name, src_dir_fd=directory, dst_dir_fd=directory, follow_symlinks=False)
        os.replace(partial, names[0], src_dir_fd=directory, dst_dir_fd=directory)
    except BaseException:
        with suppress(OSError):
            os.unlink(partial, dir_fd=directory)
        raise


def _shown(path: Path) -> str:
    return printable(os.fsencode(path))
