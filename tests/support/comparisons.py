"""Two images side by side, made by hand or embedded."""

import gzip
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from layerscope.analysis import Analysis, analyze
from layerscope.comparison.compare import compare
from layerscope.comparison.contents import Side
from layerscope.comparison.model import Comparison, Paths, PathState
from layerscope.comparison.paths import compare_paths
from layerscope.demo import open_demo
from layerscope.filesystem.stacking import stack
from layerscope.layers.contents import Contents
from layerscope.layers.indexing import index_layers
from layerscope.layers.keep import Picks
from layerscope.sources.image import Layer
from tests.support.archives import sha256
from tests.support.layers import blob_of
from tests.support.layouts import compressed_analysis
from tests.support.programs import Row, analysis_of, layer

Layers = Sequence[Sequence[Row]]


def side_of(layers: Layers, *, packed: bool = False) -> Side:
    """One side of a comparison of paths, its layers gzip streams where ``packed``."""
    tars = [layer(rows) for rows in layers]
    diff_ids = [sha256(tar) for tar in tars]
    stored = [
        Layer(diff_id=diff_id, blob=blob_of(gzip.compress(tar, 1) if packed else tar))
        for diff_id, tar in zip(diff_ids, tars, strict=True)
    ]
    indexes = index_layers(stored, Picks())
    return Side(stack(indexes), Contents(stored, indexes), diff_ids)


def paths_of(fat: Layers, lean: Layers, *, packed: tuple[bool, bool] = (False, False)) -> Paths:
    """The paths of two stacks of layers, compared."""
    return compare_paths(side_of(fat, packed=packed[0]), side_of(lean, packed=packed[1]))


def found(paths: Paths, state: PathState) -> list[str]:
    """The paths in a state, absolute but for the root, in their order."""
    return [path.decode() for path, known in zip(paths.paths, paths.states, strict=True) if known == state]


def moves(paths: Paths) -> dict[str, str]:
    return {paths.paths[row].decode(): paths.paths[target].decode() for row, target in paths.moved.items()}


def images(directory: Path, fat: Layers, lean: Layers, **config: Any) -> tuple[Analysis, Analysis]:
    """Two analysed docker-archives, below two directories, with one configuration."""
    made = []
    for name, layers in (("fat", fat), ("lean", lean)):
        (directory / name).mkdir(parents=True)
        made.append(analysis_of(directory / name, layers, tags=(f"app:{name}",), **config))
    return made[0], made[1]


def compared(directory: Path, fat: Layers, lean: Layers, **config: Any) -> Comparison:
    """Two images compared, from :func:`images`."""
    return compare(*images(directory, fat, lean, **config))


def compared_layouts(directory: Path, fat: Layers, lean: Layers) -> Comparison:
    """The same of OCI layouts with compressed layers, whose sizes in a registry are known."""
    return compare(compressed_analysis(directory / "fat", fat), compressed_analysis(directory / "lean", lean))


@cache
def demo(which: str) -> Analysis:
    """An embedded image, analysed once for all tests."""
    return analyze(open_demo(which))


@cache
def demo_pair() -> Comparison:
    """The embedded images."""
    return compare(demo("fat"), demo("lean"))
