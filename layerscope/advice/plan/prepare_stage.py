"""A stage between the fat image and the lean one, where what is copied is first cut to what is needed.

A directory of which most is kept (site-packages, node_modules) crosses whole, after what is not needed was removed from it; a
program crosses without its symbol table, where the image has the tool for that. Both need a shell in the fat image.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import filterfalse

from msgspec import Struct, field

from layerscope.advice.delivery.model import Root
from layerscope.advice.delivery.root import commands as root_commands
from layerscope.advice.delivery.root import parts, written
from layerscope.advice.dockerfile import quoting
from layerscope.advice.plan.base import SHELLS, has_any
from layerscope.advice.plan.brief import Brief
from layerscope.core.vocabulary import Linkage
from layerscope.filesystem.merged import Filesystem
from layerscope.history.instructions import DEFAULT_SHELL
from layerscope.needs.model import Program
from layerscope.sources.image import Config

_STRIP = (b"usr/bin/strip", b"usr/local/bin/strip")
_REMOVE = (b"bin/rm", b"usr/bin/rm")
_SHELL = 'SHELL ["/bin/sh", "-c"]'
_SPECIAL = 0o6000
"""The permission bits that let a program run as its owner."""


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
    return has_any(filesystem, SHELLS) and has_any(filesystem, _REMOVE)


def prepare(brief: Brief, removed: tuple[bytes, ...], copied: Iterable[int], roots: Sequence[Root] = ()) -> Preparation:
    """What the stage does: nothing where none may start from the image. ``removed`` are paths below directories that are copied
    whole, ``copied`` the entries that cross, of which programs lose their symbol tables, ``roots`` what it puts together."""
    config = brief.ground.config
    if not may_run(config):
        return Preparation()
    worth = _outside(roots, _worth_stripping(brief, copied))
    strip = _strip(list(filterfalse(brief.rebuilds, worth)), brief.ground.filesystem)
    commands = (*brief.rebuild.commands, *strip, *root_commands(roots), *remove(removed))
    shell = (_SHELL,) if commands and config.shell not in ((), DEFAULT_SHELL) else ()
    return Preparation((*shell, *commands), {path: size for path, size in worth.items() if strip or brief.rebuilds(path)})


def _outside(roots: Sequence[Root], worth: dict[bytes, int]) -> dict[bytes, int]:
    """Those programs that are not in a root: what is there is a copy, which was made before."""
    copies = {path for root in roots for path in root.paths}
    return {path: size for path, size in worth.items() if path not in copies}


def _worth_stripping(brief: Brief, copied: Iterable[int]) -> dict[bytes, int]:
    """The bytes that each program among the copied entries would lose."""
    holder = brief.ground.filesystem.holder
    programs = list(filter(partial(_can_be_stripped, brief.ground.filesystem), brief.ground.with_symbols(*brief.stripped)))
    crossing = set(map(holder, copied)) if programs else set()
    return {item.path: item.strippable for item in programs if holder(item.entry) in crossing}


def _can_be_stripped(filesystem: Filesystem, program: Program) -> bool:
    """Whether a file may be written again: one with capabilities or that runs as its owner would lose that."""
    special = filesystem.mode(filesystem.holder(program.entry)) & _SPECIAL or filesystem.capability(program.entry)
    return program.linkage != Linkage.SCRIPT and not special and removable(program.path)


def _strip(programs: Sequence[bytes], filesystem: Filesystem) -> list[str]:
    """The command that strips programs, none where the image has no tool for it."""
    if not programs or not has_any(filesystem, _STRIP) or not has_any(filesystem, SHELLS):
        return []
    words = " ".join(quoting.shell_path(b"/" + path) for path in programs)
    return ["# Symbol tables and debug data, which no program reads when it runs", f"RUN strip --strip-all {words}"]


def removable(path: bytes) -> bool:
    """Whether a Dockerfile's RUN can say this path."""
    try:
        quoting.shell_path(b"/" + path)
    except quoting.Unwritable:
        return False
    return True


def remove(paths: Sequence[bytes]) -> list[str]:
    """The commands that remove paths, on lines that people can read."""
    words = [quoting.shell_path(b"/" + path) for path in paths]
    title = "# What only building, installing or developing needs, out of directories that are copied whole"
    return [title, *(written("RUN rm -rf", part) for part in parts(words))] if words else []
