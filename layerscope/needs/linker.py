"""The libraries that a dynamically linked program loads, found as its dynamic loader finds them (ld.so(8); musl's dynlink.c).

For one soname glibc searches DT_RPATH of the asking object and of those that loaded it (unless the asking one has
DT_RUNPATH), LD_LIBRARY_PATH, DT_RUNPATH, the directories of /etc/ld.so.conf, then the default ones. musl takes
LD_LIBRARY_PATH first, then either path of the asking objects, then /etc/ld-musl-ARCH.path or its own three directories.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain

from msgspec import Struct

from layerscope.core.grouping import grouped
from layerscope.core.names import path_bytes, printable
from layerscope.core.paths import normal_path
from layerscope.core.vocabulary import Linkage, Role
from layerscope.layers.elf import ElfFacts
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Link, Proof

_TRIPLETS = {
    "amd64": "x86_64-linux-gnu",
    "arm64": "aarch64-linux-gnu",
    "386": "i386-linux-gnu",
    "arm": "arm-linux-gnueabihf",
    "riscv64": "riscv64-linux-gnu",
    "ppc64le": "powerpc64le-linux-gnu",
    "s390x": "s390x-linux-gnu",
}
_MUSL_MACHINES = ("x86_64", "aarch64", "armhf", "i386", "riscv64", "ppc64le", "s390x")
_MUSL_DIRECTORIES = (b"/lib", b"/usr/local/lib", b"/usr/lib")
_MUSL_ITSELF = ("libc.so", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1")
"""Names by which libraries ask for musl's C library, which is its loader."""
_LOADERS = {b"ld-musl": Linkage.MUSL} | dict.fromkeys((b"ld-linux", b"ld-2", b"ld64", b"ld.so"), Linkage.GLIBC)
"""The beginnings of the names of dynamic loaders."""
_LARGEST_CONFIGURATION = 64 * 1024
_DEEPEST_INCLUDE = 4


class Asker(Struct, frozen=True):
    """An ELF object that asks for libraries, and the chain of objects that loaded it, nearest first."""

    entry: int
    facts: ElfFacts
    loaders: tuple["Asker", ...] = ()

    @property
    def chain(self) -> "tuple[Asker, ...]":
        """The object and those that loaded it."""
        return (self, *self.loaders)


def linkage(facts: ElfFacts) -> Linkage:
    """How a program finds its libraries, by the name of its interpreter."""
    if facts.static or not facts.interpreter:
        return Linkage.STATIC
    return loader_of(path_bytes(facts.interpreter))


def loader_of(path: bytes) -> Linkage:
    """The C library whose dynamic loader lies at a path, UNKNOWN where none does."""
    name = path.rpartition(b"/")[2]
    return next((kind for beginning, kind in _LOADERS.items() if name.startswith(beginning)), Linkage.UNKNOWN)


def multiarch(machine: str) -> str:
    """Debian's name of the directory for a machine's libraries, "" for one without."""
    return _TRIPLETS.get(machine, "")


