"""What no COPY can say, put together by the prepared stage and taken over as it is: links, hard links, and directories with
their owners and modes.

A COPY follows a link that it names, gives a directory that it makes the mode 0755, and stores each name of a hard-linked file
again. In a directory that is copied whole, all of them stay what they are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from operator import attrgetter

from layerscope.advice.delivery.model import Copy, Directory, Root
from layerscope.advice.dockerfile import quoting
from layerscope.advice.plan.base import SHELLS, has_any
from layerscope.advice.plan.copies import is_link, joined
from layerscope.core.grouping import grouped
from layerscope.core.names import path_bytes
from layerscope.filesystem.merged import Filesystem

_TOOLS = (
    SHELLS,
    (b"bin/cp", b"usr/bin/cp"),
    (b"bin/mkdir", b"usr/bin/mkdir"),
    (b"usr/bin/install", b"bin/install", b"usr/local/bin/install"),
)
_MERGED = (b"bin", b"sbin", b"lib", b"lib32", b"lib64", b"libx32")
"""Directories that are links into /usr in some bases and not in others: a COPY to one of them follows the base's link."""

_WHY = "links, and directories with their own modes and owners, as the image has them"
_WIDTH = 117
_MOST_BYTES = 100_000
"""A RUN is one argument of its shell, which Linux limits to 131072 bytes."""


def can_assemble(filesystem: Filesystem) -> bool:
    """Whether a RUN in the image can put a root together."""
    return all(map(partial(has_any, filesystem), _TOOLS))


def roots(filesystem: Filesystem, paths: Sequence[bytes], directories: Sequence[Directory], on_scratch: bool) -> list[Root]:
    """The roots for paths and directories: one for most, and one for each directory that may be a link in the base."""

    def top(path: bytes) -> bytes:
        first = path.partition(b"/")[0]
        return b"" if on_scratch or first not in _MERGED or first == path else first

    of_paths, of_directories = grouped(paths, top), grouped(directories, lambda item: top(item.path))
    tops = sorted(of_paths.keys() | of_directories.keys())
    place = _free_name(filesystem)
    return [
        Root(place + (b"-" + name if name else b""), tuple(of_paths.get(name, ())), tuple(of_directories.get(name, ())))
        for name in tops
    ]


def _free_name(filesystem: Filesystem) -> bytes:
    """A name for a directory that the image does not have."""
    names = (b"planned", *map(path_bytes, map("planned{}".format, range(2, 100))))
    return next(name for name in names if name not in filesystem.visible and not filesystem.has_below(name))


def root_copy(filesystem: Filesystem, reasons: Mapping[bytes, str], root: Root) -> Copy:
    """The COPY that takes a root over; ``reasons`` are those of what is in it, by their paths."""
    holders = set(map(filesystem.holder, map(filesystem.visible.__getitem__, root.paths)))
    size = sum(map(filesystem.sizes.__getitem__, holders))
    return Copy(root.source, root.target, size, _because(filesystem, reasons, root))


def _because(filesystem: Filesystem, reasons: Mapping[bytes, str], root: Root) -> str:
    """Why there is a root: its files have reasons of their own, and directories alone may have one."""
    files = joined(reasons[path] for path in root.paths if not is_link(filesystem, path))
    why = set(map(attrgetter("because"), root.directories))
    return f"{files}; beside, {_WHY}" if files else _WHY if root.paths or len(why) > 1 else why.pop()


def commands(all_roots: Iterable[Root]) -> Iterator[str]:
    """The RUN instructions that put roots together, with a comment in front of the first."""
    lines = list(chain.from_iterable(map(_commands, all_roots)))
    return chain((f"# What no COPY can say: {_WHY}",) if lines else (), lines)


def _commands(root: Root) -> Iterator[str]:
    place = "/" + root.place.decode()
    words = [quoting.shell_path(b"/" + path) for path in root.paths]
    # GNU cp 9.1 looks for the directories of an absolute path below where it is started
    yield from (written(f"RUN mkdir -p {place} && cd / && cp -a --parents", part, place) for part in parts(words))
    for (mode, owner), members in grouped(root.directories, lambda item: (item.mode, item.owner)).items():
        options = f"-m {mode:04o}" + ("" if owner == (0, 0) else f" -o {owner[0]} -g {owner[1]}")
        names = [quoting.shell_path(b"/" + root.place + b"/" + item.path) for item in members]
        yield from (written(f"RUN install -d {options}", part) for part in parts(names))


def parts(words: Sequence[str]) -> Iterator[list[str]]:
    """Words in as many parts as a shell's argument can hold."""
    part: list[str] = []
    size = 0
    for word in words:
        size += len(word.encode()) + 3
        if part and size > _MOST_BYTES:
            yield part
            part, size = [], len(word.encode()) + 3
        part.append(word)
    if part:
        yield part


def written(command: str, words: Sequence[str], *end: str) -> str:
    """A command with its words, on lines that people can read."""
    lines = [command]
    for word in (*words, *end):
        if len(lines[-1]) + len(word) > _WIDTH:
            lines.append("   ")
        lines[-1] += f" {word}"
    return " \\\n".join(lines)
