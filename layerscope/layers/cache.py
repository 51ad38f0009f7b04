"""Indexes of layers that were read before, so that a second look, or another image on the same base, reads only what is new.

An index is found in two ways. By the file that holds the layer: as long as its device, inode, size and times are what they
were, nothing of it is read at all. And by the digest of a compressed layer: then the layer is hashed, but not inflated.

The cache lies in the user's cache directory (``LAYERSCOPE_CACHE`` names another one; ``off`` switches it off). Every entry is
written under another name and moved into place, carries a checksum, and is dropped when it is damaged; where the directory
cannot be written, layers are simply read again. The oldest entries go when all together exceed ``limits.CACHE_BYTES``.
"""

import os
import sys
import time
import zlib
from array import array
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

import msgspec

from layerscope import __version__
from layerscope.layers.elf import ElfFacts
from layerscope.layers.index import LayerIndex
from layerscope.layers.picks import Picks
from layerscope.limits import CACHE_BYTES
from layerscope.sources.blobs import Blob

_MAGIC = b"layerscope index 2\n"
_FEW_ENTRIES = 1000
"""An uncompressed layer with fewer entries is walked faster than it is looked up."""
_SETTLED_NS = 2_000_000_000
"""A file that changed more recently could change again within the resolution of its times, unseen."""
_COLUMNS = (("sizes", "Q"), ("offsets", "Q"), ("modes", "H"), ("uids", "Q"), ("gids", "Q"), ("mtimes", "q"), ("parents", "I"))


class _Stored(msgspec.Struct, frozen=True, array_like=True):
    """A :class:`LayerIndex` as it is written.

    ``programs`` are those that were looked for while the layer was read.
    """

    programs: frozenset[bytes]
    paths: list[bytes]
    kinds: bytes
    columns: list[bytes]
    directories: list[bytes]
    links: dict[int, bytes]
    contents: dict[int, bytes]
    elf: dict[int, ElfFacts]
    tar_size: int


def by_file(blob: Blob, picks: Picks) -> LayerIndex | None:
    """The index of a layer whose file did not change since it was read."""
    name = _file_name(blob)
    return _load(name, picks) if name else None


def by_digest(digest: str, picks: Picks) -> LayerIndex | None:
    """The index of a compressed layer whose content is known to have ``digest``."""
    return _load(_name("digest", digest), picks)


def knows(digest: str) -> bool:
    """Whether there is an index for that digest: then it pays to hash a layer before it is inflated."""
    directory = _directory()
    return directory is not None and (directory / _name("digest", digest)).exists()


def keep(blob: Blob, digest: str | None, programs: frozenset[bytes], index: LayerIndex) -> None:
    """Writes the index of a layer that was read whole.

    ``digest`` is the verified one of a compressed layer, None for an uncompressed or unverified one; ``programs`` are those
    that were looked for while it was read.
    """
    names = [_name("digest", digest)] if digest else []
    settled = blob.file.changed_ns < time.time_ns() - _SETTLED_NS
    if settled and (digest or len(index) >= _FEW_ENTRIES) and (name := _file_name(blob)):
        names.append(name)
    if not names:
        return
    columns = [getattr(index, name).tobytes() for name, _ in _COLUMNS]
    stored = _Stored(
        programs,
        index.paths,
        bytes(index.kinds),
        columns,
        index.directories,
        index.links,
        index.contents,
        index.elf,
        index.tar_size,
    )
    write(names[0], msgspec.msgpack.encode(stored), *names[1:])


def read(name: str) -> bytes | None:
    """What was written under ``name``; None when there is nothing, or when it is damaged, which drops it."""
    directory = _directory()
    if directory is None:
        return None
    path = directory / name
    try:
        content = path.read_bytes()
    except OSError:
        return None
    start = len(_MAGIC) + 4
    if zlib.crc32(memoryview(content)[start:]) != int.from_bytes(content[start - 4 : start], "little") or len(content) < start:
        path.unlink(missing_ok=True)
        return None
    os.utime(path)
    return content[start:]


