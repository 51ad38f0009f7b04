"""Facts of ELF files, as the dynamic loader and ``strip`` see them (System V gABI, chapters 4 and 5).

A compressed layer passes once, with a thousand ELF files in it, so this reader takes some twenty microseconds a file and reads
only what is asked for here; pyelftools, which takes milliseconds, is its oracle in the tests.
"""

from collections.abc import Callable
from operator import itemgetter
from struct import Struct, error
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from layerscope.core.expressions import expression
from layerscope.core.limits import BINARY_PACKAGES
from layerscope.core.names import path_text
from layerscope.core.tables import read_table

_TABLE = read_table(__file__, "elf.toml", dict[str, dict[str, Any]])
_MACHINES = {number: name for name, number in _TABLE["machines"].items()}
_ALSO_STARTS = _TABLE["also_starts"]
_STRIPPED = tuple(_TABLE["sections"]["stripped"])
GO_FUNCTIONS = {name: name.encode() + b"\0" for name in _TABLE["go"]["functions"]}
"""Functions of Go that ask the system for something, as a line table has them."""

_C_CALLS = expression(rb"([\w./~%-]+)\._C2?func_")
_C_EXPORT = b"_cgoexp_"

_KINDS = {2: "executable", 3: "shared"}
_LOAD, _DYNAMIC, _INTERP = 1, 2, 3
_NEEDED, _STRTAB, _SONAME, _RPATH, _RUNPATH, _VERNEED, _VERNEEDNUM = 1, 5, 14, 15, 29, 0x6FFFFFFE, 0x6FFFFFFF
_SYMTAB, _RELA, _NOBITS, _REL = 2, 4, 8, 9
_ALLOC = 2
_MOST_HEADERS = 4096
_MOST_TAGS = 65536
_SECTION_NAME_BYTES = 256
_STRING_BYTES = 4096
_MALFORMED = (error, ValueError, IndexError, OverflowError)


def may_start(architecture: str, machine: str) -> bool:
    """Whether a kernel of an architecture, as images name it, starts programs for a machine; True where either is unknown."""
    known = {architecture, machine} <= set(_MACHINES.values())
    return not known or machine == architecture or machine in _ALSO_STARTS.get(architecture, ())


