"""Which files a container opens, seen from outside (Linux, root; fanotify(7)).

The engine mounts a container's layers as one separate filesystem before the container's first process starts. As soon as it is
there, it is watched: everything that is opened in it is this container's, whatever else runs on the same layers.
"""

import ctypes
import errno
import os
import select
import struct
import threading
from contextlib import suppress
from pathlib import Path

from layerscope.core.errors import SourceError

_CLASS_NOTIF, _CLOEXEC, _NONBLOCK, _UNLIMITED_QUEUE = 0x0, 0x1, 0x2, 0x10
_ADD, _FILESYSTEM = 0x1, 0x100
_OPEN, _OPEN_EXEC = 0x20, 0x1000
_AT_FDCWD = -100
_EVENT = struct.Struct("=IBBHQii")
_PAUSE = 0.002
_LOOKED_UP = (b"etc/passwd", b"etc/group")
"""What the container runtime itself reads in a new process, to know its user, before it starts the program there."""
_LARGEPATH = os.O_RDONLY | getattr(os, "O_LARGEFILE", 0) | os.O_CLOEXEC


class Trace:
    """A context manager: while it lasts, the files that the container opens in its image are noted.

    ``container`` is its id, ``root`` the directory where the engine mounts its filesystem when it is started. Raises
    :class:`SourceError` where the kernel or the user's rights do not allow it, and at the end when nothing was ever mounted.
    """

    def __init__(self, container: str, root: Path) -> None:
        self._container = container.encode()
        self._root = root
        self._found: dict[bytes, None] = {}
        self._looked_up: dict[int, dict[bytes, None]] = {}
        self._started: set[int] = set()
        self._descriptor = -1
        self._mounted = False
        self._problem: SourceError | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def opened(self) -> tuple[bytes, ...]:
        """Paths inside of the container, without a leading slash, in the order of their first opening."""
        looked_up = (path for paths in self._looked_up.values() for path in paths)
        return tuple(dict.fromkeys((*self._found, *looked_up)))

    def __enter__(self) -> "Trace":
        library = ctypes.CDLL(None, use_errno=True)
        if not hasattr(library, "fanotify_init"):
            raise SourceError("this system has no fanotify", "--trace works on Linux")
        self._descriptor = library.fanotify_init(_CLASS_NOTIF | _CLOEXEC | _NONBLOCK | _UNLIMITED_QUEUE, _LARGEPATH)
        if self._descriptor < 0:
            raise _refusal(ctypes.get_errno())
        self._thread = threading.Thread(target=self._watch, args=(library,), daemon=True, name="trace")
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)
        os.close(self._descriptor)
        if self._problem is not None and kind is None:
            raise self._problem

    def _watch(self, library: ctypes.CDLL) -> None:
        self._problem = self._wait_until_mounted() or self._mark(library)
        if self._problem is not None:
            return
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        while (ready := poll.poll(100)) or not self._stop.is_set():
            if ready:
                with suppress(BlockingIOError):
                    self._note(os.read(self._descriptor, 65536))

    def _wait_until_mounted(self) -> SourceError | None:
        while not _is_mounted(self._root):
            if self._stop.wait(_PAUSE):
                return SourceError(
                    f"nothing was mounted at {self._root}: the container did not start, or its files are out of sight",
                    "leave --trace out",
                )
        return None

    def _mark(self, library: ctypes.CDLL) -> SourceError | None:
        """Watches the container's filesystem from now on."""
        path = ctypes.c_char_p(os.fsencode(self._root))
        events = ctypes.c_uint64(_OPEN | _OPEN_EXEC)
        failed = library.fanotify_mark(self._descriptor, _ADD | _FILESYSTEM, events, _AT_FDCWD, path) < 0
        return _refusal(ctypes.get_errno()) if failed else None

    def _note(self, events: bytes) -> None:
        at = 0
        while at + _EVENT.size <= len(events):
            length, _, _, _, mask, descriptor, process = _EVENT.unpack_from(events, at)
            at += max(length, _EVENT.size)
            if descriptor >= 0:
                try:
                    with suppress(OSError):  # the file or the process is gone
                        self._note_one(descriptor, mask, process)
                finally:
                    os.close(descriptor)

    def _note_one(self, descriptor: int, mask: int, process: int) -> None:
        path = os.fsencode(Path(f"/proc/self/fd/{descriptor}").readlink()).removesuffix(b" (deleted)")
        path = path.removeprefix(os.fsencode(self._root)).lstrip(b"/")
        if not path or not self._belongs(process):
            return
        if mask & _OPEN_EXEC and process not in self._started:
            self._started.add(process)
            self._looked_up.pop(process, None)
        if path in self._found:
            return
        if path in _LOOKED_UP and process not in self._started:
            self._looked_up.setdefault(process, {})[path] = None
        else:
            self._found[path] = None

    def _belongs(self, process: int) -> bool:
        """Whether a process is the container's; True for one that has ended already, which an engine's does not do."""
        try:
            return self._container in Path(f"/proc/{process}/cgroup").read_bytes()
        except OSError:
            return True


def _is_mounted(root: Path) -> bool:
    try:
        return root.stat().st_dev != root.parent.stat().st_dev
    except OSError:
        return False


def _refusal(number: int) -> SourceError:
    if number == errno.EPERM:
        return SourceError("--trace needs the right to watch a whole filesystem", "run it as root")
    return SourceError(f"the container's files cannot be watched: {os.strerror(number)}", "leave --trace out")
