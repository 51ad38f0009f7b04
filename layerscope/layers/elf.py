"""Facts of ELF files, as the dynamic loader and ``strip`` see them (System V gABI, chapters 4 and 5).

A compressed layer passes once, with a thousand ELF files in it, so this reader takes some twenty microseconds a file and reads
only what is asked for here; pyelftools, which takes milliseconds, is its oracle in the tests.
"""

import re
from struct import Struct, error
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from layerscope.core.limits import BINARY_PACKAGES
from layerscope.core.names import path_text

GO_NEEDLES: tuple[bytes, ...] = (
    b"crypto/tls.Client",
    b"crypto/x509.loadSystemRoots",
    b"mime.TypeByExtension",
    b"net.parseNSSConfFile",
    b"os.CreateTemp",
    b"os.MkdirTemp",
    b"os.StartProcess",
    b"os.TempDir",
    b"os/user.Current",
    b"os/user.Lookup",
    b"os/user.LookupGroup",
    b"os/user.LookupId",
    b"plugin.Open",
    b"syscall.Exec",
    b"time.LoadLocation",
    b"time/tzdata.loadFromEmbeddedTZData",
)
"""Functions whose presence in a Go program's line table says that it may ask the system for something.

They are whole names: every server of net/http links ``time.LoadLocationFromTZData`` and ``crypto/tls.ClientAuthType.String``,
and neither loads time zones nor dials TLS because of them."""

_C_CALLS = re.compile(rb"([\w./~%-]+)\._C2?func_")
_C_EXPORT = b"_cgoexp_"

_MACHINES = {
    3: "386",
    40: "arm",
    62: "amd64",
    183: "arm64",
    243: "riscv64",
    21: "ppc64le",
    22: "s390x",
    8: "mips",
    258: "loong64",
}
_KINDS = {1: "object", 2: "executable", 3: "shared", 4: "core"}
_INTERP, _DYNAMIC, _LOAD = 3, 2, 1
_NEEDED, _STRTAB, _SONAME, _RPATH, _RUNPATH, _VERNEED, _VERNEEDNUM = 1, 5, 14, 15, 29, 0x6FFFFFFE, 0x6FFFFFFF
_SYMTAB, _RELA, _NOBITS, _REL = 2, 4, 8, 9
_ALLOC = 2
_STRIPPED = (
    ".debug",
    ".zdebug",
    ".symtab",
    ".strtab",
    ".stab",
    ".line",
    ".gdb_index",
    ".gnu.debuglto_.debug_",
    ".gnu.linkonce.wi.",
)
_MOST_HEADERS = 4096
_MOST_TAGS = 65536
_SECTION_NAME_BYTES = 256


