"""The tightest plan: what is followed to its end, and of everything else only what a run opened."""

from msgspec.structs import replace

from layerscope.advice.ground import Ground
from layerscope.core.vocabulary import Rung
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.needs.model import Need


def tightened(ground: Ground) -> Ground:
    """The ground without needs that neither a proof nor a run speaks for, where the tightest plan is asked for."""
    options, filesystem, runtime = ground.options, ground.filesystem, ground.runtime
    if not options.tight:
        return ground
    found = map(filesystem.resolve, (*options.opened, *options.observed))
    opened = {filesystem.holder(entry) for entry in found if entry is not None}
    needs = (need for need in runtime.needs if need.rung is Rung.FOLLOWED or _is_used(filesystem, need, opened))
    return replace(ground, runtime=replace(runtime, needs=tuple(needs)))


def _is_used(filesystem: Filesystem, need: Need, opened: set[int]) -> bool:
    """Whether a run opened what is needed, or came by it: directories weigh nothing, and a link is used with what it leads
    to."""
    kind = filesystem.kinds[need.entry]
    entry = filesystem.resolve(need.path) if kind == Kind.SYMLINK else need.entry
    return kind == Kind.DIRECTORY or (entry is not None and filesystem.holder(entry) in opened)
