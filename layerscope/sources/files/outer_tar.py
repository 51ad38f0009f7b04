"""The members of an image's outer archive: a walk over tar headers, which reads no member's content.

An archive of an image has few members, and large ones; some come from strangers, and some are cut off. So what stands before a
cut or a damaged header stays usable.
"""

from contextlib import suppress

from msgspec import Struct, field

from layerscope.core import limits
from layerscope.core.errors import ImageError
from layerscope.core.names import path_bytes, path_text, printable
from layerscope.core.paths import normal_path
from layerscope.sources.bytes.blobs import Blob, MappedFile
from layerscope.sources.bytes.tar_header import (
    BLOCK,
    EXTENSIONS,
    LONG_NAMES,
    Header,
    checksum_fits,
    extension,
    padded,
    read_header,
)

_REGULAR = (b"0", b"\0", b"7")
_HARD_LINK, _SYMBOLIC_LINK, _DIRECTORY = b"1", b"2", b"5"


class Members(Struct):
    """What a tar holds. ``files`` maps normalised names (no leading ``/`` or ``./``) to contents, ``links`` symbolic and hard
    links to the normalised name of their target. ``problem`` says where and why the walk ended early, and is empty at a proper
    end; ``complete`` also asks for a zero block there."""

    files: dict[str, Blob] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    complete: bool = False

    def find(self, name: str) -> Blob | None:
        """The content of a member, through links; None when there is none or a link leads nowhere."""
        name = normalised(name)
        for _ in range(limits.LINK_HOPS):
            if blob := self.files.get(name):
                return blob
            if name not in self.links:
                # below a directory that is a link itself (``<id>/layer.tar`` where ``<id>`` links to another)
                directory, _, last = name.rpartition("/")
                return self.files.get(f"{self.links[directory]}/{last}") if directory in self.links else None
            name = self.links[name]
        return None

    def names(self) -> set[str]:
        """Every name that has a content or is a link."""
        return self.files.keys() | self.links.keys()


def normalised(name: str, directory: str = "") -> str:
    """A member's name relative to the archive's root; ``..`` stops at the root. ``directory`` is where a link lies."""
    return path_text(normal_path(path_bytes(name), path_bytes(directory)))


def is_tar(view: memoryview) -> bool:
    """Whether the bytes begin with a tar header, or with the zero blocks of an empty tar."""
    header = bytes(view[:BLOCK])
    return checksum_fits(header) or header == bytes(BLOCK)


def list_members(file: MappedFile) -> Members:
    """Walks the headers of the tar in ``file``; raises :class:`ImageError` for a limit that it exceeds."""
    walk = _Walk(file)
    problem = walk.run()
    walk.found.problem = problem
    walk.found.complete = not problem and len(file.view()[walk.offset : walk.offset + BLOCK]) == BLOCK
    return walk.found


class _Walk:
    """The state of one walk: where it is, and what extended headers say about the member that follows."""

    def __init__(self, file: MappedFile) -> None:
        self.file = file
        self.view = file.view()
        self.offset = 0
        self.found = Members()
        self.extended: dict[bytes, bytes] = {}
        self.long: dict[bytes, bytes] = {}

    def run(self) -> str:
        """Walks to the end; why it ended early, "" when it did not."""
        cut_off = f"{self.file.name} is cut off at {self.file.size:,} bytes"
        while self.offset < self.file.size:
            if self.offset + BLOCK > self.file.size:
                return cut_off if any(self.view[self.offset :]) else ""
            try:
                header = read_header(self.view, self.offset, self.offset)
            except ImageError:
                return f"{self.file.name} is damaged at byte {self.offset:,}: no tar header is there"
            if header is None:
                return ""
            size = self._size(header)
            self._take(header, size)
            end = self.offset + BLOCK + size
            if end > self.file.size:
                return cut_off
            self.offset += BLOCK + padded(size)
        return ""

    def _size(self, header: Header) -> int:
        """The size of the member's content."""
        if header.flag in (_HARD_LINK, _SYMBOLIC_LINK, _DIRECTORY):
            return 0
        override = self.extended.get(b"size", b"")
        return int(override[:20]) if header.flag in _REGULAR and override.isdigit() else header.size

    def _take(self, header: Header, size: int) -> None:
        if header.flag in EXTENSIONS:
            self._check("an extended header", size, limits.PAX_HEADER_BYTES)
            self._extend(header, size)
            return
        names = self.extended | self.long
        name = normalised(path_text(names.get(b"path") or header.name))
        target = path_text(names.get(b"linkpath") or header.link)
        self.extended, self.long = {}, {}
        files, links = self.found.files, self.found.links
        if header.flag in _REGULAR:
            links.pop(name, None)
            files[name] = Blob(self.file, self.offset + BLOCK, size, printable(name))
        elif header.flag in (_HARD_LINK, _SYMBOLIC_LINK):
            files.pop(name, None)
            links[name] = normalised(target, name.rpartition("/")[0] if header.flag == _SYMBOLIC_LINK else "")
        self._check("a number of members", len(files) + len(links), limits.ARCHIVE_MEMBERS)

    def _check(self, what: str, found: int, limit: int) -> None:
        if found > limit:
            raise ImageError(f"{self.file.name}: {limits.exceeded(what, found, limit)}")

    def _extend(self, header: Header, size: int) -> None:
        """Notes what an extended header says, up to what is malformed; one for all members (``g``) says nothing of names, and
        a long name stands above the others."""
        start = self.offset + BLOCK
        found = self.long if header.flag in LONG_NAMES else self.extended
        with suppress(ImageError):
            for key, value in extension(header, bytes(self.view[start : start + size])) if header.flag != b"g" else ():
                found[key] = value
