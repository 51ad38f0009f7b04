"""The ladder: what is added to the needs where following a program ended before everything was known.

A part of the needs stands on one of three rungs. *Followed*: every path has its proof. *Closure*: what a person installed stays
whole, a package with all that it depends on and with the state that its scripts made. *Subtracted*: nothing is known of what
starts, so that all stays but what only builds, caches, documentation, and packages that nothing kept depends on.
"""

from collections.abc import Collection, Iterable, Iterator
from itertools import chain

from msgspec import Struct

from layerscope.attribution.model import Attribution
from layerscope.core.names import absolute, path_text, printable
from layerscope.core.vocabulary import Ecosystem, Role, Rung
from layerscope.history.history import History
from layerscope.history.installs import Asked, asked_packages
from layerscope.needs.closure.installed import Installed, read_installed
from layerscope.needs.closure.knowledge import knowledge
from layerscope.needs.closure.mentions import mentioned
from layerscope.needs.closure.rest import Rest, take_entries
from layerscope.needs.ledger import Ledger
from layerscope.needs.linker import load_all
from layerscope.needs.model import Because, End, OpenEnd, Part, Program, Proof
from layerscope.start.programs import base_name

_MODULES = (Role.RUNTIME, Role.DEPENDENCY, Role.LIBRARY)
_COMPILED = (Ecosystem.NONE, Ecosystem.C, Ecosystem.GO, Ecosystem.RUST, Ecosystem.SHELL)
_WHOLE = (*_COMPILED, Ecosystem.JVM, Ecosystem.DOTNET)
"""Ecosystems whose programs bring what they load, where they are followed to their end."""

_NO_CODE = (Role.DATA, Role.LINK)
_OF_PACKAGES = (End.PACKAGE, End.SCRIPT, End.ASKED)


class Climbed(Struct, frozen=True):
    """What the ladder added, the entries that any system of the image's kind has, and the other packages that a person asked
    for and of which something is needed."""

    parts: tuple[Part, ...] = ()
    system: frozenset[int] = frozenset()
    used: tuple[str, ...] = ()


class Image(Struct, frozen=True):
    """What the ladder stands on."""

    ledger: Ledger
    attribution: Attribution
    history: History
    working_dir: str


def climb(image: Image, programs: Collection[Program]) -> Climbed:
    """Adds what the upper rungs take to the image's needs; nothing where all that starts is compiled and followed."""
    ends = _telling(image.ledger, programs)
    if not ends and _are_whole(image.ledger, programs):
        return Climbed()
    installed = read_installed(image.ledger.filesystem, image.attribution)
    rest = Rest(image.ledger, image.attribution, installed, image.working_dir)
    climber = _Climber(image, installed, rest)
    parts = tuple(climber.climb(ends))
    image.ledger.rung = Rung.FOLLOWED
    used = tuple(climber.used(chain.from_iterable(part.packages for part in parts)))
    return Climbed(tuple(part for part in parts if part.entries), frozenset(installed.entries(installed.system)), used)


def _telling(ledger: Ledger, programs: Collection[Program]) -> list[OpenEnd]:
    """The open ends that lift a part of the needs: where compiled programs are followed themselves, a program whose name is
    among their strings makes nothing stay but itself."""
    started = {program.entry for program in programs}
    ends = [end for end in ledger.ends if end.why != End.SHELL or end.entry not in started]
    open_itself = not started.isdisjoint(end.entry for end in ends)
    return ends if open_itself or not _are_whole(ledger, programs) else _of_scripts(ledger, ends, programs)


def _of_scripts(ledger: Ledger, ends: Iterable[OpenEnd], programs: Iterable[Program]) -> list[OpenEnd]:
    """The open ends of scripts, and those to which no compiled program of these leads."""
    named_in = {program.path for program in programs}
    return [end for end in ends if end.why in (End.SCRIPT, End.ASKED) or not _is_named_in(ledger, end, named_in)]


def _is_named_in(ledger: Ledger, end: OpenEnd, paths: Collection[bytes]) -> bool:
    """Whether one of these programs leads to what is open: it is among its strings, and no script starts it."""
    return end.entry in ledger and any(link.path in paths for link in ledger.proof(end.entry, "")[1:])


