"""Stretches of a layer come in their order and in pieces, whether the layer is compressed or not."""

import gzip
import random

import pytest

from layerscope.core.errors import ImageError
from layerscope.layers.stretches import Stretch, joined, read_stretches, whole
from tests.support.layers import blob_of

CONTENT = b"\0" * 257 + b"ustar" + random.Random(1).randbytes(9_000_000)
WANTED = [Stretch(6_000_000, 2_500_000, 3), Stretch(10, 0, 0), Stretch(512, 1000, 1), Stretch(4096, 5_000_000, 2)]


@pytest.mark.parametrize("pack", [bytes, lambda content: gzip.compress(content, 1)], ids=["plain", "gzip"])
def test_each_stretch_is_what_lies_there(pack: object) -> None:
    found = {stretch.row: joined(pieces) for stretch, pieces in read_stretches(blob_of(pack(CONTENT)), WANTED)}  # type: ignore[operator]
    assert list(found) == [0, 1, 2, 3]
    assert all(found[row] == CONTENT[offset : offset + size] for offset, size, row, _ in WANTED)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_stretch_beyond_the_end_has_fewer_bytes_and_is_an_error_where_it_has_to_be_whole(pack: object) -> None:
    blob = blob_of(pack(CONTENT[:2000]))  # type: ignore[operator]
    [(stretch, pieces)] = read_stretches(blob, [Stretch(1500, 1000, 0)])
    assert joined(pieces) == CONTENT[1500:2000]
    [(stretch, pieces)] = read_stretches(blob, [Stretch(1500, 1000, 0)])
    with pytest.raises(ImageError, match="layer 7 ends in the middle of a file"):
        joined(whole(pieces, stretch.size, 7))


def test_what_was_passed_already_in_a_stream_is_not_given_again() -> None:
    overlapping = [Stretch(512, 5_000_000, 0), Stretch(1024, 100, 1)]
    found = {stretch.row: joined(pieces) for stretch, pieces in read_stretches(blob_of(gzip.compress(CONTENT, 1)), overlapping)}
    assert found == {0: CONTENT[512 : 512 + 5_000_000], 1: b""}
