"""The walk over a layer's tar: headers only, from a mapped file or from a stream, into the columns of a layer index.

Follows POSIX.1-2001 (pax), the GNU extensions that image builders write (long names, sparse files, base-256 numbers) and the
OCI layer specification's whiteouts. Names are bytes throughout.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Protocol

from msgspec.structs import replace

from layerscope.core.errors import ImageError
from layerscope.core.limits import LAYER_ENTRIES, PATH_BYTES, PATH_DEPTH, PAX_HEADER_BYTES, exceeded
from layerscope.core.paths import normal_path
from layerscope.layers.columns import ROOT_BY_SLASH, Columns, Entry
from layerscope.layers.index import Kind
from layerscope.layers.scan import run_of, scan
from layerscope.layers.stretches import stretch_of
from layerscope.sources.bytes import sparse
from layerscope.sources.bytes.tar_header import (
    BLOCK,
    EXTENSIONS,
    LONG_NAMES,
    Header,
    decimal,
    extension,
    number,
    padded,
    read_header,
)

_KINDS = {
    b"1": Kind.HARDLINK,
    b"2": Kind.SYMLINK,
    b"3": Kind.DEVICE,
    b"4": Kind.DEVICE,
    b"5": Kind.DIRECTORY,
    b"6": Kind.FIFO,
}
"""Type flags that are not regular files; POSIX has readers take an unknown one as regular."""
_REGULAR = Kind.REGULAR
_LINKS = (Kind.SYMLINK, Kind.HARDLINK)
CAPABILITY = b"SCHILY.xattr.security.capability"
"""The key of a pax header under which builders write the capabilities of a file."""
_KNOWN = sparse.KEYS | {b"path", b"linkpath", b"size", b"uid", b"gid", b"mtime", CAPABILITY}
"""Keys of pax headers that say something of an entry here."""
_SPARSE = b"S"
_NO_CHANGE = 0xFFFFFFFF


class Select(Protocol):
    """Whose content is wanted while a stream passes."""

    @property
    def tails(self) -> bytes:
        """The last four bytes of such names, for :data:`layerscope.layers.scan.scan`."""

    def wants(self, path: bytes, size: int, start: memoryview, /) -> bool:
        """Whether a file's content is wanted; ``start`` are its first bytes, as far as they are there already."""


Found = Callable[[int, bytes, memoryview], None]
"""Called with the row, the path and the content of a file that was wanted; the content is valid during the call."""


