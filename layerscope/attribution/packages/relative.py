"""Paths as package managers' own files write them: relative to a directory of the image, and not to be trusted."""

import re
from collections.abc import Sequence

from layerscope.core.limits import LISTED_PATHS_BYTES

_INSTALLED = re.compile(rb"(?:^|/)(?:node_modules|site-packages|dist-packages|gems/[^/]+-[0-9][^/]*)/")


def resolved(directory: bytes, path: bytes) -> bytes:
    """A path as seen from a directory, without leading slash; like a kernel, it stops at the root. An absolute one stays."""
    parts = directory.split(b"/") if directory and not path.startswith(b"/") else []
    for part in path.split(b"/"):
        if part == b"..":
            del parts[-1:]
        elif part and part != b".":
            parts.append(part)
    return b"/".join(parts)


def all_resolved(directory: bytes, paths: Sequence[bytes]) -> list[bytes]:
    """Each path as seen from a directory, up to ``LISTED_PATHS_BYTES`` in all. Most paths have nothing to resolve.

    What leads to the root, and not to a file, is left out.
    """
    paths = paths[: LISTED_PATHS_BYTES // (len(directory) + 1)]
    prefix = directory + b"/" if directory else b""
    joined = b"\n/".join((b"", *paths, b""))
    plain = b"//" not in joined and b"..\n" not in joined
    found = (prefix + path if plain and b"./" not in path else resolved(directory, path) for path in paths)
    return list(filter(None, found))


def parent(path: bytes) -> bytes:
    """The directory of a path, b"" at the root."""
    return path.rpartition(b"/")[0]


def below(directory: bytes, name: bytes) -> bytes:
    """The path of a plain name in a directory, which may be the root."""
    return directory + b"/" + name if directory else name


def is_installed(path: bytes) -> bool:
    """Whether a file lies in an installed library: what it says of a project is about making that library."""
    return _INSTALLED.search(path) is not None
