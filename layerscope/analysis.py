"""The whole way from an opened image to advice: the one value that every reader shares."""

from dataclasses import dataclass

from layerscope.advice.model import Finding, Recommendation
from layerscope.attribution.model import Attribution
from layerscope.filesystem.dive import DiveScore
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.contents import Contents
from layerscope.runtime.model import Runtime
from layerscope.sources.history import History
from layerscope.sources.image import Image


@dataclass(frozen=True, slots=True)
class LayerSize:
    """Bytes of one layer: stored content, what of it a later layer hides, names that are not directories, its tar."""

    stored: int
    shadowed: int
    files: int
    tar: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """The image's sizes in bytes, reconciled: Σ stored over the layers = live + shadowed.

    ``files`` counts the final filesystem's names that are not directories. ``uncompressed`` is the sum of the layers' tars,
    ``compressed`` the sum of the stored blobs where the source has them compressed, ``engine`` what an engine reports,
    ``shared_with_base`` the content in the base image's layers; None where unknown.
    """

    files: int
    live: int
    shadowed: int
    uncompressed: int
    compressed: int | None
    engine: int | None
    shared_with_base: int | None


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything that is known of an image. ``problems`` are the parts that could not be read, one line each."""

    image: Image
    history: History
    filesystem: Filesystem
    contents: Contents
    layer_sizes: tuple[LayerSize, ...]
    sizes: Sizes
    attribution: Attribution
    runtime: Runtime
    findings: tuple[Finding, ...]
    recommendation: Recommendation
    dive: DiveScore
    problems: tuple[str, ...]
