"""What the image's program needs, and because of what."""

from enum import StrEnum

from msgspec import Struct, field

from layerscope.core.vocabulary import Ecosystem, Linkage, Role, Rung


class Link(StrEnum):
    """What the steps of a proof say where a program asks for a library because it is linked to the C library."""

    NEEDED = "NEEDED by"
    LOADER = "dynamic loader of"
    NAME_SERVICE = "name service of the C library of"


class Because(Struct, frozen=True):
    """One link of a proof: ``what`` in words ("NEEDED by", "ENTRYPOINT", "interpreter of"), ``path`` of the file that asks for
    it as the filesystem stores paths (b"" when the config does)."""

    what: str
    path: bytes = b""


Proof = tuple[Because, ...]
"""Why something is needed: from what asks for it back to the config."""


class Need(Struct, frozen=True, kw_only=True):
    """One path that the program needs. ``entry`` is its row in the filesystem; ``role`` is what it is for.

    ``path`` has no symbolic links in it; ``asked`` are the paths by which the program asks for it. ``because`` is the proof,
    from the file that asks back to the config; ``rung`` is what kind of proof it is."""

    path: bytes
    entry: int
    role: Role
    because: Proof
    asked: tuple[bytes, ...] = ()
    rung: Rung = Rung.FOLLOWED

    @property
    def first(self) -> Because:
        """What asks for it directly."""
        return self.because[0] if self.because else Because("")


class End(StrEnum):
    """Why it is not known to its end what a program needs: a compiled one's package reads more, or the package that a person
    asked for by name; its code or its script is not followed, or it is a shell that waits for commands."""

    PACKAGE = "package"
    ASKED = "asked"
    CODE = "code"
    SCRIPT = "script"
    SHELL = "shell"


class OpenEnd(Struct, frozen=True):
    """A program or script at which following ends before everything is known."""

    path: bytes
    entry: int
    why: End
    ecosystem: Ecosystem = Ecosystem.NONE


class Part(Struct, frozen=True):
    """What the ladder added to the needs on one rung, for one reason: ``what`` it is in words, the filesystem's ``entries``,
    and the packages that a person would name to a package manager for it."""

    rung: Rung
    what: str
    entries: frozenset[int]
    packages: tuple[str, ...] = ()


class UnresolvedCode(StrEnum):
    """Why something is unresolved, as far as a decision depends on it."""

    UNKNOWN = "unknown"
    OTHER_PROGRAMS = "other-programs"
    NO_COMMAND = "no-command"
    NOT_EXECUTABLE = "not-executable"
    DIRECTORY = "directory"
    CARRIAGE_RETURN = "carriage-return"


class Unresolved(Struct, frozen=True):
    """Something that the program asks for and the image does not have, or that cannot be known."""

    path: bytes
    what: str
    code: UnresolvedCode = UnresolvedCode.UNKNOWN


class NoteCode(StrEnum):
    """What a note is about."""

    DIRECT_COMMAND = "direct-command"
    DIRECTORY_LISTINGS = "directory-listings"
    SERVER_STAYS = "server-stays"
    NOT_STARTED = "not-started"


class Note(Struct, frozen=True):
    """Something worth knowing about what runs, although nothing is missing. ``path`` is b"" for the image as a whole."""

    code: NoteCode
    what: str
    path: bytes = b""


class Program(Struct, frozen=True, kw_only=True):
    """The file that the entrypoint starts, once wrappers are looked through.

    ``strippable`` is what ``strip`` may take out of it, in bytes: 0 where it would take more than symbols. ``mentions`` are
    those of :data:`layerscope.layers.elf.GO_FUNCTIONS` that it has linked in.

    ``followed`` says whether the code that it runs was followed to its end: True for programs that are compiled, and for
    interpreted ones whose dependencies are all known. ``version`` is the language's ("1.22.12", "3.11").

    ``c_callers`` are the packages of a dynamically linked Go program that call C code, ``modules`` what it was built from.
    ``bound`` is whether no other build of its runtime will do: jlink made it for the program, or it finds libraries where only
    the distribution's own looks. ``sealed`` is whether a file beside it says which bytes it must have.
    """

    path: bytes
    entry: int
    ecosystem: Ecosystem
    linkage: Linkage
    version: str = ""
    strippable: int = 0
    mentions: tuple[str, ...] = ()
    followed: bool = False
    c_callers: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    bound: bool = False
    sealed: bool = False


class StaticSite(Struct, frozen=True, kw_only=True):
    """Files that a server hands out as they are, so that any web server can take its place.

    ``root`` is their directory, ``port`` where the server listens, ``fallback`` the file below ``root`` that unknown paths get
    (b"" for none: 404), ``clean`` whether ``/about`` finds ``about.html``, ``shortens`` whether ``/about.html`` is sent on to
    ``/about`` and ``/index`` to ``/``; ``server`` is what serves them today ("serve 14.2.0").
    """

    root: bytes
    port: int
    server: str
    fallback: bytes = b""
    clean: bool = False
    shortens: bool = False
    because: Proof = ()


class Runtime(Struct, frozen=True, kw_only=True):
    """What runs, and everything it needs.

    ``programs`` is empty when the entrypoint cannot be resolved; ``unresolved`` then says why. ``glibc`` is the newest GLIBC
    version that a program or one of its libraries asks for ("2.34"), "" when none does. ``site`` is set when all that the image
    does is to serve files. ``checks`` are the programs that HEALTHCHECK starts, ``notes`` what could run better.
    ``ends`` are where following ended early, and ``parts`` what was added for that; ``system`` are the entries that any system
    of the image's kind has, ``used`` other packages that a person asked for and of which something is needed. ``linked``
    are all programs that are started and have a dynamic loader, by their paths; ``askers`` are the entries of programs and
    libraries by the library that they are linked to.
    """

    entrypoint: tuple[str, ...]
    working_dir: str
    user: str
    programs: tuple[Program, ...]
    needs: tuple[Need, ...]
    unresolved: tuple[Unresolved, ...]
    glibc: str = ""
    site: StaticSite | None = None
    checks: tuple[Program, ...] = ()
    notes: tuple[Note, ...] = ()
    ends: tuple[OpenEnd, ...] = ()
    parts: tuple[Part, ...] = ()
    system: frozenset[int] = frozenset()
    used: tuple[str, ...] = ()
    linked: dict[bytes, Linkage] = field(default_factory=dict)
    askers: dict[int, set[int]] = field(default_factory=dict)

    @property
    def remarks(self) -> tuple[Unresolved | Note, ...]:
        """What a report says about the program next to its needs: what is unresolved, then what is worth knowing."""
        return (*self.unresolved, *self.notes)