class ElfFacts(msgspec.Struct, frozen=True, kw_only=True):
    """An ELF executable or shared library, as the dynamic loader sees it.

    ``interpreter`` is PT_INTERP ("" when there is none: static), ``needed`` DT_NEEDED in order, ``rpath`` and ``runpath`` as
    written. ``sections`` are names and bytes in the file; ``strippable`` is what ``strip`` would save: symbol tables and debug
    sections. ``versions`` are the symbol versions asked of libraries (``GLIBC_2.34``). ``go_version`` is set for Go programs
    (``go1.22.12``); ``mentions`` are those functions of ``elf.toml`` that a Go program links. Of a Go program with
    an interpreter, ``c_callers`` are the packages that call C code (``net``), or are called by it (``main``), and ``modules``
    the modules it was built from, without its own (``golang.org/x/net@v0.30.0``).
    """

    machine: str
    bits: int
    kind: str
    interpreter: str = ""
    needed: tuple[str, ...] = ()
    soname: str = ""
    rpath: str = ""
    runpath: str = ""
    versions: tuple[str, ...] = ()
    sections: tuple[tuple[str, int], ...] = ()
    strippable: int = 0
    go_version: str = ""
    mentions: tuple[str, ...] = ()
    c_callers: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()

    @property
    def static(self) -> bool:
        """Whether it runs without a dynamic loader."""
        return not self.interpreter and not self.needed


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A section: its name, its type (``SHT_…``) and flags (``SHF_…``), its address when loaded, and its bytes in the file."""

    name: str
    kind: int
    flags: int
    address: int
    offset: int
    size: int

    @property
    def stripped(self) -> bool:
        """Whether ``strip`` removes it."""
        return _is_stripped(self.name, self.kind, self.flags)


class Segment(NamedTuple):
    """A part of the file for the loader: its type (``PT_…``) and flags (``PF_…``), its address, its bytes in the file."""

    kind: int
    flags: int
    address: int
    offset: int
    size: int


class ElfLayout(NamedTuple):
    """Where an ELF file keeps what; ``segments`` are those that are loaded. All that its tables speak of ends at ``end``."""

    sections: tuple[Section, ...]
    segments: tuple[Segment, ...]
    end: int = 0

    def section(self, ending: str) -> Section | None:
        """The first section whose name ends so."""
        return next((section for section in self.sections if section.name.endswith(ending)), None)

    def place(self, address: int) -> int | None:
        """The offset in the file of what is loaded at an address."""
        return _place(self.segments, address)


class _Format(msgspec.Struct, frozen=True, kw_only=True):
    """The layouts of one class and byte order. ``segment_fields`` takes the fields of a :class:`Segment` out of a header, whose
    positions differ between 32 and 64 bits."""

    header: Struct
    segment: Struct
    segment_fields: Callable[[tuple[int, ...]], tuple[int, int, int, int, int]]
    section: Struct
    dynamic: Struct
    need: Struct
    need_entry: Struct


def _format(order: str, wide: bool) -> _Format:
    return _Format(
        header=Struct(order + ("16xHHIQQQIHHHHHH" if wide else "16xHHIIIIIHHHHHH")),
        segment=Struct(order + ("IIQQQQQQ" if wide else "IIIIIIII")),
        segment_fields=itemgetter(0, 1, 3, 2, 5) if wide else itemgetter(0, 6, 2, 1, 4),
        section=Struct(order + ("IIQQQQIIQQ" if wide else "IIIIIIIIII")),
        dynamic=Struct(order + ("qQ" if wide else "iI")),
        need=Struct(order + "HHIII"),
        need_entry=Struct(order + "IHHII"),
    )


_FORMATS = {(data, width): _format("<" if data == 1 else ">", width == 2) for data in (1, 2) for width in (1, 2)}

_Header = tuple[int, ...]
"""A section header: position of its name, type, flags, address, offset, size …, in both classes."""


class _Elf:
    """The tables of an executable or shared library. ``sections`` are names and headers, none when their table is missing."""

    __slots__ = ("end", "form", "kind", "machine", "sections", "segments", "view")

    def __init__(self, view: memoryview, form: _Format) -> None:
        self.view = view
        self.form = form
        header = form.header.unpack_from(view, 0)
        self.kind, self.machine = _KINDS[header[0]], header[1]
        at, size, count = header[4], header[8], min(header[9], _MOST_HEADERS)
        unpack, fields = form.segment.unpack_from, form.segment_fields
        self.segments = [Segment._make(fields(unpack(view, at + number * size))) for number in range(count)]
        self.sections = self._read_sections(header)
        tables = (at + size * count, header[5] + header[10] * header[11])
        parts = (segment.offset + segment.size for segment in self.segments)
        self.end = max(*tables, *parts, *(fields[4] + _stored_size(fields) for _, fields in self.sections))

    def _read_sections(self, header: _Header) -> list[tuple[str, _Header]]:
        at, size, count, names = header[5], header[10], min(header[11], _MOST_HEADERS), header[12]
        if not at or names >= count or at + size * count > len(self.view):
            return []
        unpack = self.form.section.unpack_from
        headers = [unpack(self.view, at + number * size) for number in range(count)]
        start, length = headers[names][4:6]
        strings = bytes(self.view[start : start + length])
        return [(_name(strings, found[0]), found) for found in headers[1:]]

    def place(self, address: int) -> int | None:
        """The offset in the file of what is loaded at an address."""
        return _place(self.segments, address)

    def string(self, offset: int, most: int = _STRING_BYTES) -> str:
        """The NUL-terminated text at an offset."""
        return path_text(bytes(self.view[offset : offset + min(most, _STRING_BYTES)]).partition(b"\0")[0])

    def section(self, ending: str) -> _Header | None:
        """The header of the first section whose name ends so."""
        return next((header for name, header in self.sections if name.endswith(ending)), None)

    def segment(self, kind: int) -> Segment | None:
        """The last segment of a type."""
        return next((segment for segment in reversed(self.segments) if segment.kind == kind), None)


def _name(strings: bytes, start: int) -> str:
    end = strings.find(b"\0", start, start + _SECTION_NAME_BYTES)
    return strings[start : end if end >= 0 else start + _SECTION_NAME_BYTES].decode("utf-8", "replace")


def _place(segments: "list[Segment] | tuple[Segment, ...]", address: int) -> int | None:
    for kind, _, start, offset, size in segments:
        if kind == _LOAD and start <= address < start + size:
            return offset + address - start
    return None


def _read(content: bytes | memoryview) -> _Elf | None:
    """The tables of an executable or shared library; raises one of ``_MALFORMED`` for a damaged one."""
    view = memoryview(content)
    form = _FORMATS.get((view[5], view[4])) if len(view) >= 52 and bytes(view[:4]) == b"\x7fELF" else None
    if form is None or form.header.unpack_from(view, 0)[0] not in _KINDS:
        return None
    return _Elf(view, form)


def elf_facts(content: bytes | memoryview, whole: bool = True) -> ElfFacts | None:
    """The facts of an ELF executable or shared library; None for anything else, and for one that is malformed.

    ``whole`` False leaves the search of a Go program's bytes out.
    """
    try:
        elf = _read(content)
        return None if elf is None else _with_go(_with_dynamic(_facts(elf), elf), elf, whole)
    except _MALFORMED:
        return None


def elf_layout(content: bytes | memoryview) -> ElfLayout | None:
    """The sections and loaded segments of an executable or shared library; None as for :func:`elf_facts`.

    A file without a table of sections, or with a damaged one, has none.
    """
    try:
        elf = _read(content)
    except _MALFORMED:
        return None
    if elf is None:
        return None
    sections = (
        Section(name=name, kind=fields[1], flags=fields[2], address=fields[3], offset=fields[4], size=_stored_size(fields))
        for name, fields in elf.sections
    )
    return ElfLayout(tuple(sections), tuple(segment for segment in elf.segments if segment.kind == _LOAD), elf.end)


def _facts(elf: _Elf) -> ElfFacts:
    interpreter = elf.segment(_INTERP)
    return ElfFacts(
        machine=_MACHINES.get(elf.machine, f"machine {elf.machine}"),
        bits=64 if elf.view[4] == 2 else 32,
        kind=elf.kind,
        interpreter=elf.string(interpreter.offset, interpreter.size) if interpreter is not None else "",
        sections=tuple((name, _stored_size(header)) for name, header in elf.sections),
        strippable=sum(_stored_size(header) for name, header in elf.sections if _is_stripped(name, header[1], header[2])),
    )


def _stored_size(header: _Header) -> int:
    """The bytes of a section in the file."""
    return 0 if header[1] == _NOBITS else header[5]


def _is_stripped(name: str, kind: int, flags: int) -> bool:
    """Whether ``strip`` of binutils removes a section: by its name, or as relocations, unless it is loaded."""
    return not flags & _ALLOC and (name.startswith(_STRIPPED) or kind in (_SYMTAB, _RELA, _REL))


def _with_dynamic(facts: ElfFacts, elf: _Elf) -> ElfFacts:
    """Adds what PT_DYNAMIC says: libraries, search paths and the versions asked of them."""
    needed, values = _dynamic_tags(elf)
    strings = elf.place(values[_STRTAB]) if _STRTAB in values else None
    if strings is None:
        return facts
    names = {tag: elf.string(strings + values[tag]) for tag in (_SONAME, _RPATH, _RUNPATH) if tag in values}
    return replace(
        facts,
        needed=tuple(elf.string(strings + offset) for offset in needed[:_MOST_HEADERS]),
        soname=names.get(_SONAME, ""),
        rpath=names.get(_RPATH, ""),
        runpath=names.get(_RUNPATH, ""),
        versions=_versions(elf, values, strings),
    )


def _dynamic_tags(elf: _Elf) -> tuple[list[int], dict[int, int]]:
    """The values of all DT_NEEDED, and those of other tags."""
    dynamic = elf.segment(_DYNAMIC)
    needed: list[int] = []
    values: dict[int, int] = {}
    step, unpack = elf.form.dynamic.size, elf.form.dynamic.unpack_from
    start, size = (dynamic.offset, min(dynamic.size, _MOST_TAGS * step)) if dynamic is not None else (0, 0)
    for position in range(start, min(start + size, len(elf.view)) - step + 1, step):
        tag, value = unpack(elf.view, position)
        if tag == 0:
            break
        if tag == _NEEDED:
            needed.append(value)
        else:
            values[tag] = value
    return needed, values


def _versions(elf: _Elf, values: dict[int, int], strings: int) -> tuple[str, ...]:
    """The symbol versions that are asked of libraries."""
    position = elf.place(values.get(_VERNEED, -1))
    found: list[str] = []
    for _ in range(min(values.get(_VERNEEDNUM, 0), _MOST_HEADERS) if position is not None else 0):
        if len(found) > _MOST_HEADERS or position is None:
            break
        _, count, _, first, following = elf.form.need.unpack_from(elf.view, position)
        entry = position + first
        for _ in range(min(count, _MOST_HEADERS)):
            _, _, _, name, step = elf.form.need_entry.unpack_from(elf.view, entry)
            found.append(elf.string(strings + name))
            entry += step
        position += following
    return tuple(found)


def _with_go(facts: ElfFacts, elf: _Elf, whole: bool) -> ElfFacts:
    """Adds the Go version (from ``.go.buildinfo``) and what the program mentions."""
    section = next((header for name, header in elf.sections if name == ".go.buildinfo"), None)
    if section is None:
        return facts
    from layerscope.layers.binaries.goinformation import go_version

    facts = replace(facts, go_version=go_version(elf.view, section[4], elf.place) or "go")
    return _with_functions(facts, elf, section[4]) if whole else facts


def _with_functions(facts: ElfFacts, elf: _Elf, information: int) -> ElfFacts:
    """Adds what the names of a Go program's functions say; ``information`` is where its build information lies."""
    names = _function_names(elf)
    facts = replace(facts, mentions=tuple(name for name, needle in GO_FUNCTIONS.items() if needle in names))
    if facts.static:
        return facts
    from layerscope.layers.binaries.goinformation import build_strings

    modules = _modules(path_text(build_strings(elf.view, information, elf.place)[1]))
    return replace(facts, c_callers=_c_callers(names), modules=modules)


