"""Which files a container opens, seen from outside (Linux, root; fanotify(7)).

An overlay opens the files of the layers below it in their own directories, which exist before the container starts: the file
system that holds them is watched. What is opened is the container's when one of its layers has that very inode under that path,
and when the process that opened it belongs to the container.
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
    """A context manager: while it lasts, the files that the container opens in its ``layers`` are noted.

    ``container`` is its id, ``layers`` are the directories where the engine keeps its layers. Raises :class:`SourceError` where
    the kernel or the user's rights do not allow it.
    """

    def __init__(self, container: str, layers: tuple[Path, ...]) -> None:
        self._container = container.encode()
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
            length, _, _, _, _, descriptor, process = _EVENT.unpack_from(events, at)
            at += max(length, _EVENT.size)
            if descriptor >= 0:
                try:
                    self._note_one(descriptor, process)
                except OSError:
                    continue  # the file or the process is gone
                finally:
                    os.close(descriptor)

    def _note_one(self, descriptor: int, process: int) -> None:
        path = os.fsencode(Path(f"/proc/self/fd/{descriptor}").readlink()).removesuffix(b" (deleted)")
        for layer in self._layers:
            path = path.removeprefix(layer)
        path = path.lstrip(b"/")
        if path in self._found or not path:
            return
        opened = os.fstat(descriptor)
        if any(_is(layer + path, opened) for layer in self._layers) and self._belongs(process):
            self._found[path] = None

    def _belongs(self, process: int) -> bool:
        """Whether a process is the container's; True for one that has ended already, which an engine's does not do."""
        try:
            return self._container in Path(f"/proc/{process}/cgroup").read_bytes()
        except OSError:
            return True


def _is(path: bytes, opened: os.stat_result) -> bool:
    try:
        there = Path(os.fsdecode(path)).lstat()
    except OSError:
        return False
    return (there.st_dev, there.st_ino) == (opened.st_dev, opened.st_ino)


def _refused(number: int) -> SourceError:
    if number == errno.EPERM:
        return SourceError("--trace needs the right to watch a whole filesystem", "run it as root")
    return SourceError(f"the container's files cannot be watched: {os.strerror(number)}", "leave --trace out")
