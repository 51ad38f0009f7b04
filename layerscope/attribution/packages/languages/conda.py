"""What conda, mamba and micromamba installed: ``conda-meta/NAME-VERSION-BUILD.json`` lists each package's files.

Paths are relative to the environment (``/opt/conda``, ``/opt/conda/envs/NAME``). A Python package of conda has a dist-info with
a RECORD as well: then conda's record and pip's name the same files.

Format: conda's "Package metadata", ``PrefixRecord``.
"""

import msgspec

from layerscope.attribution.packages.languages.pip import package_trees
from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.relative import all_resolved, parent
from layerscope.core.names import path_bytes


class _Installed(msgspec.Struct):
    name: str
    version: str = ""
    files: list[str] = []


_installed = msgspec.json.Decoder(_Installed)


def is_record(path: bytes) -> bool:
    """Whether a path describes an installed package."""
    return parent(path).endswith(b"conda-meta") and parent(path).rpartition(b"/")[2] == b"conda-meta"


def libraries(path: bytes, content: bytes) -> list[Library]:
    """The package that a record describes, with the record itself."""
    try:
        package = _installed.decode(content)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return []
    listed = [path_bytes(name) for name in package.files]
    environment = parent(parent(path))
    paths = all_resolved(environment, listed)
    return [Library("conda", package.name, package.version, (path, *paths), tuple(package_trees(environment, paths)))]
