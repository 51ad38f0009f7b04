"""The sizes of a Go program's packages: its line table (``.gopclntab``), which ``strip`` and ``-ldflags=-s`` leave in place.

The runtime needs the table for stack traces: it has the address and the name of every function. Its layouts are those of
Go 1.2 (to 1.15), 1.16 (and 1.17), 1.18 (and 1.19) and 1.20 (to this day), as ``debug/gosym`` of Go reads them: a header, the
functions' names, a table of pairs (address, offset of the function's record) by ascending address with the end of the last
one behind it, and records that begin with the address and the offset of the name.

A function's size is the distance to the next one, so it includes the padding between them.
"""

import sys
from array import array
from collections.abc import Iterator
from struct import Struct as Layout
from struct import error, pack, unpack_from

from msgspec import Struct

from layerscope.core.expressions import expression
from layerscope.core.limits import BINARY_FUNCTIONS, BINARY_PACKAGES

_FORMATS = {0xFFFFFFFB: "1.2", 0xFFFFFFFA: "1.16", 0xFFFFFFF0: "1.18", 0xFFFFFFF1: "1.20"}
_NAME_BYTES = 1024
_MOST_TRIES = 64
_BRACKETS = (b"(", b"[", b"{", b" ")
_ESCAPED = expression(rb"%([0-9a-f]{2})")


class LineTable(Struct, frozen=True, kw_only=True):
    """Where a line table keeps what. ``go`` is the version of Go that brought its format, ``order`` is ``<`` or ``>``,
    ``field`` the bytes of an entry, ``functions`` their number; ``names``, ``entries`` and ``records`` are offsets."""

    go: str
    order: str
    field: int
    functions: int
    names: int
    entries: int
    records: int


def line_table(table: bytes, start: int = 0) -> LineTable | None:
    """Reads the header of the line table that begins at ``start``; None when there is none."""
    order = "<" if table[start + 1 : start + 4] == b"\xff\xff\xff" else ">"
    try:
        magic, zero, quantum, pointer = unpack_from(order + "IHBB", table, start)
        if magic not in _FORMATS or zero or quantum not in (1, 2, 4) or pointer not in (4, 8):
            return None
        words = unpack_from(order + ("8Q" if pointer == 8 else "8I"), table, start + 8)
    except error:
        return None
    go = _FORMATS[magic]
    names, entries, records, field = _places(go, words, pointer)
    if not 0 < words[0] <= (len(table) - start - entries) // (2 * field):
        return None
    return LineTable(
        go=go,
        order=order,
        field=field,
        functions=min(words[0], BINARY_FUNCTIONS),
        names=start + names,
        entries=start + entries,
        records=start + records,
    )


def _places(go: str, words: tuple[int, ...], pointer: int) -> tuple[int, int, int, int]:
    """Offsets of the names, the entries and the records in a table of that format, and the bytes of an entry."""
    if go == "1.2":
        return 0, 8 + pointer, 0, pointer
    return (words[2], words[6], words[6], pointer) if go == "1.16" else (words[3], words[7], words[7], 4)


def find_line_table(content: bytes) -> LineTable | None:
    """Searches a whole file, for programs where no section tells where it is."""
    for position in _places_of_magic(content):
        if position % 4 == 0 and (found := line_table(content, position)) is not None and _agrees(content, found):
            return found
    return None


def _places_of_magic(content: bytes) -> Iterator[int]:
    """Where a line table of some format may begin."""
    for needle in (pack(order + "IH", magic, 0) for magic in _FORMATS for order in "<>"):
        position = -1
        for _ in range(_MOST_TRIES):
            position = content.find(needle, position + 1)
            if position < 0:
                break
            yield position


def _agrees(table: bytes, layout: LineTable) -> bool:
    """Whether the first function's record has the address of its entry."""
    pair = layout.order + ("QQ" if layout.field == 8 else "II")
    try:
        address, record = unpack_from(pair, table, layout.entries)
        return bool(unpack_from(pair, table, layout.records + record)[0] == address)
    except (error, IndexError, OverflowError):
        return False


