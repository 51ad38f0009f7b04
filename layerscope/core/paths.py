"""Paths of an image: bytes without a leading slash, the root is b""."""

from collections.abc import Iterable, Iterator


def normal_path(path: bytes, directory: bytes = b"") -> bytes:
    """A path as seen from ``directory``, unless it is absolute: without leading and repeated slashes, ``.`` and ``..``, which
    are taken by their letters. Like a kernel, it stops at the root."""
    if _is_plain(path):
        return directory + b"/" + path if directory else path
    parts = directory.split(b"/") if directory and path[:1] != b"/" else []
    for part in path.split(b"/"):
        if part == b"..":
            del parts[-1:]
        elif part not in (b"", b"."):
            parts.append(part)
    return b"/".join(parts)


def _is_plain(path: bytes) -> bool:
    """Whether a path has nothing to resolve, as most have; a name that begins with a dot is looked at closely."""
    # bytes.find, for "bytes in bytes" first tries its left side as a number, which costs five times as much
    return path[:1] not in (b"", b".", b"/") and path[-1:] != b"/" and path.find(b"/.") < 0 and path.find(b"//") < 0


def below(directory: bytes, name: bytes) -> bytes:
    """The path of a plain name in a directory, which may be the root."""
    return directory + b"/" + name if directory else name


def parent(path: bytes) -> bytes:
    """The directory of a path, b"" at the root."""
    return path.rpartition(b"/")[0]


def ancestors(path: bytes) -> Iterator[bytes]:
    """The directories above a path, the root the last."""
    while path:
        path = parent(path)
        yield path


def with_parents(directories: Iterable[bytes]) -> set[bytes]:
    """Directories and all above them."""
    found: set[bytes] = set()
    more = set(directories)
    while more:
        found |= more
        more = set(map(parent, more)) - found
    return found
