"""A stage between the fat image and the lean one, where what is copied is first cut to what is needed.

A directory of which most is kept (site-packages, node_modules) crosses whole, after what is not needed was removed from it; a
program crosses without its symbol table, where the image has the tool for that. Both need a shell in the fat image.
"""

import shlex

from msgspec import Struct

from layerscope.advice import quoting
from layerscope.filesystem.merged import Filesystem
from layerscope.names import printable
from layerscope.runtime.model import Runtime

_PROGRAMS = 0o111
_STRIP = (b"usr/bin/strip", b"usr/local/bin/strip")
_SHELLS = (b"bin/sh", b"usr/bin/sh")
_REMOVE = (b"bin/rm", b"usr/bin/rm")
_WIDTH = 120


class Preparation(Struct, frozen=True):
    """``commands`` are the RUN instructions of the stage, with a comment in front of each; ``stripped`` the bytes that each
    program loses, by its path."""

    commands: tuple[str, ...]
    stripped: dict[bytes, int]


def can_remove(filesystem: Filesystem) -> bool:
    """Whether a RUN in the image can remove files: it has a shell and rm."""
    return _has(filesystem, _SHELLS) and _has(filesystem, _REMOVE)


def prepare(
    filesystem: Filesystem, runtime: Runtime, removed: tuple[bytes, ...], copied: frozenset[int], strip: frozenset[str]
) -> Preparation:
    """What the stage runs. ``removed`` are paths below directories that are copied whole, ``copied`` the entries that cross;
    compiled programs of the ecosystems in ``strip`` among them lose their symbol tables."""
    commands = []
    if removed:
        commands += [
            "# What only building, installing or developing needs, out of directories that are copied whole",
            _remove(removed),
        ]
    stripped = {}
    tool = next((path for path in _STRIP if _has(filesystem, (path,))), None) if strip and _has(filesystem, _SHELLS) else None
    for program in (*runtime.programs, *runtime.checks) if tool else ():
        worth = program.strippable > 0 and program.ecosystem in strip and program.linkage != "script"
        if (
            worth
            and filesystem.holder(program.entry) in {filesystem.holder(entry) for entry in copied}
            and _sayable(program.path)
        ):
            stripped[program.path] = program.strippable
    if stripped:
        names = " ".join(shlex.quote("/" + path.decode()) for path in stripped)
        commands += ["# Symbol tables and debug data, which no program reads when it runs", f"RUN strip --strip-all {names}"]
    return Preparation(tuple(commands), stripped)


def removable(path: bytes) -> bool:
    """Whether a Dockerfile's RUN can say this path."""
    return _sayable(path)


def _has(filesystem: Filesystem, paths: tuple[bytes, ...]) -> bool:
    return any(filesystem.resolve(path) is not None for path in paths)


def _sayable(path: bytes) -> bool:
    try:
        quoting.checked(path.decode("utf-8"))
    except (UnicodeDecodeError, quoting.Unwritable):
        return False
    return "\\" not in printable(path)


def _remove(paths: tuple[bytes, ...]) -> str:
    lines = ["RUN rm -rf"]
    for path in paths:
        word = shlex.quote("/" + path.decode())
        if len(lines[-1]) + len(word) > _WIDTH:
            lines.append("   ")
        lines[-1] += f" {word}"
    return " \\\n".join(lines)
