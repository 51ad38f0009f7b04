"""One plan: what is copied onto one base, and what the image then weighs."""

import fnmatch
from collections.abc import Iterator
from itertools import filterfalse

from msgspec import Struct, field
from msgspec.structs import replace

from layerscope.advice.delivery.crossing import crossing
from layerscope.advice.delivery.files import File, files_of
from layerscope.advice.delivery.model import Copy, Root
from layerscope.advice.delivery.observed import observed_needs
from layerscope.advice.delivery.resolves import Repair, repair
from layerscope.advice.delivery.selection import has_stage, selection
from layerscope.advice.delivery.tree import Tree, plant
from layerscope.advice.ground import Ground
from layerscope.advice.model import Alternative, Base
from layerscope.advice.plan.base import Candidate, candidates
from layerscope.advice.plan.base_choice import Demand, runs_on
from layerscope.advice.plan.base_content import with_content
from layerscope.advice.plan.base_provides import Supply, supply
from layerscope.advice.plan.brief import Brief
from layerscope.advice.plan.nginx import CONFIGURATION, configuration_file, site_copy
from layerscope.advice.plan.prepare_stage import prepare
from layerscope.advice.remarks import Code, Remark, remark
from layerscope.core.names import parse, path_text, printable
from layerscope.core.paths import parent
from layerscope.core.vocabulary import Role
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.needs.linker import default_directories
from layerscope.needs.model import Need, StaticSite

_MOST_REPAIRS = 5
"""So often is what is missing added, and the plan followed again."""


class Plan(Struct, frozen=True, kw_only=True):
    """The copies onto one base. ``kept`` are the entries that they bring; ``library_path`` are directories of libraries that
    the loader of the new image would not search by itself; ``problems`` what could not be planned. ``prepared`` are
    the instructions of a stage in between, from which the copies are made when there are any; ``cut`` the paths that it
    removes, ``stripped`` those of programs that lose their symbols there, ``roots`` what it puts together, ``files`` what the
    last stage writes itself. ``tree`` is the image's file system, once the plan was followed in it."""

    base: Candidate
    copies: tuple[Copy, ...]
    kept: frozenset[int]
    library_path: tuple[str, ...] = ()
    problems: tuple[Remark, ...] = ()
    prepared: tuple[str, ...] = ()
    cut: tuple[bytes, ...] = ()
    stripped: tuple[bytes, ...] = ()
    files: dict[bytes, bytes] = field(default_factory=dict)
    roots: tuple[Root, ...] = ()
    tree: Tree | None = None

    @property
    def size(self) -> int:
        """Bytes of the image, as an engine will report it; without the base's where they are not known."""
        return (self.base.size or 0) + sum(copy.size for copy in self.copies) + sum(map(len, self.files.values()))

    @property
    def has_shell(self) -> bool:
        """Whether the image has a /bin/sh."""
        if self.tree is not None:
            return self.tree.find(b"bin/sh").exists
        return self.base.shell or b"/bin/sh" in self.targets

    @property
    def targets(self) -> tuple[bytes, ...]:
        """The absolute paths that the copies bring, directories that cross whole by their own."""
        of_roots = {root.source for root in self.roots}
        plain = (copy.target for copy in self.copies if copy.source not in of_roots)
        return (*plain, *(b"/" + path for root in self.roots for path in root.paths))

    @property
    def from_base(self) -> Base:
        """The base as the recommendation names it."""
        return Base(self.base.reference, self.base.size, self.base.why)

    @property
    def as_alternative(self) -> Alternative:
        """The plan as an offer beside another one."""
        return Alternative(self.base.reference, self.size, self.base.gains, self.base.loses)


def plan_on(base: Candidate, brief: Brief) -> Plan:
    """What is copied when the last stage starts from ``base``: every need that the base does not bring itself."""
    ground = brief.ground
    base = with_content(base, ground.options.open_base)
    if base.site and ground.runtime.site is not None:
        return _site_plan(base, ground.runtime.site, ground.filesystem)
    supplied = supply(base, brief.demand, ground.filesystem, ground.runtime)
    return _plan_of(base, brief, supplied, _files(ground, base, supplied))


def _files(ground: Ground, base: Candidate, supplied: Supply) -> list[File]:
    """The files to bring: what is needed, and what is asked for."""
    files = selection(ground, base, supplied)
    files += _asked_for(ground, {file.target for file in files})
    observed = observed_needs(ground.filesystem, ground.options.observed)
    known = {file.target for file in files}
    return [*files, *(file for file in files_of(ground.filesystem, observed, has_stage(ground)) if file.target not in known)]


def _plan_of(base: Candidate, brief: Brief, supplied: Supply, files: list[File]) -> Plan:
    """The plan that brings files onto a base."""
    found = crossing(brief.ground, base, files)
    kept = frozenset(file.entry for file in files)
    preparation = prepare(brief, found.removed, kept, found.roots)
    return Plan(
        base=base,
        copies=lighter(found.copies, preparation.stripped, found.roots),
        kept=kept,
        library_path=_library_path(supplied.missing, brief.demand.machine),
        problems=found.problems,
        prepared=preparation.commands,
        cut=found.removed,
        stripped=tuple(preparation.stripped),
        roots=found.roots,
    )


