"""Many files of one layer are read in one go, with the same contents as one by one."""

import gzip
from pathlib import Path

import pytest

from layerscope.layers.contents import Contents
from layerscope.layers.indexing import index_layers
from layerscope.layers.keep import Picks
from layerscope.sources import open_image
from tests.support.archives import config_json, docker_archive, layer_tar

FILES = [(f"srv/{number}.py", bytes([65 + number]) * (number * 700_001)) for number in range(5)]


def contents_of(directory: Path, stored: bytes) -> Contents:
    archive = docker_archive(directory / f"{len(stored)}.tar", [stored], config_json([layer_tar(FILES)]))
    image = open_image(f"docker-archive:{archive}")
    return Contents(image.layers, index_layers(image.layers, Picks()))


@pytest.mark.parametrize("compress", [False, True])
def test_files_come_by_their_rows(tmp_path: Path, compress: bool) -> None:
    tar = layer_tar(FILES)
    contents = contents_of(tmp_path, gzip.compress(tar) if compress else tar)
    assert contents.read_many(0, [4, 0, 2, 1]) == {row: FILES[row][1] for row in (0, 1, 2, 4)}
    assert contents.read_many(0, [3]) == {3: contents.read(0, 3)}
    assert contents.read_many(0, []) == {}


def test_what_lies_behind_damage_is_left_out(tmp_path: Path) -> None:
    whole = gzip.compress(layer_tar(FILES), compresslevel=0)
    contents = contents_of(tmp_path, whole)
    cut = contents_of(tmp_path, whole[:3_000_000])
    assert set(contents.read_many(0, range(5))) == {0, 1, 2, 3, 4}
    assert set(cut.read_many(0, range(3))) == {0, 1, 2}
