"""On which rung each part of a plan stands, and what a person would type to get the installed part without copying it."""

from collections.abc import Collection, Iterator

from layerscope.advice.model import Footing
from layerscope.advice.plan.base import Candidate
from layerscope.advice.remarks import Code, remark
from layerscope.advice.rules import document
from layerscope.core.vocabulary import Rung
from layerscope.filesystem.merged import Filesystem
from layerscope.needs.model import Runtime

_CODES = {Rung.FOLLOWED: Code.FOLLOWED, Rung.CLOSURE: Code.CLOSURE, Rung.SUBTRACTED: Code.SUBTRACTED}


def footings(filesystem: Filesystem, runtime: Runtime, kept: Collection[int]) -> tuple[Footing, ...]:
    """The parts of a plan that keeps these entries, the firmest rung first; no byte is in two of them."""
    left = {filesystem.holder(entry) for entry in kept}
    parts = [(part.rung, part.what, {filesystem.holder(entry) for entry in part.entries}) for part in runtime.parts]
    upper = {filesystem.holder(need.entry) for need in runtime.needs if need.rung != Rung.FOLLOWED}
    found = [Footing(Rung.FOLLOWED, sentence(Rung.FOLLOWED), _size(filesystem, left - upper))]
    left &= upper
    for rung, what, entries in parts:
        found.append(Footing(rung, what, _size(filesystem, left & entries)))
        left -= entries
    return (*found, *_state(filesystem, runtime, left))


def _state(filesystem: Filesystem, runtime: Runtime, entries: Collection[int]) -> Iterator[Footing]:
    """What came along with the highest part: accounts, and what links lead to."""
    if entries and runtime.parts:
        last = runtime.parts[-1]
        yield Footing(last.rung, f"what comes along with {last.what}", _size(filesystem, entries))


def _size(filesystem: Filesystem, entries: Collection[int]) -> int:
    return sum(map(filesystem.sizes.__getitem__, entries))


def highest(runtime: Runtime) -> Rung:
    """The rung of the least firm part."""
    order = list(Rung)
    return max((part.rung for part in runtime.parts), key=order.index, default=Rung.FOLLOWED)


def sentence(rung: Rung) -> str:
    """What a rung means, in plain words."""
    return remark(_CODES[rung]).text


def packages(runtime: Runtime) -> tuple[str, ...]:
    """The packages that a person would name to get all that was installed: those taken as a closure, and those followed."""
    return tuple(dict.fromkeys((*(name for part in runtime.parts for name in part.packages), *runtime.used)))


def install_command(runtime: Runtime, base: Candidate) -> str:
    """The instruction that installs these packages on a base, "" where there are none or its package manager is not known."""
    names = packages(runtime)
    command = document("bases.toml")["install"].get(base.distribution, "")
    return command.format(packages=" ".join(names)) if names else ""
