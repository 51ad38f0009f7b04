"""What a base already brings of the needs, so that it need not be copied."""

import re
from collections.abc import Iterable
from functools import partial
from operator import attrgetter

from msgspec import Struct

from layerscope.advice.plan.base import SHELLS, Candidate, read_text
from layerscope.advice.plan.base_choice import Demand
from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes, path_text
from layerscope.core.paths import normal_path, parent
from layerscope.core.vocabulary import Linkage, Role, Rung
from layerscope.filesystem.merged import Filesystem
from layerscope.needs.linker import loader_of
from layerscope.needs.model import Link, Need, Runtime

_SYSTEM = (b"etc/", b"usr/lib/", b"usr/share/", b"lib/")
_CODE = (Role.LIBRARY, Role.INTERPRETER)
_OF_ANY_SIZE = (Role.RUNTIME, Role.ZONEINFO, Role.CERTIFICATES)
"""What another version of will do."""
_MOST_LINKS = 40
_OWN_USER = expression(r"^(?!_apt:|nobody:)([^:\n]+):[^:\n]*:[1-9]\d{2,9}:", re.MULTILINE)
"""A line of /etc/passwd about a user that not every system has, by its number."""


class Supply(Struct, frozen=True):
    """The needs, sorted by who brings them: those that the base does not have, and those that it ``provided``. Links on the way
    to something are neither."""

    missing: list[Need]
    provided: list[Need]


def supply(base: Candidate, demand: Demand, filesystem: Filesystem, runtime: Runtime) -> Supply:
    """The needs that ``base`` does not bring, and those that it does, in their order.

    A base that was opened is asked for the path; of another one the catalogue knows libraries by their sonames and places. A
    library that only brought files ask for comes along with them, for the base has what its own programs load.
    """
    provider = _Provider(base, demand, filesystem, runtime)
    found = Supply([], [])
    for need in runtime.needs:
        if need.role != Role.LINK:
            (found.provided if provider.brings(need) else found.missing).append(need)
    also = _asked_for({need.entry for need in found.missing}, provider.lent, runtime.askers)
    return _moved(found, also) if also else found


def _asked_for(copied: set[int], lent: set[int], askers: dict[int, set[int]]) -> set[int]:
    """Those of the libraries that come along with what the base brings that something copied is linked to: the base may have
    another version of them."""
    found: set[int] = set()
    while more := {entry for entry in lent - found if not (copied | found).isdisjoint(askers.get(entry, ()))}:
        found |= more
    return found


def _moved(found: Supply, also: set[int]) -> Supply:
    """The same with more that is missing, behind the rest."""
    provided = [need for need in found.provided if need.entry not in also]
    return Supply([*found.missing, *(need for need in found.provided if need.entry in also)], provided)