def package_sizes(table: bytes, layout: LineTable, most: int) -> dict[bytes, tuple[int, int]]:
    """Bytes of code and number of functions by package path; b"" for functions without a package.

    The bytes are at most ``most`` in all, whatever a damaged table says.
    """
    sizes: dict[bytes, list[int]] = {}
    for package, distance in _functions(table, layout):
        size = min(max(0, distance), most)
        most -= size
        known = sizes.get(package)
        if known is None:
            known = sizes.setdefault(package if len(sizes) < BINARY_PACKAGES else b"", [0, 0])
        known[0] += size
        known[1] += 1
    return {package: (size, functions) for package, (size, functions) in sizes.items()}


def function_starts(table: bytes, layout: LineTable, text: int) -> Iterator[tuple[int, bytes]]:
    """The address and the name of each function; ``text`` is where the code begins, from which newer tables count."""
    addresses, offsets = _entries(table, layout)
    base = text if layout.field == 4 else 0
    name_at = Layout(layout.order + "i").unpack_from
    for address, offset in zip(addresses, offsets, strict=False):
        yield base + address, _name_at(table, layout, name_at(table, layout.records + layout.field + offset)[0])


def _entries(table: bytes, layout: LineTable) -> tuple["array[int]", "array[int]"]:
    """The addresses of the functions, with the end of the last one, and the offsets of their records."""
    numbers = array("Q" if layout.field == 8 else "I")
    end = min(len(table), layout.entries + (2 * layout.functions + 1) * layout.field)
    numbers.frombytes(table[layout.entries : end - (end - layout.entries) % layout.field])
    if (layout.order == "<") != (sys.byteorder == "little"):
        numbers.byteswap()
    return numbers[0::2], numbers[1::2]


def _functions(table: bytes, layout: LineTable) -> Iterator[tuple[bytes, int]]:
    """The package of each function, and how far it is to the next one."""
    addresses, offsets = _entries(table, layout)
    name_at = Layout(layout.order + "i").unpack_from
    # a record begins with the function's address, as wide as in the table of entries
    names_at = layout.records + layout.field
    for address, following, offset in zip(addresses, addresses[1:], offsets, strict=False):
        try:
            package = _package_at(table, layout, name_at(table, names_at + offset)[0])
        except (error, IndexError, OverflowError):
            package = b""
        yield package, following - address


def _package_at(table: bytes, layout: LineTable, name: int) -> bytes:
    return package_of(_name_at(table, layout, name), layout.go)


def _name_at(table: bytes, layout: LineTable, name: int) -> bytes:
    start = layout.names + name
    if name < 0 or start >= len(table):
        return b""
    end = table.find(b"\0", start, start + _NAME_BYTES)
    return table[start : end if end >= 0 else start + _NAME_BYTES]


def _is_generated(name: bytes, go: str) -> bool:
    if go == "1.20":
        return name.startswith((b"go:", b"type:"))
    return name.startswith(b"type..") or (name.startswith(b"go.") and b"/" not in name)


def package_of(name: bytes, go: str = "1.20") -> bytes:
    """The path of the package in a function's name, b"" when it has none.

    What the compiler generates begins with ``type:`` or ``go:``, up to Go 1.19 with ``type..`` or a bare ``go.``. Brackets hold
    types, which have dots and slashes of their own. Dots of the last element are written as ``%2e``.
    """
    head = name
    for bracket in _BRACKETS:
        head = head.partition(bracket)[0]
    dot = head.find(b".", head.rfind(b"/") + 1)
    if dot <= 0 or _is_generated(head, go):
        return b""
    path = head[:dot]
    return _ESCAPED.sub(lambda match: bytes((int(match[1], 16),)), path) if b"%" in path else path