class Loader:
    """The search of one program's dynamic loader, with the image's own configuration.

    ``noted`` False says nothing of libraries that are not in the image: for objects that are loaded only where they can be.
    """

    def __init__(self, ledger: Ledger, libc: str, machine: str, environment: dict[str, str], noted: bool = True) -> None:
        self._noted = noted
        self._ledger = ledger
        self._libc = libc
        self._machine = machine
        self._environment = list(map(path_bytes, filter(None, re.split("[:;]", environment.get("LD_LIBRARY_PATH", "")))))
        system = _musl_directories(ledger) if libc == Linkage.MUSL else _glibc_directories(ledger, machine)
        self._system = list(dict.fromkeys(b"/" + traced.path for traced in map(ledger.filesystem.trace, system)))

    def load(self, program: int) -> tuple[int, ...]:
        """Takes the interpreter and everything that the program loads as needed. The entries found, the program's own first."""
        facts = self._ledger.facts(program)
        if facts is None:
            return ()
        self._take_interpreter(program, facts)
        found = {program: None}
        waiting = deque([Asker(program, facts)])
        while waiting:
            asker = waiting.popleft()
            fresh = [entry for entry in self._take_libraries(asker) if entry not in found]
            found |= dict.fromkeys(fresh)
            waiting += [Asker(entry, own, asker.chain) for entry in fresh if (own := self._ledger.facts(entry)) is not None]
        return tuple(found)

    def load_named(self, program: int, name: bytes, because: Proof) -> None:
        """Takes a library that a program loads by its name as needed, with its own libraries, where the image has it."""
        facts = self._ledger.facts(program)
        path = self._place(Asker(program, facts), name) if facts is not None else None
        if path is not None and (entry := self._ledger.ask(path, Role.LIBRARY, because)) is not None:
            self.load(entry)

    def load_objects(self, entries: Iterable[int]) -> None:
        """Takes the libraries of shared objects that a program opens while it runs; each is needed already.

        Of objects that ask for the same libraries in the same places, one stands for all.
        """
        known = set()
        for entry in entries:
            facts = self._facts(entry)
            if facts is None or entry not in self._ledger:
                continue
            search = facts.runpath or facts.rpath
            key = facts.needed, search, self._origin(entry) if "$" in search else b""
            if key not in known:
                known.add(key)
                self.load(entry)

    def load_matching(self, program: int, stems: tuple[bytes, ...], because: Proof) -> bool:
        """Takes every library whose name begins so, as a program tries one version after the other. Whether one is there."""
        libraries = [path.rpartition(b"/")[2] for path in self._ledger.filesystem.visible if b"/lib" in path]
        before = len(self._ledger.needs)
        for name in sorted({name for name in libraries if name.startswith(stems)}):
            self.load_named(program, name, because)
        return len(self._ledger.needs) > before

    def _take_interpreter(self, program: int, facts: ElfFacts) -> None:
        path = path_bytes(facts.interpreter)
        if path and self._ledger.ask(path, Role.INTERPRETER, self._ledger.proof(program, Link.LOADER)) is None:
            what = f"needs the dynamic loader {printable(facts.interpreter)}, which is not in the image"
            self._ledger.miss(self._ledger.filesystem.paths[program], what)

    def _take_libraries(self, asker: Asker) -> Iterator[int]:
        """Takes the libraries that an object asks for. The entries of those that are there, each once."""
        itself = _MUSL_ITSELF if self._libc == Linkage.MUSL else ()
        entries = [self._take_library(asker, name) for name in asker.facts.needed if name not in itself]
        return (entry for entry in dict.fromkeys(entries) if entry is not None)

    def _take_library(self, asker: Asker, name: str) -> int | None:
        path = path_bytes(name) if "/" in name else self._place(asker, path_bytes(name))
        entry = self._ledger.ask(path, Role.LIBRARY, self._ledger.proof(asker.entry, Link.NEEDED)) if path else None
        if entry is None and self._noted:
            what = f"needs the library {printable(name)}, which is not in the image"
            self._ledger.miss(self._ledger.filesystem.paths[asker.entry], what)
        if entry is not None:
            self._ledger.askers.setdefault(entry, set()).add(asker.entry)
        return entry

    def _place(self, asker: Asker, name: bytes) -> bytes | None:
        """Where the loader finds a library of the right machine first."""
        for path in (directory + b"/" + name for directory in self._directories(asker)):
            facts = self._facts(self._ledger.file(path))
            if facts is not None and facts.bits == asker.facts.bits:
                return path
        return None

    def _facts(self, entry: int | None) -> ElfFacts | None:
        """The facts of an object for the program's machine."""
        facts = self._ledger.facts(entry) if entry is not None else None
        return facts if facts is not None and facts.machine == self._machine else None

    def _directories(self, asker: Asker) -> list[bytes]:
        if self._libc == Linkage.MUSL:
            own = [self._expand(item, item.facts.runpath or item.facts.rpath) for item in asker.chain]
            return [*self._environment, *chain.from_iterable(own), *self._system]
        loaders = () if asker.facts.runpath else asker.chain
        rpath = [self._expand(item, item.facts.rpath) for item in loaders]
        return [*chain.from_iterable(rpath), *self._environment, *self._expand(asker, asker.facts.runpath), *self._system]

    def _expand(self, asker: Asker, paths: str) -> list[bytes]:
        """The absolute directories of an RPATH or RUNPATH, its variables filled in."""
        library = f"lib/{multiarch(self._machine)}" if multiarch(self._machine) else "lib64"
        found = path_bytes(paths)
        for token, value in ((b"ORIGIN", self._origin(asker.entry)), (b"LIB", library.encode())):
            found = found.replace(b"${" + token + b"}", value).replace(b"$" + token, value)
        return [path for path in found.split(b":") if path.startswith(b"/")]

    def _origin(self, entry: int) -> bytes:
        """The directory that an object lies in."""
        return b"/" + self._ledger.filesystem.paths[entry].rpartition(b"/")[0]