def _c_callers(names: bytes) -> tuple[str, ...]:
    """The packages with functions that cgo made for them (cmd/cgo: ``_Cfunc_…``, ``_C2func_…``, ``_cgoexp_…``)."""
    found = {match[1] for match in _C_CALLS.finditer(names)} | ({b"main"} if _C_EXPORT in names else set())
    return tuple(sorted(path_text(name) for name in found))


def _modules(lines: str) -> tuple[str, ...]:
    """``path@version`` of each dependency, of its replacement where it has one; those in directories of their own have none."""
    found: list[str] = []
    for line in lines.splitlines()[:BINARY_PACKAGES]:
        word, path, version = (*line.split("\t"), "", "", "")[:3]
        if word == "=>" and found:
            found.pop()
        if word in ("dep", "=>"):
            found.append(f"{path}@{version}" if version else "")
    return tuple(filter(None, found))


def _function_names(elf: _Elf) -> bytes:
    """The line table, where Go's linker keeps the NUL-terminated names of all functions, stripped or not; else all bytes."""
    view, table = elf.view, elf.section(".gopclntab")
    if table is not None:
        return bytes(view[table[4] : table[4] + table[5]])
    return view.obj if isinstance(view.obj, bytes) and len(view.obj) == len(view) else bytes(view)