class _Provider:
    """A base, asked for one need after the other; ``lent`` are the libraries that it has only as what it brings loads them."""

    def __init__(self, base: Candidate, demand: Demand, filesystem: Filesystem, runtime: Runtime) -> None:
        self._base = base
        self._demand = demand
        self._filesystem = filesystem
        self._brought: set[bytes] = set()
        self.lent: set[int] = set()
        self._system = runtime.system
        self._places = tuple(filter(partial(_is_there, base.content), base.paths))
        self._names = None if base.content is None else {path.rpartition(b"/")[2] for path in base.content}
        self._stems = None if self._names is None else set(map(_stem, self._names))
        self._users = {demand.user, *_OWN_USER.findall(read_text(filesystem, b"etc/passwd"))} - {""}
        self._started = set(map(attrgetter("path"), (*runtime.programs, *runtime.checks)))
        self._of_language = {program.path for program in runtime.programs if program.ecosystem == base.ecosystem}

    def brings(self, need: Need) -> bool:
        """Whether the base has what is needed."""
        found = self._is_below(need) or (not self._is_private(need) and self._offers(need))
        if found:
            self._brought.add(need.path)
        return found

    def _offers(self, need: Need) -> bool:
        return self._is_of_system(need) or self._has_of_language(need) or self._has(need)

    def _is_private(self, need: Need) -> bool:
        """Whether it holds authorities of the image's own, which no base has."""
        return need.role == Role.CERTIFICATES and self._demand.private_authorities

    def _is_below(self, need: Need) -> bool:
        """Whether the file lies in the layers of the image that are the base."""
        return self._filesystem.layers[need.entry] < self._base.own_layers

    def _is_of_system(self, need: Need) -> bool:
        """Whether a file of a whole package is the same in the base, as its size tells, or every such base has the package."""
        if need.rung == Rung.FOLLOWED:
            return False
        if self._base.content is None:
            return bool(self._base.distribution) and need.entry in self._system
        size = self._base.content.get(need.path)
        return size is not None and size == self._filesystem.sizes[self._filesystem.holder(need.entry)]

    def _has(self, need: Need) -> bool:
        match need.role:
            case Role.DEPENDENCY:
                return False
            case Role.PROGRAM | Role.HEALTHCHECK:
                return need.path not in self._started and self._lists(need)
            case Role.USER:
                return bool(self._base.users) and self._users.issubset(self._base.users)
            case Role.LIBRARY | Role.INTERPRETER:
                return self._has_code(need)
        return self._has_data(need)

    def _has_data(self, need: Need) -> bool:
        return any(map(partial(self._has_same, need), need.asked)) or lies_at_any(need.asked, self._places)

    def _lists(self, need: Need) -> bool:
        """Whether the base was opened and has one of the paths, which leads to what it leads to in the image; a library is
        whichever has the name."""
        listed = filter((self._base.content or {}).__contains__, need.asked)
        return any(need.role in _CODE or self._leads_there(asked, need) for asked in listed)

    def _leads_there(self, path: bytes, need: Need) -> bool:
        """Whether a path of the base leads to a file of the same name: /usr/bin/awk is another program there."""
        for _ in range(_MOST_LINKS):
            path = normal_path(self._base.links[path], parent(path)) if path in self._base.links else path
        return path.rpartition(b"/")[2] == need.path.rpartition(b"/")[2]

    def _has_of_language(self, need: Need) -> bool:
        """Whether the need is part of the language's runtime that the base brings, or a library that only that loads."""
        base = self._base
        if not base.ecosystem or need.role == Role.DEPENDENCY:
            return False
        asked = (need.path, *need.asked)
        if lies_at_any(asked, self._places):
            return not lies_at_any(asked, base.lacks)
        replaced = base.replaces and (need.path in self._of_language or need.role == Role.RUNTIME)
        return replaced or self._is_brought_along(need)

    def _is_brought_along(self, need: Need) -> bool:
        """Whether it is a library of what the base brings."""
        if need.role not in _CODE or need.first.path not in self._brought or not self._has_version(need):
            return False
        self._lend(need)
        return True

    def _lend(self, need: Need) -> None:
        if not self._has(need):
            self.lent.add(need.entry)

    def _has_version(self, need: Need) -> bool:
        """Whether an opened base has a library under the name of any version; what its own programs are linked to, it has."""
        return self._stems is None or need.first.what == Link.NEEDED or _stem(need.path.rpartition(b"/")[2]) in self._stems

    def _has_code(self, need: Need) -> bool:
        """Whether the base has a library, a loader or an interpreter; one with a shell has all that only its shell loads."""
        if self._lists(need) or self._is_for_shell(need):
            return True
        loader = loader_of(need.path)
        if loader != Linkage.UNKNOWN:
            return loader == self._base.libc
        return any(map(self._has_soname, (asked.rpartition(b"/")[2] for asked in need.asked)))

    def _has_soname(self, name: bytes) -> bool:
        """Whether the catalogue says that the base has a library; an opened base has to have it under some path."""
        return path_text(name) in self._base.libraries and (self._names is None or name in self._names)

    def _is_for_shell(self, need: Need) -> bool:
        """Whether it is the shell of a base that has one, or only that shell could need it."""
        return self._base.shell and (not self._demand.libcs or not set(SHELLS).isdisjoint(need.asked))

    def _has_same(self, need: Need, asked: bytes) -> bool:
        """Whether an opened base has this file of the system, as far as its size tells."""
        size = (self._base.content or {}).get(asked)
        if size is None or need.role in _OF_ANY_SIZE:
            return size is not None
        return asked.startswith(_SYSTEM) and size == self._filesystem.sizes[self._filesystem.holder(need.entry)]


def _stem(name: bytes) -> bytes:
    return name.partition(b".so")[0]


def _is_there(content: dict[bytes, int] | None, place: str) -> bool:
    """Whether a base has a place of the catalogue, which counts where it was not opened."""
    return content is None or any(_lies_at(path, path_bytes(place)) for path in content)


def lies_at_any(asked: Iterable[bytes], places: Iterable[str]) -> bool:
    """Whether one of the paths is one of the places or lies below it; a star at the end of a place stands for any rest."""
    known = list(map(path_bytes, places))
    return any(_lies_at(path, place) for path in asked for place in known)


def _lies_at(path: bytes, place: bytes) -> bool:
    return path.startswith(place[:-1]) if place.endswith(b"*") else path == place or path.startswith(place + b"/")
