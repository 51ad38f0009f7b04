"""The containers of one proof: the fat image's, two and more, and the lean one's, which is to do what they did."""

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from layerscope.analysis import Analysis
from layerscope.core.errors import SourceError
from layerscope.core.names import printable
from layerscope.proof import comparing, containers
from layerscope.proof.containers import Bench, Ending, Outcome, Probe
from layerscope.proof.reach import OutOfSight, Reach, make_bridge, ways

if TYPE_CHECKING:
    from layerscope.sources.engine.trial import Trial

_TIMES = 2
"""How often the fat image is asked; what differs between its own answers is not compared."""
_MOST_TIMES = 3


class FatRuns(Struct, frozen=True, eq=False):
    """How the fat image ran: where, what it did each time, and the files that it opened (None untraced)."""

    bench: Bench
    name: str
    outcomes: tuple[Outcome, ...]
    opened: tuple[bytes, ...] | None = None

    @property
    def silence(self) -> tuple[str, ...]:
        """Why its answers prove nothing; empty when they do."""
        return next(filter(None, map(comparing.silence, self.outcomes)), ())

    def and_again(self) -> "FatRuns":
        """With one more run."""
        return replace(self, outcomes=(*self.outcomes, _run(self.bench, self.name)))


def run_fat(place: "Trial", analysis: Analysis, probe: Probe) -> FatRuns | None:
    """Runs the fat image, in the first way that lets it be asked; None where there is no engine to run it."""
    engine = place.engine
    if engine is None:
        return None
    name = analysis.image.config_digest or analysis.image.reference.partition(":")[2]
    for reach in ways(engine, probe.confinement.network, bool(probe.http)):
        if reach is Reach.BRIDGE:
            make_bridge(engine, place.run)
        with suppress(OutOfSight):
            return _asked(Bench(engine, place.run, probe, reach, analysis.image.config), name)
    raise SourceError(
        f"the containers of {engine.shown} cannot be reached from here",
        "let them use this machine's network with --network host",
    )


def _asked(bench: Bench, name: str) -> FatRuns:
    """All runs of the fat image; one only where it does not answer. Raises :class:`SourceError` where the engine cannot run
    it."""
    runs = _first(bench, name)
    [outcome] = runs.outcomes
    if outcome.ending is Ending.NOT_STARTED:
        said = printable(outcome.said.decode(errors="replace").strip())
        raise SourceError(f"{bench.engine.shown} cannot run the image: {said}", "see that it runs there, then prove it")
    for _ in range(_TIMES - 1):
        runs = runs if runs.silence else runs.and_again()
    return runs


def _first(bench: Bench, name: str) -> FatRuns:
    with containers.container(bench, name) as identity:
        if not bench.probe.trace:
            return FatRuns(bench, name, (containers.run(bench, identity),))
        from layerscope.proof.tracing import Trace

        root = containers.root_directory(bench.engine, identity)
        if root is None:
            raise SourceError("the engine does not say where it mounts a container's files", "leave --trace out")
        with Trace(identity, root) as trace:
            outcome = containers.run(bench, identity)
    return FatRuns(bench, name, (outcome,), trace.opened)


def _run(bench: Bench, name: str) -> Outcome:
    with containers.container(bench, name) as identity:
        return containers.run(bench, identity)


def run_lean(fat: FatRuns, name: str, checks: bool) -> tuple[FatRuns, Outcome, tuple[str, ...]]:
    """Runs the lean image of that name until it does what the fat one did, or settles on something else: what it did, and
    what of it is different. Where it is, the fat image is asked once more, as time goes on. ``checks`` is whether the lean
    image is to have the fat one's HEALTHCHECK."""
    expected = comparing.expected(fat.outcomes)
    with containers.container(fat.bench, name) as identity:
        outcome = containers.run(fat.bench, identity, expected if checks else replace(expected, healthy=False, stops=False))
    differences = comparing.differences(fat.outcomes, outcome)
    if differences and len(fat.outcomes) < _MOST_TIMES:
        fat = fat.and_again()
        differences = comparing.differences(fat.outcomes, outcome)
    return fat, outcome, differences
