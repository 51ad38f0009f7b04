"""The libraries that a dynamically linked program loads, found as its dynamic loader finds them (ld.so(8); musl's dynlink.c).

For one soname glibc searches DT_RPATH of the asking object and of those that loaded it (unless the asking one has
DT_RUNPATH), LD_LIBRARY_PATH, DT_RUNPATH, the directories of /etc/ld.so.conf, then the default ones. musl takes
LD_LIBRARY_PATH first, then either path of the asking objects, then /etc/ld-musl-ARCH.path or its own three directories.
"""

from collections.abc import Iterable

from msgspec import Struct

from layerscope.core.errors import ImageError
from layerscope.core.names import path_bytes, printable
from layerscope.core.vocabulary import Linkage, Role
from layerscope.layers.elf import ElfFacts
from layerscope.needs.ledger import Ledger, normal
from layerscope.needs.model import Because, Link

_TRIPLETS = {
    "amd64": "x86_64-linux-gnu",
    "arm64": "aarch64-linux-gnu",
    "386": "i386-linux-gnu",
    "arm": "arm-linux-gnueabihf",
    "riscv64": "riscv64-linux-gnu",
    "ppc64le": "powerpc64le-linux-gnu",
    "s390x": "s390x-linux-gnu",
}
_LARGEST_CONFIGURATION = 64 * 1024


class Asker(Struct, frozen=True):
    """An ELF object that asks for libraries, and the chain of objects that loaded it, nearest first."""

    entry: int
    facts: ElfFacts
    loaders: tuple["Asker", ...] = ()


def linkage(facts: ElfFacts) -> Linkage:
    """How an ELF file is linked, by the interpreter's name."""
    if facts.static:
        return Linkage.STATIC
    name = facts.interpreter.rsplit("/", 1)[-1]
    if name.startswith("ld-musl"):
        return Linkage.MUSL
    if name.startswith(("ld-linux", "ld64", "ld.so")):
        return Linkage.GLIBC
    return Linkage.UNKNOWN if facts.interpreter else Linkage.STATIC


def multiarch(machine: str) -> str:
    """Debian's name of the directory for a machine's libraries, "" for one without."""
    return _TRIPLETS.get(machine, "")


