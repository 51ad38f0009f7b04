"""Contents of files are read on demand, one by one or many at once, from layers that are stored in any way."""

import gzip
from hashlib import sha256

import pytest

from layerscope.core.errors import Cancelled, ImageError
from layerscope.layers import contents as reading
from layerscope.layers.contents import Contents
from layerscope.layers.indexing import index_layers
from layerscope.layers.keep import Picks
from layerscope.sources.image import Layer
from tests.support.archives import layer_tar, link
from tests.support.layers import layer_of
from tests.support.programs import elf, go_program

try:
    from compression import zstd
except ImportError:
    from backports import zstd

FILES = [(f"srv/{number}.py", bytes([65 + number]) * (number * 700_001)) for number in range(5)]
MANY = layer_tar(FILES)
PROGRAM = go_program("net/http.Get", lines="path\ta.b/c\nmod\ta.b\tv1.0.0\n")
TAR = layer_tar([("app/notes.txt", b"notes"), ("app/filler", bytes(range(256)) * 8000), ("app/server", PROGRAM)])
NOTES, SERVER = 0, 2


def contents_of(*layers: bytes | Layer) -> Contents:
    found = [layer_of(layer) if isinstance(layer, bytes) else layer for layer in layers]
    return Contents(found, index_layers(found, Picks()))


def cut(content: bytes, size: int) -> Contents:
    """The contents of a layer that was whole when it was indexed."""
    return Contents([layer_of(content[:size])], index_layers([layer_of(content)], Picks()))


@pytest.fixture(params=[bytes, gzip.compress, zstd.compress], ids=["tar", "gzip", "zstd"])
def many(request: pytest.FixtureRequest) -> Contents:
    return contents_of(request.param(MANY))


def test_many_files_come_by_their_rows_as_one_by_one(many: Contents) -> None:
    assert many.read_many(0, [4, 0, 2, 1]) == {row: FILES[row][1] for row in (0, 1, 2, 4)}
    assert many.read_many(0, [3]) == {3: many.read(0, 3)}
    assert many.read_many(0, []) == {}


def test_a_file_is_read_up_to_a_limit(many: Contents) -> None:
    assert many.read(0, 2, 3) == b"CCC"
    assert many.read(0, 0) == b""


def test_digests_are_those_of_the_contents(many: Contents) -> None:
    assert many.digests(0, range(5)) == {row: sha256(content).digest() for row, (_, content) in enumerate(FILES)}


def test_what_is_no_file_has_neither_content_nor_digest() -> None:
    contents = contents_of(layer_tar([("d/", None), link("d/x", "y")]))
    assert (contents.read(0, 1), contents.digests(0, [0, 1])) == (b"", {})


@pytest.mark.parametrize("pack", [bytes, lambda tar: gzip.compress(tar, 0)], ids=["tar", "gzip"])
def test_what_lies_behind_a_cut_is_left_out_and_is_an_error_when_it_is_asked_for_alone(pack: object) -> None:
    contents = cut(pack(MANY), 3_000_000)  # type: ignore[operator]
    assert set(contents.read_many(0, range(5))) == set(contents.digests(0, range(5))) == {0, 1, 2}
    with pytest.raises(ImageError, match=r"layer 0 ends in the middle of a file|cut off"):
        contents.read(0, 4)


def test_of_a_layer_that_is_missing_nothing_can_be_read() -> None:
    contents = Contents([Layer(diff_id="sha256:" + "0" * 64, blob=None)], index_layers([layer_of(MANY)], Picks()))
    assert (contents.read_many(0, [1]), contents.digests(0, [1]), contents.elf(0, 1)) == ({}, {}, None)
    with pytest.raises(ImageError, match="layer 0 is missing"):
        contents.read(0, 1)


@pytest.mark.parametrize("limit", [1 << 20, 1], ids=["at once", "one by one"])
def test_elf_facts_are_read_ahead_in_batches_that_fit_into_memory(monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    programs = [(f"opt/{number}", elf(needed=[f"lib{number}.so"])) for number in range(3)]
    largest = max(len(content) for _, content in programs)
    monkeypatch.setattr(reading, "ELF_FILE_BYTES", max(limit, largest))
    contents = contents_of(gzip.compress(layer_tar([*programs, ("opt/text", b"text")])))
    contents.examine(0, range(4))
    monkeypatch.setattr(contents, "read", lambda *_: pytest.fail("it was not read ahead"))
    assert [facts and facts.needed for facts in (contents.elf(0, row) for row in range(4))] == [
        ("lib0.so",),
        ("lib1.so",),
        ("lib2.so",),
        None,
    ]


@pytest.mark.parametrize("stored", [TAR, gzip.compress(TAR), zstd.compress(TAR)], ids=["tar", "gzip", "zstd"])
def test_programs_are_looked_into_wherever_they_are_stored(stored: bytes) -> None:
    contents = contents_of(stored)
    details = contents.details(0, SERVER)
    assert details is not None
    assert (details.main, details.size) == ("a.b/c", len(PROGRAM))
    assert contents.details(0, SERVER) is details
    assert contents.details(0, NOTES) is None


def test_looking_into_a_compressed_layer_can_be_stopped() -> None:
    contents = contents_of(gzip.compress(TAR))

    def stop(what: str, done: int, total: int | None) -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        contents.details(0, SERVER, stop)
    assert contents.details(0, SERVER) is not None


def test_a_layer_that_is_cut_off_has_no_details_and_no_error() -> None:
    assert cut(TAR, len(TAR) // 2).details(0, SERVER) is None


def test_files_above_the_limit_are_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BINARY_BYTES", len(PROGRAM) - 1)
    assert contents_of(TAR).details(0, SERVER) is None