class TarWalk:
    """Reads header after header out of the stretches of a tar that it is given, in order.

    :meth:`consume` reads all headers that lie wholly in a stretch. The contents that ``select`` wants are collected across
    stretches and given to ``found(row, path, content)``. A malformed tar raises :class:`ImageError`; the columns keep
    what came before.
    """

    __slots__ = ("_collecting", "_found", "_long", "_pax", "_select", "columns", "ended")

    def __init__(self, select: Select | None = None, found: Found | None = None) -> None:
        self.columns = Columns()
        self.ended = False
        self._pax: dict[bytes, bytes] = {}
        self._long: dict[bytes, bytes] = {}
        self._select = select
        self._found = found
        self._collecting: _Collecting | None = None

    def consume(self, view: memoryview, position: int, base: int) -> int:
        """Reads headers from ``view[position:]``, whose first byte lies ``base`` bytes into the tar.

        Returns where the next header begins: at or beyond the view's end when all of it was used, before the end when a header
        (or an extension's content) continues after it.
        """
        last, paths = len(view) - BLOCK, self.columns.index.paths
        while position <= last and not self.ended:
            following = self._take_run(view, position, base) if scan is not None else position
            if following == position:
                following = self._take(view, position, base)
            if len(paths) > LAYER_ENTRIES:
                raise ImageError(exceeded("a number of entries", len(paths), LAYER_ENTRIES))
            if following == position:
                break
            position = following
        return position

    def _take_run(self, view: memoryview, position: int, base: int) -> int:
        """Takes a run of plain headers; where it ends."""
        if scan is None or self._pax or self._long:
            return position
        run = run_of(scan(view, position, base, self._select.tails if self._select is not None else b""))
        if run.kinds:
            first = self.columns.extend(run)
            for row in memoryview(run.wanted).cast("I"):
                self._offer(first + row, view, base)
        return run.following

    def _take(self, view: memoryview, position: int, base: int) -> int:
        """Takes the entry of one header; where the next one begins, ``position`` where this one continues after the view."""
        header = read_header(view, position, base + position)
        if header is None:
            self.ended = True
            return len(view)
        if header.flag in EXTENSIONS:
            return self._extend(header, view, position)
        if self._pax or self._long or header.flag == _SPARSE:
            return self._take_extended(header, view, position, base)
        content = position + BLOCK
        row = self.columns.append(_entry(header, header.size, base + content))
        if self.columns.index.kinds[row] != _REGULAR:
            return content
        self._offer(row, view, base)
        return content + padded(header.size)

    def _take_extended(self, header: Header, view: memoryview, position: int, base: int) -> int:
        """Takes an entry of which extension headers say more, or that is sparse; returns as :meth:`_take`."""
        values = {key: value for key, value in (self._pax | self._long).items() if value}
        header = _overridden(header, values)
        found = sparse.sparse_file(header, values, view, position)
        content = position + BLOCK if found is None else found.content
        if content > len(view):
            return position
        self._pax, self._long = {}, {}
        size = header.size if found is None else found.size
        row = self.columns.append(_owned(_entry(header, size, base + content), values))
        if self.columns.index.kinds[row] != _REGULAR:
            return content
        self.columns.give(row, values.get(CAPABILITY, b""))
        if found is not None:  # what the tar stores is not its content, and is not picked up
            self.columns.index.sparse[row] = found.parts
        else:
            self._offer(row, view, base)
        return (content if header.flag == _SPARSE else position + BLOCK) + padded(header.size)

    def _extend(self, header: Header, view: memoryview, position: int) -> int:
        """Takes an extension header with its content, if that is all there. As engines read it, a long name stands above what
        pax headers say, and of these the last one counts."""
        if header.size > PAX_HEADER_BYTES:
            raise ImageError(exceeded("a name or pax header", header.size, PAX_HEADER_BYTES))
        start = position + BLOCK
        if start + header.size > len(view):
            return position
        content = bytes(view[start : start + header.size])
        if header.flag in LONG_NAMES:
            self._long.update(extension(header, content))
        else:
            self._pax = _records(header, content)
        if header.flag == b"g":  # for all that follow: engines leave it out, with what stands before it
            self._pax, self._long = {}, {}
        return start + padded(header.size)

    def _offer(self, row: int, view: memoryview, base: int) -> None:
        """Starts to collect the content of a row, of which ``view`` has the beginning, if it is wanted."""
        index = self.columns.index
        size, start = index.sizes[row], index.offsets[row] - base
        if size and self._select is not None and self._select.wants(index.paths[row], size, view[start : start + 4]):
            self._collecting = _Collecting(row, size)
            self.feed(view[start : start + size])

    def feed(self, stretch: memoryview) -> None:
        """Gives the walk what follows of the content that it is collecting."""
        collecting = self._collecting
        content = collecting.feed(stretch) if collecting is not None else None
        if collecting is None or content is None:
            return
        self._collecting = None
        if self._found is not None:
            self._found(collecting.row, self.columns.index.paths[collecting.row], content)

    @property
    def padding(self) -> int:
        """The bytes behind the last content that fill its block up: a tar that ends within them is whole."""
        row = len(self.columns.index) - 1
        return 0 if row < 0 or self._pax or self._long else -stretch_of(self.columns.index, row).stored % BLOCK

    @property
    def collecting(self) -> bool:
        """Whether a file's content is still incomplete."""
        return self._collecting is not None


