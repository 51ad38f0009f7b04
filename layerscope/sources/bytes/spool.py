"""Temporary files without a name: where a stream is kept once, so that it can be mapped."""

import errno
import os
from collections import deque
from collections.abc import Iterable
from types import TracebackType

from layerscope.core.errors import SourceError
from layerscope.sources.bytes.blobs import MappedFile

_BATCH = 1024 * 1024
_WAITING = 8
_NO_ROOM = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


class Spool:
    """A file without a name in the temporary directory (``TMPDIR``), which the system frees when it is closed.

    A context manager: :meth:`write` what arrives, then :meth:`mapped` turns it into a file to read. ``what`` is for messages.
    Raises :class:`SourceError` when there is no room.
    """

    __slots__ = ("_descriptor", "_directory", "size", "what")

    def __init__(self, what: str) -> None:
        import tempfile

        self.what = what
        self.size = 0
        try:
            self._directory = tempfile.gettempdir()
            with tempfile.TemporaryFile(dir=self._directory, buffering=0) as file:
                self._descriptor = os.dup(file.fileno())
        except OSError as error:
            raise self._failure(error) from error

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def write(self, chunk: "bytes | bytearray | memoryview") -> None:
        """Appends all of ``chunk``."""
        rest = memoryview(chunk)
        try:
            while rest:
                written = os.write(self._descriptor, rest)
                self.size += written
                rest = rest[written:]
        except OSError as error:
            raise self._failure(error) from error

    def fill(self, pieces: Iterable[bytes]) -> None:
        """Appends all pieces, written by another thread while the next ones arrive: making room for a file can take as long as
        receiving it."""
        from concurrent.futures import Future, ThreadPoolExecutor

        waiting: deque[Future[None]] = deque()
        with ThreadPoolExecutor(1, "spool") as writer:
            for batch in _batches(pieces):
                waiting.append(writer.submit(self._write_all, batch))
                if len(waiting) > _WAITING:
                    waiting.popleft().result()
        for write in waiting:
            write.result()

    def _write_all(self, batch: list[bytes]) -> None:
        """Appends the pieces with one call to the system where that suffices."""
        try:
            written = os.writev(self._descriptor, batch)
        except OSError as error:
            raise self._failure(error) from error
        self.size += written
        if written < sum(map(len, batch)):
            self.write(memoryview(b"".join(batch))[written:])

    def mapped(self, name: str) -> MappedFile:
        """What was written, for reading; ``name`` is shown in messages. The spool is used up."""
        descriptor, self._descriptor = self._descriptor, -1
        return MappedFile(descriptor, name)

    def _failure(self, error: OSError) -> SourceError:
        directory = getattr(self, "_directory", "the temporary directory")
        if error.errno in _NO_ROOM:
            message = f"no room in {directory} for {self.what} ({self.size:,} bytes were written)"
            return SourceError(message, "free some space, or set TMPDIR to a directory that has it")
        reason = error.strerror or str(error)
        return SourceError(f"{directory}: {self.what} cannot be kept there: {reason}", "set TMPDIR to a directory with room")


def _batches(pieces: Iterable[bytes]) -> Iterable[list[bytes]]:
    """The pieces in lists of about a mebibyte: an engine sends 32 KiB at a time."""
    batch: list[bytes] = []
    size = 0
    for piece in pieces:
        batch.append(piece)
        size += len(piece)
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
