"""Directories that a program writes to, and that copying files alone would not bring: /tmp, volumes, a user's own.

A Dockerfile without a shell makes a directory with an owner by copying an empty one: both builders then give the target the
owner that --chown names (and 0755), while WORKDIR's owner differs between them.
"""

from layerscope.advice.model import Copy
from layerscope.advice.plan.base import Candidate
from layerscope.core.names import path_bytes, printable
from layerscope.core.vocabulary import Ecosystem
from layerscope.filesystem.directories import SHARED_DIRECTORIES
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.needs.ledger import normal
from layerscope.needs.model import Runtime
from layerscope.sources.image import Config

_EMPTY = (b"mnt", b"media", b"srv", b"opt", b"tmp", b"boot", b"home", b"var/local", b"var/opt", b"go/bin", b"go/src")
_SYSTEM = (b"var/cache/", b"var/lib/apt/", b"var/lib/dpkg/", b"var/log/", b"var/mail", b"root/", b"run/", b"tmp/")
"""Where package managers and their users keep directories of their own."""
_TEMPORARY = ("os.CreateTemp", "os.MkdirTemp", "os.TempDir")


def directories(
    filesystem: Filesystem, config: Config, runtime: Runtime, base: Candidate, base_layers: int
) -> tuple[tuple[Copy, ...], tuple[str, ...]]:
    """The copies that make directories, and in words what could not be made."""
    wanted = {path: said for path, said in _wanted(filesystem, config, base_layers).items() if not path.startswith(_SYSTEM)}
    if not base.tmp and (why := _temporary(runtime)):
        wanted[b"tmp"] = (_owner(filesystem, config), why)
    empty = _empty_directory(filesystem) if wanted else None
    if empty is None:
        told = (
            f"/{printable(path)} is not made, as the image has no empty directory to copy: {why}"
            for path, (_, why) in wanted.items()
        )
        return (), tuple(told)
    return tuple(Copy(b"/" + empty, b"/" + path, 0, why, owner) for path, (owner, why) in wanted.items()), ()


def _temporary(runtime: Runtime) -> str:
    """Why the program may need /tmp, "" when nothing says so."""
    for program in runtime.programs:
        linked = next((name for name in _TEMPORARY if name in program.mentions), "")
        if linked:
            return f"a place for temporary files: {linked} is linked into /{printable(program.path)}"
        if program.ecosystem != Ecosystem.GO:
            return f"a place for temporary files, which /{printable(program.path)} may expect"
    return ""


def _wanted(filesystem: Filesystem, config: Config, base_layers: int) -> dict[bytes, tuple[str, str]]:
    """Directories with an owner of their own: the working directory, volumes, and empty ones above the base."""
    visible, kinds = filesystem.visible, filesystem.kinds
    named = [normal(path_bytes(path)) for path in (config.working_dir, *config.volumes)]
    found: dict[bytes, tuple[str, str]] = {}
    for path in named:
        entry = visible.get(path)
        if entry is not None and kinds[entry] == Kind.DIRECTORY and path not in SHARED_DIRECTORIES:
            _note(filesystem, entry, found)
    start = filesystem.starts[base_layers] if base_layers < len(filesystem.starts) else len(filesystem)
    added: dict[bytes, tuple[str, str]] = {}
    for entry in range(start, len(filesystem)):
        if kinds[entry] == Kind.DIRECTORY and filesystem.live[entry] and filesystem.paths[entry] not in SHARED_DIRECTORIES:
            _note(filesystem, entry, added)
    empty = {path: said for path, said in added.items() if not _has_files(filesystem, path)}
    return empty | found


def _has_files(filesystem: Filesystem, directory: bytes) -> bool:
    return any(filesystem.kinds[filesystem.visible[path]] != Kind.DIRECTORY for path in filesystem.below(directory))


def _note(filesystem: Filesystem, entry: int, found: dict[bytes, tuple[str, str]]) -> None:
    index, row = filesystem.indexes[filesystem.layers[entry]], filesystem.row(entry)
    uid, gid = index.uids[row], index.gids[row]
    if uid:
        found[filesystem.paths[entry]] = (f"{uid}:{gid}", f"a directory that user {uid} writes to")


def _empty_directory(filesystem: Filesystem) -> bytes | None:
    """A directory of the image with nothing in it."""
    for path in _EMPTY:
        entry = filesystem.visible.get(path)
        if entry is not None and filesystem.kinds[entry] == Kind.DIRECTORY and not filesystem.has_below(path):
            return path
    return None


def _owner(filesystem: Filesystem, config: Config) -> str:
    """USER as numbers, looked up in the image's /etc/passwd; "" for root."""
    name, _, group = config.user.partition(":")
    if not name or name in ("0", "root"):
        return ""
    if name.isdigit():
        return f"{name}:{group if group.isdigit() else name}"
    entry = filesystem.resolve(b"etc/passwd")
    content = (filesystem.content(entry) if entry is not None else None) or b""
    for line in content.decode("utf-8", "replace").splitlines():
        fields = line.split(":")
        if fields[0] == name and len(fields) > 3 and fields[2].isdigit() and fields[3].isdigit():
            return f"{fields[2]}:{fields[3]}"
    return ""