class ElfFacts(msgspec.Struct, frozen=True, kw_only=True):
    """An ELF executable or shared library, as the dynamic loader sees it.

    ``interpreter`` is PT_INTERP ("" when there is none: static), ``needed`` DT_NEEDED in order, ``rpath`` and ``runpath`` as
    written. ``sections`` are names and bytes in the file; ``strippable`` is what ``strip`` would save: symbol tables and debug
    sections. ``versions`` are the symbol versions asked of libraries (``GLIBC_2.34``). ``go_version`` is set for Go programs
    (``go1.22.12``); ``mentions`` are those of :data:`GO_NEEDLES` that were found in a Go program's bytes. Of a Go program with
    an interpreter, ``c_callers`` are the packages that call C code (``net``), or are called by it (``main``), and ``modules``
    those that it was built from besides its own (``golang.org/x/net@v0.30.0``).
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


class Section(NamedTuple):
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
    """A stretch of the file that is loaded: flags (``PF_…``), its address, and its bytes in the file."""

    flags: int
    address: int
    offset: int
    size: int


class ElfLayout(NamedTuple):
    """Where an ELF file keeps what."""

    sections: tuple[Section, ...]
    segments: tuple[Segment, ...]

    def section(self, ending: str) -> Section | None:
        """The first section whose name ends so."""
        return next((section for section in self.sections if section.name.endswith(ending)), None)

    def place(self, address: int) -> int | None:
        """The offset in the file of what is loaded at an address."""
        for segment in self.segments:
            if segment.address <= address < segment.address + segment.size:
                return segment.offset + address - segment.address
        return None


class _Format(NamedTuple):
    """The layouts of one class and byte order: field positions differ between 32 and 64 bits."""

    header: Struct
    segment: Struct
    section: Struct
    dynamic: Struct
    need: Struct
    need_entry: Struct
    segment_order: tuple[int, int, int, int]
    segment_flags: int


def _format(order: str, wide: bool) -> _Format:
    if wide:
        layouts = ("16xHHIQQQIHHHHHH", "IIQQQQQQ", "IIQQQQIIQQ", "qQ")
        places = (0, 2, 3, 5)
    else:
        layouts = ("16xHHIIIIIHHHHHH", "IIIIIIII", "IIIIIIIIII", "iI")
        places = (0, 1, 2, 4)
    header, segment, section, dynamic = (Struct(order + layout) for layout in layouts)
    return _Format(
        header=header,
        segment=segment,
        section=section,
        dynamic=dynamic,
        need=Struct(order + "HHIII"),
        need_entry=Struct(order + "IHHII"),
        segment_order=places,
        segment_flags=1 if wide else 6,
    )


_FORMATS = {(data, width): _format("<" if data == 1 else ">", width == 2) for data in (1, 2) for width in (1, 2)}


def elf_facts(content: bytes | memoryview, whole: bool = True) -> ElfFacts | None:
    """The facts of an ELF executable or shared library; None for anything else, and for one that is malformed.

    ``whole`` False leaves the search of a Go program's bytes out.
    """
    view = memoryview(content)
    if len(view) < 52 or bytes(view[:4]) != b"\x7fELF":
        return None
    layout = _FORMATS.get((view[5], view[4]))
    if layout is None:
        return None
    try:
        return _facts(view, layout, whole)
    except (error, ValueError, IndexError, OverflowError):
        return None


def elf_layout(content: bytes | memoryview) -> ElfLayout | None:
    """The sections and loaded segments of an executable or shared library; None as for :func:`elf_facts`.

    A file without a table of sections, or with a damaged one, has none.
    """
    view = memoryview(content)
    layout = _FORMATS.get((view[5], view[4])) if len(view) >= 52 and bytes(view[:4]) == b"\x7fELF" else None
    if layout is None:
        return None
    try:
        header = layout.header.unpack_from(view, 0)
        if _KINDS.get(header[0]) not in ("executable", "shared"):
            return None
        segments_at, sections_at, segment_size, segments, section_size, sections, names = (*header[4:6], *header[8:13])
        headers = [
            layout.segment.unpack_from(view, segments_at + n * segment_size) for n in range(min(segments, _MOST_HEADERS))
        ]
        table = _sections(view, layout, sections_at, size=section_size, count=min(sections, _MOST_HEADERS), names=names)
    except (error, ValueError, IndexError, OverflowError):
        return None
    type_, offset, address, size = layout.segment_order
    loaded = (
        Segment(fields[layout.segment_flags], fields[address], fields[offset], fields[size])
        for fields in headers
        if fields[type_] == _LOAD
    )
    named = (
        Section(name=name, kind=fields[1], flags=fields[2], address=fields[3], offset=fields[4], size=_stored(fields))
        for name, fields in table
    )
    return ElfLayout(tuple(named), tuple(loaded))


def _facts(view: memoryview, layout: _Format, whole: bool) -> ElfFacts | None:
    kind, machine, _, _, segments_at, sections_at, _, _, segment_size, segments, section_size, sections, names = (
        layout.header.unpack_from(view, 0)
    )
    if _KINDS.get(kind) not in ("executable", "shared"):
        return None
    facts = ElfFacts(machine=_MACHINES.get(machine, f"machine {machine}"), bits=64 if view[4] == 2 else 32, kind=_KINDS[kind])
    loads: list[tuple[int, int, int]] = []
    dynamic = (0, 0)
    interpreter = ""
    for number in range(min(segments, _MOST_HEADERS)):
        fields = layout.segment.unpack_from(view, segments_at + number * segment_size)
        type_, offset, address, size = (fields[place] for place in layout.segment_order)
        if type_ == _LOAD:
            loads.append((address, size, offset))
        elif type_ == _DYNAMIC:
            dynamic = (offset, size)
        elif type_ == _INTERP:
            interpreter = path_text(bytes(view[offset : offset + min(size, 4096)]).split(b"\0", 1)[0])
    table = _sections(view, layout, sections_at, size=section_size, count=min(sections, _MOST_HEADERS), names=names)
    facts = replace(
        facts,
        interpreter=interpreter,
        sections=tuple((name, _stored(header)) for name, header in table),
        strippable=sum(_stored(header) for name, header in table if _is_stripped(name, header[1], header[2])),
    )
    if dynamic[1]:
        facts = _with_dynamic(facts, view, layout, dynamic, loads)
    return _with_go(facts, view, table, loads, whole)


_Header = tuple[int, ...]
"""A section header: position of its name, type, flags, address, offset, size …, in both classes."""


def _stored(header: _Header) -> int:
    """The bytes of a section in the file."""
    return 0 if header[1] == _NOBITS else header[5]


def _is_stripped(name: str, kind: int, flags: int) -> bool:
    """Whether ``strip`` of binutils removes a section: by its name, or as relocations, unless it is loaded."""
    return not flags & _ALLOC and (name.startswith(_STRIPPED) or kind in (_SYMTAB, _RELA, _REL))


def _sections(view: memoryview, layout: _Format, at: int, size: int, count: int, names: int) -> list[tuple[str, _Header]]:
    """Name and header of each section; none when the table is missing."""
    if not at or not count or names >= count or at + size * count > len(view):
        return []
    headers = [layout.section.unpack_from(view, at + number * size) for number in range(count)]
    start, length = headers[names][4], headers[names][5]
    strings = bytes(view[start : start + length])
    found = []
    for header in headers[1:]:
        end = strings.find(b"\0", header[0], header[0] + _SECTION_NAME_BYTES)
        name = strings[header[0] : end if end >= 0 else header[0] + _SECTION_NAME_BYTES].decode("utf-8", "replace")
        found.append((name, header))
    return found


def _with_dynamic(
    facts: ElfFacts, view: memoryview, layout: _Format, dynamic: tuple[int, int], loads: list[tuple[int, int, int]]
) -> ElfFacts:
    """Adds what PT_DYNAMIC says: libraries, search paths and the versions asked of them."""

    def place(address: int) -> int:
        return next(offset + address - start for start, size, offset in loads if start <= address < start + size)

    needed: list[int] = []
    values: dict[int, int] = {}
    end = min(dynamic[0] + min(dynamic[1], _MOST_TAGS * layout.dynamic.size), len(view))
    for position in range(dynamic[0], end - layout.dynamic.size + 1, layout.dynamic.size):
        tag, value = layout.dynamic.unpack_from(view, position)
        if tag == 0:
            break
        if tag == _NEEDED:
            needed.append(value)
        else:
            values[tag] = value
    try:
        strings = place(values[_STRTAB])
    except (KeyError, StopIteration):
        return facts

    def string(offset: int) -> str:
        start = strings + offset
        return path_text(bytes(view[start : start + 4096]).split(b"\0", 1)[0])

    versions: list[str] = []
    if values.get(_VERNEEDNUM):
        try:
            position = place(values[_VERNEED])
        except (KeyError, StopIteration):
            position = 0
        for _ in range(min(values[_VERNEEDNUM], _MOST_HEADERS) if position else 0):
            if len(versions) > _MOST_HEADERS:
                break
            _, count, _, first, following = layout.need.unpack_from(view, position)
            entry = position + first
            for _ in range(min(count, _MOST_HEADERS)):
                _, _, _, name, step = layout.need_entry.unpack_from(view, entry)
                versions.append(string(name))
                entry += step
            position += following
    return replace(
        facts,
        needed=tuple(string(offset) for offset in needed[:_MOST_HEADERS]),
        soname=string(values[_SONAME]) if _SONAME in values else "",
        rpath=string(values[_RPATH]) if _RPATH in values else "",
        runpath=string(values[_RUNPATH]) if _RUNPATH in values else "",
        versions=tuple(versions),
    )


def _with_go(
    facts: ElfFacts, view: memoryview, table: list[tuple[str, _Header]], loads: list[tuple[int, int, int]], whole: bool
) -> ElfFacts:
    """Adds the Go version (from ``.go.buildinfo``) and what the program mentions."""
    place = next((header[4] for name, header in table if name == ".go.buildinfo"), None)
    if place is None:
        return facts
    from layerscope.layers.binaries.goinformation import go_version

    def offset(address: int) -> int | None:
        return next((at + address - start for start, size, at in loads if start <= address < start + size), None)

    facts = replace(facts, go_version=go_version(view, place, offset) or "go")
    if not whole:
        return facts
    names = _function_names(view, table)
    facts = replace(facts, mentions=tuple(needle.decode() for needle in GO_NEEDLES if needle + b"\0" in names))
    if facts.static:
        return facts
    from layerscope.layers.binaries.goinformation import build_strings

    modules = _modules(path_text(build_strings(view, place, offset)[1]))
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


def _function_names(view: memoryview, table: list[tuple[str, _Header]]) -> bytes:
    """The line table, where Go's linker keeps the NUL-terminated names of all functions, stripped or not; else all bytes."""
    place = next((header for name, header in table if name.endswith(".gopclntab")), None)
    if place is not None:
        return bytes(view[place[4] : place[4] + place[5]])
    return view.obj if isinstance(view.obj, bytes) and len(view.obj) == len(view) else bytes(view)
