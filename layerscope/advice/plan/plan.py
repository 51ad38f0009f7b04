"""One plan: what is copied onto one base, and what the image then weighs."""

import fnmatch
from collections.abc import Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from layerscope.advice.golang.build import Rebuild
from layerscope.advice.model import Alternative, Copy
from layerscope.advice.plan.base import Candidate, candidates
from layerscope.advice.plan.base_choice import Demand, runs_on
from layerscope.advice.plan.base_content import Opener, with_content
from layerscope.advice.plan.base_provides import lacking
from layerscope.advice.plan.copies import Cut, File, cut, files_of, grouped
from layerscope.advice.plan.directories import directories
from layerscope.advice.plan.nginx import CONFIGURATION, configuration_file, site_copies
from layerscope.advice.plan.prepare_stage import Preparation, can_remove, in_plain_shell, may_run, prepare, removable
from layerscope.core.names import parse, path_bytes, path_text, printable
from layerscope.core.vocabulary import Ecosystem, Role
from layerscope.filesystem.merged import Filesystem
from layerscope.history.history import History
from layerscope.layers.index import Kind
from layerscope.needs.linker import default_directories
from layerscope.needs.model import Runtime, StaticSite
from layerscope.sources.image import Config


class Ground(Struct, frozen=True, kw_only=True):
    """What every plan for one image starts from. ``keep`` are the user's globs of absolute paths, ``languages`` the bases that
    bring the runtime of the program's language; ``open_base`` opens bases where that is possible; programs of
    the ecosystems in ``strip`` lose their symbol tables on their way, and ``rebuild`` is the program that is built again."""

    config: Config
    history: History
    filesystem: Filesystem
    runtime: Runtime
    demand: Demand
    keep: tuple[str, ...] = ()
    languages: tuple[Candidate, ...] = ()
    open_base: Opener | None = None
    strip: frozenset[str] = frozenset((Ecosystem.GO, Ecosystem.C))
    rebuild: Rebuild | None = None


class Plan(Struct, frozen=True, kw_only=True):
    """The copies onto one base. ``kept`` are the entries that they bring; ``library_path`` are directories of libraries that
    the loader of the new image would not search by itself; ``problems`` what could not be planned, in words. ``prepared`` are
    the instructions of a stage in between, from which the copies are made when there are any; ``cut`` the paths that it
    removes, ``files`` what the last stage writes itself."""

    base: Candidate
    copies: tuple[Copy, ...]
    kept: frozenset[int]
    library_path: tuple[str, ...]
    problems: tuple[str, ...]
    prepared: tuple[str, ...] = ()
    cut: tuple[bytes, ...] = ()
    files: dict[bytes, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of the image, as an engine will report it; without the base's where nobody knows them."""
        return (self.base.size or 0) + sum(copy.size for copy in self.copies) + sum(map(len, self.files.values()))


def plan_on(base: Candidate, ground: Ground) -> Plan:
    """What is copied when the last stage starts from ``base``: every need that the base does not bring itself."""
    base = with_content(base, ground.open_base)
    filesystem, runtime = ground.filesystem, ground.runtime
    if base.site and runtime.site is not None:
        return _site_plan(base, runtime.site, ground)
    missing = lacking(base, ground.demand, filesystem, runtime)
    files = files_of(filesystem, missing)
    files += _asked_for(filesystem, ground.keep, {file.target for file in files})
    made, not_made = directories(filesystem, ground.config, runtime, base, ground.history.base_layers)
    crossing = _crossing(ground, files)
    kept = frozenset(file.entry for file in files)
    preparation = _prepared(ground, crossing.removed, kept)
    return Plan(
        base=base,
        copies=(*made, *_lighter(crossing.copies, preparation.stripped)),
        kept=kept,
        library_path=_library_path(files, {need.entry for need in missing if need.role == Role.LIBRARY}, ground.demand.machine),
        problems=tuple(not_made),
        prepared=preparation.commands,
        cut=crossing.removed,
    )


def _prepared(ground: Ground, removed: tuple[bytes, ...], kept: frozenset[int]) -> Preparation:
    """What is done on the way, nothing where no stage may start from the image."""
    if not may_run(ground.config):
        return Preparation((), {})
    found = prepare(ground.filesystem, ground.runtime, removed, copied=kept, strip=ground.strip, rebuild=ground.rebuild)
    return replace(found, commands=in_plain_shell(ground.config, found.commands))


def _site_plan(base: Candidate, site: StaticSite, ground: Ground) -> Plan:
    copies = site_copies(ground.filesystem, site, base)
    kept = frozenset(ground.filesystem.visible[path] for path in ground.filesystem.below(site.root))
    files = {CONFIGURATION.lstrip("/").encode(): configuration_file(site, base)}
    return Plan(base=base, copies=copies, kept=kept, library_path=(), problems=(), files=files)


def _crossing(ground: Ground, files: list[File]) -> Cut:
    """The copies of files, with directories cut to what is kept where the image can do that itself."""
    copies = grouped(ground.filesystem, files)
    if not may_run(ground.config) or not can_remove(ground.filesystem):
        return Cut(copies, ())
    volumes = tuple(path_bytes(path.strip("/")) for path in ground.config.volumes)
    found = cut(ground.filesystem, files, copies, volumes)
    return found if all(map(removable, found.removed)) else Cut(copies, ())


def _lighter(copies: tuple[Copy, ...], stripped: dict[bytes, int]) -> tuple[Copy, ...]:
    """The copies with their programs stripped."""
    found = []
    for copy in copies:
        inside = copy.source + b"/"
        saved = sum(size for path, size in stripped.items() if b"/" + path == copy.source or (b"/" + path).startswith(inside))
        found.append(replace(copy, size=copy.size - saved) if saved else copy)
    return tuple(found)


def _asked_for(filesystem: Filesystem, globs: tuple[str, ...], known: set[bytes]) -> list[File]:
    """The files that --keep names: a glob that names a directory takes everything below it."""
    return [
        File(entry, path, path, f"kept by --keep {printable(glob)}")
        for glob in globs
        for path, entry in _named(filesystem, glob)
        if path not in known
    ]


def naming_nothing(filesystem: Filesystem, globs: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the globs of --keep that name nothing in the image, in sentences."""
    return tuple(
        f"--keep {printable(glob)} names nothing in the image"
        for glob in globs
        if next(iter(_named(filesystem, glob)), None) is None
    )


def _named(filesystem: Filesystem, glob: str) -> Iterator[tuple[bytes, int]]:
    pattern = b"/" + parse(glob).strip(b"/")
    for path, entry in filesystem.visible.items():
        if filesystem.kinds[entry] != Kind.DIRECTORY and (
            fnmatch.fnmatchcase(b"/" + path, pattern) or fnmatch.fnmatchcase(b"/" + path, pattern + b"/*")
        ):
            yield path, entry


def _library_path(files: list[File], libraries: set[int], machine: str) -> tuple[str, ...]:
    """Directories of copied libraries that only a cache or ld.so.conf made the loader search: the copy has neither."""
    searched = {path.strip(b"/") for path in default_directories(machine)}
    places = dict.fromkeys(file.target.rpartition(b"/")[0] for file in files if file.entry in libraries)
    return tuple("/" + path_text(place) for place in places if place not in searched)


def alternatives(chosen: Plan, ground: Ground, own: Candidate | None) -> tuple[Alternative, ...]:
    """The other bases that the program would run on, the smallest image first."""
    plans = []
    for candidate in (*ground.languages, *candidates()):
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
