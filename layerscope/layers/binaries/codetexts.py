"""The literal texts in machine code (x86-64): those that a Go program hands to functions, and those that a Rust program has.

A text is an address and a length, in registers or on the stack: ``lea rax, [rip+…]; mov ebx, 3; call os/exec.Command``. Which
of the lengths belongs to which address is not decoded: each address is read with each of the lengths, and the caller asks which
of the texts mean anything.
"""

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from itertools import chain, product
from struct import error, unpack_from

from msgspec import Struct

from layerscope.core.expressions import expression
from layerscope.layers.binaries.gofunctions import LineTable, function_starts, line_table
from layerscope.layers.elf import ElfLayout, Section, elf_layout

_CALL = expression(rb"\xe8")
_ADDRESS = expression(rb"[\x48\x4c]\x8d[\x05\x0d\x15\x1d\x25\x2d\x35\x3d]", re.DOTALL)
_LENGTH = expression(
    rb"(?:\x41?[\xb8-\xbf]|\x48\xc7[\x40-\x47].|\x48\xc7\x44\x24.|\x48\xc7\x84\x24.{4})(.[\0-\x03])\0\0", re.DOTALL
)
_WINDOW = 112
_NEAR = 64
"""Between the length and the address that are written into a map, Go's code for its garbage collector may stand."""
_MOST_STEPS = 4
_MOST_TEXTS = 2000


class _Code(Struct, frozen=True):
    """The code of a program: where its functions begin, by address and name, and its layout."""

    content: bytes
    layout: ElfLayout
    text: Section
    starts: list[int]
    names: list[bytes]

    def calls(self) -> dict[int, list[int]]:
        """The addresses of calls, by that of the function that is called."""
        found: dict[int, list[int]] = {start: [] for start in self.starts}
        code = self.content[self.text.offset : self.text.offset + self.text.size]
        for match in _CALL.finditer(code, 0, max(0, len(code) - 4)):
            at = match.start()
            sites = found.get(self.text.address + at + 5 + unpack_from("<i", code, at + 1)[0])
            if sites is not None:
                sites.append(self.text.address + at)
        return found

    def around(self, address: int) -> int:
        """The number of the function that an address lies in."""
        return max(0, bisect_right(self.starts, address) - 1)

    def texts_before(self, site: int) -> list[bytes]:
        """The texts that the code in front of a call speaks of."""
        start = max(self.starts[self.around(site)], site - _WINDOW)
        at = self.text.offset + start - self.text.address
        window = self.content[at : at + site - start]
        lengths = {unpack_from("<H", match[1])[0] for match in _LENGTH.finditer(window)}
        addresses = (match.end() for match in _ADDRESS.finditer(window, 0, max(0, len(window) - 7)))
        places = [start + end + 4 + unpack_from("<i", window, end)[0] for end in addresses]
        return [text for place, length in product(places, lengths) if (text := self._text(place, length))]

    def _text(self, address: int, length: int) -> bytes:
        place = self.layout.place(address)
        found = self.content[place : place + length] if place is not None and length else b""
        return found if found.isascii() and found.decode("ascii").isprintable() else b""


def texts_for(content: bytes, functions: frozenset[bytes]) -> list[bytes]:
    """The texts in front of calls of these functions, and of the program's functions that only pass on what they are given."""
    code = _code(content)
    return list(dict.fromkeys(_search(code, functions)))[:_MOST_TEXTS] if code is not None else []


def _code(content: bytes) -> _Code | None:
    layout = elf_layout(content)
    table, text = (layout.section(".gopclntab"), layout.section(".text")) if layout is not None else (None, None)
    if layout is None or table is None or text is None:
        return None
    lines = content[table.offset : table.offset + table.size]
    known = line_table(lines)
    starts, names = _functions(lines, known, text.address) if known is not None else ([], [])
    return _Code(content, layout, text, starts, names) if starts else None


def _functions(lines: bytes, known: LineTable, text: int) -> tuple[list[int], list[bytes]]:
    try:
        found = sorted(function_starts(lines, known, text))
    except (error, IndexError, OverflowError):
        return [], []
    return [start for start, _ in found], [name for _, name in found]


def _search(code: _Code, functions: frozenset[bytes]) -> Iterator[bytes]:
    """Goes from the functions to those that call them, where these have no text of their own."""
    calls = code.calls()
    waiting = deque((start, 0) for start in _named(code, functions))
    seen = {start for start, _ in waiting}
    while waiting:
        function, steps = waiting.popleft()
        found = [(code.texts_before(site), code.starts[code.around(site)]) for site in calls[function]]
        yield from chain.from_iterable(texts for texts, _ in found)
        passing = {caller for texts, caller in found if not texts} - seen
        if steps < _MOST_STEPS:
            waiting += [(caller, steps + 1) for caller in passing]
            seen |= passing


def _named(code: _Code, functions: frozenset[bytes]) -> Iterator[int]:
    """Where the functions of these names begin."""
    return (start for start, name in zip(code.starts, code.names, strict=True) if name in functions)


def texts_among(content: bytes, wanted: frozenset[bytes]) -> list[bytes]:
    """Those of the wanted texts that a program's code speaks of by their address and their very length."""
    layout = elf_layout(content)
    text = layout.section(".text") if layout is not None else None
    if layout is None or text is None:
        return []
    code = content[text.offset : text.offset + text.size]
    texts = chain.from_iterable(_texts_like(content, frozenset(item[:2] for item in wanted), _spoken_of(layout, text, code)))
    return list(filter(wanted.__contains__, dict.fromkeys(texts)))


def _texts_like(content: bytes, firsts: frozenset[bytes], spoken_of: Iterator[tuple[int, bytes]]) -> Iterator[list[bytes]]:
    """The texts at those of the places where one begins with two bytes of ``firsts``."""
    return (_read_near(content, place, near) for place, near in spoken_of if content[place : place + 2] in firsts)


def _spoken_of(layout: ElfLayout, text: Section, code: bytes) -> Iterator[tuple[int, bytes]]:
    """The offsets in the file that code speaks of, each with the code near by."""
    for match in _ADDRESS.finditer(code, 0, max(0, len(code) - 7)):
        end = match.end() + 4
        place = layout.place(text.address + end + unpack_from("<i", code, end - 4)[0])
        if place is not None:
            yield place, code[max(0, match.start() - _NEAR) : end + _NEAR]


def _read_near(content: bytes, place: int, near: bytes) -> list[bytes]:
    """The texts at a place with each of the lengths that the code near it speaks of."""
    return [content[place : place + unpack_from("<H", length[1])[0]] for length in _LENGTH.finditer(near)]
