"""Large files pass through a mapped archive, and none of them stays in this process's memory."""

import gzip
import json
import random
import tracemalloc
from pathlib import Path

import pytest

from layerscope.layers.contents import Contents
from layerscope.layers.indexing import index_layers
from layerscope.layers.keep import Picks
from layerscope.sources import open_image
from layerscope.sources.bytes.blobs import WINDOW
from tests.support.archives import config_json, docker_archive, layer_tar
from tests.support.memory import on_linux, resident
from tests.support.programs import elf

MARGIN = 4 * 1024 * 1024
NOISE = random.Random(1).randbytes(3 * WINDOW)
LAYER = layer_tar([("usr/bin/large", elf(needed=["libc.so.6"]) + NOISE)])


@pytest.fixture
def archive(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """An image with a large program, in a layer that is stored ``gzip`` or ``plain``."""
    stored = gzip.compress(LAYER, 0) if request.param == "gzip" else LAYER
    return docker_archive(tmp_path / "a.tar", [stored], config_json([LAYER]))


@pytest.fixture
def contents(archive: Path) -> Contents:
    image = open_image(str(archive))
    return Contents(image.layers, index_layers(image.layers, Picks()))


@pytest.mark.parametrize("archive", ["plain"], indirect=True)
def test_the_facts_of_a_large_program_are_read_without_a_copy_of_it(contents: Contents) -> None:
    tracemalloc.start()
    facts = contents.elf(0, 0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert facts is not None
    assert facts.needed == ("libc.so.6",)
    assert peak < MARGIN


@pytest.mark.parametrize("archive", ["gzip"], indirect=True)
def test_a_large_file_of_a_compressed_layer_is_in_memory_once(contents: Contents) -> None:
    tracemalloc.start()
    assert contents.read(0, 0).endswith(NOISE)
    assert contents.read_many(0, [0])[0].endswith(NOISE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.5 * len(NOISE)


@on_linux
@pytest.mark.parametrize("archive", ["plain", "gzip"], indirect=True)
def test_what_was_read_of_a_large_file_leaves_the_memory(archive: Path, contents: Contents) -> None:
    inode = archive.stat().st_ino
    assert contents.read(0, 0).endswith(NOISE)
    assert resident(inode) < MARGIN
    assert set(contents.read_many(0, [0])) == {0}
    assert resident(inode) < MARGIN
    assert set(contents.digests(0, [0])) == {0}
    assert resident(inode) < MARGIN


@on_linux
def test_what_is_picked_up_of_an_uncompressed_layer_leaves_the_memory(tmp_path: Path) -> None:
    files = [(f"srv/{number}/package.json", json.dumps({"name": NOISE[: WINDOW // 8].hex()}).encode()) for number in range(8)]
    layer = layer_tar(files)
    path = docker_archive(tmp_path / "a.tar", [layer], config_json([layer]))
    image = open_image(str(path))
    [index] = index_layers(image.layers, Picks())
    assert list(index.contents.values()) == [content for _, content in files]
    assert resident(path.stat().st_ino) < MARGIN


@on_linux
def test_an_archive_that_is_compressed_as_a_whole_passes_window_by_window(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    path.write_bytes(gzip.compress(docker_archive(tmp_path / "a.tar", [LAYER], config_json([LAYER])).read_bytes(), 0))
    inode = path.stat().st_ino
    seen: list[int] = []
    open_image(str(path), progress=lambda what, done, total: seen.append(resident(inode)))
    assert len(seen) > len(NOISE) // WINDOW
    assert max(seen) < 2 * WINDOW
