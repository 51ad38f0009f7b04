"""What conda, mamba and micromamba installed: ``conda-meta/NAME-VERSION-BUILD.json`` lists each package's files.

Paths are relative to the environment (``/opt/conda``, ``/opt/conda/envs/NAME``). A Python package of conda has a dist-info with
a RECORD as well: then conda's record and pip's name the same files.

Format: conda's "Package metadata", ``PrefixRecord``.
"""

from msgspec import Struct

from layerscope.attribution.packages.languages.pip import package_trees
from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.relative import all_resolved
from layerscope.core.names import path_bytes
from layerscope.core.paths import parent
from layerscope.core.untrusted import read_json


class _Installed(Struct):
    name: str
    version: str = ""
    files: list[str] = []


def is_record(path: bytes) -> bool:
    """Whether a path describes an installed package."""
    return parent(path).rpartition(b"/")[2] == b"conda-meta"


def libraries(path: bytes, content: bytes) -> list[Library]:
    """The package that a record describes, with the record itself."""
    package = read_json(content, _Installed)
    if package is None:
        return []
    environment = parent(parent(path))
    paths = all_resolved(environment, list(map(path_bytes, package.files)))
    trees = tuple(package_trees(environment, paths))
    return [Library(system="conda", name=package.name, version=package.version, paths=(path, *paths), trees=trees)]
