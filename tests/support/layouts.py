"""Images with compressed layers, as registries and the containerd store keep them."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from layerscope.analysis import Analysis, analyze
from layerscope.sources import open_image
from tests.support.archives import MANIFEST_TYPE, config_json, descriptor, oci_index, oci_layout, oci_manifest, write_folder
from tests.support.programs import Row, layer


def compressed_image(directory: Path, layers: Sequence[Sequence[Row]], history: Sequence[str] = (), **config: Any) -> Path:
    """An OCI layout whose layers are gzip streams; ``history`` are Dockerfile instructions that each made a layer."""
    tars = [layer(rows) for rows in layers]
    lines = history or [f"COPY layer{number} /" for number in range(len(tars))]
    entries = [
        {"created_by": f"{line} # buildkit", "empty_layer": line.startswith(("ENV", "CMD", "ARG", "LABEL"))} for line in lines
    ]
    document = json.dumps(json.loads(config_json(tars, entries, **config))).encode()
    stored = [gzip.compress(tar, mtime=0) for tar in tars]
    manifest = oci_manifest(document, stored)
    index = oci_index(descriptor(manifest, MANIFEST_TYPE))
    return write_folder(directory, oci_layout(index, [document, manifest, *stored]))


def compressed_analysis(
    directory: Path, layers: Sequence[Sequence[Row]], history: Sequence[str] = (), thorough: bool = False, **config: Any
) -> Analysis:
    """The whole analysis of a :func:`compressed_image`."""
    return analyze(open_image(f"oci:{compressed_image(directory, layers, history, **config)}"), thorough=thorough)
