"""Files and directories out of an image onto this machine's disk, without letting the image decide anything about it.

Everything is first written into a new directory that no other user can enter, beside the destination, and renamed at the end,
so that a failure leaves nothing behind; a device or a pipe gets the content of one file straight. Directories are made before
files and files before symbolic links, so nothing is ever written through a link. Devices, FIFOs and set-user-ID bits stay
behind; so does a symbolic link that leads out.
"""

import errno
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import takewhile
from pathlib import Path

from msgspec import Struct

from layerscope.core.errors import ImageError, PathNotFound, UsageError
from layerscope.core.grouping import grouped
from layerscope.core.names import absolute, printable
from layerscope.core.saving import check_directory, check_place, is_stream, save_pieces
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.layers.stretches import HOLE, read_stretches, stretch_of, whole
from layerscope.sources.image import Layer

_UNUSABLE_NAME = frozenset((errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL, errno.EEXIST, errno.ENOTDIR, errno.EISDIR))
_ODD = {Kind.DEVICE: "a device", Kind.FIFO: "a FIFO"}


class Plan(Struct, frozen=True):
    """What to write below a new directory, by relative path (b"" is the thing itself): ``directories``, ``files`` (the names of
    each entry that stores a content), ``links`` with their targets, and a line for each thing ``left_out``."""

    directories: list[bytes]
    files: dict[int, list[bytes]]
    links: list[tuple[bytes, bytes]]
    left_out: list[str]


class Extracted(Struct, frozen=True):
    """``where`` it lies now, how many names of ``files``, and a line for each thing that was ``left_out``."""

    where: Path
    files: int
    left_out: tuple[str, ...]


def extract(
    filesystem: Filesystem, layers: Sequence[Layer], path: bytes, destination: Path | None = None, force: bool = False
) -> Extracted:
    """Writes one file or directory of the final filesystem to ``destination``.

    ``path`` may begin with a slash; symbolic links in it are followed inside the image. ``destination`` is the new name; an
    existing directory gets it inside; None means its last component in the current directory. What exists is replaced only
    with ``force``; a device or a pipe never is: it gets the content. Raises UsageError for a path that is not there, is
    neither file nor directory, or cannot be written, and ImageError for content that cannot be read.
    """
    plan = plan_extraction(filesystem, path)
    target = place_of(path, destination, force)
    if is_stream(target):
        save_pieces(read_file(filesystem, layers, path), target)
        return Extracted(target, 1, ())
    try:
        with tempfile.TemporaryDirectory(prefix=".layerscope-", dir=target.parent) as scratch:
            staged = Path(scratch, "content")
            _write(plan, os.fsencode(staged), filesystem, layers)
            if not os.path.lexists(staged):
                raise UsageError(plan.left_out[0] if plan.left_out else f"{absolute(path.strip(b'/'))} could not be written")
            _publish(staged, target, force, Path(scratch, "replaced"))
    except OSError as error:
        raise UsageError(f"cannot write {printable(os.fsencode(target))}: {error.strerror or error}") from error
    return Extracted(target, sum(map(len, plan.files.values())), tuple(plan.left_out))


def read_file(filesystem: Filesystem, layers: Sequence[Layer], path: bytes) -> Iterator[memoryview]:
    """The content of one file of the final filesystem, in pieces; errors as :func:`extract`."""
    plan = plan_extraction(filesystem, path)
    if plan.directories:
        raise UsageError(f"{absolute(path.strip(b'/'))} is a directory", "name a file, or give -o DEST")
    for _, pieces in _stored_files(filesystem, layers, plan.files):
        yield from pieces


def plan_extraction(filesystem: Filesystem, path: bytes) -> Plan:
    """What extracting ``path`` would write; UsageError when it is not there, or neither a file nor a directory."""
    shown = absolute(path.strip(b"/"))
    real = filesystem.real_path(path)
    if real is None:
        raise UsageError(f"the symbolic links of {shown} run in a circle")
    entry = filesystem.visible.get(real)
    if entry is not None and filesystem.kinds[entry] != Kind.DIRECTORY:
        return _plan_file(filesystem, filesystem.holder(entry), shown)
    below = filesystem.below(real)
    if entry is None and not below:
        raise PathNotFound(shown, f"{shown} is not in the final filesystem", _whereabouts(filesystem, real))
    return _plan_directory(filesystem, below, len(real) + 1 if real else 0)


