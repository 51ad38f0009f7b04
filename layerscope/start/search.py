"""Where programs lie in an image, and what interprets a script: by the rules of engines, shells and the kernel."""

import posixpath
from collections.abc import Iterator

from layerscope.core.names import path_bytes, path_text
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.start.programs import base_name

ENGINE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""PATH that engines give a process when the config has none."""

_MOST_DIRECTORIES = 64


def absolute_path(directory: str, path: str) -> str:
    """A path as a program sees it that was started in ``directory``."""
    return path if path.startswith("/") else f"{directory.rstrip('/')}/{path}"


def tidy(path: str) -> str:
    """The absolute path without ``.`` and ``..``."""
    return posixpath.normpath("/" + path.lstrip("/"))


def places(word: str, directory: str, search: str) -> list[str]:
    """Where the first word of a command may lie, in this order: a path where it says, any other word in PATH (``search``)."""
    parts = [""] if "/" in word else search.split(":")[:_MOST_DIRECTORIES]
    return [absolute_path(directory, f"{part}/{word}" if part else word) for part in parts]


def files_at(filesystem: Filesystem, paths: list[str]) -> Iterator[tuple[str, int]]:
    """The paths that lead to files, and the entries of those."""
    for path in paths:
        entry = filesystem.trace(path_bytes(path)).entry
        if entry is not None and filesystem.kinds[entry] in (Kind.REGULAR, Kind.HARDLINK):
            yield path, entry


def is_executable(filesystem: Filesystem, entry: int) -> bool:
    """Whether anybody may execute a file."""
    return bool(filesystem.mode(filesystem.holder(entry)) & 0o111)


def shebang(content: bytes) -> tuple[str, ...]:
    """The interpreter that a script names and its one argument, as the kernel splits them (execve(2)), or all of env's
    arguments; none where the file is no script."""
    if not content.startswith(b"#!"):
        return ()
    line = path_text(content[2:].split(b"\n", 1)[0].strip())
    if base_name(line.split(" ")[0]) != "env":
        return tuple(line.split(None, 1))
    return tuple(word for word in line.split() if word != "-S")
