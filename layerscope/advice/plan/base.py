"""The images that a last stage can start from, as ``bases.toml`` knows them, filled in for one image."""

import re
from functools import cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from layerscope.advice.rules import document
from layerscope.core.vocabulary import Ecosystem
from layerscope.filesystem.merged import Filesystem
from layerscope.needs.model import Runtime

_PLACE = re.compile(r"\{(\w+)\}")
_FILLING = {"version": re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,2}\Z"), "codename": re.compile(r"[a-z]{1,20}\Z")}
"""What of an image may stand in the name of a base: numbers, and the name of a release."""


class Candidate(Struct, frozen=True, kw_only=True):
    """A base image as ``bases.toml`` describes it, and what opening it added.

    ``ecosystem`` is the language whose runtime it brings ("" for none): what lies at ``paths``, but for what lies at ``lacks``,
    and, where it ``replaces`` the image's own runtime at another place, all of that. ``own_layers`` are the layers of the
    examined image that are this base. ``content`` is every path of the base with its size once it was opened, None
    before; ``measured`` says that ``size`` was counted in the base itself. ``size`` is None where nobody knows it.
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

    @property
    def repository(self) -> str:
        """The name without tag or digest."""
        name = self.reference.partition("@")[0]
        head, colon, tail = name.rpartition(":")
        return head if colon and "/" not in tail else name

    def sets(self, name: str, value: str) -> bool:
        """Whether the base gives the variable this value itself, or one that only says which version of its runtime it is."""
        return name in self.env or f"{name}={value}" in self.env


@cache
def candidates() -> tuple[Candidate, ...]:
    """The bases of ``bases.toml`` that bring no language, in its order."""
    return tuple(base for base in _rows() if not base.ecosystem and not base.site)


@cache
def _rows() -> tuple[Candidate, ...]:
    return tuple(_candidate(row) for row in document("bases.toml")["base"])


def _candidate(row: dict[str, Any]) -> Candidate:
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Candidate(**values)


def known_base(repository: str) -> Candidate:
    """The base of that name without its tag; KeyError when it is not in ``bases.toml``."""
    for candidate in _rows():
        if candidate.repository == repository:
            return candidate
    raise KeyError(repository)


def site_base() -> Candidate:
    """The web server that serves files where nothing else is asked of an image."""
    return next(base for base in _rows() if base.site)


def runtime_bases(filesystem: Filesystem, runtime: Runtime) -> tuple[Candidate, ...]:
    """The images that bring the runtime of the image's program, in its version and for its distribution.

    An image that starts several languages, or whose runtime lies where no such image has it, gets none.
    """
    languages = {
        program.ecosystem
        for program in runtime.programs
        if program.ecosystem not in (Ecosystem.NONE, Ecosystem.C, Ecosystem.GO, Ecosystem.SHELL)
    }
    program = next((program for program in runtime.programs if program.ecosystem in languages), None)
    if len(languages) != 1 or program is None or not program.version:
        return ()
    asked = {path for need in runtime.needs for path in (need.path, *need.asked)}
    release = read_release(filesystem)
    found = []
    for row in _rows():
        if row.ecosystem != program.ecosystem or row.distribution not in ("", release.get("ID", "")):
            continue
        version = ".".join(program.version.split(".")[: row.digits])
        base = _filled(row, {"version": version, "codename": release.get("VERSION_CODENAME", "")})
        if base is not None and (not base.start or any(path.encode() in asked for path in base.start)):
            found.append(base)
    return tuple(found)


def _filled(row: Candidate, values: dict[str, str]) -> Candidate | None:
    """A row with its places filled in; None where a value is missing, or is none that a tag of a base has."""

    def fill(text: str) -> str:
        return _PLACE.sub(lambda found: values[found[1]], text)

    if any(not _FILLING[name].match(values.get(name, "")) for name in _PLACE.findall(row.reference)):
        return None
    return replace(
        row,
        reference=fill(row.reference),
        paths=tuple(map(fill, row.paths)),
        lacks=tuple(map(fill, row.lacks)),
        start=tuple(map(fill, row.start)),
        why=fill(row.why),
        glibc=row.glibc or document("bases.toml")["glibc"].get(values.get("codename", ""), ""),
    )


def own_alpine(filesystem: Filesystem) -> Candidate | None:
    """The alpine that the image stands on, measured in its own lowest layer; None when it stands on something else."""
    release = read_release(filesystem)
    if release.get("ID") != "alpine" or not filesystem.indexes:
        return None
    version = ".".join(release.get("VERSION_ID", "").split(".")[:2])
    lowest = filesystem.indexes[0]
    if not _FILLING["version"].match(version) or b"etc/alpine-release" not in lowest.paths or len(filesystem.indexes) == 1:
        return None
    return replace(
        known_base("alpine"),
        reference=f"alpine:{version}",
        size=sum(lowest.sizes),
        why="the alpine that the program was built on: the same musl, and a shell",
        own_layers=1,
        measured=True,
    )


def read_release(filesystem: Filesystem) -> dict[str, str]:
    """/etc/os-release (os-release(5)), where its content was picked up."""
    entry = filesystem.resolve(b"etc/os-release")
    if entry is None:
        return {}
    content = filesystem.content(entry) or b""
    pairs = (line.partition("=") for line in content.decode("utf-8", "replace").splitlines())
    return {name: value.strip("\"'") for name, _, value in pairs}


def requested(reference: str, others: tuple[Candidate, ...]) -> Candidate:
    """The base that the user asked for: what is known of its repository, under the user's reference.

    ``others`` are the candidates for this image beside those of ``bases.toml`` that fit any.
    """
    wanted = Candidate(reference=reference)
    for candidate in others:
        if candidate.reference == reference:
            return candidate
    for candidate in (*others, *candidates()):
        if candidate.repository == wanted.repository and not candidate.own_layers:
            known = candidate.reference == reference
            return replace(candidate, reference=reference, why="the base that was asked for", known=known)
    return Candidate(reference=reference, size=None, why="the base that was asked for", known=False)