def write(name: str, payload: bytes, *other_names: str) -> None:
    """Writes ``payload`` under all the names; where that cannot be done, nothing is kept."""
    directory = _directory()
    if directory is not None:
        with suppress(OSError):
            _write(directory, [name, *other_names], _MAGIC + zlib.crc32(payload).to_bytes(4, "little") + payload)


def prune() -> None:
    """Drops the entries that were not used for the longest time, until all together are small enough."""
    directory = _directory()
    if directory is None:
        return
    try:
        with os.scandir(directory) as entries:
            found = sorted(((entry.stat(), entry.path) for entry in entries), key=lambda item: -item[0].st_mtime_ns)
    except OSError:
        return
    total = 0
    seen: set[int] = set()
    for status, path in found:
        total += 0 if status.st_ino in seen else status.st_size
        seen.add(status.st_ino)
        if total > CACHE_BYTES:
            Path(path).unlink(missing_ok=True)


def _load(name: str, picks: Picks) -> LayerIndex | None:
    content = read(name)
    if content is None:
        return None
    try:
        return _restored(msgspec.msgpack.decode(content, type=_Stored), picks)
    except (msgspec.DecodeError, ValueError):
        return None


def _restored(stored: _Stored, picks: Picks) -> LayerIndex | None:
    """The index; None when it lacks a program that was not looked for when the layer passed."""
    missed = picks.programs - stored.programs
    if missed and any(path.endswith(tuple(missed)) for path in stored.paths):
        return None
    columns = [array(code, content) for (_, code), content in zip(_COLUMNS, stored.columns, strict=True)]
    sizes, offsets, modes, uids, gids, mtimes, parents = columns
    return LayerIndex(
        stored.paths,
        bytearray(stored.kinds),
        sizes,
        offsets,
        modes,
        uids,
        gids,
        mtimes,
        parents,
        stored.directories,
        stored.links,
        stored.contents,
        stored.elf,
        stored.tar_size,
    )


def _write(directory: Path, names: list[str], content: bytes) -> None:
    """Writes one file that has all ``names``; nobody ever sees half of it."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = directory / f"{names[0]}.{os.getpid()}"
    try:
        temporary.write_bytes(content)
        for name in names[1:]:
            (directory / name).unlink(missing_ok=True)
            os.link(temporary, directory / name)
        temporary.replace(directory / names[0])
    finally:
        temporary.unlink(missing_ok=True)


def file_names(blobs: Iterable[Blob | None]) -> tuple[str, ...]:
    """What tells these layers and their state from all others; empty when one of them is missing or changed just now, or when
    there is no cache."""
    if _directory() is None:
        return ()
    names = []
    for blob in blobs:
        name = _file_name(blob) if blob is not None and blob.file.changed_ns < time.time_ns() - _SETTLED_NS else ""
        if not name:
            return ()
        names.append(name)
    return tuple(names)


def _file_name(blob: Blob) -> str:
    """The entry's name for a layer by the file that holds it, "" when that file has no lasting identity."""
    identity = blob.file.identity
    return _name("file", *identity, blob.offset, blob.size) if identity else ""


def _name(*parts: object) -> str:
    return sha256(repr((_reader(), *parts)).encode()).hexdigest()


@cache
def _reader() -> tuple[object, ...]:
    """What an index depends on beside the layer: the reader, told by its version and the times of its modules."""
    modules = sorted(Path(__file__).parent.glob("*.py"))
    return __version__, sys.byteorder, *((path.name, path.stat().st_mtime_ns) for path in modules)


def _directory() -> Path | None:
    chosen = os.environ.get("LAYERSCOPE_CACHE", "")
    if chosen == "off":
        return None
    if chosen:
        return Path(chosen)
    import platformdirs

    return platformdirs.user_cache_path("layerscope", appauthor=False) / "layers"
