"""Directories that a program writes to, and that copying files alone would not bring: /tmp, volumes, homes, a user's own.

A COPY makes the directories above its target as root's, with the mode 0755; so those that have another owner or mode are made
before. Without a shell that is done by copying an empty one: both builders then give the target the owner that --chown names
(and 0755), while WORKDIR's owner differs between them.
"""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import partial
from itertools import chain, compress, filterfalse
from operator import and_

from layerscope.advice.delivery.model import Copy, Directory
from layerscope.advice.ground import Ground
from layerscope.advice.plan.base import Candidate, read_users
from layerscope.advice.plan.copies import ancestors
from layerscope.advice.remarks import Code, Remark, remark
from layerscope.advice.rules import document
from layerscope.core.expressions import expression
from layerscope.core.names import absolute, path_bytes, path_text
from layerscope.core.paths import normal_path, parent
from layerscope.core.vocabulary import BUILD_CATEGORIES, Category, Ecosystem
from layerscope.filesystem.directories import SHARED_DIRECTORIES
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.needs.model import Runtime

_EMPTY = (b"mnt", b"media", b"srv", b"opt", b"tmp", b"boot", b"home", b"var/local", b"var/opt", b"go/bin", b"go/src")
_DIRECTORIES = bytes(kind == Kind.DIRECTORY for kind in range(256))
_OWNER = expression(r"[0-9]+:[0-9]+\Z")
_TEMPORARY = ("os.CreateTemp", "os.MkdirTemp", "os.TempDir")
_UNUSED = frozenset((*BUILD_CATEGORIES, Category.DOCS))
_WRITTEN = (b"var/log/", b"var/lib/", b"var/spool/", b"run/")
"""Where programs keep their state."""
_LOGS = b"var/log/"
"""What lies there is of no use, the place is."""
_SYSTEM = (b"usr/", b"etc/", b"lib/", b"bin/", b"sbin/")
"""Where an empty directory is of use to what lies beside it alone."""


def directories(ground: Ground, base: Candidate, brought: Iterable[bytes]) -> list[Directory]:
    """The directories that have to be made, by their paths: those that are written to, and those above what is ``brought``
    that a COPY would make otherwise than the image has them."""
    above = set(chain.from_iterable((path, *ancestors(path)) for path in brought))
    wanted = {item.path: item for item in (*_written(ground, above), *_above(ground, above))}
    if not base.tmp and (why := _temporary(ground.runtime)):
        wanted[b"tmp"] = _temporary_directory(ground, why)
    return [wanted[path] for path in sorted(wanted) if not _has(base, path)]


def copied(ground: Ground, wanted: list[Directory]) -> tuple[tuple[Copy, ...], tuple[Remark, ...]]:
    """The copies of an empty directory that make directories without a shell, and what could not be made."""
    empty = _empty_directory(ground.filesystem) if wanted else None
    if empty is None:
        return (), tuple(
            remark(Code.DIRECTORY_NOT_MADE, path=absolute(item.path), why=item.because) for item in wanted if item.because
        )
    return tuple(Copy(b"/" + empty, b"/" + item.path, 0, item.because, _owner_text(item)) for item in wanted), ()


def _owner_text(item: Directory) -> str:
    return "" if item.owner == (0, 0) else f"{item.owner[0]}:{item.owner[1]}"


def _has(base: Candidate, path: bytes) -> bool:
    """Whether the base has a directory itself, as far as that is known."""
    if base.content is not None:
        return path in base.content
    return base.reference != "scratch" and path in SHARED_DIRECTORIES and (path != b"tmp" or base.tmp)


def _temporary(runtime: Runtime) -> str:
    """Why the program may need /tmp, "" when nothing says so."""
    for program in runtime.programs:
        if linked := next(filter(program.mentions.__contains__, _TEMPORARY), ""):
            return f"a place for temporary files: {linked} is linked into {absolute(program.path)}"
        if program.ecosystem != Ecosystem.GO:
            return f"a place for temporary files, which {absolute(program.path)} may expect"
    return ""


