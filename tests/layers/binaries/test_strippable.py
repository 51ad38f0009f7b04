"""What ``strip`` would save of real programs: predicted from the sections, measured by stripping them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from layerscope.layers.binaries.details import binary_details
from layerscope.layers.elf import elf_facts, elf_layout
from tests.support.toolchains import Toolchains

PAGE = 4096
HEADER = 64

PROGRAMS: dict[str, Callable[[Toolchains], Path]] = {
    "C": lambda tools: tools.c(),
    "C with debug data": lambda tools: tools.c("-g3", "-O2"),
    "C with compressed debug data": lambda tools: tools.c("-g", "-gz"),
    "C, static": lambda tools: tools.c("-static"),
    "C, a shared library": lambda tools: tools.c("-g", "-shared", "-fPIC"),
    "C with relocations kept": lambda tools: tools.c("-g", "-Wl,-q"),
    "C++ with debug data": lambda tools: tools.cpp("-g"),
    "C++": lambda tools: tools.cpp("-O2"),
    "Rust": lambda tools: tools.rust("-O"),
    "Rust with debug data": lambda tools: tools.rust("-g"),
    "Rust, stripped already": lambda tools: tools.rust("-Cstrip=symbols"),
    "Go": lambda tools: tools.go(),
    "Go, stripped already": lambda tools: tools.go("-ldflags=-s -w"),
}


@pytest.mark.parametrize("kind", PROGRAMS)
def test_predicted_is_measured_but_for_headers_and_padding(toolchains: Toolchains, kind: str) -> None:
    program = PROGRAMS[kind](toolchains)
    stripped = toolchains.stripped(program)
    before, after = elf_layout(program.read_bytes()), elf_layout(stripped.read_bytes())
    facts, details = elf_facts(program.read_bytes()), binary_details(program.read_bytes())
    assert before is not None
    assert after is not None
    assert facts is not None
    assert details is not None
    gone = {section.name for section in before.sections} - {section.name for section in after.sections}
    assert {section.name for section in before.sections if section.stripped} == gone
    assert facts.strippable == details.strippable
    measured = program.stat().st_size - stripped.stat().st_size
    headers = sum(HEADER + len(name) + 1 for name in gone)
    assert measured == pytest.approx(facts.strippable + headers, abs=PAGE)


def test_what_is_stripped_has_nothing_left_to_save(toolchains: Toolchains) -> None:
    stripped = binary_details(toolchains.stripped(toolchains.c("-g")).read_bytes())
    assert stripped is not None
    assert (stripped.strippable, stripped.stripped) == (0, ())
