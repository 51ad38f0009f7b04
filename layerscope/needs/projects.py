"""The directory of an application whose language runs its sources."""

from collections.abc import Callable

from layerscope.core.vocabulary import Category, Role
from layerscope.filesystem.directories import SYSTEM_DIRECTORIES
from layerscope.needs.follower import Start
from layerscope.needs.model import Because
from layerscope.needs.trees import below, take

_BUILT = frozenset((Category.INTERMEDIATE, Category.CACHE, Category.TOOLCHAIN, Category.DOCS))
_FOREIGN = (b".git/", b".svn/", b".hg/", b"node_modules/", b".github/", b".gitlab/", b".idea/", b".vscode/")


def take_project(
    start: Start, root: bytes, left_out: tuple[str, ...], because: tuple[Because, ...], elsewhere: Callable[[bytes], bool]
) -> list[int]:
    """Takes the files of an application's directory; none of a directory that the system has for other things too.

    ``left_out`` are directories right inside of it that are for building and testing; ``elsewhere`` tells of a path whether
    something else decides on it (a package's directory). The files' entries.
    """
    if root in SYSTEM_DIRECTORIES:
        return []
    ledger = start.ledger
    skipped = (*_FOREIGN, *(f"{name}/".encode() for name in left_out))
    length = len(root) + 1
    wanted = []
    for path in below(ledger, root):
        inside = path[length:]
        if inside.startswith(skipped) or b"/.git/" in inside or elsewhere(path):
            continue
        category = start.attribution.component_of(ledger.filesystem.visible[path]).category
        if category not in _BUILT:
            wanted.append(path)
    return take(ledger, wanted, Role.DATA, because)


def origin(start: Start, what: str) -> tuple[Because, ...]:
    """``what`` the script asks for that was started by its ``#!`` line, else the program."""
    return start.ledger.proof(start.script if start.script is not None else start.program.entry, what)
