"""What a failed program says that it lacks, as paths of the image that has it."""

import re
from collections.abc import Iterable, Iterator

from layerscope.filesystem.merged import Filesystem

_PATHS = (
    re.compile(rb"[Nn]o such file or directory:? *[:,]? *'?\"?(/[^\s'\":,]+)"),
    re.compile(rb"(?:open|stat|exec|readlink|chdir to cwd|lstat|access|read|load|find) +[(\"']*(/[^\s'\":,)]+)"),
    re.compile(rb"(/[^\s'\":,]+):? *(?:[Nn]o such file or directory|not found|cannot be (?:read|opened|found))"),
    re.compile(rb"exec:? \"?(/?[^\s\"]+)\"?:? (?:executable file not found|stat|no such file)"),
)
_LIBRARIES = (
    re.compile(rb"error while loading shared libraries: ([^\s:]+)"),
    re.compile(rb"([\w.+-]+\.so[\w.]*): cannot open shared object file"),
    re.compile(rb"Error loading shared library ([^\s:]+)"),
)
_PYTHON = re.compile(rb"No module named '([\w.]+)'")
_NODE = re.compile(rb"Cannot find (?:module|package) '([^'./][^']*)'")
_FIRST_FILES = (b"/__init__.py", b"/package.json")
"""The file by which a package is found; the package is the directory that it lies in."""


def missing_paths(said: bytes, filesystem: Filesystem, kept: frozenset[int]) -> tuple[bytes, ...]:
    """The paths that ``said`` (a failed program's output, or what the engine answered) names, that the image has, and that are
    not among ``kept``, without a leading slash: files, or the directory of a package."""

    def lacks(path: bytes) -> bool:
        entry = filesystem.resolve(path)
        return entry is not None and entry not in kept

    named = {path: path for path in (name.strip(b"/") for name in _matches(_PATHS, said))}
    ends = (*_library_ends(said), *_python_ends(said), *_node_ends(said))
    if ends:
        named |= {path: _package_or_file(path) for path in filesystem.visible if (b"/" + path).endswith(ends)}
    return tuple(dict.fromkeys(wanted for path, wanted in named.items() if lacks(path)))


def _matches(patterns: Iterable[re.Pattern[bytes]], said: bytes) -> Iterator[bytes]:
    for pattern in patterns:
        yield from pattern.findall(said)


def _library_ends(said: bytes) -> list[bytes]:
    names = (name.rpartition(b"/")[2] for name in _matches(_LIBRARIES, said))
    return [b"/" + name for name in names if name]


def _python_ends(said: bytes) -> Iterator[bytes]:
    """Where a module lies, or the package that its name begins with."""
    for name in _PYTHON.findall(said):
        for module in (name.replace(b".", b"/"), name.partition(b".")[0]):
            yield from (b"/" + module + end for end in (b"/__init__.py", b".py", b".so"))


def _node_ends(said: bytes) -> list[bytes]:
    return [b"/node_modules/" + name + b"/package.json" for name in _NODE.findall(said)]


def _package_or_file(path: bytes) -> bytes:
    return path.rpartition(b"/")[0] if path.endswith(_FIRST_FILES) else path
