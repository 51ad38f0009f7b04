"""The walk over a layer's tar: headers only, from a mapped file or from a stream, into the columns of a layer index.

Follows POSIX.1-2001 (pax), the GNU extensions that image builders write (long names, sparse files, base-256 numbers) and the
OCI layer specification's whiteouts. Names are bytes throughout.
"""

from collections.abc import Callable, Iterable, Sequence
from struct import Struct
from typing import Protocol

from layerscope.core.errors import ImageError
from layerscope.core.limits import LAYER_ENTRIES, PATH_BYTES, PATH_DEPTH, PAX_HEADER_BYTES, exceeded
from layerscope.layers.columns import Columns, Header, clean
from layerscope.layers.index import Kind
from layerscope.layers.pax import Overrides, decimal, numeric, pax_records
from layerscope.layers.scan import Run, scan

BLOCK = 512
ZERO_BLOCK = bytes(BLOCK)
BATCH = 4096
# name, mode+uid+gid, size, mtime, checksum, type flag, magic, first byte of the prefix
_FIELDS = Struct("100s24s11sx12s8sc100x6s82xc166x")
_SPACES = 8 * 32
"""What the checksum's own place counts as."""
_MAGICS = frozenset((b"ustar\0", b"ustar "))
_REGULAR, _HARDLINK, _SYMLINK, _DIRECTORY = (int(kind) for kind in (Kind.REGULAR, Kind.HARDLINK, Kind.SYMLINK, Kind.DIRECTORY))
_EXTENSION = 255
_KINDS = {
    b"1": _HARDLINK,
    b"2": _SYMLINK,
    b"3": int(Kind.DEVICE),
    b"4": int(Kind.DEVICE),
    b"5": _DIRECTORY,
    b"6": int(Kind.FIFO),
} | dict.fromkeys((b"x", b"g", b"L", b"K", b"X"), _EXTENSION)
"""Type flags that are not regular files; POSIX has readers take an unknown one as regular."""
_PLAIN = frozenset((b"0", b"5"))
_SHORT = 6
"""Fewer headers in a run are not worth a batch of their own."""


class Select(Protocol):
    """Whose content is wanted while a stream passes."""

    @property
    def possible(self) -> Callable[[Sequence[bytes]], Iterable[int]]:
        """Finds the positions of the names, as headers have them, that :meth:`wants` may be true of, in order."""

    @property
    def tails(self) -> bytes:
        """The last four bytes of such names, for :data:`layerscope.layers.scan.scan`."""

    def wants(self, path: bytes, size: int, start: memoryview, /) -> bool:
        """Whether a file's content is wanted; ``start`` are its first bytes, as far as they are there already."""


Found = Callable[[int, bytes, memoryview], None]
"""Told the row, the path and the content of a file that was wanted; the content is valid during the call."""


def _nothing(_row: int, _path: bytes, _content: memoryview) -> None:
    """For whoever wants no content."""


