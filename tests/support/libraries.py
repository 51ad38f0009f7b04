"""The libraries that a record of a language's package manager tells of."""

import json

from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.registry import is_record, libraries


def recorded(path: str, content: object = b"") -> list[Library]:
    """What the file of that path says; ``content`` that is not bytes is written as JSON."""
    encoded = content if isinstance(content, bytes) else json.dumps(content).encode()
    return libraries(path.encode(), encoded) if is_record(path.encode()) else []


def developing_trees(found: list[Library]) -> set[str]:
    """The directories of the libraries that only developing needs."""
    return {tree.decode() for library in found if library.development for tree in library.trees}
