"""Which image the last stage starts from, chosen by what the program needs."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from layerscope.filesystem.merged import Filesystem
from layerscope.runtime.elf import version_key
from layerscope.runtime.model import Need, Runtime

PRIVATE_AUTHORITIES = b"usr/local/share/ca-certificates/"
"""Where an image's own certificate authorities lie: no base has them."""


class Candidate(Struct, frozen=True):
    """A base image as ``bases.toml`` describes it. ``own_layers`` are the layers of the examined image that are this base."""

    reference: str
    size: int = 0
    libc: str = ""
    glibc: str = ""
    shell: bool = False
    tmp: bool = True
    users: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    why: str = ""
    gains: tuple[str, ...] = ()
    loses: tuple[str, ...] = ()
    own_layers: int = 0
    known: bool = True

    @property
    def repository(self) -> str:
        """The name without tag or digest."""
        name = self.reference.partition("@")[0]
        head, colon, tail = name.rpartition(":")
        return head if colon and "/" not in tail else name


class Demand(Struct, frozen=True):
    """What the needs ask of a base: C libraries (``glibc``, ``musl``, ``other``), a shell, a machine, libraries by soname.

    ``glibc`` is the newest version asked for, ``user`` the name in USER ("" for a number). A shell that is needed for nothing
    but a command line counts as ``shell`` alone, whatever it is linked to: another base brings its own.
    """

    libcs: frozenset[str]
    shell: bool
    machine: str
    glibc: str
    sonames: frozenset[str]
    user: str
    private_authorities: bool = False


@cache
def candidates() -> tuple[Candidate, ...]:
    """All bases of ``bases.toml``, in its order."""
    rows: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("bases.toml").read_text("utf-8"))["base"]
    return tuple(_candidate(row) for row in rows)


def _candidate(row: dict[str, Any]) -> Candidate:
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Candidate(**values)


def known_base(repository: str) -> Candidate:
    """The base of that name without its tag; KeyError when it is not in ``bases.toml``."""
    for candidate in candidates():
        if candidate.repository == repository:
            return candidate
    raise KeyError(repository)


def demand_of(filesystem: Filesystem, runtime: Runtime, machine: str) -> Demand:
    """Sums up what the needs ask of a base image."""
    loaders = [need for need in runtime.needs if need.role == "interpreter" and _loader(need)]
    shells = [need for need in runtime.needs if need.role == "interpreter" and _is_shell(need)]
    shell_only = _only_for_shells(loaders, shells)
    libcs = {_loader(need) for need in loaders if not shell_only} | {
        program.linkage for program in runtime.programs if program.linkage in ("glibc", "musl", "unknown")
    }
    return Demand(
        libcs=frozenset("other" if libc == "unknown" else libc for libc in libcs),
        shell=bool(shells),
        machine=machine,
        glibc=runtime.glibc,
        sonames=frozenset(
            asked.rpartition(b"/")[2].decode("utf-8", "surrogateescape")
            for need in runtime.needs
            if need.role == "library"
            for asked in need.asked
        ),
        user=_user_name(runtime.user),
        private_authorities=bool([path for path in filesystem.visible if path.startswith(PRIVATE_AUTHORITIES)]),
    )


def _loader(need: Need) -> str:
    name = need.path.rpartition(b"/")[2]
    if name.startswith(b"ld-musl"):
        return "musl"
    return "glibc" if name.startswith((b"ld-linux", b"ld-2", b"ld64", b"ld.so")) else ""


def _is_shell(need: Need) -> bool:
    return any(asked.rpartition(b"/")[2] in (b"sh", b"bash", b"ash", b"dash") for asked in (need.path, *need.asked))


def _only_for_shells(loaders: list[Need], shells: list[Need]) -> bool:
    """Whether every dynamic loader is there for a plain /bin/sh alone, which another base brings itself."""
    plain = {need.path for need in shells if b"bin/sh" in need.asked}
    return bool(plain) and all(need.because and need.because[0].path in plain for need in loaders)


def _user_name(user: str) -> str:
    name = user.partition(":")[0]
    return "" if name.isdigit() else name