class TarWalk:
    """Reads header after header out of the stretches of a tar that it is given, in order.

    :meth:`consume` reads all headers that lie wholly in a stretch. The contents that ``select`` wants are collected across
    stretches and given to ``found(row, path, content)``. A malformed tar raises :class:`ImageError`; the columns keep
    what came before.
    """

    __slots__ = (
        "_collected",
        "_found",
        "_global",
        "_missing",
        "_name",
        "_next",
        "_row",
        "_rows",
        "_select",
        "_sparse",
        "_wanted",
        "columns",
        "ended",
    )

    def __init__(self, select: Select | None = None, found: Found = _nothing) -> None:
        self.columns = Columns()
        self.ended = False
        self._rows: list[Header] = []
        self._next = Overrides()
        self._global: dict[bytes, bytes] = {}
        self._select = select
        self._found = found
        self._collected = memoryview(b"")
        self._sparse: set[int] = set()
        self._name = b""
        self._row = 0
        self._wanted = self._missing = 0

    def consume(self, view: memoryview, position: int, base: int) -> int:
        """Reads headers from ``view[position:]``, whose first byte lies ``base`` bytes into the tar.

        Returns where the next header begins: at or beyond the view's end when all of it was used, before the end when a header
        (or an extension's content) continues after it.
        """
        if scan is None:
            return self._read(view, position, base, LAYER_ENTRIES)
        before = -1
        while before != position and position < len(view) and not self.ended:
            before, others = position, 1
            if not (self._next.pending or self._global):
                run = Run(*scan(view, position, base, self._select.tails if self._select is not None else b""))
                if len(run.kinds) < _SHORT:
                    others += len(run.kinds)
                else:
                    position = run.following
                    self._take(run, view, base)
            position = self._read(view, position, base, others)
        return position

    def _take(self, run: Run, view: memoryview, base: int) -> None:
        """Moves a run into the columns, and starts to collect what is wanted of it."""
        self.flush()
        first = self.columns.extend(run)
        if self._select is not None:
            for row in memoryview(run.wanted).cast("I"):
                self._offer(self._select, first + row, view, base)
        self._check_entries()

    def _offer(self, select: Select, row: int, view: memoryview, base: int) -> None:
        """Starts to collect the content of a row of the columns, if it is wanted."""
        path, size = self.columns.paths[row], self.columns.sizes[row]
        start = self.columns.offsets[row] - base
        if select.wants(path, size, view[start : start + 4]):
            self._begin(row, path, size, view[start : start + size])

    def _read(self, view: memoryview, position: int, base: int, most: int) -> int:
        """As :meth:`consume`, one header after another, until there are ``most`` more entries."""
        first = len(self._rows)
        try:
            return self._consume(view, position, base, first + most)
        finally:
            if self._select is not None and len(self._rows) > first:
                self._collect(self._select, first, view, base)
            if len(self._rows) >= BATCH:
                self.flush()

    def _consume(self, view: memoryview, position: int, base: int, most: int) -> int:
        end, rows, unpack, kinds = len(view), self._rows, _FIELDS.unpack_from, _KINDS
        special = self._next.pending or bool(self._global)
        while position + BLOCK <= end and len(rows) < most:
            name, owner, size, mtime, checksum, flag, magic, prefix = unpack(view, position)
            if magic not in _MAGICS and view[position : position + BLOCK] == ZERO_BLOCK:
                self.ended = True
                position = end
                break
            if magic not in _MAGICS or not _seems_sound(view, position, checksum):
                _check_sum(view, position, base + position)
            try:
                stored = int(size, 8)
            except ValueError:
                stored = numeric(bytes(view[position + 124 : position + 136]), "size")
            content = position + BLOCK
            kind = kinds.get(flag, _REGULAR)
            if kind == _EXTENSION:
                following = self._extend(flag, view, content, stored)
                if following < 0:
                    break
                position, special = following, True
                continue
            if prefix != b"\0" and magic == b"ustar\0":
                name = bytes(view[position + 345 : position + 500]).rstrip(b"\0") + b"/" + name
            if special or (kind and kind != _DIRECTORY) or flag not in _PLAIN:
                entry, stored, content = self._adjust((name, owner, mtime, kind, stored, base + content), flag, view, position)
                if content > end:
                    break
                kind, special = entry[3], bool(self._global)
                rows.append(entry)
            else:
                rows.append((name, owner, mtime, kind, 0 if kind else stored, base + content))
                stored = 0 if kind else stored
            position = content + (stored + 511 & ~511)
        return position

    def _adjust(self, entry: Header, flag: bytes, view: memoryview, position: int) -> tuple[Header, int, int]:
        """Applies pax and GNU headers, link targets and sparse headers: the entry, its stored bytes, its content's place."""
        content = position + BLOCK
        name, owner, mtime, kind, size, offset = entry
        stored = size
        link = bytes(view[position + 157 : position + 257]).rstrip(b"\0") if kind in (_SYMLINK, _HARDLINK) else b""
        if flag == b"S":
            size = numeric(bytes(view[position + 483 : position + 495]), "size")
            extended = view[position + 482]
            while extended and content + BLOCK <= len(view):
                extended = view[content + 504]
                content += BLOCK
            if extended:
                return entry, stored, len(view) + 1
        if flag == b"\0" and name.rstrip(b"\0").endswith(b"/"):
            kind = _DIRECTORY
        changes, self._next = self._next, Overrides()
        values = self._global | changes.pax if self._global else changes.pax
        name = changes.name or name
        link = changes.link or link
        if values:
            name = values.get(b"GNU.sparse.name", values.get(b"path", name))
            link = values.get(b"linkpath", link)
            if b"size" in values:
                stored = size = decimal(values[b"size"])
            size = decimal(values.get(b"GNU.sparse.realsize", values.get(b"GNU.sparse.size", b"%d" % size)))
            self.columns.override(len(self._rows), values)
        if changes.pending or values:
            _check_path(name)
            _check_path(link)
        if link:
            self.columns.links[len(self.columns.paths) + len(self._rows)] = link
        if kind != _REGULAR:
            stored = size = 0
        if stored != size:
            self._sparse.add(len(self._rows))
        return (name, owner, mtime, kind, size, offset - (position + BLOCK) + content), stored, content

    def _extend(self, flag: bytes, view: memoryview, content: int, size: int) -> int:
        """Takes a pax or GNU header's content; where the next header begins, -1 when the content is not all there yet."""
        if size > PAX_HEADER_BYTES:
            raise ImageError(exceeded("a name or pax header", size, PAX_HEADER_BYTES))
        if content + size > len(view):
            return -1
        data = bytes(view[content : content + size])
        if flag == b"L":
            self._next.name = data.rstrip(b"\0")
        elif flag == b"K":
            self._next.link = data.rstrip(b"\0")
        elif flag == b"g":
            self._global |= pax_records(data)
        else:
            self._next.pax = pax_records(data)
        self._next.pending = True
        return content + (size + 511 & ~511)

    def _collect(self, select: Select, first: int, view: memoryview, base: int) -> None:
        """Starts to collect the contents that are wanted of the rows from ``first`` on, whose headers lie in ``view``.

        What a sparse file stores is not its content.
        """
        rows = self._rows
        for row in select.possible([entry[0] for entry in rows[first:]]):
            name, _, _, kind, size, offset = rows[first + row]
            if kind != _REGULAR or not size or first + row in self._sparse:
                continue
            path, start = clean(name.partition(b"\0")[0]), offset - base
            if select.wants(path, size, view[start : start + 4]):
                self._begin(len(self.columns.paths) + first + row, path, size, view[start : start + size])

    def _begin(self, row: int, path: bytes, size: int, start: memoryview) -> None:
        """Starts to collect a content, of which ``start`` is there already."""
        self._name, self._row = path, row
        self._wanted = self._missing = size
        self.feed(start)

    def feed(self, stretch: memoryview) -> None:
        """Gives the walk what follows of the content that it is collecting."""
        if not self._missing:
            return
        part = stretch[: self._missing]
        self._missing -= len(part)
        if len(part) == self._wanted:
            self._found(self._row, self._name, part)
            return
        if len(self._collected) < self._wanted:
            self._collected = memoryview(bytearray(self._wanted))
        end = self._wanted - self._missing
        self._collected[end - len(part) : end] = part
        if not self._missing:
            self._found(self._row, self._name, self._collected[:end])

    @property
    def collecting(self) -> bool:
        """Whether a file's content is still incomplete."""
        return self._missing > 0

    def rest(self) -> list[Header]:
        """What was read and is not in the columns yet, taken out of the walk."""
        rest, self._rows = self._rows, []
        self._sparse.clear()
        return rest

    def cut(self, end: int) -> None:
        """Says that the tar ends at byte ``end``, in the middle of its last file: of that there are no more bytes."""
        self.columns.append(self.rest())
        self.columns.shorten(end)

    def flush(self) -> None:
        """Moves what was read into the columns; ImageError when there are more entries than the limit."""
        self.columns.append(self.rest())
        self._check_entries()

    def _check_entries(self) -> None:
        if len(self.columns.paths) > LAYER_ENTRIES:
            raise ImageError(exceeded("a number of entries", len(self.columns.paths), LAYER_ENTRIES))


