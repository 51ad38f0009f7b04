"""Every limit on what an image may ask of us, in one place. Sizes are bytes.

Images come from strangers. Whatever grows with the input (a header, a path, a number of entries, an inflated stream) has a
bound here, and whoever enforces it raises or reports the error that :func:`exceeded` words.
"""

MANIFEST_BYTES = 4 * 1024 * 1024
"""A manifest, index or config: the bound that registries use."""

PAX_HEADER_BYTES = 1024 * 1024
"""One PAX header or GNU long name; a real one is a few hundred bytes."""

PATH_BYTES = 16 * 1024
"""One path or link target; Linux itself stops at 4096."""

PATH_DEPTH = 512
"""Directories above one file."""

LAYER_ENTRIES = 5_000_000
"""Entries of one layer."""

LAYERS = 1024
"""Layers of one image; overlay file systems stop at 127."""

INFLATED_BYTES = 1 << 40
"""What one compressed layer may inflate to."""

INFLATE_RATIO = 2000
"""Inflated to compressed, once more than ``INFLATE_RATIO_FLOOR`` came out; gzip's own maximum is about 1032."""

INFLATE_RATIO_FLOOR = 64 * 1024 * 1024

PICKED_FILE_BYTES = 16 * 1024 * 1024
"""A file whose content is kept while its layer is indexed (package databases, scripts)."""

LISTED_PATHS_BYTES = 256 * 1024 * 1024
"""The paths that one package manager's file may spell out, in all."""

ELF_FILE_BYTES = 128 * 1024 * 1024
"""An ELF file that is examined while a compressed layer is read."""

CACHE_BYTES = 1024 * 1024 * 1024
"""All cached indexes of layers together; one of 30,000 entries takes five million bytes."""

LINK_HOPS = 40
"""Symbolic links followed for one path, as in Linux."""

INDEX_NESTING = 4
"""Image indexes inside image indexes."""

INDEX_MANIFESTS = 10_000
"""Manifests that the indexes of one layout point at."""

HISTORY_ENTRIES = 10_000
"""Entries of a config's history that are read."""

ARCHIVE_MEMBERS = 1_000_000
"""Members of the outer archive of an image."""


def exceeded(what: str, found: int, limit: int) -> str:
    """The wording of a limit that was hit: ``PAX header of 209,715,200, more than the limit of 1,048,576``."""
    return f"{what} of {found:,}, more than the limit of {limit:,}"