def _plan_file(filesystem: Filesystem, holder: int, shown: str) -> Plan:
    kind = Kind(filesystem.kinds[holder])
    if kind in _ODD:
        raise UsageError(f"{shown} is {_ODD[kind]}: only files and directories can be extracted")
    if kind != Kind.REGULAR:
        raise UsageError(f"{shown} is a link to something that the image does not have")
    return Plan([], {holder: [b""]}, [], [])


def _plan_directory(filesystem: Filesystem, below: list[bytes], prefix: int) -> Plan:
    plan = Plan([b""], {}, [], [])
    directories = {b"": None}
    for path in below:
        relative, entry = path[prefix:], filesystem.visible[path]
        if not _is_storable(relative):
            plan.left_out.append(f"{absolute(path)} has a name that cannot be stored")
            continue
        _with_parents(directories, relative)
        if filesystem.kinds[entry] == Kind.DIRECTORY:
            directories[relative] = None
        elif why := _plan_entry(plan, filesystem, entry, relative):
            plan.left_out.append(f"{absolute(path)} is {why}")
    plan.directories[:] = sorted(directories)
    return plan


def _is_storable(relative: bytes) -> bool:
    return b"\0" not in relative and not {b"", b".", b".."}.intersection(relative.split(b"/"))


def _plan_entry(plan: Plan, filesystem: Filesystem, entry: int, relative: bytes) -> str:
    """Plans to write what is no directory; else what it is that is left out."""
    kind, holder = Kind(filesystem.kinds[entry]), filesystem.holder(entry)
    if kind == Kind.SYMLINK:
        target = filesystem.link(entry)
        if not _stays_inside(relative, target):
            return f"a symbolic link that may lead out, to {printable(target)}"
        plan.links.append((relative, target))
    elif filesystem.kinds[holder] == Kind.REGULAR:
        plan.files.setdefault(holder, []).append(relative)
    else:
        return _ODD.get(kind, "a hard link to something that the image does not have as a file")
    return ""


def _with_parents(directories: dict[bytes, None], relative: bytes) -> None:
    """Adds every directory above a path: a layer need not list any of them."""
    parent = relative.rpartition(b"/")[0]
    while parent not in directories:
        directories[parent] = None
        parent = parent.rpartition(b"/")[0]


def _stays_inside(relative: bytes, target: bytes) -> bool:
    """Whether a symbolic link cannot lead out: it is relative, goes up at its beginning only, and not above the extraction.

    Where it goes up it starts from a real directory, and every link on its way down is held to the same rule.
    """
    parts = target.split(b"/")
    up = len(list(takewhile(b"..".__eq__, parts)))
    leads_on = target and not target.startswith(b"/") and b"\0" not in target
    return bool(leads_on) and b".." not in parts[up:] and up <= relative.count(b"/")


def _whereabouts(filesystem: Filesystem, path: bytes) -> str:
    """Where a path that is not shown was last stored."""
    for entry in range(len(filesystem) - 1, -1, -1):
        if filesystem.paths[entry] == path and filesystem.kinds[entry] < Kind.WHITEOUT:
            return f"layer {filesystem.layers[entry]} has it, and a later one hides it"
    return ""


def place_of(path: bytes, destination: Path | None, force: bool) -> Path:
    """Where :func:`extract` puts ``path``. UsageError where nothing can be written, or something exists and ``force`` is not
    set; it asks the image nothing, so that people hear of it before the image is read."""
    if destination is None or destination.is_dir():
        destination = (destination or Path()) / _last_name(path)
    target = Path(os.path.abspath(destination))  # noqa: PTH100  # resolve() would follow a link that is to be replaced
    if is_stream(target):
        check_place(target)
        return target
    check_directory(target, target.parent)
    if os.path.lexists(target):
        _check_replaceable(target, force)
    return target


def _last_name(path: bytes) -> str:
    name = path.rstrip(b"/").rpartition(b"/")[2]
    if not _is_storable(name):
        raise UsageError(f"{absolute(path.strip(b'/'))} has no name to be extracted under", "give -o DEST, a new name")
    return os.fsdecode(name)


