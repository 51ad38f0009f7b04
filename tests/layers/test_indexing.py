"""Layers into indexes: compression told by bytes, digests checked, each blob read once, cancellable."""

import bz2
import gzip
import lzma

import pytest

from layerscope.core.errors import Cancelled
from layerscope.layers.contents import Contents
from layerscope.layers.indexing import index_layers
from layerscope.layers.keep import Picks
from layerscope.sources.image import Layer
from tests.support.archives import layer_tar, sha256
from tests.support.layers import index_of, layer_of, rows

try:
    from compression import zstd
except ImportError:
    from backports import zstd

TAR = layer_tar([("etc/os-release", b"ID=debian\n"), ("usr/bin/tool", b"#!/bin/sh\necho 1\n" * 9000)])
HALF = len(TAR) // 2
SKIPPABLE_FRAME = b"\x50\x2a\x4d\x18" + (4).to_bytes(4, "little") + b"note"


@pytest.mark.parametrize(
    "stored",
    [
        TAR,
        gzip.compress(TAR),
        gzip.compress(TAR[:HALF]) + gzip.compress(TAR[HALF:]),
        gzip.compress(TAR) + bytes(512),
        zstd.compress(TAR),
        zstd.compress(TAR[:HALF]) + zstd.compress(TAR[HALF:]),
        SKIPPABLE_FRAME + zstd.compress(TAR) + SKIPPABLE_FRAME,
        bz2.compress(TAR),
        lzma.compress(TAR),
    ],
    ids=["tar", "gzip", "gzip members", "gzip padded", "zstd", "zstd frames", "zstd skippable", "bzip2", "xz"],
)
def test_compression_is_told_by_the_bytes(stored: bytes) -> None:
    index = index_of(stored)
    assert rows(index) == [(b"etc/os-release", "regular", 10), (b"usr/bin/tool", "regular", 153_000)]
    assert (index.tar_size, index.problem) == (len(TAR), "")
    assert index.contents == {0: b"ID=debian\n"}


@pytest.mark.parametrize("stored", [TAR, gzip.compress(TAR), zstd.compress(TAR)], ids=["tar", "gzip", "zstd"])
def test_contents_that_were_not_picked_up_are_read_from_the_layer(stored: bytes) -> None:
    layer = layer_of(stored)
    contents = Contents([layer], index_layers([layer], Picks()))
    assert contents.read(0, 1) == b"#!/bin/sh\necho 1\n" * 9000
    assert contents.read(0, 1, limit=9) == b"#!/bin/sh"
    assert contents.elf(0, 1) is None


def test_scripts_that_the_config_starts_are_picked_up_on_the_way() -> None:
    script = b"#!/bin/sh\nexec server\n"
    index = index_of(gzip.compress(layer_tar([("app/run.sh", script)])), Picks.of_commands(("/app/run.sh", "--now")))
    assert index.contents == {0: script}


def test_a_wrong_digest_is_a_problem_and_the_layer_is_still_read() -> None:
    stored = gzip.compress(TAR)
    right, wrong = layer_of(stored, sha256(stored)), layer_of(stored, "sha256:" + "1" * 64)
    indexes = index_layers([right, wrong], Picks())
    assert indexes[0].problem == ""
    assert f"digest {sha256(stored)}, not sha256:1111" in indexes[1].problem
    assert rows(indexes[0]) == rows(indexes[1])


def test_a_plain_layer_with_a_digest_of_its_own_is_checked_too() -> None:
    assert index_layers([layer_of(TAR, sha256(TAR))], Picks())[0].problem == ""
    assert "its content has the digest" in index_layers([layer_of(TAR, "sha256:" + "1" * 64)], Picks())[0].problem


def test_a_missing_layer_is_said_and_the_others_are_shown() -> None:
    missing = Layer(diff_id="sha256:" + "2" * 64, blob=None, problem="blob sha256:2222 is not in the layout")
    indexes = index_layers([layer_of(TAR), missing], Picks())
    assert [index.problem for index in indexes] == ["", "blob sha256:2222 is not in the layout"]
    assert len(indexes[0]) == 2


def test_a_bomb_stops_at_the_ratio() -> None:
    assert "an inflation ratio" in index_of(zstd.compress(bytes(1 << 28))).problem


def test_progress_reaches_the_stored_bytes_and_can_cancel() -> None:
    layers = [layer_of(gzip.compress(layer_tar([(f"f{number}", bytes(2_000_000))]))) for number in range(3)]
    told: list[tuple[int, int | None]] = []
    index_layers(layers, Picks(), lambda what, done, total: told.append((done, total)))
    assert told[-1] == (sum(layer.blob.size for layer in layers if layer.blob),) * 2

    def refuse(what: str, done: int, total: int | None) -> None:
        raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        index_layers(layers, Picks(), refuse)
