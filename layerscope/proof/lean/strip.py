"""An ELF file without its symbol tables and debug data, as ``strip --strip-all`` leaves it (System V gABI, chapter 4).

What is loaded stays where it is, byte for byte. The other sections that are kept move up behind it, and the table of sections
comes last.
"""

from struct import Struct
from typing import NamedTuple

from layerscope.core.errors import ImageError
from layerscope.layers.elf import ElfLayout, Section, elf_layout

_NOBITS, _LOADED = 8, 2
_LINK, _INFO = 6, 7
_INFO_IS_SECTION = 0x40
_RELOCATIONS = (4, 9)
_MOST_ALIGNMENT = 4096


class _Class(NamedTuple):
    """The layout of one class of ELF files: a section's header, a word, and where the file's header has the offset of the
    table of sections, its number of entries, and the position of their names in it."""

    section: str
    word: str
    table: int
    number: int
    names: int


_CLASSES = {1: _Class("IIIIIIIIII", "I", 32, 48, 50), 2: _Class("IIQQQQIIQQ", "Q", 40, 60, 62)}


def strip(content: bytes) -> bytes:
    """The file without what strip removes. Raises :class:`ImageError` for one that is no whole ELF file."""
    layout = elf_layout(content)
    if layout is None or not layout.sections:
        raise ImageError("a program that is to be stripped has no table of sections")
    return _Stripped(content, layout).whole()


class _Stripped:
    def __init__(self, content: bytes, layout: ElfLayout) -> None:
        order = "<" if content[5] == 1 else ">"
        self._form = _CLASSES[content[4]]
        self._header = Struct(order + self._form.section)
        self._word, self._half = Struct(order + self._form.word), Struct(order + "H")
        self._content = content
        self._layout = layout
        (table,) = self._word.unpack_from(content, self._form.table)
        self._names_at = self._half.unpack_from(content, self._form.names)[0]
        self._headers = [
            list(self._header.unpack_from(content, table + number * self._header.size))
            for number in range(len(layout.sections) + 1)
        ]

    def whole(self) -> bytes:
        """The file."""
        kept = self._kept()
        numbers = {old: new for new, old in enumerate(kept)}
        body = bytearray(self._content[: self._loaded_end()])
        names = bytearray(b"\0")
        headers = []
        for old in kept:
            header = self._renumbered(self._headers[old], numbers)
            if old:
                header[0] = len(names)
                names += self._section(old).name.encode() + b"\0"
            if old and old != self._names_at and not self._is_placed(old):
                self._place(body, header, self._content[header[4] : header[4] + header[5]])
            headers.append(header)
        self._place(body, headers[numbers[self._names_at]], bytes(names))
        body += bytes(-len(body) % 8)
        self._word.pack_into(body, self._form.table, len(body))
        self._half.pack_into(body, self._form.number, len(headers))
        self._half.pack_into(body, self._form.names, numbers[self._names_at])
        return bytes(body) + b"".join(self._header.pack(*header) for header in headers)

    def _section(self, number: int) -> Section:
        return self._layout.sections[number - 1]

    def _is_placed(self, number: int) -> bool:
        """Whether a section is loaded, or has no bytes: it stays where it is."""
        section = self._section(number)
        return bool(section.flags & _LOADED) or section.kind == _NOBITS

    def _kept(self) -> list[int]:
        """The numbers of the sections that stay; the first one is that of no section."""
        stay = [
            number for number in range(1, len(self._headers)) if number == self._names_at or not self._section(number).stripped
        ]
        return [0, *stay]

    def _loaded_end(self) -> int:
        """Where the last part ends that is loaded, or that a loaded part may speak of."""
        parts = (segment.offset + segment.size for segment in self._layout.segments)
        loaded = (item.offset + item.size for item in self._layout.sections if item.flags & _LOADED)
        return max(*parts, *loaded, len(self._content[:64]))

    def _renumbered(self, header: list[int], numbers: dict[int, int]) -> list[int]:
        """A section's header whose links to others say their new numbers, 0 where they are gone."""
        changed = list(header)
        changed[_LINK] = numbers.get(header[_LINK], 0)
        if header[1] in _RELOCATIONS or header[2] & _INFO_IS_SECTION:
            changed[_INFO] = numbers.get(header[_INFO], 0)
        return changed

    def _place(self, body: bytearray, header: list[int], content: bytes) -> None:
        """Puts a section that is not loaded behind what is there."""
        alignment = min(max(header[8], 1), _MOST_ALIGNMENT)
        body += bytes(-len(body) % alignment)
        header[4], header[5] = len(body), len(content)
        body += content
