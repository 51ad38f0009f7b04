"""Every limit on what an image may ask of us, in one place. Sizes are bytes.

Images come from strangers. Whatever grows with the input (a header, a path, a number of entries, an inflated stream) has a
bound here. What enforces it raises or reports the error that :func:`exceeded` words.
"""

MANIFEST_BYTES = 4 * 1024 * 1024
"""A manifest, index or config: the bound that registries use."""

TOKEN_BYTES = 1024 * 1024
"""What a registry's token, or its words about an error, may take."""

PAX_HEADER_BYTES = 1024 * 1024
"""One PAX header or GNU long name; a real one is a few hundred bytes."""

SPARSE_FILE_BYTES = 1 << 42
"""A sparse file; a record of each login by user number (lastlog) has a terabyte and more where such numbers are huge."""

SPARSE_READ_BYTES = 1 << 30
"""A sparse file whose content is looked into: its holes are read as zeros."""

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
"""Inflated to compressed, once more than ``INFLATE_RATIO_FLOOR`` came out; gzip cannot do more than 1032."""

INFLATE_RATIO_FLOOR = 64 * 1024 * 1024

WINDOW_BYTES = 1 << 28
"""What a compressed stream may ask a reader to keep of what came out; as much as `zstd --long=28` and `xz` at their largest."""

PICKED_FILE_BYTES = 16 * 1024 * 1024
"""A file whose content is kept while its layer is indexed (package databases, scripts)."""

PICKED_LAYER_BYTES = 320 * 1024 * 1024
"""All files of one layer whose content is kept; those that come later are not."""

RPM_DATABASE_BYTES = 256 * 1024 * 1024
"""A file of an rpm database; one of 500 packages takes 20 to 50 million bytes."""

JAR_FILE_BYTES = 64 * 1024 * 1024
"""A Java archive that is opened for the names in it; nothing but those is kept."""

LISTED_PATHS_BYTES = 64 * 1024 * 1024
"""The paths that one package manager's file may spell out, in all."""

INSTALLED_PACKAGES = 100_000
"""Rows of an rpm database; the largest distributions have this many packages in all."""

PACKAGE_PATHS_RATIO = 16
"""What the paths that an rpm database stands for may take, in multiples of its size; real ones stay below its size."""

COMPARED_BYTES = 256 * 1024 * 1024
"""What is read of uncompressed layers to find files with the same content, unless all of them are asked for."""

SECRET_FILE_BYTES = 64 * 1024
"""A file that is looked into because of the credentials that it may hold; real ones are a few thousand bytes."""

SECRET_LAYER_BYTES = 1024 * 1024
"""All such files of one layer together; the first ones are looked into."""

ELF_FILE_BYTES = 128 * 1024 * 1024
"""An ELF file that is examined while a compressed layer is read."""

CACHE_BYTES = 1024 * 1024 * 1024
"""All that the cache keeps, together; the index of a layer of 30,000 entries takes four million bytes."""

CACHE_ENTRY_BYTES = 256 * 1024 * 1024
"""One cached index or attribution; what would be larger is not kept, and read again."""

BINARY_BYTES = 256 * 1024 * 1024
"""A program or library that is looked into on request."""

BUILD_INFORMATION_BYTES = 2 * 1024 * 1024
"""What a program may say of how it was built, inflated; real ones say less than 100 kB."""

BINARY_FUNCTIONS = 1_000_000
"""Functions of one program; the largest real ones have some 300,000."""

BINARY_PACKAGES = 50_000
"""Packages, modules and settings of one program; the largest real ones have some 5,000."""

SETTINGS_BYTES = 1024 * 1024
"""A file of settings, ours or dive's."""

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
