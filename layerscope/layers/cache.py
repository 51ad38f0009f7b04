"""Indexes of layers that were read before, so that a second look, or another image on the same base, reads only what is new.

An index is found in two ways. By the file that holds the layer: as long as its device, inode, size and times are what they
were, nothing of it is read but the contents that were picked. And by the digest of a compressed layer: then the layer is
hashed, but not inflated.

No credential is kept. The contents that were picked of an uncompressed layer stay where they lie; a compressed layer of which
one holds a credential is read again each time.
"""

import sys
import time
from array import array
from collections.abc import Callable, Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from layerscope.core.cache import entries
from layerscope.core.compiled import Made, made_of
from layerscope.layers.elf import ElfFacts
from layerscope.layers.index import NUMBERS, LayerIndex
from layerscope.layers.keep import Picks, may_hold_secrets
from layerscope.layers.reading import pick_again
from layerscope.sources.bytes.blobs import Blob
from layerscope.sources.bytes.sparse import Parts

_FEW_ENTRIES = 1000
"""An uncompressed layer with fewer entries is walked faster than it is looked up."""
_SETTLED_NS = 2_000_000_000
"""A file that changed more recently could change again within the resolution of its times, unseen."""
Private = Callable[[bytes, bytes], bool]
"""Whether a file of that path and content holds a credential."""


def everything(_path: bytes, _content: bytes) -> bool:
    """Takes every file for one with a credential: without a better judge no content is kept."""
    return True


class _Stored(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """A :class:`LayerIndex` as it is written.

    ``programs`` are those that were looked for while the layer was read, ``picked`` the entries whose contents were picked and
    stay in the layer.
    """

    programs: frozenset[bytes]
    paths: list[bytes]
    kinds: bytes
    numbers: list[bytes]
    directories: list[bytes]
    links: dict[int, bytes]
    capabilities: dict[int, bytes]
    contents: dict[int, bytes]
    picked: list[int]
    elf: dict[int, ElfFacts]
    sparse: dict[int, Parts]
    tar_size: int


def by_file(blob: Blob, picks: Picks) -> LayerIndex | None:
    """The index of a layer whose file did not change since it was read."""
    name = _file_name(blob)
    return _load(name, picks, blob) if name else None


def by_digest(digest: str, picks: Picks, blob: Blob) -> LayerIndex | None:
    """The index of a compressed layer whose content is known to have ``digest``."""
    return _load(_name("digest", digest), picks, blob)


def knows(digest: str) -> bool:
    """Whether there is an index for that digest: then it pays to hash a layer before it is inflated."""
    return entries.has(_name("digest", digest))


def keep(blob: Blob, digest: str | None, picks: Picks, index: LayerIndex, private: Private) -> None:
    """Writes the index of a layer that was read whole, unless a credential would be in it.

    ``digest`` is the verified one of a compressed layer, None for an uncompressed or unverified one; ``picks`` say what was
    looked for while it was read.
    """
    names = _names(blob, digest, len(index))
    contents = _public(blob, index, private) if names and entries.usable() else None
    if contents is not None:
        entries.write(msgspec.msgpack.encode(_pack(index, picks, contents)), *names)


def _names(blob: Blob, digest: str | None, count: int) -> list[str]:
    """The names under which the index of a layer is written: by its digest, and by its file where that saves enough."""
    by_digest = _name("digest", digest) if digest else ""
    by_file = _settled_name(blob) if digest or count >= _FEW_ENTRIES else ""
    return list(filter(None, (by_digest, by_file)))


def _pack(index: LayerIndex, picks: Picks, contents: dict[int, bytes]) -> _Stored:
    return _Stored(
        programs=picks.programs,
        paths=index.paths,
        kinds=bytes(index.kinds),
        numbers=[column.tobytes() for column in index.numbers],
        directories=index.directories,
        links=index.links,
        capabilities=index.capabilities,
        contents=contents,
        picked=[row for row in index.contents if row not in contents],
        elf=index.elf,
        sparse=index.sparse,
        tar_size=index.tar_size,
    )


def _public(blob: Blob, index: LayerIndex, private: Private) -> dict[int, bytes] | None:
    """The contents that are kept with an index; None when the layer cannot be kept without a credential.

    Of an uncompressed layer they are those that take long to make: the names in jars. Files that may hold credentials are in a
    compressed layer's index as outlines.
    """
    packed, paths = blob.compressed, index.paths
    made = {row: content for row, content in index.contents.items() if packed or paths[row].endswith(b".jar")}
    public = {row: content for row, content in made.items() if may_hold_secrets(paths[row]) or not private(paths[row], content)}
    return None if packed and len(public) < len(made) else public


def _load(name: str, picks: Picks, blob: Blob) -> LayerIndex | None:
    content = entries.read(name)
    if content is None:
        return None
    try:
        stored = msgspec.msgpack.decode(content, type=_Stored)
        index = _restore(stored, picks)
    except (msgspec.DecodeError, ValueError):
        return None
    if index is None or not stored.picked:
        return index
    contents = index.contents | pick_again(blob, index, stored.picked)
    return replace(index, contents=dict(sorted(contents.items())))


def _restore(stored: _Stored, picks: Picks) -> LayerIndex | None:
    """The index; None when it lacks a program that was not looked for when the layer passed."""
    missed = picks.programs - stored.programs
    if missed and any(path.endswith(tuple(missed)) for path in stored.paths):
        return None
    numbers: dict[str, Any] = {
        name: array(code, content) for (name, code), content in zip(NUMBERS.items(), stored.numbers, strict=True)
    }
    return LayerIndex(
        paths=stored.paths,
        kinds=bytearray(stored.kinds),
        directories=stored.directories,
        links=stored.links,
        capabilities=stored.capabilities,
        contents=stored.contents,
        elf=stored.elf,
        sparse=stored.sparse,
        tar_size=stored.tar_size,
        **numbers,
    )


def remembered(blob: Blob, row: int, made: Made, find: Callable[[], bool]) -> bool:
    """What ``find`` says of the entry in a row of a layer after it read it whole, found once as long as the layer's file stays
    what it is.

    ``made`` is the state of what the answer depends on beside the layer, and tells one question from others.
    """
    names = file_names([blob])
    if not names:
        return find()
    name = sha256(repr((names, row, made)).encode()).hexdigest()
    try:
        return msgspec.msgpack.decode(entries.read(name) or b"", type=bool)
    except msgspec.DecodeError:
        found = find()
        entries.write(msgspec.msgpack.encode(found), name)
        return found


def file_names(blobs: Iterable[Blob | None]) -> tuple[str, ...]:
    """What tells these layers and their state from all others; empty when one of them is missing or changed just now, or when
    there is no cache."""
    if not entries.usable():
        return ()
    names = [_settled_name(blob) if blob is not None else "" for blob in blobs]
    return tuple(names) if all(names) else ()


def _settled_name(blob: Blob) -> str:
    """As :func:`_file_name`; "" also for a file that changed just now."""
    return _file_name(blob) if blob.file.changed_ns < time.time_ns() - _SETTLED_NS else ""


def _file_name(blob: Blob) -> str:
    """The entry's name for a layer by the file that holds it, "" when that file has no lasting identity."""
    identity = blob.file.identity
    return _name("file", *identity, blob.offset, blob.size) if identity else ""


def _name(*parts: object) -> str:
    return sha256(repr((_reader(), *parts)).encode()).hexdigest()


@cache
def _reader() -> tuple[object, ...]:
    """What an index depends on beside the layer: the modules that read it."""
    return sys.byteorder, made_of(sorted(Path(__file__).parent.rglob("*.py")))