def followed(plan: Plan, brief: Brief) -> Plan:
    """The plan with its file system, in which everything that is asked for was followed once more: what is missing there is
    brought as well."""
    ground, base = brief.ground, plan.base
    if plan.files:
        return replace(plan, tree=_tree(ground, plan, frozenset()))
    supplied = supply(base, brief.demand, ground.filesystem, ground.runtime)
    assumed = frozenset(path for need in supplied.provided for path in (need.path, *need.asked))
    files, found = _files(ground, base, supplied), Repair()
    for _ in range(_MOST_REPAIRS):
        tree = _tree(ground, plan, assumed)
        found = repair(tree, supplied, files)
        if not found.files:
            break
        files += found.files
        plan = _plan_of(base, brief, supplied, files)
    return replace(plan, tree=tree, kept=tree.kept, problems=(*plan.problems, *found.problems))


def _tree(ground: Ground, plan: Plan, assumed: frozenset[bytes]) -> Tree:
    return plant(Tree(filesystem=ground.filesystem, base=plan.base, assumed=assumed), plan.copies, plan.cut, plan.roots)


def _site_plan(base: Candidate, site: StaticSite, filesystem: Filesystem) -> Plan:
    return Plan(
        base=base,
        copies=(site_copy(filesystem, site, base),),
        kept=frozenset(map(filesystem.visible.__getitem__, filesystem.below(site.root))),
        files={CONFIGURATION.lstrip("/").encode(): configuration_file(site, base)},
    )


def lighter(copies: tuple[Copy, ...], stripped: dict[bytes, int], roots: tuple[Root, ...] = ()) -> tuple[Copy, ...]:
    """The copies without the bytes that programs in them lose, by their paths."""
    of_roots = {root.source: sum(stripped.get(path, 0) for path in root.paths) for root in roots}
    saved = (of_roots.get(copy.source) or _saved(copy.source, stripped) for copy in copies)
    return tuple(replace(copy, size=copy.size - less) for copy, less in zip(copies, saved, strict=True))


def _saved(source: bytes, stripped: dict[bytes, int]) -> int:
    """The bytes that programs lose at or below a path."""
    inside = source.rstrip(b"/") + b"/"
    return sum(size for path, size in stripped.items() if (b"/" + path + b"/").startswith(inside))


def _asked_for(ground: Ground, known: set[bytes]) -> list[File]:
    """The files that --keep names: a glob that names a directory takes everything below it."""
    return [
        File(entry, path, path, f"kept by --keep {printable(glob)}")
        for glob in ground.options.keep
        for path, entry in _named(ground.filesystem, glob)
        if path not in known
    ]


def naming_nothing(ground: Ground) -> tuple[Remark, ...]:
    """Those of the globs of --keep that name nothing in the image."""
    useless = (glob for glob in ground.options.keep if next(_named(ground.filesystem, glob), None) is None)
    return tuple(remark(Code.KEEPS_NOTHING, glob=printable(glob)) for glob in useless)


def _named(filesystem: Filesystem, glob: str) -> Iterator[tuple[bytes, int]]:
    pattern = b"/" + parse(glob).strip(b"/")
    for path, entry in filesystem.visible.items():
        if filesystem.kinds[entry] != Kind.DIRECTORY and (
            fnmatch.fnmatchcase(b"/" + path, pattern) or fnmatch.fnmatchcase(b"/" + path, pattern + b"/*")
        ):
            yield path, entry


def _library_path(needs: list[Need], machine: str) -> tuple[str, ...]:
    """Directories of copied libraries that only a cache or ld.so.conf made the loader search: the copy has neither."""
    libraries = (need for need in needs if need.role == Role.LIBRARY)
    places = dict.fromkeys(b"/" + parent(asked) for need in libraries for asked in need.asked or (need.path,))
    return tuple(map(path_text, filterfalse(default_directories(machine).__contains__, places)))


def alternatives(chosen: Plan, brief: Brief) -> tuple[Alternative, ...]:
    """The other bases that the program would run on, the smallest image first."""
    own = {brief.own.repository: brief.own} if brief.own is not None else {}
    offered = [own.get(base.repository, base) for base in (*brief.languages, *candidates())]
    if brief.ground.runtime.parts:  # packages stand on the distribution that they were installed on
        offered = [*brief.languages, *own.values()]
    plans = [plan_on(base, brief) for base in offered if _is_worth_offering(base, brief.demand, chosen.base)]
    return tuple(plan.as_alternative for plan in sorted(plans, key=lambda plan: plan.size))


def _is_worth_offering(base: Candidate, demand: Demand, chosen: Candidate) -> bool:
    """One base of each kind that the program runs on: of distroless' glibc images only the one that fits, of Debian only for
    what needs glibc."""
    if base.repository == chosen.repository or not runs_on(base, demand):
        return False
    if base.libc == "glibc":
        return bool(demand.libcs) and not (base.distroless and chosen.distroless)
    return not (demand.libcs and base.distroless)
