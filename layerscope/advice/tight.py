"""Plans that keep less than is known to be safe: what is followed to its end, and of everything else what a run speaks for."""

from collections.abc import Iterable

from msgspec.structs import replace

from layerscope.advice.ground import Ground
from layerscope.core.vocabulary import Rung
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.needs.model import Need

_RUNGS = tuple(Rung)


def tightened(ground: Ground) -> Ground:
    """The ground without needs that neither a proof nor a run speaks for, where the tightest plan is asked for; and without
    those above the highest rung that is asked for, but what a run missed."""
    options, filesystem, runtime = ground.options, ground.filesystem, ground.runtime
    if not options.tight and options.rung is None:
        return ground
    kept = _RUNGS[: _RUNGS.index(options.rung or Rung.FOLLOWED) + 1]
    opened = _entries(filesystem, (*options.opened, *options.observed))
    needs = (need for need in runtime.needs if need.rung in kept or _is_used(filesystem, need, opened, options.tight))
    parts = (part for part in runtime.parts if options.tight or part.rung in kept)
    return replace(ground, runtime=replace(runtime, needs=tuple(needs), parts=tuple(parts)))


def _entries(filesystem: Filesystem, paths: Iterable[bytes]) -> set[int]:
    """The entries that hold what these paths lead to."""
    found = map(filesystem.resolve, paths)
    return {filesystem.holder(entry) for entry in found if entry is not None}


def _is_used(filesystem: Filesystem, need: Need, opened: set[int], directories: bool) -> bool:
    """Whether a run opened what is needed, or came by it: ``directories`` weigh nothing, and a link is used with what it leads
    to."""
    kind = filesystem.kinds[need.entry]
    entry = filesystem.resolve(need.path) if kind == Kind.SYMLINK else need.entry
    return (directories and kind == Kind.DIRECTORY) or (entry is not None and filesystem.holder(entry) in opened)
