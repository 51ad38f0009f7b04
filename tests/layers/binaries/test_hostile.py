"""Damaged and hostile programs: part of the truth or nothing, never an error, and an end."""

import zlib
from array import array
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerscope.layers.binaries.details import binary_details
from layerscope.layers.elf import elf_facts
from tests.support.programs import GO_FORMATS, build_information, elf, go_program

LINES = "path\ta.b/c\nmod\ta.b\t(devel)\ndep\tc.d/e\tv1\n=>\t./x\nbuild\t-ldflags=\"-X 'a=b c'\"\n"
SIZES = {"main.main": 50, "a.b/c.F": 100, "gopkg.in/x%2ev3.(*T[...]).F": 70}
SEEDS = [
    *(go_program(sizes=SIZES, lines=LINES, go=go, symbols=50, needed=["libc.so.6"]) for go in GO_FORMATS),
    *(go_program(sizes=SIZES, lines=LINES, go=go, section_table=False) for go in GO_FORMATS),
    go_program(sizes=SIZES, lines=LINES, go="1.2", pointers=True),
    elf(
        sections={
            ".dep-v0": zlib.compress(b'{"packages":[{"name":"a","version":"1","root":true}]}'),
            ".comment": b"rustc version 1.2.3 (x)\0GCC: (Debian) 12.1\0",
            ".rodata": b"/root/.cargo/registry/src/x-1/serde-1.0.1/src/a.rs" * 3,
        }
    ),
]
WORDS = (bytes(8), b"\xff" * 8, b"\xff" * 7 + b"\x7f", b"\xff\xff\xff\x7f" * 2, b"\1\0\0\0\0\0\0\0")

changes = st.lists(
    st.tuples(st.integers(0, 1 << 16), st.one_of(st.sampled_from(WORDS), st.binary(min_size=1, max_size=8))), max_size=8
)


def looked_into(content: bytes) -> None:
    details = binary_details(content)
    elf_facts(content)
    if details is not None:
        assert sum(part.size for part in details.parts) == details.size == len(content)
        assert all(part.size > 0 for part in details.parts)
        code = sum(part.size for part in details.parts if part.name == "code")
        assert sum(module.size or 0 for module in details.modules) <= code
        assert sum(package.size for package in details.packages) <= code


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SEEDS), changes, st.integers(0, 1 << 16))
def test_flipped_and_cut_bytes(seed: bytes, flips: list[tuple[int, bytes]], cut: int) -> None:
    content = bytearray(seed)
    for position, flip in flips:
        at = position % len(content)
        content[at : at + len(flip)] = flip
    looked_into(bytes(content[: cut % (len(content) + 1)] if cut % 3 == 0 else content))


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"MZ" * 100, b"\x7fELF\x02\x01" + b"\xff" * 200, bytes(1000)])
def test_what_is_no_program_has_no_inside(content: bytes) -> None:
    assert binary_details(content) is None


def test_libraries_that_a_program_asks_for_are_counted_only_so_far() -> None:
    facts = elf_facts(elf(needed=["libc.so.6"] * 10_000))
    assert facts is not None
    assert len(facts.needed) == 4096


def _many_functions() -> bytes:
    """A million functions, each with a name of its own that does not end."""
    count, names, entries = 1_000_000, 72, 72 + 65536
    table = array("I", (value for number in range(count) for value in (number, 0)))
    header = pack("<IHBB", GO_FORMATS["1.20"], 0, 1, 8) + pack("<8Q", count, 0, 0, names, 0, 0, 0, entries)
    return elf(sections={".text": bytes(64), ".gopclntab": header + b"a/" * 32768 + table.tobytes() + bytes(8)})


HOSTILE = {
    "a million functions with endless names": _many_functions,
    "a list of modules that does not end": lambda: elf(
        sections={".go.buildinfo": build_information(lines="dep\ta\tb\n" * 200_000)}
    ),
    "more build information than there is room": lambda: elf(
        sections={".go.buildinfo": b"\xff Go buildinf:\x08\x02" + bytes(16) + b"\xff\xff\xff\xff\x7f"}
    ),
    "a megabyte of flags": lambda: elf(
        sections={".go.buildinfo": build_information(lines='build\t-ldflags="' + "-X " * 300_000 + '"\n')}
    ),
    "names of crates that lead nowhere": lambda: elf(
        sections={".comment": b"rustc version 1", ".rodata": (b"cargo/registry/" + b"a-1" * 30) * 200_000}
    ),
    "the magic of line tables everywhere": lambda: elf(
        section_table=False, sections={".rodata": b"\xf1\xff\xff\xff\x00\x00\x01\x08" * 2_000_000}
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_made_to_take_long_ends(kind: str) -> None:
    looked_into(HOSTILE[kind]())
