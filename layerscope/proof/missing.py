"""What a failed program says that it lacks, as paths of the image that has it."""

import re

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
_NODE = re.compile(rb"Cannot find (?:module|package) '([^']+)'")


def missing_paths(said: bytes, filesystem: Filesystem, kept: frozenset[int]) -> tuple[bytes, ...]:
    """The paths that ``said`` (a failed program's output, or what the engine answered) names, that the image has, and that are
    not among ``kept``, without a leading slash: files, or the directory of a package."""
    found: dict[bytes, None] = {}
    for pattern in _PATHS:
        for name in pattern.findall(said):
            _take(found, filesystem, name.strip(b"/"), kept)
    for pattern in _LIBRARIES:
        for name in pattern.findall(said):
            _take_named(found, filesystem, name.rpartition(b"/")[2], kept)
    for name in _PYTHON.findall(said):
        first = name.replace(b".", b"/")
        for candidate in (first, first.partition(b"/")[0]):
            for end in (b"/" + candidate + b"/__init__.py", b"/" + candidate + b".py", b"/" + candidate + b".so"):
                _take_ending(found, filesystem, end, kept)
    for name in _NODE.findall(said):
        if not name.startswith((b".", b"/")):
            _take_ending(found, filesystem, b"/node_modules/" + name + b"/package.json", kept)
    return tuple(found)


def _take(found: dict[bytes, None], filesystem: Filesystem, path: bytes, kept: frozenset[int]) -> None:
    entry = filesystem.resolve(path)
    if path and entry is not None and entry not in kept:
        found[path] = None


def _take_named(found: dict[bytes, None], filesystem: Filesystem, name: bytes, kept: frozenset[int]) -> None:
    if name:
        _take_ending(found, filesystem, b"/" + name, kept, whole=False)


def _take_ending(
    found: dict[bytes, None], filesystem: Filesystem, end: bytes, kept: frozenset[int], whole: bool = True
) -> None:
    """The paths with that ending; of a package's first file the directory it lies in."""
    package = whole and end.endswith((b"/__init__.py", b"/package.json"))
    for path in filesystem.visible:
        if path.endswith(end) or b"/" + path == end:
            entry = filesystem.resolve(path)
            if entry is not None and entry not in kept:
                found[path.rpartition(b"/")[0] if package else path] = None