def load_all(ledger: Ledger, entries: Iterable[int]) -> None:
    """Takes the libraries that programs and shared objects among the entries are linked to, as far as the image has them."""
    for (libc, machine), objects in grouped(filter(partial(_is_linked, ledger), entries), partial(_kind, ledger)).items():
        Loader(ledger, libc, machine, {}, noted=False).load_objects(objects)


def _is_linked(ledger: Ledger, entry: int) -> bool:
    facts = ledger.facts(entry) if _may_be_elf(ledger, entry) else None
    return facts is not None and bool(facts.needed)


def _kind(ledger: Ledger, entry: int) -> tuple[Linkage, str]:
    """The C library of an object, glibc where it does not say, and its machine."""
    facts = ledger.facts(entry)
    is_musl = facts is not None and linkage(facts) == Linkage.MUSL
    return Linkage.MUSL if is_musl else Linkage.GLIBC, facts.machine if facts is not None else ""


def _may_be_elf(ledger: Ledger, entry: int) -> bool:
    is_named = b".so" in ledger.filesystem.paths[entry]
    return ledger.is_file(entry) and (is_named or bool(ledger.filesystem.mode(entry) & 0o111))


def default_directories(machine: str) -> tuple[bytes, ...]:
    """Where glibc looks without any configuration, on Debian and on distributions with lib64."""
    triplet = multiarch(machine).encode()
    debian = (b"/usr/lib/" + triplet, b"/lib/" + triplet) if triplet else ()
    return (*debian, b"/usr/lib64", b"/lib64", b"/usr/lib", b"/lib")


def _glibc_directories(ledger: Ledger, machine: str) -> list[bytes]:
    return [*_configured_directories(ledger, b"etc/ld.so.conf", 0), *default_directories(machine)]


def _configured_directories(ledger: Ledger, path: bytes, depth: int) -> Iterator[bytes]:
    """Directories of an ld.so.conf file, ``include`` lines followed."""
    for line in _lines(ledger, path):
        if line.startswith(b"/"):
            yield line.split(b"=", 1)[0].strip()
        elif line.startswith(b"include ") and depth < _DEEPEST_INCLUDE:
            for included in _matching(ledger, line[8:].strip(), path):
                yield from _configured_directories(ledger, included, depth + 1)


def _matching(ledger: Ledger, pattern: bytes, beside: bytes) -> list[bytes]:
    """Files that an ``include`` line means: a path whose last component may have a star."""
    whole = normal_path(pattern if pattern.startswith(b"/") else beside.rpartition(b"/")[0] + b"/" + pattern)
    directory, _, name = whole.rpartition(b"/")
    if b"*" not in name:
        return [whole]
    head, _, tail = name.partition(b"*")
    paths = (ledger.filesystem.paths[entry] for entry in ledger.children(directory))
    return [path for path in paths if path.rpartition(b"/")[2].startswith(head) and path.endswith(tail)]


def _musl_directories(ledger: Ledger) -> Iterable[bytes]:
    """The directories of musl's own configuration where there is one, a line or a colon between them."""
    for path in (f"etc/ld-musl-{machine}.path".encode() for machine in _MUSL_MACHINES):
        if path in ledger.filesystem.visible:
            return [part for part in b":".join(_lines(ledger, path)).split(b":") if part.startswith(b"/")]
    return _MUSL_DIRECTORIES


def _lines(ledger: Ledger, path: bytes) -> list[bytes]:
    """The lines of a configuration without their comments."""
    content = ledger.content(ledger.file(path), _LARGEST_CONFIGURATION)
    return [line.split(b"#", 1)[0].strip() for line in content.splitlines()]
