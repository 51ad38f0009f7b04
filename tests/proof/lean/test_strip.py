"""Symbols taken out without an engine, as strip itself takes them out of real programs."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from layerscope.core.errors import ImageError
from layerscope.layers.elf import elf_facts, elf_layout
from layerscope.proof.lean.strip import strip
from tests.support.programs import elf, go_program
from tests.support.toolchains import Toolchains

PROGRAMS: dict[str, Callable[[Toolchains], Path]] = {
    "C": lambda tools: tools.c(),
    "C with debug data": lambda tools: tools.c("-g3", "-O2"),
    "C, static": lambda tools: tools.c("-static", "-g"),
    "C with relocations kept": lambda tools: tools.c("-g", "-Wl,-q"),
    "C++": lambda tools: tools.cpp("-g"),
    "Rust": lambda tools: tools.rust("-g"),
    "Go": lambda tools: tools.go(),
}


@pytest.mark.parametrize("kind", PROGRAMS)
def test_the_same_sections_go_and_the_program_runs(toolchains: Toolchains, kind: str, tmp_path: Path) -> None:
    program = PROGRAMS[kind](toolchains)
    made, theirs = tmp_path / "made", toolchains.stripped(program)
    made.write_bytes(strip(program.read_bytes()))
    made.chmod(0o755)
    ours, expected = elf_layout(made.read_bytes()), elf_layout(theirs.read_bytes())
    assert ours is not None
    assert expected is not None
    assert {section.name for section in ours.sections} == {section.name for section in expected.sections}
    assert made.stat().st_size == pytest.approx(theirs.stat().st_size, abs=8192)
    before, after = (
        subprocess.run(["program", "word", "more"], executable=path, capture_output=True) for path in (program, made)
    )
    assert (after.returncode, after.stdout) == (before.returncode, before.stdout)


@pytest.mark.parametrize("content", [go_program(symbols=5000), elf(needed=["libc.so.6"], sections={".symtab": bytes(5000)})])
def test_what_is_loaded_is_the_same_and_what_was_to_be_saved_is_gone(content: bytes) -> None:
    facts, stripped = elf_facts(content), strip(content)
    after = elf_facts(stripped)
    assert facts is not None
    assert after is not None
    assert (after.needed, after.go_version, after.strippable) == (facts.needed, facts.go_version, 0)
    assert strip(stripped) == stripped


def test_what_is_no_program_is_not_stripped() -> None:
    with pytest.raises(ImageError, match="no table of sections"):
        strip(elf(section_table=False))
