"""Texts in the tables of a program of Go or Rust (64 bits, little-endian): each is an address and a length in its data."""

import sys
from collections.abc import Iterable, Iterator
from struct import error, iter_unpack, unpack_from

from layerscope.layers.elf import ElfLayout, Section, elf_layout

_WORD = 8
_TABLES = (".data", ".rodata", ".data.rel.ro", ".noptrdata")
_MOST_PLACES = 20_000
_RELATIVE = (8, 1027)
"""R_X86_64_RELATIVE and R_AARCH64_RELATIVE: a program that may be loaded anywhere has its addresses there alone."""


def texts_in_tables(content: bytes, wanted: Iterable[bytes]) -> list[bytes]:
    """Those of the wanted texts that a table in a program's data has with their very length."""
    layout = elf_layout(content)
    if layout is None or sys.byteorder != "little":
        return []
    spelled = dict(_spelled(content, layout, wanted))
    found = (spelled[address] for address, length in _pairs(content, layout, spelled) if length == len(spelled[address]))
    return list(dict.fromkeys(found))


def _spelled(content: bytes, layout: ElfLayout, wanted: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """The addresses at which texts stand."""
    sections = [section for section in layout.sections if section.name == ".rodata"]
    return (
        (section.address + at - section.offset, text)
        for section in sections
        for text in wanted
        for at in _places(content, text, section)
    )


def _places(content: bytes, text: bytes, section: Section) -> Iterator[int]:
    end, at = section.offset + section.size, section.offset - 1
    for _ in range(_MOST_PLACES):
        at = content.find(text, at + 1, end)
        if at < 0:
            return
        yield at


def _pairs(content: bytes, layout: ElfLayout, spelled: dict[int, bytes]) -> Iterator[tuple[int, int]]:
    """The addresses of texts that stand in data, each with the word behind it."""
    for section in layout.sections:
        if section.name in _TABLES:
            yield from _pairs_in(content[section.offset : section.offset + section.size], spelled)
        elif section.name == ".rela.dyn":
            yield from _moved(content, layout, section, spelled)


def _pairs_in(part: bytes, spelled: dict[int, bytes]) -> Iterator[tuple[int, int]]:
    words = memoryview(part[: len(part) // _WORD * _WORD]).cast("Q")
    return ((word, words[at + 1]) for at, word in enumerate(words[:-1]) if word in spelled)


def _moved(content: bytes, layout: ElfLayout, section: Section, spelled: dict[int, bytes]) -> Iterator[tuple[int, int]]:
    """The same for addresses that the loader fills in."""
    size = section.size // (3 * _WORD) * 3 * _WORD
    for place, kind, address in iter_unpack("<QQQ", content[section.offset : section.offset + size]):
        if kind in _RELATIVE and address in spelled:
            yield address, _word(content, layout.place(place + _WORD))


def _word(content: bytes, at: int | None) -> int:
    try:
        return int(unpack_from("<Q", content, at)[0]) if at is not None else 0
    except error:
        return 0
