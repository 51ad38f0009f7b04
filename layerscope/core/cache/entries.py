"""What is kept from one look to the next: entries under names, in a directory of our own.

The directory lies in the user's cache directory, or in the one that ``LAYERSCOPE_CACHE`` names (``off``: nothing is kept), is
called after the form of its entries and after the user, and is refused when anybody else could write into it. An entry begins
with a line that tells what it is, and carries a checksum over its names and its content that only the user's key gives
(``key``): what is damaged, crafted, or called by another entry's name is no entry. Where nothing can be
written, nothing is kept. The entries that were not used for the longest time go when all exceed ``limits.CACHE_BYTES``.
"""

import os
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from hmac import compare_digest
from pathlib import Path

from layerscope.core.cache.files import (
    PARTIAL,
    NotOurs,
    begins_with,
    is_file,
    make_directory,
    open_directory,
    ourselves,
    read_file,
    write_file,
)
from layerscope.core.cache.key import key, key_directory
from layerscope.core.expressions import expression
from layerscope.core.limits import CACHE_BYTES, CACHE_ENTRY_BYTES

_FORM = 3
_MAGIC = b"layerscope entry %d\n" % _FORM
_NAME = expression(r"[0-9a-f]{64}\Z")
_NAME_BYTES = 32
_CHECKSUM_BYTES = 32
_HEADER_BYTES = 256
_ABANDONED_SECONDS = 3600
"""A file that is still half written after that time was left behind by a process that was killed."""


def usable() -> bool:
    """Whether anything may be kept at all."""
    return _place() is not None


def refusal() -> str:
    """Why the cache is refused, "" when it is not: one that is switched off, not there, or cannot be written is just none."""
    place = _place()
    return "" if place is None else _refused(place) or _refused(key_directory())


def _refused(place: Path) -> str:
    with suppress(OSError):
        try:
            with open_directory(place, ourselves()):
                return ""
        except NotOurs as reason:
            return str(reason)
    return ""


def has(name: str) -> bool:
    """Whether there is an entry of that name, whatever it is worth."""
    with suppress(NotOurs, OSError), _directory() as directory:
        return is_file(directory, name)
    return False


def read(name: str) -> memoryview | None:
    """What was written under ``name``; None when there is nothing, or when it is none of ours, which drops it."""
    own = key()
    if not own:
        return None
    with suppress(NotOurs, OSError), _directory() as directory:
        content = read_file(directory, name, _HEADER_BYTES + CACHE_ENTRY_BYTES, ourselves())
        if content is None or not content.startswith(_MAGIC):
            return None
        payload = _payload(content, name, own)
        if payload is None:
            os.unlink(name, dir_fd=directory)
            return None
        os.utime(name, dir_fd=directory, follow_symlinks=False)
        return payload
    return None


def write(payload: bytes, *names: str) -> None:
    """Writes ``payload`` under all the names; where that cannot be done, or it is too large, nothing is kept."""
    if not usable() or len(payload) > CACHE_ENTRY_BYTES or not (own := key(make=True)):
        return
    listed = bytes((len(names),)) + b"".join(map(bytes.fromhex, names))
    checksum = _checksum(own, listed, payload)
    with suppress(NotOurs, OSError), _directory(make=True) as directory:
        write_file(directory, names, (_MAGIC, checksum, listed, payload))


def prune() -> None:
    """Drops the entries that were not used for the longest time, until all together are small enough."""
    with suppress(NotOurs, OSError), _directory() as directory:
        for name in _old(_files(directory)):
            if begins_with(directory, name, _MAGIC):
                os.unlink(name, dir_fd=directory)


def _old(files: Iterable[tuple[os.stat_result, str]]) -> Iterator[str]:
    """The entries beyond the size of the cache, and what was left half written."""
    abandoned = time.time() - _ABANDONED_SECONDS
    total = 0
    seen: set[int] = set()
    for status, name in sorted(files, key=lambda item: -item[0].st_mtime_ns):
        total += 0 if status.st_ino in seen else status.st_size
        seen.add(status.st_ino)
        if total > CACHE_BYTES if _NAME.match(name) else status.st_mtime < abandoned:
            yield name


def _files(directory: int) -> Iterator[tuple[os.stat_result, str]]:
    """The files that are called like entries, whole or half written."""
    with os.scandir(directory) as entries:
        for entry in entries:
            status = entry.stat(follow_symlinks=False)
            if stat.S_ISREG(status.st_mode) and (_NAME.match(entry.name) or PARTIAL.match(entry.name)):
                yield status, entry.name


def _payload(content: bytes, name: str, own: bytes) -> memoryview | None:
    """What an entry holds, None when it is not ours or was not written under that name."""
    start = len(_MAGIC) + _CHECKSUM_BYTES
    count = content[start] if len(content) > start else 0
    end = start + 1 + count * _NAME_BYTES
    whole = memoryview(content)
    listed = content[start:end]
    if not compare_digest(content[len(_MAGIC) : start], _checksum(own, listed, whole[end:])):
        return None
    names = (listed[at : at + _NAME_BYTES] for at in range(1, len(listed), _NAME_BYTES))
    return whole[end:] if bytes.fromhex(name) in names else None


def _checksum(own: bytes, listed: bytes, payload: bytes | memoryview) -> bytes:
    checksum = blake2b(listed, key=own, digest_size=_CHECKSUM_BYTES, person=b"layerscope entry")
    checksum.update(payload)
    return checksum.digest()


@contextmanager
def _directory(make: bool = False) -> Iterator[int]:
    """A descriptor of the directory; NotOurs when it is refused, OSError when there is none."""
    place = _place()
    if place is None:
        raise FileNotFoundError
    if make:
        make_directory(place)
    with open_directory(place, ourselves()) as directory:
        yield directory


def _place() -> Path | None:
    """Where the entries lie, None when they are switched off or the user has no home."""
    chosen = os.environ.get("LAYERSCOPE_CACHE", "")
    if chosen == "off":
        return None
    try:
        above = Path(chosen) if chosen else _user_cache()
    except RuntimeError:
        return None
    return above / f"layerscope-{_FORM}-{os.geteuid()}"


def _user_cache() -> Path:
    import platformdirs

    return platformdirs.user_cache_path()
