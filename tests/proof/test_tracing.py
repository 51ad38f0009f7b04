"""Files that a container opens, by the kernel's events: which are noted, and what is said where none can be."""

import ctypes
import errno
import os
import struct
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from layerscope.core.errors import SourceError
from layerscope.proof.tracing import Trace

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="fanotify is Linux's")

ROOT = Path("/proc")
"""A filesystem of its own on every Linux, in the place of a container's."""

OPEN, START = 0x20, 0x1000
EVERYBODY, NOBODY = "", "c0ffee"
"""Ids of containers that every process is in, and none."""


class Kernel:
    """fanotify as a pipe that the test writes to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, init: int = 0, mark: int = 0) -> None:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        library = SimpleNamespace(fanotify_init=lambda *_: init or self._reader, fanotify_mark=lambda *_: mark)
        monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: library)
        monkeypatch.setattr(ctypes, "get_errno", lambda: errno.EPERM)

    def open(self, path: str, mask: int = OPEN) -> None:
        descriptor = os.open(path, os.O_RDONLY)
        os.write(self._writer, struct.pack("=IBBHQii", 24, 3, 0, 24, mask, descriptor, os.getpid()))


def opened(monkeypatch: pytest.MonkeyPatch, container: str, *events: tuple[str, int]) -> tuple[bytes, ...]:
    kernel = Kernel(monkeypatch)
    with Trace(container, ROOT) as trace:
        for path, mask in events:
            kernel.open(path, mask)
        deadline = time.monotonic() + 10
        while container == EVERYBODY and len(trace.opened) < len(set(events)) and time.monotonic() < deadline:
            time.sleep(0.01)
    return trace.opened


def test_each_file_is_noted_once_in_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    events = [("/proc/version", OPEN), ("/proc/uptime", OPEN), ("/proc/version", OPEN)]
    assert opened(monkeypatch, EVERYBODY, *events) == (b"version", b"uptime")


def test_files_that_another_process_opens_are_not_the_containers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert opened(monkeypatch, NOBODY, ("/proc/version", OPEN)) == ()


def test_a_program_that_starts_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert opened(monkeypatch, EVERYBODY, ("/proc/version", START)) == (b"version",)


@pytest.mark.parametrize(("init", "mark"), [(-1, 0), (0, -1)], ids=["no right to watch", "no right to this filesystem"])
def test_without_the_right_to_watch_it_says_what_is_needed(monkeypatch: pytest.MonkeyPatch, init: int, mark: int) -> None:
    Kernel(monkeypatch, init, mark)
    with pytest.raises(SourceError, match="needs the right to watch a whole filesystem"), Trace(EVERYBODY, ROOT):
        time.sleep(0.1)


def test_a_container_whose_files_were_never_mounted_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Kernel(monkeypatch)
    with pytest.raises(SourceError, match="nothing was mounted"), Trace(EVERYBODY, tmp_path):
        pass


def test_a_system_without_fanotify_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: SimpleNamespace())
    with pytest.raises(SourceError, match="no fanotify"), Trace(EVERYBODY, ROOT):
        pass
