"""The images that a last stage can start from, as ``bases.toml`` knows them, filled in for one image."""

from collections.abc import Iterable
from functools import cache
from itertools import chain
from operator import methodcaller

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from layerscope.advice.rules import document
from layerscope.core.expressions import expression
from layerscope.core.vocabulary import Ecosystem, Linkage
from layerscope.filesystem.merged import Filesystem
from layerscope.needs.model import Program, Runtime

SHELLS = (b"bin/sh", b"usr/bin/sh")

_PLACE = expression(r"\{(\w+)\}")
_FILLING = {"version": expression(r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,2}\Z"), "codename": expression(r"[a-z]{1,20}\Z")}
"""What of an image may stand in the name of a base: numbers, and the name of a release."""

_NO_LANGUAGES = (Ecosystem.NONE, Ecosystem.C, Ecosystem.GO, Ecosystem.SHELL)
"""Programs of these bring all that runs them, or find it in any system."""


class Candidate(Struct, frozen=True, kw_only=True):
    """A base image as ``bases.toml`` describes it, and what opening it added.

    ``ecosystem`` is the language whose runtime it brings ("" for none): what lies at ``paths``, but for what lies at ``lacks``,
    and, where it ``replaces`` the image's own runtime at another place, all of that. ``own_layers`` are the layers of the
    examined image that are this base. ``content`` is every path of the base with its size once it was opened, None before,
    ``links`` its symbolic links and ``directories`` its directories; ``measured`` says that ``size`` was counted in the base
    itself. ``size`` is None where it is not known.
    """

    reference: str
    size: int | None = 0
    libc: str = ""
    glibc: str = ""
    shell: bool = False
    tmp: bool = True
    users: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    why: str = ""
    gains: tuple[str, ...] = ()
    loses: tuple[str, ...] = ()
    ecosystem: str = ""
    distribution: str = ""
    digits: int = 1
    start: tuple[str, ...] = ()
    replaces: bool = False
    env: tuple[str, ...] = ()
    entrypoint: bool = False
    site: str = ""
    own_layers: int = 0
    known: bool = True
    measured: bool = False
    content: dict[bytes, int] | None = None
    links: dict[bytes, bytes] = field(default_factory=dict)
    directories: frozenset[bytes] = frozenset()

    @property
    def counted(self) -> bool:
        """Whether its size and content are known, and not what the catalogue remembers."""
        return self.measured or self.reference == "scratch"

    @property
    def repository(self) -> str:
        """The name without tag or digest."""
        name = self.reference.partition("@")[0]
        head, colon, tail = name.rpartition(":")
        return head if colon and "/" not in tail else name

    def sets(self, name: str, value: str) -> bool:
        """Whether the base gives the variable this value itself, or one that only says which version of its runtime it is."""
        return name in self.env or f"{name}={value}" in self.env

    @property
    def distroless(self) -> bool:
        """Whether it is one of distroless' images."""
        return "distroless" in self.repository

    @property
    def may_have_entrypoint(self) -> bool:
        """Whether an image on the base could start by the base's own ENTRYPOINT."""
        return self.entrypoint or not self.known

    def has_machine(self, machine: str) -> bool:
        """Whether the base is there for a machine."""
        return not self.machines or machine in self.machines

    @property
    def sets_path(self) -> bool:
        """Whether the base has a PATH that is not the engine's."""
        return any(entry.partition("=")[0] == "PATH" for entry in self.env)

    def starts(self, asked: frozenset[bytes]) -> bool:
        """Whether the interpreter that the image asks for lies where the base has its own."""
        return not self.start or not asked.isdisjoint(map(str.encode, self.start))


@cache
def _rows() -> tuple[Candidate, ...]:
    return msgspec.convert(document("bases.toml")["base"], tuple[Candidate, ...])


@cache
def candidates() -> tuple[Candidate, ...]:
    """The bases of ``bases.toml`` that bring no language, in its order."""
    return tuple(base for base in _rows() if not base.ecosystem and not base.site)


def known_base(repository: str) -> Candidate:
    """The base of that name without its tag; KeyError when it is not in ``bases.toml``."""
    return {base.repository: base for base in reversed(_rows())}[repository]


def site_base() -> Candidate:
    """The web server that serves files where nothing else is asked of an image."""
    return next(base for base in _rows() if base.site)


def runtime_bases(filesystem: Filesystem, runtime: Runtime) -> tuple[Candidate, ...]:
    """The images that bring the runtime of the image's program, in its version and for its distribution.

    An image that starts several languages, or whose runtime lies where no such image has it or has no other build that will do,
    gets none.
    """
    program = _interpreted(runtime)
    if program is None or not program.version or program.bound:
        return ()
    release = read_release(filesystem)
    asked = frozenset(chain.from_iterable((need.path, *need.asked) for need in runtime.needs))
    rows = [row for row in _rows_of(program.ecosystem, release.get("ID", "")) if not row.replaces or _starts_runtime(program)]
    filled = filter(None, (_filled(row, program.version, release) for row in rows))
    return tuple(filter(methodcaller("starts", asked), filled))


def _starts_runtime(program: Program) -> bool:
    """Whether the image starts the runtime itself, by its name: a script may have its place and its settings in it."""
    return program.linkage != Linkage.SCRIPT


def _rows_of(ecosystem: Ecosystem, distribution: str) -> list[Candidate]:
    """The images of a language, for one distribution or for any."""
    return [row for row in _rows() if row.ecosystem == ecosystem and row.distribution in ("", distribution)]


def _interpreted(runtime: Runtime) -> Program | None:
    """The first program of the one language that the image starts; None where it starts several languages, or none."""
    first = {item.ecosystem: item for item in reversed(runtime.programs) if item.ecosystem not in _NO_LANGUAGES}
    return next(iter(first.values())) if len(first) == 1 else None


def _filled(row: Candidate, version: str, release: dict[str, str]) -> Candidate | None:
    """A row with its places filled in; None where a value is none that the tag of a base has."""
    values = {"version": ".".join(version.split(".")[: row.digits]), "codename": release.get("VERSION_CODENAME", "")}

    def fill(text: str) -> str:
        return _PLACE.sub(lambda found: values[found[1]], text)

    if any(not _FILLING[name].match(values[name]) for name in _PLACE.findall(row.reference)):
        return None
    return replace(
        row,
        reference=fill(row.reference),
        paths=tuple(map(fill, row.paths)),
        lacks=tuple(map(fill, row.lacks)),
        start=tuple(map(fill, row.start)),
        why=fill(row.why),
        glibc=row.glibc or document("bases.toml")["glibc"].get(values["codename"], ""),
    )


def own_alpine(filesystem: Filesystem) -> Candidate | None:
    """The alpine that the image stands on, measured in its own lowest layer; None when it stands on something else."""
    release = read_release(filesystem)
    version = ".".join(release.get("VERSION_ID", "").split(".")[:2])
    if release.get("ID") != "alpine" or not _FILLING["version"].match(version) or len(filesystem.indexes) < 2:
        return None
    lowest = filesystem.indexes[0]
    if b"etc/alpine-release" not in lowest.paths:
        return None
    return replace(
        known_base("alpine"),
        reference=f"alpine:{version}",
        size=sum(lowest.sizes),
        why="the alpine that the program was built on: the same musl, and a shell",
        own_layers=1,
        measured=True,
    )


def system_base(filesystem: Filesystem) -> Candidate | None:
    """The smallest image of the distribution that the image stands on, in the same release; None for one that is not known."""
    release = read_release(filesystem)
    rows = msgspec.convert(document("bases.toml")["system"], tuple[Candidate, ...])
    row = next((row for row in rows if row.distribution == release.get("ID")), None)
    return _filled(row, release.get("VERSION_ID", ""), release) if row is not None else None


def read_release(filesystem: Filesystem) -> dict[str, str]:
    """/etc/os-release (os-release(5)), where its content was kept."""
    pairs = (line.partition("=") for line in read_text(filesystem, b"etc/os-release").splitlines())
    return {name: value.strip("\"'") for name, _, value in pairs}


def read_users(filesystem: Filesystem) -> list[list[str]]:
    """The fields of each line of /etc/passwd, where its content was kept."""
    return [line.split(":") for line in read_text(filesystem, b"etc/passwd").splitlines() if ":" in line]


def read_text(filesystem: Filesystem, path: bytes) -> str:
    """The text of a file, "" where its content was not kept."""
    entry = filesystem.resolve(path)
    content = filesystem.content(entry) if entry is not None else None
    return (content or b"").decode("utf-8", "replace")


def has_any(filesystem: Filesystem, paths: Iterable[bytes]) -> bool:
    """Whether the image has something at one of the paths, or where links lead from there."""
    return any(filesystem.resolve(path) is not None for path in paths)


def requested(reference: str, others: tuple[Candidate, ...]) -> Candidate:
    """The base that the user asked for: what is known of its repository, under the user's reference.

    ``others`` are the candidates for this image beside those of ``bases.toml`` that fit any.
    """
    wanted = Candidate(reference=reference, size=None, why="the base that was asked for", known=False)
    exact = next((candidate for candidate in others if candidate.reference == reference), None)
    return exact or _with_repository(wanted, (*others, *candidates()))


def _with_repository(wanted: Candidate, others: tuple[Candidate, ...]) -> Candidate:
    """A base of which only the reference is known, with what is known of another one of its repository."""
    for candidate in others:
        if candidate.repository == wanted.repository and not candidate.own_layers:
            known = candidate.reference == wanted.reference
            return replace(candidate, reference=wanted.reference, why=wanted.why, known=known)
    return wanted
