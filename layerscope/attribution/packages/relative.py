"""Paths as package managers' own files write them: relative to a directory of the image, and not to be trusted."""

from collections.abc import Sequence

from layerscope.core.expressions import expression
from layerscope.core.limits import LISTED_PATHS_BYTES
from layerscope.core.paths import below, normal_path

_INSTALLED = expression(rb"(?:^|/)(?:node_modules|site-packages|dist-packages|gems/[^/]+-[0-9][^/]*)/")


def all_resolved(directory: bytes, paths: Sequence[bytes]) -> list[bytes]:
    """Each path as seen from a directory, up to ``LISTED_PATHS_BYTES`` in all. Most paths have nothing to resolve.

    What leads to the root, and not to a file, is left out.
    """
    paths = paths[: LISTED_PATHS_BYTES // (len(directory) + 1)]
    prefix = below(directory, b"")
    joined = b"\n/".join((b"", *paths, b""))
    plain = b"//" not in joined and b"..\n" not in joined
    found = (prefix + path if plain and b"./" not in path else normal_path(path, directory) for path in paths)
    return list(filter(None, found))


def is_installed(path: bytes) -> bool:
    """Whether a file lies in an installed library: what it says of a project is about making that library."""
    return _INSTALLED.search(path) is not None
