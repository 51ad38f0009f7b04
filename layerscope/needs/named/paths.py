"""Absolute paths that the program's own code spells: what the image has of them is needed."""

from collections.abc import Mapping

from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes, path_text
from layerscope.core.paths import normal_path
from layerscope.core.vocabulary import BUILD_CATEGORIES, Category, Role
from layerscope.filesystem.directories import DISTRIBUTION_DIRECTORIES
from layerscope.needs.follower import Start
from layerscope.needs.model import Proof
from layerscope.needs.named.knowledge import is_installed, is_shared
from layerscope.needs.named.programs import take_program
from layerscope.needs.system.files import take_objects
from layerscope.needs.trees import is_directory, parent, take_below

_UNKNOWN_PART = expression(r"[{%*?$<\[\0\n]")
_MOST_NAMED = 5000
_TEMPORARY = (b"tmp/", b"var/tmp/")
_LEFT_OUT = BUILD_CATEGORIES | {Category.RUNTIME}


def take_named_paths(start: Start, named: Mapping[str, Proof], home: bytes) -> None:
    """Takes files, programs and directories by the paths that code spells; ``~`` is ``home``.

    Where a part of a path is made while the program runs (``/models/{name}``), the directory in front of it is named.
    """
    for text, proof in list(named.items())[:_MOST_NAMED]:
        known = _known_part(text)
        path = normal_path(home + path_bytes(known[1:]) if known.startswith("~/") else path_bytes(known))
        if path and not path.startswith((b"proc/", b"sys/", b"dev/")):
            _take_named(start, path, proof)


def _known_part(text: str) -> str:
    """The path as far as it is known."""
    cut = _UNKNOWN_PART.search(text)
    return text if cut is None else text[: cut.start()].rpartition("/")[0]


def _take_named(start: Start, path: bytes, proof: Proof) -> None:
    ledger = start.ledger
    entry = ledger.file(path)
    if entry is not None:
        if not take_program(start, "/" + path_text(path), entry, proof) and not path.startswith(_TEMPORARY):
            ledger.ask(path, Role.DATA, proof)
            take_objects(start, [entry], (".so",))
    elif is_directory(ledger, path) and not is_shared(path) and not is_shared(ledger.filesystem.trace(path).path):
        _take_directory(start, path, proof)


def _take_directory(start: Start, path: bytes, proof: Proof) -> None:
    """Takes what lies in a directory that code names, but what only builds, and what a package manager put there."""
    visible = start.ledger.filesystem.visible
    real = start.ledger.filesystem.trace(path).path + b"/"

    def is_data(inside: bytes) -> bool:
        whole = real + inside
        return not is_installed(whole) and not _is_of_a_build(start, visible[whole])

    taken = take_below(start.ledger, path, Role.DATA, proof, is_data)
    take_objects(start, taken, (".so",))


def _is_of_a_build(start: Start, entry: int) -> bool:
    """Whether a file is there for building, or is part of a language, whose own rules decide on it."""
    path = start.ledger.filesystem.paths[entry]
    is_left_out = start.attribution.component_of(entry).category in _LEFT_OUT
    return is_left_out or path.startswith(_TEMPORARY) or parent(path) in DISTRIBUTION_DIRECTORIES
