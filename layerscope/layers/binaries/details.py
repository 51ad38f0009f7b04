"""One ELF file looked into: sections, toolchain, modules."""

from msgspec.structs import replace

from layerscope.core.expressions import expression
from layerscope.core.names import path_text
from layerscope.layers.binaries import gobuild, gofunctions, rust
from layerscope.layers.binaries.gomodules import modules_of
from layerscope.layers.binaries.model import BinaryDetails, ModulesFrom, Part
from layerscope.layers.elf import ElfLayout, Section, elf_layout

_WRITE, _ALLOC, _EXECUTE = 1, 2, 4
_SEGMENT_EXECUTE, _SEGMENT_WRITE = 1, 2
_MOST_COMPILERS = 4
_COMPILER = expression(r"(GCC: \([^)]*\)|clang version) ([0-9]\S*)")


def binary_details(content: bytes) -> BinaryDetails | None:
    """What is inside an ELF program or shared library, from its whole content; None for anything else.

    Never raises: what is damaged is left out.
    """
    layout = elf_layout(content)
    if layout is None:
        return None
    stripped = [section for section in layout.sections if section.stripped and section.size]
    details = BinaryDetails(
        size=len(content),
        parts=_parts(layout, len(content)),
        sections=tuple((section.name, section.size) for section in layout.sections),
        strippable=sum(section.size for section in stripped),
        stripped=tuple(section.name for section in stripped),
    )
    return _go(details, layout, content) or _rust(details, layout, content)


def _parts(layout: ElfLayout, total: int) -> tuple[Part, ...]:
    """Every byte of the file in one part, the first that claims it: whatever a damaged table says, they add up."""
    sizes = dict.fromkeys(("code", "line table", "read-only data", "data", "symbol tables", "debug data", "other"), 0)
    reached = 0
    for offset, size, part in sorted(_claims(layout)):
        start, end = max(offset, reached), min(offset + size, total)
        if end > start:
            sizes[part] += end - start
            reached = end
    sizes["other"] += total - sum(sizes.values())
    return tuple(Part(name, size) for name, size in sizes.items() if size)


def _claims(layout: ElfLayout) -> list[tuple[int, int, str]]:
    """Offset, size and part of each section, or of each segment where there are no sections."""
    sections = [(section.offset, section.size, _section_part(section)) for section in layout.sections]
    return sections or [(segment.offset, segment.size, _segment_part(segment.flags)) for segment in layout.segments]


def _section_part(section: Section) -> str:
    if section.name.endswith(".gopclntab"):
        return "line table"
    if section.stripped:
        return "symbol tables" if section.name in (".symtab", ".strtab", ".symtab_shndx") else "debug data"
    if not section.flags & _ALLOC:
        return "other"
    if section.flags & _EXECUTE:
        return "code"
    return "data" if section.flags & _WRITE else "read-only data"


def _segment_part(flags: int) -> str:
    if flags & _SEGMENT_EXECUTE:
        return "code"
    return "data" if flags & _SEGMENT_WRITE else "read-only data"


def _bytes_of(section: Section | None, content: bytes) -> bytes:
    return b"" if section is None or not section.size else content[section.offset : section.offset + section.size]


def _go(details: BinaryDetails, layout: ElfLayout, content: bytes) -> BinaryDetails | None:
    """Adds what Go's linker wrote; None for what is no Go program."""
    information, lines = layout.section(".go.buildinfo"), layout.section(".gopclntab")
    if layout.sections and information is None and lines is None:
        return None
    build = gobuild.go_build(content, information.offset if information else None, layout.place)
    table, found = _line_table(lines, content)
    if found is None:
        return _with_build(details, build, {}, "") if build else None
    sizes = gofunctions.package_sizes(table, found, sum(part.size for part in details.parts if part.name == "code"))
    return _with_build(details, build or gobuild.GoBuild(), sizes, f"Go {found.go} or later")


def _line_table(section: Section | None, content: bytes) -> tuple[bytes, gofunctions.LineTable | None]:
    """The line table and where it keeps what. The linkers of C, where they take part, put it into a section of theirs."""
    if section is None:
        return content, gofunctions.find_line_table(content)
    table = _bytes_of(section, content)
    return table, gofunctions.line_table(table)


def _with_build(
    details: BinaryDetails, build: gobuild.GoBuild, sizes: dict[bytes, tuple[int, int]], toolchain: str
) -> BinaryDetails:
    """Adds the build information, and what is known without it: ``toolchain`` and the ``sizes`` of packages."""
    modules, packages = modules_of(sizes, build)
    return replace(
        details,
        language="Go",
        toolchain=build.version or toolchain,
        main=build.path,
        modules=modules,
        packages=packages,
        settings=build.settings,
        how_known=ModulesFrom.BUILD_INFORMATION if build.main or build.dependencies else ModulesFrom.FUNCTIONS,
    )


def _rust(details: BinaryDetails, layout: ElfLayout, content: bytes) -> BinaryDetails:
    """Adds a Rust program's crates, or else what compiled a program of C or C++."""
    comment = _bytes_of(layout.section(".comment"), content)
    audit = rust.audited(_bytes_of(section, content)) if (section := layout.section(".dep-v0")) else None
    compiler = rust.compiler(comment, content)
    if audit is None and not compiler:
        return replace(details, toolchain=_compilers(comment))
    if audit is not None:
        root, crates = audit
        return replace(
            details, language="Rust", toolchain=compiler, main=root, modules=crates, how_known=ModulesFrom.CARGO_AUDITABLE
        )
    crates = rust.named_in_panics(content)
    return replace(
        details, language="Rust", toolchain=compiler, modules=crates, how_known=ModulesFrom.PANIC_MESSAGES if crates else None
    )


def _compilers(comment: bytes) -> str:
    """``GCC 12.2.0, clang 14.0.6`` from the lines that compilers leave in ``.comment``."""
    found = dict.fromkeys(
        f"{'GCC' if match[1].startswith('GCC') else 'clang'} {match[2]}"
        for line in path_text(comment[:65536]).split("\0")
        if (match := _COMPILER.search(line))
    )
    return ", ".join(list(found)[:_MOST_COMPILERS])
