"""Directories that a program writes to, and that copying files alone would not bring: /tmp, volumes, a user's own.

A Dockerfile without a shell makes a directory with an owner by copying an empty one: both builders then give the target the
owner that --chown names (and 0755), while WORKDIR's owner differs between them.
"""

import re
from collections.abc import Iterator
from functools import partial
from itertools import compress, filterfalse
from operator import and_

from layerscope.advice.ground import Ground
from layerscope.advice.model import Copy
from layerscope.advice.plan.base import Candidate, read_users
from layerscope.advice.remarks import Code, Remark, remark
from layerscope.core.names import absolute, path_bytes
from layerscope.core.paths import normal_path
from layerscope.core.vocabulary import Ecosystem
from layerscope.filesystem.directories import SHARED_DIRECTORIES
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.needs.model import Runtime

_EMPTY = (b"mnt", b"media", b"srv", b"opt", b"tmp", b"boot", b"home", b"var/local", b"var/opt", b"go/bin", b"go/src")
_SYSTEM = (b"var/cache/", b"var/lib/apt/", b"var/lib/dpkg/", b"var/log/", b"var/mail", b"root/", b"run/", b"tmp/")
"""Where package managers and their users keep directories."""
_DIRECTORIES = bytes(kind == Kind.DIRECTORY for kind in range(256))
_OWNER = re.compile(r"[0-9]+:[0-9]+\Z")
_TEMPORARY = ("os.CreateTemp", "os.MkdirTemp", "os.TempDir")


def directories(ground: Ground, base: Candidate) -> tuple[tuple[Copy, ...], tuple[Remark, ...]]:
    """The copies that make directories, and what could not be made."""
    wanted = _owned(ground)
    if not base.tmp and (why := _temporary(ground.runtime)):
        wanted[b"tmp"] = (_user(ground), why)
    empty = _empty_directory(ground.filesystem) if wanted else None
    if empty is None:
        return (), tuple(remark(Code.DIRECTORY_NOT_MADE, path=absolute(path), why=why) for path, (_, why) in wanted.items())
    return tuple(Copy(b"/" + empty, b"/" + path, 0, why, owner) for path, (owner, why) in wanted.items()), ()


def _temporary(runtime: Runtime) -> str:
    """Why the program may need /tmp, "" when nothing says so."""
    for program in runtime.programs:
        if linked := next(filter(program.mentions.__contains__, _TEMPORARY), ""):
            return f"a place for temporary files: {linked} is linked into {absolute(program.path)}"
        if program.ecosystem != Ecosystem.GO:
            return f"a place for temporary files, which {absolute(program.path)} may expect"
    return ""


def _owned(ground: Ground) -> dict[bytes, tuple[str, str]]:
    """The directories that a user other than root owns, each with its owner and why it is made."""
    filesystem = ground.filesystem
    named = (normal_path(path_bytes(path)) for path in (ground.config.working_dir, *ground.config.volumes))
    candidates = (*_added(filesystem, ground.history.base_layers), *filter(partial(_is_directory, filesystem), named))
    found: dict[bytes, tuple[str, str]] = {}
    for path in candidates:
        user, group = filesystem.owner(filesystem.visible[path])
        if user and path not in SHARED_DIRECTORIES and not path.startswith(_SYSTEM):
            found[path] = (f"{user}:{group}", f"a directory that user {user} writes to")
    return found


def _added(filesystem: Filesystem, base_layers: int) -> Iterator[bytes]:
    """The directories above the base that somebody else than root owns and that hold no files."""
    start = (*filesystem.starts, len(filesystem))[min(base_layers, len(filesystem.starts))]
    seen = map(and_, filesystem.live[start:], filesystem.kinds[start:].translate(_DIRECTORIES))
    for entry in compress(range(start, len(filesystem)), seen):
        path = filesystem.paths[entry]
        if filesystem.owner(entry)[0] and all(map(partial(_is_directory, filesystem), filesystem.below(path))):
            yield path


def _empty_directory(filesystem: Filesystem) -> bytes | None:
    """A directory of the image with nothing in it."""
    present = (path for path in _EMPTY if _is_directory(filesystem, path))
    return next(filterfalse(filesystem.has_below, present), None)


def _is_directory(filesystem: Filesystem, path: bytes) -> bool:
    entry = filesystem.visible.get(path)
    return entry is not None and filesystem.kinds[entry] == Kind.DIRECTORY


def _user(ground: Ground) -> str:
    """USER as numbers, looked up in the image's /etc/passwd; "" for root."""
    name, _, group = ground.config.user.partition(":")
    if name in ("", "0", "root"):
        return ""
    if name.isdigit():
        return f"{name}:{group if group.isdigit() else name}"
    known = (":".join(fields[2:4]) for fields in read_users(ground.filesystem) if fields[0] == name)
    return next(filter(_OWNER.match, known), "")