def choose(demand: Demand, own: Candidate | None) -> Candidate:
    """The base for a demand: the smallest that has the program's C library, in the version that it asks for.

    ``own`` is the alpine that the image itself was built on, preferred for musl. A program that no known base can run gets
    ``scratch``, with everything it loads copied.
    """
    if not demand.libcs:
        if demand.shell:
            return own or known_base("alpine")
        return known_base("scratch")
    if demand.libcs == {"musl"}:
        return own or known_base("alpine")
    if demand.libcs == {"glibc"}:
        name = _distroless(demand.sonames)
        candidate = known_base(name)
        if runs_on(candidate, demand):
            return candidate
    return known_base("scratch")


def _distroless(sonames: frozenset[str]) -> str:
    """The least of distroless' glibc images that has what the program loads (reference: their README)."""
    if sonames & {"libstdc++.so.6", "libgcc_s.so.1", "libgomp.so.1"}:
        return "gcr.io/distroless/cc-debian13"
    if sonames & {"libssl.so.3", "libcrypto.so.3"}:
        return "gcr.io/distroless/base-debian13"
    return "gcr.io/distroless/base-nossl-debian13"


def runs_on(candidate: Candidate, demand: Demand) -> bool:
    """Whether the program's C library and machine are there; scratch runs everything, as everything is copied."""
    if candidate.reference == "scratch":
        return not demand.shell or bool(demand.libcs)
    if candidate.machines and demand.machine not in candidate.machines:
        return False
    if demand.shell and not demand.libcs and not candidate.shell:
        return False
    if not demand.libcs:
        return True
    if demand.libcs != {candidate.libc}:
        return False
    return not demand.glibc or not candidate.glibc or version_key(demand.glibc) <= version_key(candidate.glibc)


def own_alpine(filesystem: Filesystem) -> Candidate | None:
    """The alpine that the image stands on, measured in its own lowest layer; None when it stands on something else."""
    release = _release(filesystem)
    if release.get("ID") != "alpine" or not filesystem.indexes:
        return None
    version = ".".join(release.get("VERSION_ID", "").split(".")[:2])
    lowest = filesystem.indexes[0]
    if not version or b"etc/alpine-release" not in lowest.paths or len(filesystem.indexes) == 1:
        return None
    return replace(
        known_base("alpine"),
        reference=f"alpine:{version}",
        size=sum(lowest.sizes),
        why="the alpine that the program was built on: the same musl, and a shell",
        own_layers=1,
    )


def _release(filesystem: Filesystem) -> dict[str, str]:
    """/etc/os-release (os-release(5)), where its content was picked up."""
    entry = filesystem.resolve(b"etc/os-release")
    if entry is None:
        return {}
    content = filesystem.indexes[filesystem.layers[entry]].contents.get(filesystem.row(entry), b"")
    pairs = (line.partition("=") for line in content.decode("utf-8", "replace").splitlines())
    return {name: value.strip("\"'") for name, _, value in pairs}


def requested(reference: str, own: Candidate | None) -> Candidate:
    """The base that the user asked for: what is known of its repository, under the user's reference."""
    wanted = Candidate(reference)
    if own is not None and own.reference == reference:
        return own
    for candidate in candidates():
        if candidate.repository == wanted.repository:
            known = candidate.reference == reference
            return replace(candidate, reference=reference, why="the base that was asked for", known=known)
    return Candidate(reference, why="the base that was asked for", known=False)


def provides(candidate: Candidate, demand: Demand, filesystem: Filesystem, need: Need) -> bool:
    """Whether the base already has what a need is for, so that nothing must be copied."""
    if need.role == "link":
        return True
    if need.role in ("program", "healthcheck") and not candidate.own_layers:
        return False
    if candidate.own_layers and filesystem.layers[need.entry] < candidate.own_layers:
        return True
    if need.role == "user":
        return demand.user in candidate.users if demand.user else bool(candidate.users)
    if need.role == "certificates" and demand.private_authorities:
        return False
    if need.role in ("library", "interpreter"):
        return _provides_code(candidate, demand, need)
    return any(_lies_at(asked, path) for asked in need.asked for path in candidate.paths)


def _provides_code(candidate: Candidate, demand: Demand, need: Need) -> bool:
    if candidate.shell and b"bin/sh" in need.asked:
        return True
    if loader := _loader(need):
        return loader == candidate.libc or (candidate.shell and not demand.libcs)
    names = [asked.rpartition(b"/")[2].decode("utf-8", "surrogateescape") for asked in need.asked]
    return any(name in candidate.libraries for name in names) or (candidate.shell and not demand.libcs)


def _lies_at(asked: bytes, path: str) -> bool:
    place = path.encode()
    return asked == place or asked.startswith(place + b"/")