class _Collecting:
    """A content that comes in parts: as it lies there when the first part is all of it, else copied together."""

    __slots__ = ("_content", "_missing", "_size", "row")

    def __init__(self, row: int, size: int) -> None:
        self.row = row
        self._size = self._missing = size
        self._content = memoryview(b"")

    def feed(self, stretch: memoryview) -> memoryview | None:
        """Adds a part; the content, once it is whole."""
        part = stretch[: self._missing]
        if len(part) == self._size:
            return part
        if not self._content:
            self._content = memoryview(bytearray(self._size))
        start = self._size - self._missing
        self._content[start : start + len(part)] = part
        self._missing -= len(part)
        return None if self._missing else self._content


def _records(header: Header, content: bytes) -> dict[bytes, bytes]:
    """What a pax header says of an entry, as far as it matters here."""
    values: dict[bytes, bytes] = {}
    for key, value in extension(header, content):
        if key in _KNOWN:
            values[key] = value
        elif key in sparse.REPEATED:
            listed = values.get(sparse.REPEATED[key])
            values[sparse.REPEATED[key]] = value if listed is None else listed + b"," + value
    return values


def _entry(header: Header, size: int, offset: int) -> Entry:
    """What a header says of an entry."""
    flag, name = header.flag, header.name
    kind = _KINDS.get(flag, _REGULAR)
    if flag == b"\0" and name.endswith(b"/"):  # as programs before POSIX wrote directories
        kind = Kind.DIRECTORY
    numbers = (size if kind == _REGULAR else 0, offset, *_owner(header.numbers[:24]), _time(header.numbers[36:]))
    path = normal_path(name.partition(b"\0")[0]) or (ROOT_BY_SLASH if name[:1] == b"/" else b"")
    return Entry(path, kind, header.link if kind in _LINKS else b"", numbers)


def _overridden(header: Header, values: Mapping[bytes, bytes]) -> Header:
    """The header with what the extensions before it say of name, link and size."""
    name = values.get(b"GNU.sparse.name", values.get(b"path", header.name))
    link = values.get(b"linkpath", header.link)
    if values:
        _check_path(name)
        _check_path(link if _KINDS.get(header.flag) in _LINKS else b"")
    size = decimal(values[b"size"]) if b"size" in values else header.size
    return replace(header, name=name, link=link, size=size)


def _owned(entry: Entry, values: Mapping[bytes, bytes]) -> Entry:
    """The entry with what the extensions before it say of owner and time."""
    *places, user, group, time = entry.numbers
    user = _owner_number(values[b"uid"]) if b"uid" in values else user
    group = _owner_number(values[b"gid"]) if b"gid" in values else group
    time = _seconds(values[b"mtime"]) if b"mtime" in values else time
    return replace(entry, numbers=(*places, user, group, time))


def _owner_number(field: bytes) -> int:
    """A pax record's user or group. The kernel takes a negative one for what its 32 bits are, and -1 for no change: root."""
    found = -decimal(field[1:]) & _NO_CHANGE if field[:1] == b"-" else decimal(field)
    return 0 if found == _NO_CHANGE else found


@lru_cache(4096)
def _owner(fields: bytes) -> tuple[int, int, int]:
    """Permission bits, user and group; what is malformed counts as 0."""
    mode, user, group = (_lenient(fields[start : start + 8]) for start in (0, 8, 16))
    return mode & 0o7777, user, group


@lru_cache(4096)
def _time(field: bytes) -> int:
    return _lenient(field)


def _lenient(field: bytes) -> int:
    try:
        return number(field, "number")
    except ImageError:
        return 0


def _seconds(field: bytes) -> int:
    """A pax time, which may have a fraction, in whole seconds; 0 when it is malformed."""
    try:
        return max(-(1 << 62), min(int(float(field)), 1 << 62))
    except (ValueError, OverflowError):
        return 0


def _check_path(path: bytes) -> None:
    """Refuses paths out of extension headers that no file system would take; plain headers cannot hold such."""
    if len(path) > PATH_BYTES:
        raise ImageError(exceeded("a path", len(path), PATH_BYTES))
    if path.count(b"/") > PATH_DEPTH:
        raise ImageError(exceeded("a path's depth", path.count(b"/"), PATH_DEPTH))
