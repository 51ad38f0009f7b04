"""Which base fits: what the needs ask of it, which candidates run the program, and the best of them."""

from collections.abc import Sequence
from itertools import chain

from msgspec import Struct

from layerscope.advice.plan.base import Candidate, known_base, site_base
from layerscope.core.names import path_text
from layerscope.core.vocabulary import Ecosystem, Linkage, Role
from layerscope.filesystem.merged import Filesystem
from layerscope.needs.elf import version_key
from layerscope.needs.linker import loader_of
from layerscope.needs.model import Need, Runtime, UnresolvedCode

PRIVATE_AUTHORITIES = b"usr/local/share/ca-certificates"
"""Where an image's own certificate authorities lie: no base has them."""

_SHELLS = frozenset((b"sh", b"bash", b"ash", b"dash"))
_LIBCS = {Linkage.GLIBC: "glibc", Linkage.MUSL: "musl", Linkage.UNKNOWN: "other"}


class Demand(Struct, frozen=True, kw_only=True):
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


def demand_of(filesystem: Filesystem, runtime: Runtime, machine: str) -> Demand:
    """Sums up what the needs ask of a base image."""
    user = runtime.user.partition(":")[0]
    return Demand(
        libcs=_libcs(runtime),
        shell=bool(_shells(runtime)),
        machine=machine,
        glibc=runtime.glibc,
        sonames=_sonames(runtime),
        user="" if user.isdigit() else user,
        private_authorities=filesystem.has_below(PRIVATE_AUTHORITIES),
    )


def _libcs(runtime: Runtime) -> frozenset[str]:
    """The C libraries that programs are linked to, or whose loader is needed for more than a plain /bin/sh, which another base
    brings itself."""
    plain = {need.path for need in _shells(runtime) if b"bin/sh" in need.asked}
    kinds = (
        *(program.linkage for program in runtime.programs),
        *(kind for path, kind in runtime.linked.items() if path not in plain),
    )
    linked = {_LIBCS.get(kind, "") for kind in kinds} - {""}
    loaders = list(filter(_loader, _interpreters(runtime)))
    askers = {need.because[0].path for need in loaders}
    return frozenset(linked) if plain and askers <= plain else frozenset(linked.union(map(_loader, loaders)))


def _loader(need: Need) -> str:
    """The C library that a need is the dynamic loader of, "" for other needs."""
    libc = loader_of(need.path)
    return "" if libc == Linkage.UNKNOWN else libc.value


def _interpreters(runtime: Runtime) -> list[Need]:
    return [need for need in runtime.needs if need.role == Role.INTERPRETER]


def _shells(runtime: Runtime) -> list[Need]:
    return [need for need in _interpreters(runtime) if not _SHELLS.isdisjoint(map(_name, (need.path, *need.asked)))]


def _sonames(runtime: Runtime) -> frozenset[str]:
    """The names of the libraries that are asked for."""
    libraries = (need.asked for need in runtime.needs if need.role == Role.LIBRARY)
    return frozenset(map(path_text, map(_name, chain.from_iterable(libraries))))


def _name(path: bytes) -> bytes:
    return path.rpartition(b"/")[2]


def choose(demand: Demand, runtime: Runtime, own: Candidate | None, languages: Sequence[Candidate]) -> Candidate:
    """The base for a demand: a web server for files, the runtime's own image for a language, and else the smallest that has
    the program's C library, in the version that it asks for.

    ``own`` is the distribution that the image itself was built on, preferred for musl and for what a person installed;
    ``languages`` are the images that bring the program's runtime. A program that no known base can run gets ``scratch``, with
    everything it loads copied.
    """
    if runtime.site is not None:
        return site_base()
    for base in languages:
        if runs_on(base, demand):
            return base
    if runtime.parts and own is not None and runs_on(own, demand):
        return own
    base = known_base(_least(demand, runtime))
    return own if own is not None and own.repository == base.repository else base


def _least(demand: Demand, runtime: Runtime) -> str:
    """The smallest base without a language that runs the program."""
    if demand.libcs == {Linkage.GLIBC}:
        base = _distroless(demand.sonames)
        return base if runs_on(known_base(base), demand) and not _asks_little(demand, runtime) else "scratch"
    return "alpine" if demand.libcs == {Linkage.MUSL} or (demand.shell and not demand.libcs) else "scratch"


_LITTLE = frozenset(
    ("libgcc_s.so.1", "libc.so.6", "libresolv.so.2", "libpthread.so.0", "libdl.so.2", "libm.so.6", "librt.so.1")
)
"""What a Go program is linked to because of package net alone, and a Rust program as well: three megabytes, against fifteen to
twenty of the least base."""


def _asks_little(demand: Demand, runtime: Runtime) -> bool:
    """Whether all that starts is compiled, linked to the C library and nothing else, and nothing is left open about it."""
    compiled = all(program.ecosystem in (Ecosystem.GO, Ecosystem.C) for program in (*runtime.programs, *runtime.checks))
    sure = all(item.code == UnresolvedCode.OTHER_PROGRAMS for item in runtime.unresolved)
    return compiled and sure and not demand.shell and demand.sonames <= _LITTLE


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
    return candidate.has_machine(demand.machine) and (candidate.replaces or _has_system(candidate, demand))


def _has_system(candidate: Candidate, demand: Demand) -> bool:
    """Whether the C library is there, or the shell for what asks for none."""
    if not demand.libcs:
        return candidate.shell or not demand.shell
    return demand.libcs == {candidate.libc} and _is_new_enough(candidate, demand)


def _is_new_enough(candidate: Candidate, demand: Demand) -> bool:
    return not demand.glibc or not candidate.glibc or version_key(demand.glibc) <= version_key(candidate.glibc)
