"""Texts in the tables of programs: those that the data has by their address and their very length."""

from struct import pack

import pytest

from layerscope.layers.binaries.tables import texts_in_tables
from tests.support.programs import elf

WANTED = (b"dot", b"jq", b"exiftool", b"gone")
BLOB = b"spotdotexiftooljq"


def program_of(moved: bool, *named: bytes) -> bytes:
    """A program with these texts in a table; ``moved`` leaves the addresses to the loader."""

    def made(start: int) -> bytes:
        addresses = [start + BLOB.index(text) for text in named]
        table = b"".join(pack("<QQ", 0 if moved else at, len(text)) for at, text in zip(addresses, named, strict=True))
        places = (elf(sections={".rodata": BLOB, ".data": table}).index(table) + 16 * number for number in range(len(named)))
        moves = b"".join(pack("<QQQ", place, 8, at) for place, at in zip(places, addresses, strict=True))
        return elf(sections={".rodata": BLOB, ".data": table, ".rela.dyn": moves if moved else b"x"})

    return made(made(0).index(BLOB))


@pytest.mark.parametrize("moved", [False, True])
def test_a_text_counts_where_a_table_has_its_address_and_length(moved: bool) -> None:
    assert sorted(texts_in_tables(program_of(moved, b"dot", b"jq"), WANTED)) == [b"dot", b"jq"]
    assert texts_in_tables(program_of(moved, b"dotexif"), WANTED) == []
    assert texts_in_tables(program_of(moved, b"spotdot"), WANTED) == []


def test_what_is_no_program_has_none() -> None:
    assert texts_in_tables(b"no program", WANTED) == []
    assert texts_in_tables(elf(sections={".text": b"x"}), WANTED) == []
    damaged = program_of(True, b"dot")
    assert texts_in_tables(damaged[: len(damaged) // 3], WANTED) == []