def _check_path(path: bytes) -> None:
    """Refuses paths out of extension headers that no file system would take; plain headers cannot hold such."""
    if len(path) > PATH_BYTES:
        raise ImageError(exceeded("a path", len(path), PATH_BYTES))
    if path.count(b"/") > PATH_DEPTH:
        raise ImageError(exceeded("a path's depth", path.count(b"/"), PATH_DEPTH))


def _seems_sound(view: memoryview, at: int, checksum: bytes) -> bool:
    """Whether a header's checksum may be right: its sum modulo 255, as that of a number in base 256 with these digits."""
    try:
        said = int(checksum.rstrip(b" \0"), 8)
    except ValueError:
        return False
    return (int.from_bytes(view[at : at + BLOCK], "little") - said - sum(checksum) + _SPACES) % 255 == 0


def _check_sum(view: memoryview, at: int, offset: int) -> None:
    """Accepts a header whose checksum is right, also as the oldest programs wrote it; ImageError for any other."""
    header = bytes(view[at : at + BLOCK])
    unsigned = sum(header) - sum(header[148:156]) + _SPACES
    signed = unsigned - 256 * sum(byte > 127 for byte in header[:148] + header[156:])
    try:
        if int(header[148:156].strip(b" \0") or b"-1", 8) in (unsigned, signed):
            return
    except ValueError:
        pass
    damaged = header[257:263] in _MAGICS
    raise ImageError(
        f"the tar header at byte {offset:,} is damaged" if damaged else f"there is no tar header at byte {offset:,}"
    )
