"""Which files a container opens, seen from outside (Linux, root; fanotify(7)).

An overlay opens the files of the layers below it in their own directories, which exist before the container starts: the file
system that holds them is watched, and what is opened in the container's layers is told apart by its path.
"""

import ctypes
import errno
import os
import select
import struct
import threading
from pathlib import Path

from layerscope.errors import SourceError

_CLASS_NOTIF, _CLOEXEC, _NONBLOCK, _UNLIMITED_QUEUE = 0x0, 0x1, 0x2, 0x10
_ADD, _FILESYSTEM = 0x1, 0x100
_OPEN, _OPEN_EXEC = 0x20, 0x1000
_AT_FDCWD = -100
_EVENT = struct.Struct("=IBBHQii")
_LARGEPATH = os.O_RDONLY | getattr(os, "O_LARGEFILE", 0) | os.O_CLOEXEC


class Trace:
    """A context manager: while it lasts, the files that are opened below ``layers`` are noted.

    ``layers`` are the directories where the engine keeps the layers of a container. Raises :class:`SourceError` where the
    kernel or the user's rights do not allow it.
    """

    def __init__(self, layers: tuple[Path, ...]) -> None:
        self._layers = tuple(os.fsencode(layer.resolve()) + b"/" for layer in layers)
        self._found: dict[bytes, None] = {}
        self._descriptor = -1
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def opened(self) -> tuple[bytes, ...]:
        """Paths inside of the container, without a leading slash, in the order of their first opening."""
        return tuple(self._found)

    def __enter__(self) -> "Trace":
        library = ctypes.CDLL(None, use_errno=True)
        if not hasattr(library, "fanotify_init"):
            raise SourceError("this system has no fanotify", "--trace works on Linux")
        self._descriptor = library.fanotify_init(_CLASS_NOTIF | _CLOEXEC | _NONBLOCK | _UNLIMITED_QUEUE, _LARGEPATH)
        if self._descriptor < 0:
            raise _refused(ctypes.get_errno())
        marked = library.fanotify_mark(
            self._descriptor,
            _ADD | _FILESYSTEM,
            ctypes.c_uint64(_OPEN | _OPEN_EXEC),
            _AT_FDCWD,
            ctypes.c_char_p(self._layers[0]),
        )
        if marked < 0:
            problem = _refused(ctypes.get_errno())
            os.close(self._descriptor)
            raise problem
        self._thread = threading.Thread(target=self._watch, daemon=True, name="trace")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)
        os.close(self._descriptor)

    def _watch(self) -> None:
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        while True:
            ready = poll.poll(100)
            if ready:
                try:
                    self._note(os.read(self._descriptor, 65536))
                except BlockingIOError:
                    continue
            elif self._stop.is_set():
                return

    def _note(self, events: bytes) -> None:
        at = 0
        while at + _EVENT.size <= len(events):
            length, _, _, _, _, descriptor, _ = _EVENT.unpack_from(events, at)
            at += max(length, _EVENT.size)
            if descriptor >= 0:
                try:
                    path = os.fsencode(Path(f"/proc/self/fd/{descriptor}").readlink())
                except OSError:
                    path = b""
                finally:
                    os.close(descriptor)
                if path.startswith(self._layers):
                    layer = next(layer for layer in self._layers if path.startswith(layer))
                    self._found.setdefault(path.removeprefix(layer).removesuffix(b" (deleted)"))


def _refused(number: int) -> SourceError:
    if number == errno.EPERM:
        return SourceError("--trace needs the right to watch a whole filesystem", "run it as root")
    return SourceError(f"the container's files cannot be watched: {os.strerror(number)}", "leave --trace out")
