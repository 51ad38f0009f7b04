"""Files below directories of the final filesystem, and paths as a program's words name them."""

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import TypeVar

from layerscope.core.errors import ImageError
from layerscope.core.names import path_bytes, path_text
from layerscope.core.paths import ancestors, normal_path
from layerscope.core.vocabulary import Role
from layerscope.layers.index import Kind
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Proof

_MOST_LINKS = 8

T = TypeVar("T")


def first(items: Iterable[T | None]) -> T | None:
    """The first of them that is there."""
    return next((item for item in items if item is not None), None)


def located(directory: str, word: str) -> bytes:
    """The path that a word names for a program that was started in ``directory``, without its leading slash."""
    return normal_path(path_bytes(word if word.startswith("/") else f"{directory}/{word}"))


def all_located(directory: str, words: Iterable[str]) -> list[bytes]:
    """The paths that words name, as :func:`located` gives them; an empty word names none."""
    return [located(directory, word) for word in words if word]


def stored_path(text: str) -> bytes:
    """A path of the configuration as the filesystem stores it."""
    return path_bytes(text).lstrip(b"/")


def joined(directory: bytes, name: bytes) -> bytes:
    """The path of ``name`` in a directory; b"" is the root."""
    return directory + b"/" + name if directory else name


def inside(directory: bytes, names: Iterable[str]) -> list[bytes]:
    """The paths of names in a directory."""
    return [joined(directory, path_bytes(name)) for name in names]


def parent(path: bytes) -> bytes:
    """The directory that a path lies in."""
    return path.rpartition(b"/")[0]


def upwards(directory: bytes) -> list[bytes]:
    """A directory and those above it, the root last."""
    return [directory, *ancestors(directory)]


def below(ledger: Ledger, directory: bytes) -> list[bytes]:
    """The paths of everything below a directory that is no directory itself; links in the directory's own path are followed."""
    return ledger.files_below(ledger.filesystem.trace(directory).path)


def names_in(ledger: Ledger, directory: bytes) -> list[bytes]:
    """The names of everything directly in a directory, sorted; directories that no layer lists count by what lies in them."""
    return ledger.filesystem.children(ledger.filesystem.trace(directory).path)


def paths_like(ledger: Ledger, directory: bytes, shapes: tuple[str, ...]) -> list[bytes]:
    """The paths directly in a directory whose names match one of the globs."""
    names = map(path_text, names_in(ledger, directory))
    return inside(directory, (name for name in names if any(fnmatchcase(name, shape) for shape in shapes)))


def first_file(ledger: Ledger, paths: Iterable[bytes]) -> bytes | None:
    """The first of the paths that leads to a regular file, None when none does."""
    return next((path for path in paths if ledger.file(path) is not None), None)


def is_directory(ledger: Ledger, path: bytes) -> bool:
    """Whether a path leads to a directory; one that no layer lists is there as soon as something lies in it."""
    traced = ledger.filesystem.trace(path)
    if traced.entry is not None:
        return ledger.filesystem.kinds[traced.entry] == Kind.DIRECTORY
    return ledger.filesystem.has_below(traced.path)


def take(ledger: Ledger, paths: Iterable[bytes], role: Role, because: Proof, hops: int = 0) -> list[int]:
    """Takes files as needed; of symbolic links what they lead to as well, directories with all below. The files' entries."""
    visible, kinds = ledger.filesystem.visible, ledger.filesystem.kinds
    found: list[int] = []
    for path in paths:
        entry = visible.get(path)
        if entry is not None and kinds[entry] != Kind.SYMLINK:
            ledger.add(entry, role, because)
            found.append(entry)
        else:
            found += _take_target(ledger, path, role, because, hops)
    return found


def _take_target(ledger: Ledger, path: bytes, role: Role, because: Proof, hops: int) -> list[int]:
    """Takes what a path leads to by its links, and the links."""
    traced = ledger.filesystem.trace(path)
    if traced.entry is None:
        return []
    if ledger.is_file(traced.entry):
        ledger.ask(path, role, because)
        return [traced.entry]
    if hops >= _MOST_LINKS or _inside(path, traced.path):
        return []
    ledger.ask(path, role, because)
    return take(ledger, below(ledger, traced.path), role, because, hops + 1)


def take_files(ledger: Ledger, paths: Iterable[bytes], role: Role, because: Proof) -> list[int]:
    """Takes those of the paths that lead to files. The files' entries."""
    return take(ledger, [path for path in paths if ledger.file(path) is not None], role, because)


def _inside(path: bytes, directory: bytes) -> bool:
    """Whether a link leads to a directory that it lies in itself."""
    return not directory or path.startswith(directory + b"/")


def take_below(
    ledger: Ledger, directory: bytes, role: Role, because: Proof, wanted: Callable[[bytes], bool] | None = None
) -> list[int]:
    """Takes what lies below a directory: all of it, or the paths inside that ``wanted`` accepts. The files' entries.

    Where the directory's own path goes through links, they are taken too.
    """
    traced = ledger.filesystem.trace(directory)
    if traced.links:
        ledger.ask(directory, role, because)
    paths, start = below(ledger, directory), len(joined(traced.path, b""))
    return take(ledger, [path for path in paths if wanted is None or wanted(path[start:])], role, because)


def take_each_below(
    ledger: Ledger, directories: Iterable[bytes], role: Role, because: Proof, wanted: Callable[[bytes], bool] | None = None
) -> list[int]:
    """Takes what lies below each of the directories, as :func:`take_below` does. The files' entries."""
    return [entry for directory in directories for entry in take_below(ledger, directory, role, because, wanted)]


def read_text(ledger: Ledger, path: bytes, limit: int) -> str | None:
    """The text of a file, its first ``limit`` bytes and without a byte order mark; None when it cannot be read."""
    entry = ledger.file(path)
    if entry is None:
        return None
    try:
        return ledger.text(entry, limit).removeprefix("\ufeff")
    except ImageError:
        return None


def text_at(ledger: Ledger, path: bytes, limit: int) -> str:
    """As :func:`read_text`, but "" where nothing can be read."""
    return read_text(ledger, path, limit) or ""


def texts_at(ledger: Ledger, paths: Iterable[bytes], limit: int) -> str:
    """The texts of files one behind the other, of each its first ``limit`` bytes; what cannot be read is left out."""
    return "\n".join(text_at(ledger, path, limit) for path in paths)
