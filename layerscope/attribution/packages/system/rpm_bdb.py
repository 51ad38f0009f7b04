"""The headers of rpm's Berkeley DB format, the file ``Packages`` of RHEL 8 and older systems.

A hash table of pages: a hash page holds pairs of items, keys and values in turn; a value that does not fit lies in a chain of
overflow pages. The integers of the pages are in the byte order of the machine that made the database. All hash pages are read
as they lie in the file, without the table's buckets, so that damage to one costs no other.

Format: ``db_page.h`` in Berkeley DB's sources.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from layerscope.core.expressions import expression

_ORDERS = {b"\x61\x15\x06\x00": "<", b"\x00\x06\x15\x61": ">"}
"""The magic number of a hash database, and what its byte order means to :mod:`struct`."""

_PAGE_SIZES = tuple(1 << bits for bits in range(9, 17))
_PAGE_HEADER = 26
_TYPE = 25
"""Where a page says what it is."""

_HASH_PAGES = expression(rb"[\x02\x0d]")
_OVERFLOW_PAGE = 7
_ON_PAGE = b"\x01"
_OFF_PAGE = b"\x03"


class _Pages(NamedTuple):
    """A database's pages; ``visited`` has the overflow pages that were read: a sound database holds each in one chain."""

    content: bytes
    size: int
    header: struct.Struct
    pointer: struct.Struct
    visited: set[int]


def headers(content: bytes) -> Iterator[bytes]:
    """The values of the table, among them the headers; a chain that is cut or damaged gives what it has until there."""
    order = _ORDERS.get(content[12:16])
    if order is None or len(content) < _PAGE_SIZES[0]:
        return
    (size,) = struct.unpack_from(order + "I", content, 20)
    if size not in _PAGE_SIZES:
        return
    header, pointer = struct.Struct(order + "8xI4xIHHxB"), struct.Struct(order + "4xII")
    pages = _Pages(content=content, size=size, header=header, pointer=pointer, visited=set())
    for found in _HASH_PAGES.finditer(content[_TYPE::size]):
        yield from _values(pages, found.start())


def _values(pages: _Pages, number: int) -> Iterator[bytes]:
    """The values of a hash page. Items lie from the page's end downwards, so each ends where the one before it begins."""
    start = number * pages.size
    page = pages.content[start : start + pages.size].ljust(_PAGE_HEADER, b"\0")
    of_page, _, items, _, _ = pages.header.unpack_from(page)
    if len(page) < pages.size or of_page != number or items > (pages.size - _PAGE_HEADER) // 2:
        return
    places = struct.unpack_from(f"{pages.header.format[0]}{items}H", page, _PAGE_HEADER)
    for end, begin in zip(places[0::2], places[1::2], strict=False):
        yield from _value(pages, page, begin, end)


def _value(pages: _Pages, page: bytes, begin: int, end: int) -> Iterator[bytes]:
    """The value that an item is, or that it says where to find; none for a key."""
    item = page[begin:end]
    if item[:1] == _ON_PAGE:
        yield item[1:]
    elif item[:1] == _OFF_PAGE and begin + pages.pointer.size <= pages.size:
        yield b"".join(_chain(pages, *pages.pointer.unpack_from(page, begin)))


def _chain(pages: _Pages, number: int, length: int) -> Iterator[bytes]:
    """The pieces of a value of ``length`` bytes that begins on this overflow page."""
    while length > 0 and number not in pages.visited:
        pages.visited.add(number)
        start = number * pages.size
        if start + pages.size > len(pages.content):
            return
        of_page, following, _, used, kind = pages.header.unpack_from(pages.content, start)
        if of_page != number or kind != _OVERFLOW_PAGE:
            return
        yield pages.content[start + _PAGE_HEADER : start + min(_PAGE_HEADER + min(used, length), pages.size)]
        length -= used
        number = following
