"""A stage between the fat image and the lean one, where what is copied is first cut to what is needed.

A directory of which most is kept (site-packages, node_modules) crosses whole, after what is not needed was removed from it; a
program crosses without its symbol table, where the image has the tool for that. Both need a shell in the fat image.
"""

from msgspec import Struct

from layerscope.advice.dockerfile import quoting
from layerscope.advice.golang.build import Rebuild
from layerscope.core.vocabulary import Linkage
from layerscope.filesystem.merged import Filesystem
from layerscope.history.instructions import DEFAULT_SHELL
from layerscope.needs.model import Runtime
from layerscope.sources.image import Config

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


_SHELL = 'SHELL ["/bin/sh", "-c"]'


def may_run(config: Config) -> bool:
    """Whether a stage may start from the image at all: ONBUILD would put instructions of the image into it, which could ask for
    secrets and for the files of whoever builds."""
    return not config.on_build


def in_plain_shell(config: Config, commands: tuple[str, ...]) -> tuple[str, ...]:
    """The commands, under the shell that they are written for where the image names another one."""
    other = bool(commands) and config.shell not in ((), DEFAULT_SHELL)
    return (_SHELL, *commands) if other else commands


def can_remove(filesystem: Filesystem) -> bool:
    """Whether a RUN in the image can remove files: it has a shell and rm."""
    return _has(filesystem, _SHELLS) and _has(filesystem, _REMOVE)


def prepare(
    filesystem: Filesystem,
    runtime: Runtime,
    removed: tuple[bytes, ...],
    copied: frozenset[int],
    strip: frozenset[str],
    rebuild: Rebuild | None = None,
) -> Preparation:
    """What the stage runs. ``removed`` are paths below directories that are copied whole, ``copied`` the entries that cross;
    compiled programs of the ecosystems in ``strip`` among them lose their symbol tables. ``rebuild`` is a program that is built
    again, without them."""
    again = rebuild if rebuild is not None and rebuild.commands else None
    commands = list(again.commands) if again is not None else []
    if removed:
        commands += [
            "# What only building, installing or developing needs, out of directories that are copied whole",
            _remove(removed),
        ]
    worth = _worth_stripping(filesystem, runtime, copied, strip)
    stripped = {path: size for path, size in worth.items() if again is not None and path == again.path}
    if any(_has(filesystem, (tool,)) for tool in _STRIP) and _has(filesystem, _SHELLS):
        if names := " ".join(quoting.shell_path(b"/" + path) for path in worth if path not in stripped):
            commands += [
                "# Symbol tables and debug data, which no program reads when it runs",
                f"RUN strip --strip-all {names}",
            ]
        stripped = worth
    return Preparation(tuple(commands), stripped)


def _worth_stripping(
    filesystem: Filesystem, runtime: Runtime, copied: frozenset[int], strip: frozenset[str]
) -> dict[bytes, int]:
    """The bytes that each program among the copied entries would lose."""
    holders = {filesystem.holder(entry) for entry in copied} if strip else set()
    return {
        program.path: program.strippable
        for program in (*runtime.programs, *runtime.checks)
        if program.strippable > 0
        and program.ecosystem in strip
        and program.linkage != Linkage.SCRIPT
        and filesystem.holder(program.entry) in holders
        and _sayable(program.path)
    }


def removable(path: bytes) -> bool:
    """Whether a Dockerfile's RUN can say this path."""
    return _sayable(path)


def _has(filesystem: Filesystem, paths: tuple[bytes, ...]) -> bool:
    return any(filesystem.resolve(path) is not None for path in paths)


def _sayable(path: bytes) -> bool:
    try:
        quoting.shell_path(b"/" + path)
    except quoting.Unwritable:
        return False
    return True


def _remove(paths: tuple[bytes, ...]) -> str:
    lines = ["RUN rm -rf"]
    for path in paths:
        word = quoting.shell_path(b"/" + path)
        if len(lines[-1]) + len(word) > _WIDTH:
            lines.append("   ")
        lines[-1] += f" {word}"
    return " \\\n".join(lines)
