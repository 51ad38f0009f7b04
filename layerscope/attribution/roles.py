"""What an image runs, so that an interpreter that the program needs is told from one that a build tool brought along.

:mod:`layerscope.start.follow` finds the programs that ENTRYPOINT, CMD and HEALTHCHECK start; ``roles.toml`` says of which role
each program is. Where nothing tells what is started (a bare shell, a script that cannot be read), the ENV of the base image and
the kinds of files in the application's directory decide.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, islice
from typing import NamedTuple

from msgspec import Struct

from layerscope.core.expressions import expression
from layerscope.core.names import path_text
from layerscope.core.tables import read_table
from layerscope.filesystem.merged import Filesystem
from layerscope.sources.image import Config
from layerscope.start.follow import Follower, Started
from layerscope.start.launch import healthcheck_words

_VERSIONED = expression(r"(.*?[A-Za-z+])-?[0-9][0-9.]*\Z", re.DOTALL)
_MOST_GIVEN = 16


class Roles(NamedTuple):
    """``running`` has the roles that an image runs, each with whether packages of the operating system own its programs.

    Where that is not known the set is empty, and the role is anybody's. ``started`` are the entries of the files that are
    started: programs, and scripts that interpreters are given.
    """

    running: Mapping[str, frozenset[bool]]
    started: frozenset[int]

    def run(self, role: str, packaged: bool | None = None) -> bool:
        """Whether the image runs a role; with files of the operating system's packages, or with others, where that is said."""
        origins = self.running.get(role)
        return origins is not None and (not origins or packaged is None or packaged in origins)


class RoleTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One role of ``roles.toml``, which says what the fields mean."""

    programs: tuple[str, ...]
    below: frozenset[str] = frozenset()
    interpreters: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def is_run_by(self, name: str) -> bool:
        """Whether the role runs by a program of that name; without interpreters, by any."""
        return not self.interpreters or name in map(program_name, self.interpreters)

    def is_spoken_of(self, environment: Mapping[str, str], names: Iterable[bytes]) -> bool:
        """Whether ENV, or one of these names of files, belongs to the role."""
        endings = tuple(source[1:].encode() for source in self.sources if source.startswith("*"))
        whole = frozenset(map(str.encode, self.sources))
        is_set = not environment.keys().isdisjoint(self.environment)
        return is_set or any(name.endswith(endings) or name in whole for name in names)


class _Knowledge(NamedTuple):
    """``roles.toml``: the roles, and for each program (or "program word") those that it is of."""

    roles: Mapping[str, RoleTable]
    programs: Mapping[str, tuple[str, ...]]


@cache
def knowledge() -> _Knowledge:
    """What ``roles.toml`` says."""
    roles = read_table(__file__, "roles.toml", dict[str, RoleTable])
    programs: dict[str, tuple[str, ...]] = {}
    for role, table in roles.items():
        for program in table.programs:
            programs[program] = (*programs.get(program, ()), role)
    return _Knowledge(roles, programs)


def find_roles(filesystem: Filesystem, config: Config, roots: Iterable[bytes], packaged: Callable[[int], bool]) -> Roles:
    """What the image runs. ``roots`` are the application's directories; ``packaged`` tells of an entry whether a package of
    the operating system owns it."""
    follower = Follower(filesystem, config, lambda word: program_name(word) in knowledge().programs)
    collector = _Collector(filesystem, follower)
    collector.follow(config.entrypoint + config.cmd)
    if not collector.found and not collector.is_settled:
        collector.found |= {role: set() for role in _likely(filesystem, config.environment(), frozenset(roots))}
    collector.follow(healthcheck_words(config.healthcheck, config))
    running = {role: frozenset(map(packaged, entries)) for role, entries in collector.origins().items()}
    return Roles(running, frozenset(collector.files))


def _likely(filesystem: Filesystem, environment: Mapping[str, str], roots: frozenset[bytes]) -> Iterator[str]:
    """The roles that ENV and the files directly in the application's directories speak of."""
    names = list(chain.from_iterable(map(filesystem.children, roots)))
    return (role for role, table in knowledge().roles.items() if table.is_spoken_of(environment, names))


class _Collector:
    """Collects the roles of programs, and the programs' files by which the roles run. ``files`` are those that are started;
    ``is_settled`` says that a program of no role is among them, so that nothing is left to guess."""

    def __init__(self, filesystem: Filesystem, follower: Follower) -> None:
        self._filesystem = filesystem
        self._follower = follower
        self.found: dict[str, set[int]] = {}
        self.files: set[int] = set()
        self.is_settled = False

    def follow(self, words: tuple[str, ...]) -> None:
        """Adds the programs that a command line starts."""
        self._follower.follow(words)
        for item in self._follower.started:
            self._note(item)

    def _note(self, item: Started) -> None:
        """Adds a program that is started."""
        name = program_name(item.words[0])
        roles = self._roles_of(item, name)
        for role in roles:
            entries = self.found.setdefault(role, set())
            if item.entry is not None and knowledge().roles[role].is_run_by(name):
                entries.add(item.entry)
        if not item.hands_over and (roles or item.is_named):
            self._note_files(item, name, bool(roles))

    def _note_files(self, item: Started, name: str, is_known: bool) -> None:
        """Adds the file of a program, and the one that an interpreter is given."""
        if is_known:
            self.files.update(islice(self._given(item.words), 1))
        if item.entry is None:
            return
        if not _is_interpreter(name):
            self.files.add(item.entry)
        if not is_known and not self._follower.is_script(item.entry):
            self.is_settled = True

    def _given(self, words: Sequence[str]) -> Iterator[int]:
        """The files that a program's words name."""
        for word in words[1 : _MOST_GIVEN + 1]:
            name = word.partition(":")[0]
            path = name if name[:1] == "/" else f"./{name}"
            if word[:1] != "-" and (entry := self._follower.find(path)) is not None:
                yield entry

    def _roles_of(self, item: Started, name: str) -> set[str]:
        """The roles of a program: by its name, by its name and next word, by the file that a link leads to."""
        programs = knowledge().programs
        roles = {*programs.get(name, ()), *programs.get(" ".join((name, *item.words[1:2])), ())}
        if item.entry is not None:
            *directories, real = path_text(self._filesystem.paths[item.entry]).split("/")
            roles.update(programs.get(program_name(real), ()), _below(directories))
        return roles

    def origins(self) -> dict[str, set[int]]:
        """The files by which each role runs; interpreters are looked up where none was seen."""
        for entry in self.files:
            for role in _below(path_text(self._filesystem.paths[entry]).split("/")[:-1]):
                self.found.setdefault(role, set())
        return {role: entries or self._interpreters(role) for role, entries in self.found.items()}

    def _interpreters(self, role: str) -> set[int]:
        found = map(self._follower.find, knowledge().roles[role].interpreters)
        return {entry for entry in found if entry is not None}


def _below(directories: Iterable[str]) -> Iterator[str]:
    """The roles of what is started below these directories."""
    names = frozenset(directories)
    return (role for role, table in knowledge().roles.items() if not names.isdisjoint(table.below))


def _is_interpreter(name: str) -> bool:
    """Whether a role runs by a program of that name, so that it is not the application itself."""
    known = knowledge()
    return any(known.roles[role].is_run_by(name) for role in known.programs.get(name, ()))


def program_name(word: str) -> str:
    """The last component of a program's path, without a version: ``python3.11`` is ``python``."""
    name = word.rpartition("/")[2]
    if name in knowledge().programs:
        return name
    match = _VERSIONED.match(name) if name[-1:].isdigit() else None
    return match[1] if match else name
