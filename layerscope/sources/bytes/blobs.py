"""Stretches of files: the form in which every transport hands over manifests, configs and layers."""

import hashlib
import mmap
import os
from pathlib import Path

from msgspec import Struct

from layerscope.core.errors import ImageError
from layerscope.core.names import printable
from layerscope.sources.bytes.compression import COMPRESSED, Form, form_of

WINDOW = 8 * 1024 * 1024
"""Bytes of a mapped file that stay in this process's memory while it is read from one end to the other."""

NOTHING = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""The digest of no bytes: a layer that has it is one without entries, and any other that has no bytes has lost them."""

_FORGET: int | None = getattr(mmap, "MADV_DONTNEED", None)


class MappedFile:
    """A file on disk, mapped for reading, that stays readable after its name is gone. ``name`` is for messages.

    ``identity`` distinguishes the file and its state from all others (device, inode, size, times of content and inode); it is
    empty for a file without a name, which cannot be opened again. ``changed_ns`` is when it last changed, in nanoseconds since
    1970.
    """

    __slots__ = ("_map", "changed_ns", "identity", "name", "size")

    def __init__(self, descriptor: int, name: str) -> None:
        """Maps the open ``descriptor`` and closes it. ``name`` is shown in messages."""
        self.name = name
        try:
            status = os.fstat(descriptor)
            self.size = status.st_size
            self.changed_ns = max(status.st_mtime_ns, status.st_ctime_ns)
            times = (status.st_mtime_ns, status.st_ctime_ns)
            self.identity = (status.st_dev, status.st_ino, status.st_size, *times) if status.st_nlink else ()
            self._map = mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) if self.size else None
        finally:
            os.close(descriptor)

    @classmethod
    def open(cls, path: Path) -> "MappedFile":
        """Maps the file at ``path``; raises OSError as :func:`os.open` does."""
        return cls(os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0)), printable(os.fsencode(path)))

    def view(self) -> memoryview:
        """All bytes, without copying them."""
        return memoryview(self._map) if self._map is not None else memoryview(b"")

    def forget(self, offset: int, size: int) -> None:
        """Lets ``size`` bytes at ``offset``, which will not be read again soon, leave this process's memory."""
        start = offset - offset % mmap.PAGESIZE
        length = min(offset + size, self.size) - start
        if self._map is not None and _FORGET is not None and length > 0:
            self._map.madvise(_FORGET, start, length)


class Blob(Struct, frozen=True):
    """``size`` bytes at ``offset`` of a file, called ``name`` in messages."""

    file: MappedFile
    offset: int
    size: int
    name: str

    @classmethod
    def of_mapped(cls, file: MappedFile, name: str = "") -> "Blob":
        """The whole of a file, called as the file is where no ``name`` is given."""
        return cls(file, 0, file.size, name or file.name)

    def view(self) -> memoryview:
        """The bytes, without copying them; shorter than ``size`` when the file ends early."""
        return self.file.view()[self.offset : self.offset + self.size]

    @property
    def truncated(self) -> bool:
        """Whether the file ends before the blob does."""
        return self.offset + self.size > self.file.size

    def read(self, limit: int) -> bytes:
        """All bytes; :class:`ImageError` when there are more than ``limit`` or the file ends early."""
        if self.size > limit:
            raise ImageError(f"{self.name} has {self.size:,} bytes, more than the limit of {limit:,}")
        if self.truncated:
            raise ImageError(f"{self.name} is cut off", "the file is incomplete: fetch or save it again")
        return bytes(self.view())

    @property
    def form(self) -> Form:
        """In which form the bytes are stored."""
        return form_of(self.view())

    @property
    def compressed(self) -> bool:
        """Whether they are compressed in a way that is known here."""
        return self.form in COMPRESSED

    def digest(self, like: str = "sha256:") -> str:
        """The digest of the bytes, ``sha256:…``, or by the algorithm of the digest ``like``."""
        algorithm = like.partition(":")[0]
        return f"{algorithm}:{hashlib.new(algorithm, self.view()).hexdigest()}"
