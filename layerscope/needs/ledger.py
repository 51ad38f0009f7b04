"""The account of needs: each file once, with the proof that leads back to the config."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec import Struct, field
from msgspec.structs import replace

from layerscope.core.compiled import Made
from layerscope.core.errors import ImageError
from layerscope.core.names import path_text
from layerscope.core.paths import normal_path
from layerscope.core.vocabulary import Linkage, Role, Rung
from layerscope.credentials import mask, mask_content
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.contents import Contents
from layerscope.layers.elf import ElfFacts
from layerscope.layers.index import Kind
from layerscope.needs.model import (
    Because,
    End,
    Need,
    Note,
    NoteCode,
    OpenEnd,
    Program,
    Proof,
    StaticSite,
    Unresolved,
    UnresolvedCode,
)


class Ledger(Struct, kw_only=True):
    """Collects needs while the modules of this package find them; filled in one pass and then read.

    ``site`` is set when the image does nothing but serve files. ``linked`` are the started programs that have a dynamic loader,
    by their paths. ``declined`` are entries that the language of the program does not read, whatever else they look like.
    ``rung`` is what kind of proof is being collected. ``base_layers`` says how many of the lowest layers are the base image's:
    what lies above them, somebody asked for.
    """

    filesystem: Filesystem
    contents: Contents
    site: StaticSite | None = None
    linked: dict[bytes, Linkage] = field(default_factory=dict)
    askers: dict[int, set[int]] = field(default_factory=dict)
    rung: Rung = Rung.FOLLOWED
    base_layers: int = 0
    declined: set[int] = field(default_factory=set)
    _ends: dict[tuple[int, End], OpenEnd] = field(default_factory=dict)
    _needs: dict[int, Need] = field(default_factory=dict)
    _unresolved: dict[tuple[bytes, str], Unresolved] = field(default_factory=dict)
    _notes: dict[Note, None] = field(default_factory=dict)
    _facts: dict[int, ElfFacts | None] = field(default_factory=dict)

    @property
    def needs(self) -> tuple[Need, ...]:
        """All needs, in the order in which they were found."""
        return tuple(self._needs.values())

    @property
    def unresolved(self) -> tuple[Unresolved, ...]:
        """What could not be found out, each once."""
        return tuple(self._unresolved.values())

    @property
    def ends(self) -> tuple[OpenEnd, ...]:
        """Where following ended before everything was known, each once."""
        return tuple(self._ends.values())

    @property
    def notes(self) -> tuple[Note, ...]:
        """What is worth knowing although nothing is missing, each once."""
        return tuple(self._notes)

    def __contains__(self, entry: int) -> bool:
        return entry in self._needs

    def proof(self, entry: int, what: str) -> Proof:
        """``what`` the need of ``entry`` asks for, followed by that need's own proof."""
        need = self._needs[entry]
        return (Because(what, need.path), *need.because)

    def ask(self, path: bytes, role: Role, because: Proof) -> int | None:
        """Takes a path as needed, with the links that lead to it. The entry it leads to, None when nothing is there."""
        traced = self.filesystem.trace(path)
        if traced.entry is None:
            return None
        for link in traced.links:
            if link not in self._needs:
                name = self.filesystem.paths[link]
                self._needs[link] = self._need(link, Role.LINK, because, name)
        self.add(traced.entry, role, because, normal_path(path))
        return traced.entry

    def add(self, entry: int, role: Role, because: Proof, asked: bytes | None = None) -> None:
        """Takes an entry as needed under the name ``asked`` (its own when None); the first proof and role stay."""
        path = self.filesystem.paths[entry]
        asked = path if asked is None else asked
        known = self._needs.get(entry)
        if known is None:
            self._needs[entry] = self._need(entry, role, because, asked)
        elif asked not in known.asked:
            self._needs[entry] = replace(known, asked=(*known.asked, asked))

    def _need(self, entry: int, role: Role, because: Proof, asked: bytes) -> Need:
        path = self.filesystem.paths[entry]
        return Need(path=path, entry=entry, role=role, because=because, asked=(asked,), rung=self.rung)

    def take_tree(self, path: bytes, role: Role, because: Proof) -> bool:
        """Takes a file, or a directory with everything below it, as needed; whether anything is there."""
        traced = self.filesystem.trace(path)
        if self.is_file(traced.entry):
            self.ask(path, role, because)
            return True
        below = self.filesystem.below(traced.path) if traced.path else []
        for name in below:
            self.add(self.filesystem.visible[name], role, because, normal_path(path) + name[len(traced.path) :])
        return bool(below)

    def children(self, directory: bytes) -> list[int]:
        """Entries directly in a directory of the final filesystem, by name; links in its own path are followed."""
        inside = self.filesystem.trace(directory).path
        paths = [inside + b"/" + name if inside else name for name in self.filesystem.children(inside)]
        return [self.filesystem.visible[path] for path in paths if path in self.filesystem.visible]

    def miss(self, path: bytes, what: str, code: UnresolvedCode = UnresolvedCode.UNKNOWN) -> None:
        """Records something that is asked for and not there, or that cannot be known."""
        what = mask(what)
        self._unresolved.setdefault((path, what), Unresolved(path, what, code))

    def leave_open(self, program: Program, why: End) -> None:
        """Records that what a program needs is not known to its end."""
        end = OpenEnd(program.path, program.entry, why, program.ecosystem)
        self._ends.setdefault((program.entry, why), end)

    @contextmanager
    def perhaps(self) -> Iterator[None]:
        """Takes what is asked for inside for something that may never run: what is not known of it is not told, and makes
        nothing more stay than the packages of what it starts."""
        site, missed, ends = self.site, dict(self._unresolved), dict(self._ends)
        yield
        self.site, self._unresolved = site, missed
        self._ends = {key: end for key, end in self._ends.items() if key in ends or end.why == End.PACKAGE}

    def lift(self, entry: int, because: Proof) -> None:
        """Takes an entry as it lies in the image, whatever it was asked for as."""
        known = self._needs.pop(entry, None)
        for asked in known.asked if known is not None else (self.filesystem.paths[entry],):
            self.add(entry, Role.DATA, because, asked)

    def note(self, code: NoteCode, what: str, path: bytes = b"") -> None:
        """Records something that is worth knowing although nothing is missing."""
        self._notes[Note(code, mask(what), path)] = None

    def file(self, path: bytes) -> int | None:
        """The entry of the regular file that a path leads to, links followed; None when there is none."""
        entry = self.filesystem.trace(path).entry
        return entry if self.is_file(entry) else None

    def files_below(self, directory: bytes) -> list[bytes]:
        """The paths of everything below a directory that is no directory itself, sorted; links are not followed."""
        visible, kinds = self.filesystem.visible, self.filesystem.kinds
        return [path for path in self.filesystem.below(directory) if kinds[visible[path]] != Kind.DIRECTORY]

    def is_file(self, entry: int | None) -> bool:
        """Whether the entry is a regular file, under any of its hard-linked names."""
        return entry is not None and self.filesystem.kinds[entry] in (Kind.REGULAR, Kind.HARDLINK)

    def facts(self, entry: int) -> ElfFacts | None:
        """ELF facts of an entry, read once."""
        if entry not in self._facts:
            holder = self.filesystem.holder(entry)
            self._facts[entry] = self.contents.elf(self.filesystem.layers[holder], self.filesystem.row(holder))
        return self._facts[entry]

    def attributes(self, entry: int) -> dict[str, bytes]:
        """The extended attributes of a file."""
        holder = self.filesystem.holder(entry)
        return self.contents.attributes(self.filesystem.layers[holder], self.filesystem.row(holder))

    def read(self, entry: int, limit: int | None = None) -> bytes:
        """The content of an entry, its first ``limit`` bytes; ImageError when it cannot be read."""
        holder = self.filesystem.holder(entry)
        return self.contents.read(self.filesystem.layers[holder], self.filesystem.row(holder), limit)

    def content(self, entry: int | None, limit: int | None = None) -> bytes:
        """As :meth:`read`, but nothing for what is no regular file (None included) or cannot be read."""
        if entry is None or not self.is_file(entry):
            return b""
        try:
            return self.read(entry, limit)
        except ImageError:
            return b""

    def remembered(self, entry: int, made: Made, find: Callable[[], bool]) -> bool:
        """What ``find`` says of a file after it read it whole; of a compressed layer it is found once and kept."""
        holder = self.filesystem.holder(entry)
        return self.contents.remembered(self.filesystem.layers[holder], self.filesystem.row(holder), made, find)

    def text(self, entry: int, limit: int | None = None) -> str:
        """The text of a script or of settings, with its credentials masked: words of it are shown to people."""
        return path_text(mask_content(self.read(entry, limit)))
