"""The way down the ladder: from the recommended plan to the lowest rung that runs still prove."""

from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from layerscope.advice.ground import RecommendOptions
from layerscope.advice.rungs import highest
from layerscope.core.vocabulary import Rung
from layerscope.needs.model import Runtime
from layerscope.proof.model import Proof, Verdict


class Evidence(Struct, frozen=True):
    """What speaks for a plan that keeps nothing above a rung."""

    rung: Rung
    proof: Proof

    @property
    def holds(self) -> bool:
        """Whether the lean image was asked, answered alike, and lacked nothing on the way."""
        return self.proof.verdict is Verdict.PROVED and not self.proof.added


def climb_down(runtime: Runtime, wanted: RecommendOptions, prove: Callable[[RecommendOptions], Proof]) -> tuple[Evidence, ...]:
    """Proves the plan for ``wanted``, and then those that keep nothing above each lower rung, until one is not proved.

    The first is the recommended plan, whatever comes of it; nothing below is tried unless it was asked and answered alike.
    """
    found = [Evidence(highest(runtime), prove(wanted))]
    for rung in _below(runtime, wanted):
        if found[-1].proof.verdict is not Verdict.PROVED:
            break
        found.append(Evidence(rung, prove(replace(wanted, rung=rung))))
        if not found[-1].holds:
            break
    return tuple(found)


def lowest(evidence: tuple[Evidence, ...]) -> Proof:
    """The proof of the lowest rung that holds; of the recommended plan where none does."""
    return next((item.proof for item in reversed(evidence[1:]) if item.holds), evidence[0].proof)


def _below(runtime: Runtime, wanted: RecommendOptions) -> Iterator[Rung]:
    """The rungs below the highest on which something stands, the next one first; none where less is kept already."""
    order = list(Rung)
    if not wanted.tight and wanted.rung is None:
        yield from reversed(order[: order.index(highest(runtime))])
