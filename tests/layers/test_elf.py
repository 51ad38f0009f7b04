"""ELF facts equal those of pyelftools, on this machine's own programs and libraries."""

import sys
from pathlib import Path

import pytest
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

from layerscope.layers.elf import Section, Segment, elf_facts, elf_layout


def candidates() -> list[Path]:
    places = [Path(sys.executable).resolve(), Path("/bin/sh").resolve(), Path("/usr/bin/env").resolve()]
    for directory in ("/usr/lib/x86_64-linux-gnu", "/lib", "/usr/lib/aarch64-linux-gnu", "/usr/bin"):
        if Path(directory).is_dir():
            places += [path for path in sorted(Path(directory).iterdir()) if path.is_file() and not path.is_symlink()][:400:20]
    return [path for path in dict.fromkeys(places) if path.is_file() and path.read_bytes()[:4] == b"\x7fELF"]


@pytest.mark.parametrize("path", candidates(), ids=lambda path: path.name)
def test_facts_equal_those_of_pyelftools(path: Path) -> None:
    facts = elf_facts(path.read_bytes())
    with path.open("rb") as file:
        elf = ELFFile(file)
        if elf["e_type"] not in ("ET_EXEC", "ET_DYN"):
            assert facts is None
            return
        assert facts is not None
        dynamic = [segment for segment in elf.iter_segments() if segment["p_type"] == "PT_DYNAMIC"]
        tags = list(dynamic[0].iter_tags()) if dynamic else []
        interpreters = [segment.get_interp_name() for segment in elf.iter_segments() if segment["p_type"] == "PT_INTERP"]
        assert facts.bits == elf.elfclass
        assert [facts.interpreter] == (interpreters or [""])
        assert list(facts.needed) == [tag.needed for tag in tags if tag.entry.d_tag == "DT_NEEDED"]
        assert facts.soname == next((tag.soname for tag in tags if tag.entry.d_tag == "DT_SONAME"), "")
        assert facts.runpath == next((tag.runpath for tag in tags if tag.entry.d_tag == "DT_RUNPATH"), "")
        assert dict(facts.sections) == {
            section.name: 0 if section["sh_type"] == "SHT_NOBITS" else section["sh_size"]
            for section in elf.iter_sections()
            if section.name
        }
        versions = [
            auxiliary.name
            for section in elf.iter_sections()
            if isinstance(section, GNUVerNeedSection)
            for _, auxiliaries in section.iter_versions()
            for auxiliary in auxiliaries
        ]
        assert list(facts.versions) == versions
        assert isinstance(elf.get_section_by_name(".dynamic"), DynamicSection) == bool(tags)


@pytest.mark.parametrize("path", candidates(), ids=lambda path: path.name)
def test_sections_and_loaded_segments_equal_those_of_pyelftools(path: Path) -> None:
    layout = elf_layout(path.read_bytes())
    with path.open("rb") as file:
        elf = ELFFile(file)
        if elf["e_type"] not in ("ET_EXEC", "ET_DYN"):
            assert layout is None
            return
        assert layout is not None
        sections = [(section.name, section.header) for section in elf.iter_sections()][1:]
        assert [(s.name, s.flags, s.address, s.offset, s.size) for s in layout.sections] == [
            (name, h["sh_flags"], h["sh_addr"], h["sh_offset"], 0 if h["sh_type"] == "SHT_NOBITS" else h["sh_size"])
            for name, h in sections
        ]
        loads = [segment.header for segment in elf.iter_segments() if segment["p_type"] == "PT_LOAD"]
        assert list(layout.segments) == [Segment(1, h["p_flags"], h["p_vaddr"], h["p_offset"], h["p_filesz"]) for h in loads]


def test_what_strip_removes_is_told_by_names_unless_they_are_loaded() -> None:
    def stripped(name: str, kind: int = 1, flags: int = 0) -> bool:
        return Section(name=name, kind=kind, flags=flags, address=0, offset=0, size=10).stripped

    names = (".debug_info", ".zdebug_line", ".symtab", ".strtab", ".stabstr", ".gdb_index")
    assert all(map(stripped, names))
    assert stripped(".rela.debug_info", kind=4)
    assert not any(map(stripped, (".text", ".comment", ".shstrtab", ".gnu_debuglink", ".note.gnu.build-id", ".dep-v0")))
    assert not stripped(".debug_gdb_scripts", flags=2)  # Rust has it loaded
    assert not stripped(".rela.dyn", kind=4, flags=2)


def test_the_oracle_had_programs_to_look_at() -> None:
    if sys.platform != "linux":
        pytest.skip("ELF is Linux's format")
    assert len(candidates()) >= 3


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"\x7fELF\x02\x01" + b"\xff" * 200, b"MZ" * 100])
def test_what_is_no_elf_or_is_damaged_has_no_facts(content: bytes) -> None:
    assert elf_facts(content) is None
