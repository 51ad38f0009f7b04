"""What a failed program says that it lacks, as paths of the image that has it."""

import re
from collections.abc import Callable, Iterable, Iterator

from layerscope.core.expressions import expression
from layerscope.filesystem.directories import SHARED_DIRECTORIES
from layerscope.filesystem.merged import Filesystem

_START = rb"(?<![^\s'\"(\[<=:,])"
"""In front of a path: a word that goes on is not looked at again from each of its letters."""
_PATHS = (
    re.compile(rb"[Nn]o such file or directory:? {0,4}[:,]? {0,4}'?\"?(/[^\s'\":,]{1,4096})"),
    re.compile(rb"(?:open|stat|exec|readlink|chdir to cwd|lstat|access|read|load|find) {1,4}[(\"']{0,4}(/[^\s'\":,)]{1,4096})"),
    re.compile(
        _START + rb"(/[^\s'\":,]{1,4096}):? {0,4}(?:[Nn]o such file or directory|not found|cannot be (?:read|opened|found))"
    ),
    re.compile(rb"exec:? \"?(/?[^\s\"]{1,4096})\"?:? (?:executable file not found|stat|no such file)"),
)
_LIBRARIES = (
    re.compile(rb"error while loading shared libraries: ([^\s:]{1,4096})"),
    re.compile(rb"(?<![\w.+-])([\w.+-]{1,255}): cannot open shared object file"),
    re.compile(rb"Error loading shared library ([^\s:]{1,4096})"),
)
_PYTHON = expression(rb"No module named '([\w.]{1,1024})'")
_NODE = expression(rb"Cannot find (?:module|package) '([^'./][^'\n]{0,1024})'")
_ACCOUNTS = expression(rb"(?:unable to find (?:user|group)|no matching entries in (?:passwd|group) file|[Uu]nknown user)")
_ACCOUNT_FILES = (b"etc/passwd", b"etc/group")
_WHOLE = SHARED_DIRECTORIES | {b""}
_MOST_LOOKED_AT = 256 * 1024
_FIRST_FILES = (b"/__init__.py", b"/package.json")
"""The file by which a package is found; the package is the directory that it lies in."""


def missing_paths(said: bytes, filesystem: Filesystem, has: Callable[[bytes, bool], bool]) -> tuple[bytes, ...]:
    """The paths that the end of ``said`` (a failed program's output, or what the engine answered) names, that the image has,
    and that the lean image does not ``have``, without a leading slash: files, or the directory of a package. ``has`` is asked
    for a path, and whether the base's own file will do: its list of users will not."""
    named = _named(said[-_MOST_LOOKED_AT:], filesystem)
    known = (item for item in named.items() if item[0] not in _WHOLE and filesystem.resolve(item[0]) is not None)
    lacking = (wanted for path, wanted in known if not has(path, path not in _ACCOUNT_FILES))
    return tuple(dict.fromkeys(lacking))


def _named(said: bytes, filesystem: Filesystem) -> dict[bytes, bytes]:
    """The paths that are named, and what is to be added for each."""
    named = {path: path for path in (name.strip(b"/") for name in _matches(_PATHS, said))}
    if _ACCOUNTS.search(said):
        named |= {path: path for path in _ACCOUNT_FILES}
    ends = (*_library_ends(said), *_python_ends(said), *_node_ends(said))
    if ends:
        named |= {path: _package_or_file(path) for path in filesystem.visible if (b"/" + path).endswith(ends)}
    return named


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
