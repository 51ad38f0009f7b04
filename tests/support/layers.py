"""Layers and filesystems out of bytes, without an image around them."""

import os
import tempfile
from collections.abc import Sequence

from layerscope.filesystem.merged import Filesystem
from layerscope.filesystem.stacking import stack
from layerscope.layers.index import LayerIndex
from layerscope.layers.indexing import index_layers
from layerscope.layers.keep import Picks
from layerscope.sources.bytes.blobs import Blob, MappedFile
from layerscope.sources.image import Layer


def blob_of(content: bytes, name: str = "layer.tar") -> Blob:
    """A blob that holds ``content``, in an unnamed temporary file."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        return Blob(MappedFile(os.dup(file.fileno()), name), 0, len(content), name)


def layer_of(content: bytes, digest: str | None = None) -> Layer:
    return Layer(diff_id="sha256:" + "0" * 64, blob=blob_of(content), digest=digest)


def index_of(content: bytes, picks: Picks | None = None) -> LayerIndex:
    """The index of one layer, compressed or not."""
    return index_layers([layer_of(content)], picks or Picks())[0]


def stacked(*layers: bytes, picks: Picks | None = None) -> Filesystem:
    """The final filesystem of layers given as tars, lowest first."""
    return stack(index_layers([layer_of(layer) for layer in layers], picks or Picks()))


def rows(index: LayerIndex) -> Sequence[tuple[bytes, str, int]]:
    """Path, kind and size of each entry."""
    from layerscope.layers.index import Kind

    return [
        (path, Kind(kind).name.lower(), size) for path, kind, size in zip(index.paths, index.kinds, index.sizes, strict=True)
    ]
