"""One plan: what is copied onto one base, and what the image then weighs."""

import fnmatch

from msgspec import Struct

from layerscope.advice.base import Candidate, Demand, candidates, provides, runs_on
from layerscope.advice.copies import File, files_of, grouped
from layerscope.advice.directories import directories
from layerscope.advice.model import Alternative, Copy
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.names import parse, printable
from layerscope.runtime.linker import default_directories
from layerscope.runtime.model import Runtime
from layerscope.sources.history import History
from layerscope.sources.image import Config


class Ground(Struct, frozen=True):
    """What every plan for one image starts from. ``keep`` are the user's globs of absolute paths."""

    config: Config
    history: History
    filesystem: Filesystem
    runtime: Runtime
    demand: Demand
    keep: tuple[str, ...] = ()


class Plan(Struct, frozen=True):
    """The copies onto one base. ``kept`` are the entries that they bring; ``library_path`` are directories of libraries that
    the loader of the new image would not search by itself; ``problems`` what could not be planned, in words."""

    base: Candidate
    copies: tuple[Copy, ...]
    kept: frozenset[int]
    library_path: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes of the image, as an engine will report it."""
        return self.base.size + sum(copy.size for copy in self.copies)


def plan_on(base: Candidate, ground: Ground) -> Plan:
    """What is copied when the last stage starts from ``base``: every need that the base does not bring itself."""
    filesystem = ground.filesystem
    lacking = [need for need in ground.runtime.needs if not provides(base, ground.demand, filesystem, need)]
    files = files_of(filesystem, lacking)
    asked, problems = _asked_for(filesystem, ground.keep, {file.target for file in files})
    files += asked
    made, not_made = directories(filesystem, ground.config, ground.runtime, base, ground.history.base_layers)
    return Plan(
        base,
        (*made, *grouped(filesystem, files)),
        frozenset(file.entry for file in files),
        _library_path(files, {need.entry for need in lacking if need.role == "library"}, ground.demand.machine),
        (*problems, *not_made),
    )


def _asked_for(filesystem: Filesystem, globs: tuple[str, ...], known: set[bytes]) -> tuple[list[File], list[str]]:
    """The files that --keep names: a glob that names a directory takes everything below it."""
    found: list[File] = []
    problems: list[str] = []
    for glob in globs:
        pattern = b"/" + parse(glob).strip(b"/")
        matches = [
            File(entry, path, path, f"kept by --keep {printable(glob)}")
            for path, entry in filesystem.visible.items()
            if filesystem.kinds[entry] != Kind.DIRECTORY
            and (fnmatch.fnmatchcase(b"/" + path, pattern) or fnmatch.fnmatchcase(b"/" + path, pattern + b"/*"))
        ]
        if not matches:
            problems.append(f"--keep {printable(glob)} names nothing in the image")
        found.extend(file for file in matches if file.target not in known)
    return found, problems


def _library_path(files: list[File], libraries: set[int], machine: str) -> tuple[str, ...]:
    """Directories of copied libraries that only a cache or ld.so.conf made the loader search: the copy has neither."""
    searched = {path.strip(b"/") for path in default_directories(machine)}
    places = dict.fromkeys(file.target.rpartition(b"/")[0] for file in files if file.entry in libraries)
    return tuple("/" + place.decode("utf-8", "surrogateescape") for place in places if place not in searched)


def alternatives(chosen: Plan, ground: Ground, own: Candidate | None) -> tuple[Alternative, ...]:
    """The other bases that the program would run on, the smallest image first."""
    plans = []
    for candidate in candidates():
        base = own if own is not None and candidate.repository == own.repository else candidate
        same = base.repository == chosen.base.repository
        if not same and runs_on(base, ground.demand) and _worth_offering(base, ground.demand, chosen.base):
            plans.append(plan_on(base, ground))
    return tuple(
        Alternative(plan.base.reference, plan.size, plan.base.gains, plan.base.loses) for plan in sorted(plans, key=_size)
    )


def _size(plan: Plan) -> int:
    return plan.size


def _worth_offering(base: Candidate, demand: Demand, chosen: Candidate) -> bool:
    """One base of each kind: of distroless' glibc images only the one that fits, of Debian only for what needs glibc."""
    if base.libc == "glibc":
        return bool(demand.libcs) and not ("distroless" in base.repository and "distroless" in chosen.repository)
    if "distroless" in base.repository:
        return not demand.libcs
    return True
