"""Which files' contents are kept in the one pass over a layer, by their paths; ``keep.toml`` says which."""

import re
import sys
from array import array
from collections.abc import Iterable, Sequence
from itertools import compress
from operator import itemgetter, or_
from typing import Any

from msgspec import Struct

from layerscope.core.expressions import expression
from layerscope.core.limits import JAR_FILE_BYTES, PICKED_FILE_BYTES, RPM_DATABASE_BYTES
from layerscope.core.names import path_bytes
from layerscope.core.tables import read_table


def _paths(texts: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(map(str.encode, texts))


_TABLE = read_table(__file__, "keep.toml", dict[str, dict[str, Any]])
_NAMES = {directory.encode(): frozenset(_paths(names)) for directory, names in _TABLE["names"].items()}
_ENDINGS = {directory.encode(): _paths(endings) for directory, endings in _TABLE["endings"].items()}
_RPM_DIRECTORIES = frozenset(_paths(_TABLE["rpm"]["directories"]))
_RPM_NAMES = frozenset(_paths(_TABLE["rpm"]["names"]))
_DIRECTORIES = frozenset((*_NAMES, *_ENDINGS, *_RPM_DIRECTORIES))

RECORDS = {reader: _paths(endings) for reader, endings in _TABLE["records"].items()}
"""How absolute paths of files end that may tell what a language's package manager installed, by their reader."""
_TELLING = (*(ending for endings in RECORDS.values() for ending in endings), *_paths(_TABLE["projects"]["endings"]))
_PLACED = expression(_TABLE["places"]["records"].encode(), re.VERBOSE | re.DOTALL)
_CACHES = _paths(_TABLE["places"]["caches"])
BUILD_TOOLS = _paths(_TABLE["places"]["tools"])
_SECRETS, _SECRETS_INSIDE = _paths(_TABLE["secrets"]["endings"]), _paths(_TABLE["secrets"]["inside"])

_TAIL = 4
"""Last bytes of a path by which most files are passed over."""


def _tails(endings: Iterable[bytes]) -> frozenset[bytes]:
    return frozenset(ending[-_TAIL:] for ending in endings)


_RECORD_TAILS, _SECRET_TAILS = _tails(_TELLING), _tails(_SECRETS)
_NAMED_TAILS = _SECRET_TAILS | _tails(_RPM_NAMES).union(*map(_tails, (*_NAMES.values(), *_ENDINGS.values())))


def may_hold_secrets(path: bytes) -> bool:
    """Whether a file of that path, without its leading slash, is judged by its content."""
    whole = b"/" + path
    ends = path[-_TAIL:] in _SECRET_TAILS and whole.endswith(_SECRETS)
    return ends or any(whole.find(part) >= 0 for part in _SECRETS_INSIDE)


def which_may_hold_secrets(paths: Sequence[bytes]) -> list[int]:
    """The positions of all such paths: as :func:`may_hold_secrets`, for many."""
    everything = b"\0/".join((b"", *paths))
    if any(everything.find(part) >= 0 for part in _SECRETS_INSIDE):
        return [position for position, path in enumerate(paths) if may_hold_secrets(path)]
    return [position for position in _with_tails(paths, _SECRET_TAILS) if (b"/" + paths[position]).endswith(_SECRETS)]


def _with_tails(paths: Sequence[bytes], tails: frozenset[bytes]) -> Iterable[int]:
    return compress(range(len(paths)), map(tails.__contains__, map(itemgetter(slice(-_TAIL, None)), paths)))


def is_record(path: bytes) -> bool:
    """Whether a file of that path, without its leading slash, tells of libraries or of a project that uses some."""
    whole = b"/" + path
    if path[-_TAIL:] not in _RECORD_TAILS or not whole.endswith(_TELLING):
        return False
    if path.endswith((b".json", b".gemspec")) and _PLACED.fullmatch(path) is None:
        return whole.endswith(b"/package.json") and b"node_modules/" not in path
    return not any(whole.find(place) >= 0 for place in _CACHES)


class Picks(Struct, frozen=True):
    """``programs`` are last components of what the config starts: the scripts among them are kept, wherever they lie."""

    programs: frozenset[bytes] = frozenset()

    @classmethod
    def of_commands(cls, *commands: tuple[str, ...]) -> "Picks":
        """The picks for an image that is started by these argument lists (ENTRYPOINT, CMD, HEALTHCHECK)."""
        words = " ".join(word for command in commands for word in command).split()
        names = {word.strip("\"';&|()").rpartition("/")[2] for word in words}
        return cls(frozenset(path_bytes(name) for name in names if name))

    def wants(self, path: bytes, size: int) -> bool:
        """Whether the content of this file is kept, by its path and size alone."""
        directory, _, name = path.rpartition(b"/")
        if name in _NAMES.get(directory, ()) or (directory in _ENDINGS and name.endswith(_ENDINGS[directory])):
            return size <= PICKED_FILE_BYTES
        if directory in _RPM_DIRECTORIES and name in _RPM_NAMES:
            return size <= RPM_DATABASE_BYTES
        return is_record(path) and size <= (JAR_FILE_BYTES if name.endswith(b".jar") else PICKED_FILE_BYTES)

    def packed_tails(self) -> bytes:
        """The last four bytes of the paths that may be picked, as :data:`layerscope.layers.scan.scan` takes them."""
        tails = (tail for tail in _NAMED_TAILS | self._wanted_tails() if len(tail) == _TAIL)
        return array("I", sorted(int.from_bytes(tail, sys.byteorder) for tail in tails)).tobytes()

    def _wanted_tails(self) -> frozenset[bytes]:
        """The last bytes of records, and of programs whose names are not too short for that."""
        names = [name for name in self.programs if len(name) >= _TAIL - 1]
        return _RECORD_TAILS | _tails(names) | _tails(b"/" + name for name in names)

    def candidates(self, paths: Sequence[bytes], parents: Sequence[int], directories: Sequence[bytes]) -> list[int]:
        """The positions of paths that may be picked, in a layer's columns; ``wants`` and the content decide on each.

        A program's name of one or two letters is not looked for.
        """
        wanted = {number for number, directory in enumerate(directories) if directory in _DIRECTORIES}
        by_tail = map(self._wanted_tails().__contains__, map(itemgetter(slice(-_TAIL, None)), paths))
        by_directory = map(wanted.__contains__, parents)
        return list(compress(range(len(paths)), map(or_, by_tail, by_directory)))