def as_in_image(filesystem: Filesystem, item: Directory) -> Directory:
    """A directory with the mode and the owner that the image gives it."""
    made = _directory(filesystem, item.path, item.because) if is_directory(filesystem, item.path) else item
    return Directory(item.path, made.mode, made.owner, item.because)


def _temporary_directory(ground: Ground, why: str) -> Directory:
    """A place for temporary files that is the user's own."""
    user, _, group = _user(ground).partition(":")
    return Directory(b"tmp", 0o755, (int(user or 0), int(group or 0)), why)


def _written(ground: Ground, above: set[bytes]) -> Iterator[Directory]:
    """The directories that hold no files and that the image's own layers made, its volumes, where it works, and its user's
    home.

    What package managers, caches and documentation keep is none of them.
    """
    filesystem = ground.filesystem
    named = [path for path in _named(ground) if is_directory(filesystem, path)]
    for path in (*filter(partial(_is_used, ground, above), _added(filesystem, ground.history.base_layers, above)), *named):
        made = _directory(filesystem, path, "a directory that the image has empty")
        if path not in SHARED_DIRECTORIES and not (path in named and made.plain):
            yield made


def _directory(filesystem: Filesystem, path: bytes, why: str) -> Directory:
    """A directory as the image has it."""
    entry = filesystem.visible[path]
    owner = filesystem.owner(entry)
    return Directory(path, filesystem.mode(entry), owner, f"a directory that user {owner[0]} writes to" if owner[0] else why)


def _named(ground: Ground) -> Iterator[bytes]:
    """Volumes, the working directory, and the home of the user that the image runs as."""
    user = ground.config.user.partition(":")[0]
    homes = (fields[5] for fields in read_users(ground.filesystem) if len(fields) > 5 and user in (fields[0], fields[2]))
    return (normal_path(path_bytes(path)) for path in (ground.config.working_dir, *ground.config.volumes, *homes))


def _above(ground: Ground, above: set[bytes]) -> Iterator[Directory]:
    """The directories above what crosses that are not as a COPY makes them."""
    for path in sorted(above):
        if is_directory(ground.filesystem, path):
            made = _directory(ground.filesystem, path, "a directory with its own mode")
            if not made.plain:
                yield made


def _added(filesystem: Filesystem, base_layers: int, above: set[bytes]) -> Iterator[bytes]:
    """The directories above the base that hold no files, or none that crosses where programs write: a server that finds no
    place for its log does not start."""
    start = (*filesystem.starts, len(filesystem))[min(base_layers, len(filesystem.starts))]
    seen = map(and_, filesystem.live[start:], filesystem.kinds[start:].translate(_DIRECTORIES))
    for path in map(filesystem.paths.__getitem__, compress(range(start, len(filesystem)), seen)):
        is_emptied = path.startswith(_WRITTEN) and path not in above
        if is_emptied or all(map(partial(is_directory, filesystem), filesystem.below(path))):
            yield path


def _is_used(ground: Ground, above: set[bytes], path: bytes) -> bool:
    """Whether an empty directory may be of use: it is no package manager's, no cache, and in the system's own places something
    beside it crosses."""
    category = ground.attribution.component_of(ground.filesystem.visible[path]).category
    unused = category in _UNUSED and not path.startswith(_LOGS)
    if unused or any(map(partial(fnmatchcase, path_text(path)), document("building.toml")["directories"])):
        return False
    return parent(path) in above - SHARED_DIRECTORIES if path.startswith(_SYSTEM) else True


def _empty_directory(filesystem: Filesystem) -> bytes | None:
    """A directory of the image with nothing in it."""
    present = (path for path in _EMPTY if is_directory(filesystem, path))
    return next(filterfalse(filesystem.has_below, present), None)


def is_directory(filesystem: Filesystem, path: bytes) -> bool:
    """Whether a path is a directory itself."""
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
