"""Texts that a compiler put into instructions (x86-64): GCC and Clang copy a short literal in pieces of 16 bytes out of the
constants and of 8 bytes or fewer out of the code; the last piece overlaps the one before it."""

from collections.abc import Iterator
from itertools import chain

from msgspec import Struct

from layerscope.core.expressions import expression
from layerscope.layers.elf import ElfLayout, elf_layout

_NUMBER = expression(rb"[\x48\x49][\xb8-\xbf]([\x20-\x7e]{8})")
"""``movabs``: eight bytes of text as a number."""
_PART_OF_PATH = expression(rb"[\x20-\x7e]*/[\x20-\x7e]*")
_WIDE, _LONG, _SHORT, _TELLING = 16, 8, 4, 3


class Inlined(Struct, frozen=True):
    """The ``code`` of a program, and the ``pieces`` of text that it copies."""

    code: bytes = b""
    pieces: frozenset[bytes] = frozenset()

    def spells(self, text: bytes) -> bool:
        """Whether a text, or one that begins with it, may be put together in the code: never one of fewer than eight bytes."""
        reached = self._reached(text)
        rest = text[reached:]
        if not reached or len(rest) < _TELLING:
            return bool(reached)
        return self._are_numbers(rest) or self._ends(text, reached)

    def _reached(self, text: bytes) -> int:
        """How far pieces make up a text without a gap."""
        reached = 0
        for at in range(len(text)):
            if at > reached:
                break
            reached = max(reached, at + next((size for size in (_WIDE, _LONG) if text[at : at + size] in self.pieces), 0))
        return min(reached, len(text))

    def _are_numbers(self, rest: bytes) -> bool:
        """Whether a rest of fewer than eight bytes is in the code as one or two numbers of four bytes."""
        last = rest[-_SHORT:], (rest + b"/")[-_SHORT:]
        return len(rest) < _LONG and rest[:_SHORT] in self.code and any(part in self.code for part in last)

    def _ends(self, text: bytes, reached: int) -> bool:
        """Whether a piece ends a text, or goes on behind it."""
        ends = tuple(text[at:] for at in range(max(0, len(text) - _WIDE + 1), reached + 1))
        return bool(ends) and any(piece.startswith(ends) for piece in self.pieces)


def inlined(content: bytes) -> Inlined:
    """What is looked at of a program; nothing where its sections are not known."""
    layout = elf_layout(content)
    if layout is None:
        return Inlined()
    code = b"".join(content[item.offset : item.offset + item.size] for item in layout.sections if item.name == ".text")
    return Inlined(code, frozenset((*_NUMBER.findall(code), *_constants(content, layout))))


def _constants(content: bytes, layout: ElfLayout) -> Iterator[bytes]:
    """The constants of 16 bytes that are text: they lie at multiples of 16."""
    parts = (item for item in layout.sections if item.name.startswith(".rodata"))
    blocks = chain.from_iterable(_blocks(content[item.offset : item.offset + item.size], item.address) for item in parts)
    return filter(_PART_OF_PATH.fullmatch, blocks)


def _blocks(part: bytes, address: int) -> Iterator[bytes]:
    return (part[at : at + _WIDE] for at in range(-address % _WIDE, len(part) - _WIDE + 1, _WIDE))
