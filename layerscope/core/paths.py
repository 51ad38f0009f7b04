"""Paths of an image: bytes without a leading slash, the root is b""."""

_UNCLEAN = frozenset((b".", b"/"))


def normal_path(path: bytes, directory: bytes = b"") -> bytes:
    """A path as seen from ``directory``, unless it is absolute: without leading and repeated slashes, ``.`` and ``..``, which
    are taken by their letters. Like a kernel, it stops at the root."""
    # bytes.find, for "bytes in bytes" first tries its left side as a number, which costs five times as much
    if path[:1] in _UNCLEAN or path[-1:] == b"/" or path.find(b"/.") >= 0 or path.find(b"//") >= 0:
        parts = directory.split(b"/") if directory and path[:1] != b"/" else []
        for part in path.split(b"/"):
            if part == b"..":
                del parts[-1:]
            elif part and part != b".":
                parts.append(part)
        return b"/".join(parts)
    return below(directory, path) if path else directory


def below(directory: bytes, name: bytes) -> bytes:
    """The path of a plain name in a directory, which may be the root."""
    return directory + b"/" + name if directory else name


def parent(path: bytes) -> bytes:
    """The directory of a path, b"" at the root."""
    return path.rpartition(b"/")[0]