def _check_replaceable(target: Path, force: bool) -> None:
    if not force:
        raise UsageError(f"{printable(os.fsencode(target))} exists", "give another -o DEST, or --force")
    if not (target.is_symlink() or target.is_file() or target.is_dir()):
        raise UsageError(f"{printable(os.fsencode(target))} is neither a file nor a directory", "give another -o DEST")


def _publish(staged: Path, target: Path, force: bool, replaced: Path) -> None:
    """Gives the result its name. A directory cannot be renamed over something, so what had the name before moves to
    ``replaced``, and back when that fails or is interrupted."""
    is_directory = staged.is_dir()
    if not force:
        (Path.rename if is_directory else _rename_new)(staged, target)
    elif is_directory or (target.is_dir() and not target.is_symlink()):
        _exchange(staged, target, replaced)
    else:
        staged.replace(target)


def _exchange(staged: Path, target: Path, replaced: Path) -> None:
    try:
        if os.path.lexists(target):
            target.rename(replaced)
        staged.rename(target)
    except BaseException:
        if os.path.lexists(replaced) and not os.path.lexists(target):
            replaced.rename(target)
        raise


def _rename_new(staged: Path, target: Path) -> None:
    """As a rename, but never over something that appeared meanwhile, where the file system has hard links."""
    try:
        target.hardlink_to(staged)
    except FileExistsError:
        raise
    except OSError:
        staged.rename(target)


def _write(plan: Plan, root: bytes, filesystem: Filesystem, layers: Sequence[Layer]) -> None:
    """Writes the plan below ``root``, each layer read once from its beginning to its end."""

    def on_disk(relative: bytes) -> bytes:
        return root + b"/" + relative if relative else root

    for relative in plan.directories:
        _attempt(plan, relative, partial(os.mkdir, on_disk(relative), 0o755))
    for entry, pieces in _stored_files(filesystem, layers, plan.files):
        first, *others = plan.files[entry]
        if _attempt(plan, first, partial(_write_file, on_disk(first), filesystem.mode(entry), pieces)):
            for other in others:
                _attempt(plan, other, partial(os.link, on_disk(first), on_disk(other)))
    for relative, target in plan.links:
        _attempt(plan, relative, partial(os.symlink, target, on_disk(relative)))


def _stored_files(
    filesystem: Filesystem, layers: Sequence[Layer], entries: Iterable[int]
) -> Iterator[tuple[int, Iterator[memoryview]]]:
    """As :func:`_contents`, of entries of any layers."""
    by_layer = grouped(entries, filesystem.layers.__getitem__)
    for layer, mine in sorted(by_layer.items()):
        yield from _contents(filesystem, layers, layer, mine)


def _attempt(plan: Plan, relative: bytes, step: Callable[[], object]) -> bool:
    """Runs one step; a name that this file system cannot hold is left out, anything else is an error."""
    try:
        step()
    except OSError as error:
        if error.errno not in _UNUSABLE_NAME and not (error.errno == errno.ENOENT and plan.left_out):
            raise
        plan.left_out.append(f"{absolute(relative)} cannot be stored here: {error.strerror}")
        return False
    return True


def _write_file(name: bytes, mode: int, pieces: Iterator[memoryview]) -> None:
    """A new file, readable and writable for its owner, without set-user-ID, set-group-ID and sticky bits. Holes stay holes."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(name, flags, (mode & 0o777) | 0o600), "wb") as stream:
        for piece in pieces:
            if piece.obj is HOLE.obj:
                stream.seek(len(piece), os.SEEK_CUR)
            else:
                stream.write(piece)
        stream.truncate()


def _contents(
    filesystem: Filesystem, layers: Sequence[Layer], layer: int, entries: list[int]
) -> Iterator[tuple[int, Iterator[memoryview]]]:
    """Each entry of one layer with its content in pieces, to be used up in this order; ImageError when it ends early."""
    blob = layers[layer].blob
    if blob is None:
        raise ImageError(f"layer {layer} is missing from the image", layers[layer].problem)
    index, start = filesystem.indexes[layer], filesystem.starts[layer]
    wanted = [stretch_of(index, entry - start)._replace(row=entry) for entry in entries]
    for stretch, pieces in read_stretches(blob, wanted):
        yield stretch.row, whole(pieces, stretch.size, layer)
