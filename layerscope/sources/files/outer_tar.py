"""The members of an image's outer archive: a walk over tar headers, which reads no member's content.

An archive of an image has few members, and large ones; some come from strangers, and some are cut off. So what stands before a
cut or a damaged header stays usable. Follows POSIX.1-2001 (ustar, pax) and GNU tar's long names and base-256 numbers.
"""

from typing import NamedTuple

from msgspec import field

from layerscope.core import limits
from layerscope.core.errors import ImageError
from layerscope.core.names import path_text, printable
from layerscope.sources.bytes.blobs import Blob, MappedFile

_BLOCK = 512
_REGULAR = (b"0", b"\0", b"7")


class Members(NamedTuple):
    """What a tar holds. ``files`` maps normalised names (no leading ``/`` or ``./``) to contents, ``links`` symbolic and hard
    links to the normalised name of their target. ``problem`` says where and why the walk ended early, and is empty at a proper
    end; ``complete`` also asks for the two zero blocks that end a tar."""

    files: dict[str, Blob]
    links: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    complete: bool = True

    def find(self, name: str) -> Blob | None:
        """The content of a member, through links; None when there is none or a link leads nowhere."""
        name = normalised(name)
        for _ in range(limits.LINK_HOPS):
            if blob := self.files.get(name):
                return blob
            if name not in self.links:
                return self._through_directory_link(name)
            name = self.links[name]
        return None

    def _through_directory_link(self, name: str) -> Blob | None:
        """A member below a directory that is a link itself (``<id>/layer.tar`` where ``<id>`` links to another)."""
        directory, slash, last = name.rpartition("/")
        if slash and directory in self.links:
            return self.files.get(f"{self.links[directory]}/{last}")
        return None

    def names(self) -> set[str]:
        """Every name that has a content or is a link."""
        return self.files.keys() | self.links.keys()


def normalised(name: str, directory: str = "") -> str:
    """A member's name relative to the archive's root; ``..`` stops at the root. ``directory`` is where a link lies."""
    parts = directory.split("/") if directory and not name.startswith("/") else []
    for part in name.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def is_tar(view: memoryview) -> bool:
    """Whether the bytes begin with a tar header, or with the zero blocks of an empty tar."""
    header = bytes(view[:_BLOCK])
    return len(header) == _BLOCK and (_checksum_fits(header) or not any(header))


def list_members(file: MappedFile) -> Members:
    """Walks the headers of the tar in ``file``; raises :class:`ImageError` for a limit that it exceeds."""
    return _Walk(file).run()


class _Walk:
    """The state of one walk: where it is, and what extended headers said of the member that follows."""

    def __init__(self, file: MappedFile) -> None:
        self.file = file
        self.view = file.view()
        self.offset = 0
        self.files: dict[str, Blob] = {}
        self.links: dict[str, str] = {}
        self.extended: dict[str, str] = {}

    def run(self) -> Members:
        while True:
            header = bytes(self.view[self.offset : self.offset + _BLOCK])
            if len(header) < _BLOCK or not any(header):
                problem = f"{self.file.name} is cut off at {self.file.size:,} bytes" if header and any(header) else ""
                return self._ended(problem, complete=len(header) == _BLOCK)
            size = self._size(header)
            if size is None:
                return self._ended(
                    f"{self.file.name} is damaged at byte {self.offset:,}: no tar header is there", complete=False
                )
            start = self.offset + _BLOCK
            self._take(header, start, size)
            self.offset = start + size + -size % _BLOCK
            if start + size > self.file.size:
                return self._ended(f"{self.file.name} is cut off at {self.file.size:,} bytes", complete=False)

    def _ended(self, problem: str, *, complete: bool) -> Members:
        return Members(self.files, self.links, problem, complete and not problem)

    def _size(self, header: bytes) -> int | None:
        """The size of the member's content; None when this is no header."""
        if not _checksum_fits(header):
            return None
        if header[156:157] in (b"1", b"2", b"5"):
            return 0
        size = number(header[124:136])
        if header[156:157] in _REGULAR and self.extended.get("size", "").isdecimal():
            size = int(self.extended["size"][:20])
        return size

    def _take(self, header: bytes, start: int, size: int) -> None:
        flag = header[156:157]
        if flag in (b"x", b"g", b"L", b"K"):
            if size > limits.PAX_HEADER_BYTES:
                raise ImageError(f"{self.file.name}: {limits.exceeded('an extended header', size, limits.PAX_HEADER_BYTES)}")
            self._extend(flag, bytes(self.view[start : start + size]))
            return
        name = normalised(self.extended.get("path") or _name(header))
        target = self.extended.get("linkpath") or _text(header[157:257])
        self.extended = {}
        if flag in _REGULAR:
            self.links.pop(name, None)
            self.files[name] = Blob(self.file, start, size, printable(name))
        elif flag in (b"1", b"2"):
            self.files.pop(name, None)
            self.links[name] = normalised(target, name.rpartition("/")[0] if flag == b"2" else "")
        if len(self.files) + len(self.links) > limits.ARCHIVE_MEMBERS:
            found = len(self.files) + len(self.links)
            raise ImageError(f"{self.file.name}: {limits.exceeded('a number of members', found, limits.ARCHIVE_MEMBERS)}")

    def _extend(self, flag: bytes, content: bytes) -> None:
        if flag == b"L":
            self.extended["path"] = _text(content)
        elif flag == b"K":
            self.extended["linkpath"] = _text(content)
        elif flag == b"x":
            self.extended |= _pax(content)


def _pax(content: bytes) -> dict[str, str]:
    """The records of a pax header that matter for finding members; malformed ones end it."""
    found: dict[str, str] = {}
    while content:
        digits, space, _ = content.partition(b" ")
        if not space or not digits.isdigit() or len(digits) > 7:
            break
        length = int(digits)
        if length <= len(digits) + 1 or length > len(content):
            break
        key, _, value = content[len(digits) + 1 : length - 1].partition(b"=")
        if key in (b"path", b"linkpath", b"size"):
            found[key.decode()] = path_text(value)
        content = content[length:]
    return found


def number(field: bytes) -> int | None:
    """A number of a tar header: octal digits, or base-256 when the first bit is set; None when malformed or negative."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0").partition(b"\0")[0]
    if not digits:
        return 0
    return int(digits, 8) if digits.isdigit() and not digits.translate(None, b"01234567") else None


def _checksum_fits(header: bytes) -> bool:
    stored = number(header[148:156])
    return stored is not None and stored == sum(header) - sum(header[148:156]) + 8 * 0x20


def _text(field: bytes) -> str:
    return path_text(field.partition(b"\0")[0])


def _name(header: bytes) -> str:
    name = _text(header[:100])
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name
