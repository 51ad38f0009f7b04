"""What the tests of needs ask of a Runtime, and an account of needs without a program."""

import gzip
from collections.abc import Sequence
from pathlib import Path

from layerscope.filesystem.stacking import stack
from layerscope.layers.contents import Contents
from layerscope.layers.indexing import index_layers
from layerscope.layers.keep import Picks
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Because, Runtime
from layerscope.sources import open_image
from tests.support.archives import config_json, docker_archive
from tests.support.programs import Row, layer


def roles(runtime: Runtime) -> dict[str, str]:
    return {"/" + need.path.decode(): need.role for need in runtime.needs}


def asked(runtime: Runtime, path: str) -> tuple[bytes, ...]:
    return next(need.asked for need in runtime.needs if need.path == path.encode())


def because(runtime: Runtime, path: str) -> tuple[Because, ...]:
    return next(need.because for need in runtime.needs if need.path == path.encode())


def ledger_of(directory: Path, rows: Sequence[Row], *, compress: bool = False) -> Ledger:
    """An empty account of the needs of an image with these files in one layer."""
    tar = layer(rows)
    stored = gzip.compress(tar) if compress else tar
    image = open_image(f"docker-archive:{docker_archive(directory / 'image.tar', [stored], config_json([tar]))}")
    indexes = index_layers(image.layers, Picks())
    return Ledger(filesystem=stack(indexes), contents=Contents(image.layers, indexes))
