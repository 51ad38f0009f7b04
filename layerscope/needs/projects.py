"""The directory of an application whose language runs its sources."""

from collections.abc import Callable

from layerscope.core.vocabulary import Category, Role
from layerscope.filesystem.directories import SYSTEM_DIRECTORIES
from layerscope.needs.follower import Start
from layerscope.needs.model import Because, Proof
from layerscope.needs.trees import below, take

_BUILT = frozenset((Category.INTERMEDIATE, Category.CACHE, Category.TOOLCHAIN, Category.DOCS))
_FOREIGN = (b".git/", b".svn/", b".hg/", b"node_modules/", b".github/", b".gitlab/", b".idea/", b".vscode/")


def take_project(
    start: Start, root: bytes, left_out: tuple[str, ...], because: Proof, elsewhere: Callable[[bytes], bool]
) -> list[int]:
    """Takes the files of an application's directory; none of a directory that the system has for other things too.

    ``left_out`` are directories directly in it that are for building and testing; ``elsewhere`` says of a path whether
    something else decides on it (a package's directory). The files' entries.
    """
    if root in SYSTEM_DIRECTORIES:
        return []
    visible, component_of = start.ledger.filesystem.visible, start.attribution.component_of
    skipped = (*_FOREIGN, *(f"{name}/".encode() for name in left_out))
    length = len(root) + 1

    def is_read(path: bytes) -> bool:
        inside = path[length:]
        is_foreign = inside.startswith(skipped) or b"/.git/" in inside or elsewhere(path)
        return not is_foreign and component_of(visible[path]).category not in _BUILT

    return take(start.ledger, filter(is_read, below(start.ledger, root)), Role.DATA, because)


def origin(start: Start, what: str) -> Proof:
    """``what`` the script asks for that was started by its ``#!`` line, else the program."""
    return start.ledger.proof(start.script if start.script is not None else start.program.entry, what)


def own_origin(start: Start, what: str) -> Proof:
    """``what`` the program itself asks for, also where a script started it."""
    return (Because(what, start.program.path), *origin(start, "run by")[1:])
