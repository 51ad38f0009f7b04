"""How files cross: COPY lines for what a COPY says exactly, and roots for the rest, which the prepared stage puts together."""

from collections.abc import Sequence
from itertools import filterfalse

from msgspec import Struct

from layerscope.advice.delivery.files import File
from layerscope.advice.delivery.model import Copy, Directory, Root
from layerscope.advice.delivery.root import root_copy, roots
from layerscope.advice.delivery.selection import has_stage
from layerscope.advice.delivery.whole import is_mostly_needed, whole
from layerscope.advice.ground import Ground
from layerscope.advice.plan.base import Candidate
from layerscope.advice.plan.copies import FEW_LINES, Cut, copies_of, cut, is_link, parent_of, settled
from layerscope.advice.plan.directories import as_in_image, copied, directories
from layerscope.advice.plan.prepare_stage import removable
from layerscope.advice.remarks import Code, Remark, remark
from layerscope.core.grouping import grouped
from layerscope.core.names import absolute, path_bytes
from layerscope.filesystem.directories import SHARED_DIRECTORIES
from layerscope.filesystem.merged import Filesystem

_MANY = 12
"""From so many lines out of a directory of the system on, what they name is put together."""


class Crossing(Struct, frozen=True, kw_only=True):
    """``copies`` bring everything, in the order of the Dockerfile; before, ``removed`` paths are taken out of what they copy
    and ``roots`` are put together. ``problems`` are what cannot be said."""

    copies: tuple[Copy, ...]
    removed: tuple[bytes, ...] = ()
    roots: tuple[Root, ...] = ()
    problems: tuple[Remark, ...] = ()


def crossing(ground: Ground, base: Candidate, files: Sequence[File]) -> Crossing:
    """How files cross onto a base."""
    if not has_stage(ground):
        copies = copies_of(ground.filesystem, files)
        made, problems = copied(ground, directories(ground, base, _targets(copies)))
        return Crossing(copies=(*made, *copies), problems=problems)
    lines = _lines(ground, files)
    if is_mostly_needed(ground, base, files, len(lines.copies)):
        brought = [file.target for file in files]
        found = whole(ground, files, directories(ground, base, brought))
        if found is not None:
            return Crossing(copies=found.copies, removed=found.removed)
    return _assembled(ground, base, lines)


def _assembled(ground: Ground, base: Candidate, lines: Cut) -> Crossing:
    """The copies, with what no COPY can say put together before."""
    loose = _loose(ground.filesystem, lines.copies)
    copies = tuple(filterfalse(loose.__contains__, lines.copies))
    paths = [copy.source[1:] for copy in lines.copies if copy in loose]
    wanted = directories(ground, base, (*_targets(copies), *paths))
    if not paths and all(map(_is_copied, wanted)):
        made, problems = copied(ground, wanted)
        return Crossing(copies=(*made, *copies), removed=lines.removed, problems=problems)
    made_roots = _roots(ground.filesystem, base, paths, wanted)
    reasons = {copy.source[1:]: copy.because for copy in loose if not is_link(ground.filesystem, copy.source[1:])}
    return Crossing(
        copies=(*(root_copy(ground.filesystem, root, reasons) for root in made_roots), *copies),
        removed=lines.removed,
        roots=tuple(made_roots),
        problems=tuple(remark(Code.NOT_COPIED, path=absolute(path)) for path in filterfalse(removable, paths)),
    )


def _is_copied(item: Directory) -> bool:
    """Whether copying an empty directory makes this one: builders give it the mode 0755."""
    return item.mode == 0o755


def _roots(filesystem: Filesystem, base: Candidate, paths: Sequence[bytes], wanted: Sequence[Directory]) -> list[Root]:
    """The roots of what a RUN can name."""
    made = [as_in_image(filesystem, item) for item in wanted if removable(item.path)]
    return roots(filesystem, list(filter(removable, paths)), made, base.reference == "scratch")


def _targets(copies: Sequence[Copy]) -> list[bytes]:
    return [copy.target[1:] for copy in copies]


def _loose(filesystem: Filesystem, copies: Sequence[Copy]) -> frozenset[Copy]:
    """The copies that are better put together: links, names of one content that would be stored several times, and what lies
    in directories of which many lines copy a small part."""
    in_place = [copy for copy in copies if copy.source == copy.target]
    links = {copy for copy in in_place if is_link(filesystem, copy.source[1:])}
    files = [copy for copy in in_place if copy not in links and not filesystem.has_below(copy.source[1:])]
    names = grouped(files, lambda copy: filesystem.holder(filesystem.visible[copy.source[1:]]))
    beside = grouped(files, lambda copy: parent_of(copy.source))
    many = (group for directory, group in beside.items() if len(group) >= _most_lines(directory))
    return frozenset(links.union(*(group for group in names.values() if len(group) > 1), *many))


def _most_lines(directory: bytes) -> int:
    """From so many lines out of a directory on, what they name is put together."""
    return _MANY if directory in SHARED_DIRECTORIES else FEW_LINES


def _lines(ground: Ground, files: Sequence[File]) -> Cut:
    """The copies of files, with directories cut to what is kept."""
    volumes = frozenset(path_bytes(path.strip("/")) for path in ground.config.volumes)

    def cutting(some: Sequence[File]) -> Cut:
        copies = copies_of(ground.filesystem, some)
        found = cut(ground.filesystem, some, copies, volumes)
        return found if all(map(removable, found.removed)) else Cut(copies)

    return settled(ground.filesystem, files, cutting)
