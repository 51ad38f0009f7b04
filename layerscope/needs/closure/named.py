"""Programs of packages that a person asked for by name, where settings or a compiled program of one's own name them: which of
its tools a program starts may stand in a table that nobody follows."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, filterfalse

from msgspec import Struct

from layerscope.attribution.model import Attribution
from layerscope.core.expressions import expression
from layerscope.core.limits import ELF_FILE_BYTES
from layerscope.core.names import path_text
from layerscope.core.vocabulary import Ecosystem, Linkage, Role
from layerscope.history.history import History
from layerscope.history.installs import asked_packages
from layerscope.needs.closure.installed import listed
from layerscope.needs.closure.knowledge import knowledge
from layerscope.needs.elf import elf_needs
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import End, Need, Program
from layerscope.needs.named.compiled import data_of
from layerscope.needs.named.knowledge import are_settings, is_ambiguous, is_manifest, may_start
from layerscope.needs.put import is_of_nobody_else, is_put

_PROGRAMS = (b"usr/bin", b"usr/sbin", b"bin", b"sbin")
_LARGEST_SETTINGS = 64 * 1024
_WORD = expression(rb"(?<![\w.-])[\w][\w.+-]*(?![\w-])")
_COMMAND = expression(rb"""(?<![\w.-])([\w][\w.+-]*)(?:["']\s*,\s*["']|[ \t]+)-""")
"""A word with an option behind it: as a line, or as the words of a list."""
_SHORTEST = 3
"""In code, of which the lengths of texts are guessed, shorter texts mean nothing."""


class Wanted(Struct, frozen=True):
    """The programs that a person installed, by their names: ``paths`` of all of them, ``plain`` those of packages that are no
    tools, whose names mean nothing else."""

    ledger: Ledger
    attribution: Attribution
    paths: Mapping[bytes, bytes]
    plain: frozenset[bytes]

    def take(self, environment: dict[str, str]) -> None:
        """Takes the programs that what is needed names, each with all that its package depends on."""
        named = [(name, need) for need in self.ledger.needs for name in self._named_in(need)]
        for name, need in named:
            self._take(self.paths[name], need, environment)

    def _named_in(self, need: Need) -> Iterable[bytes]:
        if need.role == Role.PROGRAM:
            return self._named_by(need.entry)
        return self._named_in_settings(need) if are_settings(need.path) else ()

    def _named_in_settings(self, need: Need) -> list[bytes]:
        """The names in settings: as a word, or with an option where they are words of other things as well."""
        is_own = not is_manifest(need.path) and is_put(self.ledger, self.attribution, need.entry)
        text = self.ledger.content(need.entry, _LARGEST_SETTINGS) if is_own else b""
        words = filter(self.plain.__contains__, _WORD.findall(text))
        return list(dict.fromkeys((*words, *filter(self.paths.__contains__, _COMMAND.findall(text)))))

    def _named_by(self, entry: int) -> list[bytes]:
        """The names that a compiled program of one's own speaks of, where it starts others."""
        facts = self.ledger.facts(entry)
        if facts is None or not is_of_nobody_else(self.attribution.component_of(entry)):
            return []
        content = self.ledger.content(entry, ELF_FILE_BYTES)
        return list(_spoken_of(content, self.plain)) if may_start(facts, content) else []

    def _take(self, path: bytes, need: Need, environment: dict[str, str]) -> None:
        ledger, entry = self.ledger, self.ledger.file(path)
        if entry is None:
            return
        ledger.ask(path, Role.PROGRAM, ledger.proof(need.entry, "a program by this name may be started by"))
        if facts := ledger.facts(entry):
            elf_needs(ledger, entry, facts, environment)
        owned = ledger.filesystem.visible[path]
        ledger.leave_open(Program(path=path, entry=owned, ecosystem=Ecosystem.C, linkage=Linkage.UNKNOWN), End.ASKED)


def _spoken_of(content: bytes, names: frozenset[bytes]) -> dict[bytes, None]:
    """The names in a program's code, in its tables, and as texts of C."""
    from layerscope.layers.binaries.codetexts import texts_among  # only where a program's own file is read
    from layerscope.layers.binaries.tables import texts_in_tables

    long = frozenset(name for name in names if len(name) >= _SHORTEST)
    found = dict.fromkeys((*texts_among(content, long), *texts_in_tables(content, names)))
    texts = frozenset(chain.from_iterable(part.split(b"\0") for part in data_of(content)))
    return found | dict.fromkeys(sorted(names & texts))


def take_asked(ledger: Ledger, attribution: Attribution, history: History, environment: dict[str, str]) -> None:
    """Takes programs of the packages that instructions above the base image asked for by name; none of those for building."""
    asked = (item.name for item in asked_packages(history.instructions[history.base_instructions :]))
    packages = frozenset(filterfalse(knowledge().is_for_building, asked))
    paths = dict(_programs(ledger, packages)) if packages else {}
    if paths:
        plain = frozenset(_programs(ledger, frozenset(filterfalse(knowledge().is_tool, packages))))
        names = frozenset(name for name, _ in plain if not is_ambiguous(path_text(name)))
        Wanted(ledger, attribution, paths, names).take(environment)


def _programs(ledger: Ledger, packages: frozenset[str]) -> Iterator[tuple[bytes, bytes]]:
    """The names of the packages' programs, each with its path."""
    for entry, _ in listed(ledger.filesystem, packages):
        path = ledger.filesystem.paths[entry]
        directory, _, name = path.rpartition(b"/")
        if directory in _PROGRAMS:
            yield name, path
