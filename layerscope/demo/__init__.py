"""The embedded pair of images: one Go program, packaged as two published Dockerfiles do it, for a first look without engine.

``fat`` is built FROM golang, ``lean`` is its multi-stage form. Both were really built; kept of them are the names, sizes,
modes, owners, times and links of every file, the configuration and history, and those contents that layerscope reads
(package databases, and of the programs their ELF headers). Everything else is holes.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layerscope.sources.image import Image

__all__ = ["open_demo"]


def open_demo(which: str) -> "Image":
    """The ``fat`` or the ``lean`` image; UsageError for anything else. It lies in a temporary file without a name, as sparse
    as the file system allows; SourceError when it allows none."""
    from layerscope.demo.generation import generate

    return generate(which)
