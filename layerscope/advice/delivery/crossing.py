"""How files cross: COPY lines for what a COPY says exactly, and roots for the rest, which the prepared stage puts together."""

from collections.abc import Sequence
from functools import partial
from itertools import filterfalse
from operator import attrgetter

from msgspec import Struct

from layerscope.advice.delivery.files import File
from layerscope.advice.delivery.loose import loose
from layerscope.advice.delivery.model import Copy, Directory, Root
from layerscope.advice.delivery.root import root_copy, roots
from layerscope.advice.delivery.selection import has_stage
from layerscope.advice.delivery.whole import is_mostly_needed, whole
from layerscope.advice.ground import Ground
from layerscope.advice.plan.base import Candidate
from layerscope.advice.plan.copies import Cut, copies_of, cut, settled
from layerscope.advice.plan.directories import as_in_image, copied, directories
from layerscope.advice.plan.prepare_stage import removable
from layerscope.advice.remarks import Code, Remark, remark
from layerscope.core.names import absolute, path_bytes
from layerscope.filesystem.merged import Filesystem


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
        return _copied(ground, Cut(copies), directories(ground, base, _targets(copies)))
    lines = _lines(ground, files)
    found = _whole(ground, base, files) if is_mostly_needed(ground, base, files, len(lines.copies)) else None
    return _assembled(ground, base, lines) if found is None else Crossing(copies=found.copies, removed=found.removed)


def _whole(ground: Ground, base: Candidate, files: Sequence[File]) -> Cut | None:
    return whole(ground, files, directories(ground, base, map(attrgetter("target"), files)))


def _copied(ground: Ground, lines: Cut, wanted: list[Directory]) -> Crossing:
    """The copies alone, those that make directories first."""
    made, problems = copied(ground, wanted)
    return Crossing(copies=(*made, *lines.copies), removed=lines.removed, problems=problems)


def _assembled(ground: Ground, base: Candidate, lines: Cut) -> Crossing:
    """The copies, with what no COPY can say put together before."""
    apart = loose(ground.filesystem, lines.copies)
    copies = tuple(filterfalse(apart.__contains__, lines.copies))
    reasons = {copy.source[1:]: copy.because for copy in filter(apart.__contains__, lines.copies)}
    wanted = directories(ground, base, (*_targets(copies), *reasons))
    if not apart and all(map(_is_copied, wanted)):
        return _copied(ground, lines, wanted)
    made = _roots(ground.filesystem, base, list(reasons), wanted)
    return Crossing(
        copies=(*map(partial(root_copy, ground.filesystem, reasons), made), *copies),
        removed=lines.removed,
        roots=tuple(made),
        problems=tuple(remark(Code.NOT_COPIED, path=absolute(path)) for path in filterfalse(removable, reasons)),
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


def _lines(ground: Ground, files: Sequence[File]) -> Cut:
    """The copies of files, with directories cut to what is kept."""
    volumes = frozenset(path_bytes(path.strip("/")) for path in ground.config.volumes)

    def cutting(some: Sequence[File]) -> Cut:
        copies = copies_of(ground.filesystem, some)
        found = cut(ground.filesystem, some, copies, volumes)
        return found if all(map(removable, found.removed)) else Cut(copies)

    return settled(ground.filesystem, files, cutting)
