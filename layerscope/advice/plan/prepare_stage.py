"""A stage between the fat image and the lean one, where what is copied is first cut to what is needed.

A directory of which most is kept (site-packages, node_modules) crosses whole, after what is not needed was removed from it; a
program crosses without its symbol table, where the image has the tool for that. Both need a shell in the fat image.
"""

from collections.abc import Iterable

from msgspec import Struct, field

from layerscope.advice.dockerfile import quoting
from layerscope.advice.plan.base import SHELLS
from layerscope.advice.plan.brief import Brief
from layerscope.core.vocabulary import Linkage
from layerscope.filesystem.merged import Filesystem
from layerscope.history.instructions import DEFAULT_SHELL
from layerscope.sources.image import Config

_STRIP = (b"usr/bin/strip", b"usr/local/bin/strip")
_REMOVE = (b"bin/rm", b"usr/bin/rm")
_SHELL = 'SHELL ["/bin/sh", "-c"]'
_WIDTH = 120


class Preparation(Struct, frozen=True):
    """``commands`` are the RUN instructions of the stage, with a comment in front of each; ``stripped`` the bytes that each
    program loses, by its path."""

    commands: tuple[str, ...] = ()
    stripped: dict[bytes, int] = field(default_factory=dict)


def may_run(config: Config) -> bool:
    """Whether a stage may start from the image at all: ONBUILD would put instructions of the image into it, which could ask for
    secrets and for the files of the person who builds."""
    return not config.on_build


def can_remove(filesystem: Filesystem) -> bool:
    """Whether a RUN in the image can remove files: it has a shell and rm."""
    return _has(filesystem, SHELLS) and _has(filesystem, _REMOVE)


def prepare(brief: Brief, removed: tuple[bytes, ...], copied: Iterable[int]) -> Preparation:
    """What the stage does: nothing where none may start from the image. ``removed`` are paths below directories that are copied
    whole, ``copied`` the entries that cross, of which programs lose their symbol tables."""
    ground = brief.ground
    if not may_run(ground.config):
        return Preparation()
    rebuilt = brief.rebuild if brief.rebuild is not None and brief.rebuild.commands else None
    commands = list(rebuilt.commands) if rebuilt is not None else []
    if removed:
        commands.append("# What only building, installing or developing needs, out of directories that are copied whole")
        commands.append(_remove(removed))
    worth = _worth_stripping(brief, copied)
    done = [path for path in worth if rebuilt is not None and path == rebuilt.path]
    left = [quoting.shell_path(b"/" + path) for path in worth if path not in done]
    if left and _has(ground.filesystem, _STRIP) and _has(ground.filesystem, SHELLS):
        commands.append("# Symbol tables and debug data, which no program reads when it runs")
        commands.append(f"RUN strip --strip-all {' '.join(left)}")
        done = list(worth)
    return Preparation(_in_plain_shell(ground.config, commands), {path: worth[path] for path in done})


def _in_plain_shell(config: Config, commands: list[str]) -> tuple[str, ...]:
    """The commands, under the shell that they are written for where the image names another one."""
    other = bool(commands) and config.shell not in ((), DEFAULT_SHELL)
    return (_SHELL, *commands) if other else tuple(commands)


def _worth_stripping(brief: Brief, copied: Iterable[int]) -> dict[bytes, int]:
    """The bytes that each program among the copied entries would lose."""
    filesystem, stripped = brief.ground.filesystem, brief.stripped
    programs = [item for item in brief.ground.started if item.ecosystem in stripped and item.strippable > 0]
    holders = set(map(filesystem.holder, copied)) if programs else set()
    return {
        program.path: program.strippable
        for program in programs
        if program.linkage != Linkage.SCRIPT and filesystem.holder(program.entry) in holders and removable(program.path)
    }


def removable(path: bytes) -> bool:
    """Whether a Dockerfile's RUN can say this path."""
    try:
        quoting.shell_path(b"/" + path)
    except quoting.Unwritable:
        return False
    return True


def _has(filesystem: Filesystem, paths: Iterable[bytes]) -> bool:
    return any(filesystem.resolve(path) is not None for path in paths)


def _remove(paths: Iterable[bytes]) -> str:
    lines = ["RUN rm -rf"]
    for path in paths:
        word = quoting.shell_path(b"/" + path)
        if len(lines[-1]) + len(word) > _WIDTH:
            lines.append("   ")
        lines[-1] += f" {word}"
    return " \\\n".join(lines)