class Loader:
    """The search of one program's dynamic loader, with the image's own configuration.

    ``noted`` False passes over libraries that are not in the image without a word: of objects that are loaded only where they
    can be.
    """

    def __init__(self, ledger: Ledger, libc: str, machine: str, environment: dict[str, str], noted: bool = True) -> None:
        self._noted = noted
        self._ledger = ledger
        self._libc = libc
        self._machine = machine
        self._environment = tuple(part for part in environment.get("LD_LIBRARY_PATH", "").replace(";", ":").split(":") if part)
        system = _musl_directories(ledger) if libc == Linkage.MUSL else _glibc_directories(ledger, machine)
        self._system = list(dict.fromkeys(b"/" + ledger.filesystem.trace(path).path for path in system))

    def load(self, program: int) -> tuple[int, ...]:
        """Takes the interpreter and everything that the program loads as needed. The entries found, the program's own first."""
        facts = self._ledger.facts(program)
        if facts is None:
            return ()
        found: dict[int, None] = {program: None}
        waiting = [Asker(program, facts)]
        if facts.interpreter:
            self._interpreter(program, facts)
        while waiting:
            asker = waiting.pop(0)
            for name in asker.facts.needed:
                entry = self._library(asker, name)
                if entry is None or entry in found:
                    continue
                found[entry] = None
                library = self._ledger.facts(entry)
                if library is not None:
                    waiting.append(Asker(entry, library, (asker, *asker.loaders)))
        return tuple(found)

    def load_named(self, program: int, name: bytes, because: tuple[Because, ...]) -> None:
        """Takes a library that the C library loads by its name as needed, with its own libraries, where the image has it."""
        facts = self._ledger.facts(program)
        path = self._place(Asker(program, facts), name) if facts else None
        entry = self._ledger.ask(path, Role.LIBRARY, because) if path else None
        if entry is not None:
            self.load(entry)

    def load_objects(self, entries: Iterable[int]) -> None:
        """Takes the libraries of shared objects that a program opens while it runs; each is needed already."""
        known: set[tuple[object, ...]] = set()
        for entry in entries:
            facts = self._ledger.facts(entry)
            if facts is None or facts.machine != self._machine or entry not in self._ledger:
                continue
            search = facts.runpath or facts.rpath
            key = facts.needed, search, self._ledger.filesystem.paths[entry].rpartition(b"/")[0] if "$" in search else b""
            if key not in known:
                known.add(key)
                self.load(entry)

    def load_matching(self, program: int, stems: tuple[bytes, ...], because: tuple[Because, ...]) -> bool:
        """Takes every library whose name begins so, as a program tries one version after the other. Whether one is there."""
        names = {
            path.rpartition(b"/")[2]
            for path in self._ledger.filesystem.visible
            if b"/lib" in path and path.rpartition(b"/")[2].startswith(stems)
        }
        before = len(self._ledger.needs)
        for name in sorted(names):
            self.load_named(program, name, because)
        return bool(names) and len(self._ledger.needs) > before

    def _interpreter(self, program: int, facts: ElfFacts) -> None:
        path = path_bytes(facts.interpreter)
        if self._ledger.ask(path, Role.INTERPRETER, self._ledger.proof(program, Link.LOADER)) is None:
            what = f"needs the dynamic loader {printable(facts.interpreter)}, which is not in the image"
            self._ledger.miss(self._ledger.filesystem.paths[program], what)

    def _library(self, asker: Asker, name: str) -> int | None:
        if self._libc == Linkage.MUSL and name in ("libc.so", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"):
            return None  # musl's loader is its C library
        because = self._ledger.proof(asker.entry, Link.NEEDED)
        path = path_bytes(name) if "/" in name else self._place(asker, path_bytes(name))
        entry = self._ledger.ask(path, Role.LIBRARY, because) if path else None
        if entry is None and self._noted:
            what = f"needs the library {printable(name)}, which is not in the image"
            self._ledger.miss(self._ledger.filesystem.paths[asker.entry], what)
        return entry

    def _place(self, asker: Asker, name: bytes) -> bytes | None:
        """Where the loader finds a library of the right machine first."""
        for directory in self._directories(asker):
            path = directory + b"/" + name
            entry = self._ledger.filesystem.trace(path).entry
            if entry is None or not self._ledger.is_file(entry):
                continue
            facts = self._ledger.facts(entry)
            if facts is not None and facts.machine == self._machine and facts.bits == asker.facts.bits:
                return path
        return None

    def _directories(self, asker: Asker) -> list[bytes]:
        chain = (asker, *asker.loaders)
        environment = [path_bytes(part) for part in self._environment]
        if self._libc == Linkage.MUSL:
            own = [path for item in chain for path in self._expanded(item, item.facts.runpath or item.facts.rpath)]
            return [*environment, *own, *self._system]
        rpath = [] if asker.facts.runpath else [path for item in chain for path in self._expanded(item, item.facts.rpath)]
        return [*rpath, *environment, *self._expanded(asker, asker.facts.runpath), *self._system]

    def _expanded(self, asker: Asker, paths: str) -> list[bytes]:
        origin = b"/" + self._ledger.filesystem.paths[asker.entry].rpartition(b"/")[0]
        library = path_bytes(f"lib/{multiarch(self._machine)}" if multiarch(self._machine) else "lib64")
        found = []
        for part in paths.split(":"):
            path = path_bytes(part)
            for token, value in ((b"ORIGIN", origin), (b"LIB", library)):
                path = path.replace(b"${" + token + b"}", value).replace(b"$" + token, value)
            if path.startswith(b"/"):
                found.append(path)
        return found


def default_directories(machine: str) -> tuple[bytes, ...]:
    """Where glibc looks without any configuration, on Debian and on distributions with lib64."""
    triplet = multiarch(machine).encode()
    debian = (b"/usr/lib/" + triplet, b"/lib/" + triplet) if triplet else ()
    return (*debian, b"/usr/lib64", b"/lib64", b"/usr/lib", b"/lib")


def _glibc_directories(ledger: Ledger, machine: str) -> list[bytes]:
    return [*_configured(ledger, b"etc/ld.so.conf", 0), *default_directories(machine)]


def _configured(ledger: Ledger, path: bytes, depth: int) -> list[bytes]:
    """Directories of an ld.so.conf file, ``include`` lines followed."""
    found: list[bytes] = []
    for line in _lines(ledger, path):
        if line.startswith(b"include ") and depth < 4:
            for included in _matching(ledger, line[8:].strip(), path):
                found.extend(_configured(ledger, included, depth + 1))
        elif line.startswith(b"/"):
            found.append(line.split(b"=", 1)[0].strip())
    return found


def _matching(ledger: Ledger, pattern: bytes, beside: bytes) -> list[bytes]:
    """Files that an ``include`` line means: a path whose last component may have a star."""
    whole = normal(pattern if pattern.startswith(b"/") else beside.rpartition(b"/")[0] + b"/" + pattern)
    directory, _, name = whole.rpartition(b"/")
    if b"*" not in name:
        return [whole]
    head, _, tail = name.partition(b"*")
    names = [ledger.filesystem.paths[entry] for entry in ledger.children(directory)]
    start = len(directory) + 1
    return [path for path in names if path[start:].startswith(head) and path.endswith(tail)]


def _musl_directories(ledger: Ledger) -> list[bytes]:
    for machine in ("x86_64", "aarch64", "armhf", "i386", "riscv64", "ppc64le", "s390x"):
        path = f"etc/ld-musl-{machine}.path".encode()
        if path in ledger.filesystem.visible:
            return [part for line in _lines(ledger, path) for part in line.split(b":") if part.startswith(b"/")]
    return [b"/lib", b"/usr/local/lib", b"/usr/lib"]


def _lines(ledger: Ledger, path: bytes) -> list[bytes]:
    entry = ledger.filesystem.trace(path).entry
    if not ledger.is_file(entry) or entry is None:
        return []
    try:
        content = ledger.read(entry, _LARGEST_CONFIGURATION)
    except ImageError:
        return []
    return [line.split(b"#", 1)[0].strip() for line in content.splitlines()]