def _are_whole(ledger: Ledger, programs: Iterable[Program]) -> bool:
    """Whether all are compiled and followed themselves; a script says by name what it starts, and that is asked for."""
    return all(program.ecosystem in _WHOLE and _is_compiled(ledger, program) for program in programs)


def _is_compiled(ledger: Ledger, program: Program) -> bool:
    return program.ecosystem not in (Ecosystem.C, Ecosystem.SHELL) or ledger.facts(program.entry) is not None


class _Climber(Struct, frozen=True):
    """One image on its way up."""

    image: Image
    installed: Installed
    rest: Rest

    def climb(self, ends: list[OpenEnd]) -> Iterator[Part]:
        """Takes what the rungs above *followed* take, the lower one only where nothing is known of what starts."""
        ledger = self.image.ledger
        unknown = list(filter(self._is_unknown, ends))
        ledger.rung = Rung.CLOSURE
        started = self._started(ends)
        roots = self._asked(unknown) | started
        kept = self._take_packages(roots)
        yield from self._parts(roots, kept)
        yield from filter(None, map(self._library, ends))
        if unknown:
            ledger.rung = Rung.SUBTRACTED
            yield self._subtract(unknown[0], kept)
        else:
            yield self._state(started, kept) if started else self._beside(kept)
            self._load(kept)

    def _is_unknown(self, end: OpenEnd) -> bool:
        """Whether nothing is known of what starts there. What a package's own shell script starts, the package depends on."""
        if base_name(path_text(end.path)) in knowledge().launchers:
            return True
        is_script = end.why == End.SCRIPT and self.image.ledger.facts(end.entry) is None
        return end.why not in (End.PACKAGE, End.ASKED) and not (is_script and end.entry in self.installed.owners)

    def _started(self, ends: Iterable[OpenEnd]) -> dict[str, Proof]:
        """The packages of programs that are started and read more than is followed; what every system has does not."""
        found: dict[str, Proof] = {}
        for end in ends:
            package = self.installed.owners.get(end.entry, "") if end.why in _OF_PACKAGES else ""
            if package and package not in self.installed.system and end.entry in self.image.ledger:
                found.setdefault(package, self.image.ledger.proof(end.entry, "which installed"))
        return found

    def _asked(self, unknown: list[OpenEnd]) -> dict[str, Proof]:
        """The packages that a person asked for by name above the base image. Those that the code which runs takes what it needs
        of are left to it, and tools count only where code that nothing is known of names them."""
        named = self._named()
        left = self._followed() | self._tools(named, bool(unknown)) | self.installed.system | {""}
        return {name: (Because(_words(named[name])),) for name in named if name not in left}

    def _named(self) -> dict[str, Asked]:
        """What a person asked for by name above the base image, by the package that it is here."""
        history = self.image.history
        asked = asked_packages(history.instructions[history.base_instructions :])
        return {self.installed.graph.installed(item.name): item for item in asked}

    def used(self, packages: Iterable[str]) -> Iterator[str]:
        """The packages beside these that a person asked for and that bring what is needed of no other one. Tools come last:
        that they depend on a library as well says nothing."""
        done = {"", *self.installed.system, *self.installed.closure(packages)}
        for of_tools, roles in ((False, _NO_CODE), (True, (*_NO_CODE, Role.LIBRARY))):
            needed = self._needed(roles)
            for name in self._named():
                brought = needed.intersection(self.installed.closure((name,))) - done
                if brought and knowledge().is_tool(name) == of_tools:
                    done |= brought
                    yield name

    def _needed(self, without: Collection[Role]) -> frozenset[str]:
        """The packages of which something is needed, but for these roles alone."""
        owners = self.installed.owners
        return frozenset(owners.get(need.entry, "") for need in self.image.ledger.needs if need.role not in without)

    def _tools(self, packages: Collection[str], unknown: bool) -> frozenset[str]:
        """Those of the packages that are not what an image is for."""
        handy = list(filter(knowledge().is_handy, packages)) if unknown else []
        reached = mentioned(self.image.ledger, self.image.attribution, self.installed, handy)
        return frozenset(filter(knowledge().is_tool, packages)) - reached

    def _followed(self) -> frozenset[str]:
        """The packages of which the code that runs takes what it needs itself: modules, libraries and a language's runtime; not
        those of which a script is started, that other scripts belong to."""
        ledger, owners = self.image.ledger, self.installed.owners
        started = (need.entry for need in ledger.needs if need.role == Role.PROGRAM)
        scripts = {owners.get(entry, "") for entry in started if ledger.facts(entry) is None}
        return frozenset(owners.get(need.entry, "") for need in ledger.needs if need.role in _MODULES) - scripts

    def _take_packages(self, roots: dict[str, Proof]) -> dict[str, str]:
        """Takes the files of packages and of all that they depend on. The packages, each with the one that asks for it."""
        kept = self.installed.closure(roots)
        for name in kept:
            take_entries(self.image.ledger, self.installed.entries((name,)), _proof(name, kept, roots))
        return kept

    def _parts(self, roots: dict[str, Proof], kept: dict[str, str]) -> Iterator[Part]:
        """What was taken, by the package that a person would name for it."""
        members: dict[str, list[int]] = {name: [] for name in roots}
        for name in kept:
            members[_chain(name, kept)[-1]] += self.installed.entries((name,))
        for name, entries in members.items():
            yield Part(Rung.CLOSURE, f"the package {printable(name)} and what it depends on", frozenset(entries), (name,))

    def _library(self, end: OpenEnd) -> Part | None:
        """Takes all of the library that a started program belongs to, where no package of the system has it."""
        if end.why != End.PACKAGE or end.entry in self.installed.owners or end.entry not in self.image.ledger:
            return None
        owner = self.image.attribution.owner
        entries = [entry for entry in self.installed.loose if owner[entry] == owner[end.entry]]
        take_entries(self.image.ledger, entries, self.image.ledger.proof(end.entry, "installed together with"))
        title = printable(self.image.attribution.component_of(end.entry).title)
        return Part(Rung.CLOSURE, f"all of {title}, which {absolute(end.path)} belongs to", frozenset(entries))

    def _state(self, started: dict[str, Proof], kept: dict[str, str]) -> Part:
        """Takes what the scripts of packages made for those that are started."""
        because = (Because("state of the packages that are started"), *next(iter(started.values())))
        entries = self.rest.take_state(kept, because)
        self.rest.take_links(because)
        names = ", ".join(map(printable, started))
        return Part(Rung.CLOSURE, f"the state that packages and instructions made for {names}", frozenset(entries))

    def _beside(self, kept: dict[str, str]) -> Part:
        """Takes what scripts of packages made beside their files, such as a list of plugins, where none of them is started."""
        because = (Because("made beside the files of packages that were installed by name"),)
        entries = self.rest.take_beside(kept, because)
        return Part(Rung.CLOSURE, "what packages that were installed by name made", frozenset(entries))

    def _load(self, kept: dict[str, str]) -> None:
        """Takes the libraries of what stays although not all that its package depends on does: plugins that settings name."""
        data = (need.entry for need in self.image.ledger.needs if need.role == Role.DATA)
        load_all(self.image.ledger, [entry for entry in data if self.installed.owners.get(entry) not in kept])

    def _subtract(self, unknown: OpenEnd, kept: dict[str, str]) -> Part:
        """Takes all but what only builds, and the packages that it is linked to."""
        because = (Because("nothing is known of what this reads:", unknown.path),)
        loose = self.rest.take_all(because)
        owners = {self.installed.owners.get(need.entry, "") for need in self.image.ledger.needs} - {"", *kept}
        members = self.installed.entries(self.installed.closure((*sorted(owners), *self.installed.system)))
        take_entries(self.image.ledger, members, because)
        self.rest.take_links(because)
        what = f"all but what only builds, as nothing is known of what {absolute(unknown.path)} reads"
        return Part(Rung.SUBTRACTED, what, frozenset((*loose, *members)))


def _words(asked: Asked) -> str:
    return f"installed by name: {printable(asked.command)} {printable(asked.name)}"


def _chain(name: str, kept: dict[str, str]) -> list[str]:
    """A package, the one that depends on it, and so on to the one that was asked for."""
    found = [name]
    while asker := kept[found[-1]]:
        found.append(asker)
    return found


def _proof(name: str, kept: dict[str, str], roots: dict[str, Proof]) -> Proof:
    """Why the files of a package are needed."""
    first, *askers = _chain(name, kept)
    steps = (Because(f"which the package {printable(asker)} depends on") for asker in askers)
    return (Because(f"part of the package {printable(first)}"), *steps, *roots.get((first, *askers)[-1], ()))
