"""The proof of a recommendation, from an opened image to a verdict: build the lean image, run both, add what was missing."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from layerscope.advice.ground import RecommendOptions
from layerscope.advice.model import Recommendation
from layerscope.advice.plan.base_content import opener
from layerscope.advice.recommend import recommend
from layerscope.analysis import Analysis, analyze
from layerscope.core.errors import ImageError, LayerscopeError, SourceError, UsageError
from layerscope.core.names import absolute
from layerscope.core.saving import save_pieces
from layerscope.dockerfile.read import read
from layerscope.proof import comparing, containers, missing
from layerscope.proof.confinement import capabilities
from layerscope.proof.containers import Bench, Outcome, Probe
from layerscope.proof.coverage import cover
from layerscope.proof.lean import archives
from layerscope.proof.lean.materialise import Fat, LeanImage, materialise
from layerscope.proof.model import Proof, Sizes, Traced
from layerscope.proof.reach import OutOfSight, Reach, make_bridge, ways
from layerscope.sources import open_image
from layerscope.sources.engine.cleaning import labels
from layerscope.sources.image import Image, Progress

if TYPE_CHECKING:
    from layerscope.sources.engine.trial import Trial

ROUNDS = 5
"""How often missing files are added and the proof runs again."""

_STEP = 1024 * 1024
_ENGINES = ("docker-daemon", "podman")


class _Task(Struct, frozen=True, eq=False):
    """What is proved: the image, the options of its recommendation, the base that it starts from, and where progress goes."""

    analysis: Analysis
    wanted: RecommendOptions
    base: Image | None
    report: Callable[[str], None]


class _FatRun(Struct, frozen=True, eq=False):
    """How the fat image ran: where (None where no engine ran it), what it did, and the files that it opened (None untraced)."""

    bench: Bench | None = None
    outcome: Outcome = Outcome()
    opened: tuple[bytes, ...] | None = None


class _LeanRun(Struct, frozen=True, eq=False, kw_only=True):
    """The last lean image: the plan that it follows, the options of the plan, and all paths that were added; what it did, and
    what of it the fat one did otherwise."""

    plan: Recommendation
    wanted: RecommendOptions
    image: LeanImage
    added: tuple[bytes, ...]
    outcome: Outcome = Outcome()
    differences: tuple[str, ...] = ()


def prove(
    analysis: Analysis,
    wanted: RecommendOptions,
    probe: Probe,
    output: Path | None = None,
    progress: Progress | None = None,
) -> Proof:
    """Proves the recommendation for an analysed image.

    ``wanted`` are the options of the recommendation, ``probe`` what both containers are asked. ``output`` is where the lean
    image is written as an OCI archive. Raises :class:`ImageError` when nothing is recommended or the image cannot be built,
    and :class:`SourceError` when its base cannot be opened."""
    if analysis.image.source == "demo":
        raise ImageError("the embedded demo has no file contents to prove anything with", "name an image of your own")
    full = replace(wanted, open_base=opener(analysis.image, progress))
    as_is = replace(full, strip=False)
    plan = _plan(analysis, as_is)

    def report(what: str) -> None:
        if progress is not None:
            progress(what, 0, None)

    task = _Task(analysis, as_is, _open_base(analysis.image, plan, progress), report)
    from layerscope.sources.engine.trial import trial

    with trial(analysis.image.source if analysis.image.source in _ENGINES else "") as place:
        report("running the fat image")
        fat = _run_fat(place, analysis, probe)
        missed = cover(analysis.filesystem, analysis.runtime, plan, fat.opened or ()).lost
        lean = _complete(task, fat, missed)
        recommended = _plan(analysis, replace(full, keep=lean.wanted.keep))
        built_size, otherwise = _run_recommended(task, fat, recommended)
        sizes, unresolved = _write_archive(analysis, lean, output, place.directory)
    return Proof(
        plan=lean.plan,
        sizes=sizes,
        fat=fat.outcome,
        lean=lean.outcome,
        differences=lean.differences + otherwise,
        added=tuple(path for path in lean.added if path not in missed),
        unresolved=unresolved,
        trace=_trace_result(analysis, lean.plan, fat, missed),
        capabilities=capabilities(analysis.image.config, probe.confinement),
        why_not_run=_why_not_run(analysis.image),
        built_again=recommended.rebuilt,
        built_size=built_size,
    )


def _plan(analysis: Analysis, wanted: RecommendOptions) -> Recommendation:
    plan = recommend(replace(analysis.ground, options=wanted))
    if not plan.dockerfile or plan.base is None:
        raise ImageError(f"there is nothing to prove: {plan.risks[0].text if plan.risks else 'no image is recommended'}")
    return plan


def _open_base(image: Image, plan: Recommendation, progress: Progress | None) -> Image | None:
    """The base image, opened in the engine that the image came from, or in any local one; None for scratch."""
    if plan.base is None or plan.base.reference == "scratch":
        return None
    transport = f"{image.source}:" if image.source in _ENGINES else ""
    try:
        return open_image(f"{transport}{plan.base.reference}", progress=progress)
    except LayerscopeError as error:
        raise SourceError(
            f"the base {plan.base.reference} cannot be opened: {error}",
            "pull it into the engine, or name another one with --base",
        ) from error


def _why_not_run(image: Image) -> str:
    """Why no engine can run the image; empty for an image of an engine."""
    if image.source in _ENGINES:
        return ""
    where = "a registry: pull it with an engine" if image.source == "docker" else "a file: load it into an engine"
    return f"the image comes from {where} to run it"


def _run_fat(place: "Trial", analysis: Analysis, probe: Probe) -> _FatRun:
    """Runs the fat image, in the first way that lets it be asked."""
    engine = place.engine
    if engine is None:
        return _FatRun()
    name = analysis.image.config_digest or analysis.image.reference.partition(":")[2]
    for reach in ways(engine, probe.confinement.network, bool(probe.http)):
        if reach is Reach.BRIDGE:
            make_bridge(engine, place.run)
        bench = Bench(engine, place.run, probe, reach, analysis.image.config)
        with suppress(OutOfSight), containers.container(bench, name) as identity:
            return _run_traced(bench, identity) if probe.trace else _FatRun(bench, containers.run(bench, identity))
    raise SourceError(
        f"the containers of {engine.shown} cannot be reached from here",
        "let them use this machine's network with --network host",
    )


def _run_traced(bench: Bench, identity: str) -> _FatRun:
    """A run that is watched from its first file on."""
    from layerscope.proof.tracing import Trace

    root = containers.root_directory(bench.engine, identity)
    if root is None:
        raise SourceError("the engine does not say where it mounts a container's files", "leave --trace out")
    with Trace(identity, root) as trace:
        outcome = containers.run(bench, identity)
    return _FatRun(bench, outcome, trace.opened)


def _complete(task: _Task, fat: _FatRun, missed: tuple[bytes, ...]) -> _LeanRun:
    """Makes the lean image with what was ``missed``, and runs it as the fat one ran, until it names nothing more that it
    lacks. It is made but not run where the fat image did not run, or ran in vain."""
    added = missed
    for _ in range(ROUNDS):
        lean = _make_lean(task, added)
        if fat.bench is None or comparing.silence(fat.outcome):
            return lean
        task.report("running the lean image")
        outcome = _run_lean(fat.bench, lean.image)
        differences = comparing.differences(fat.outcome, outcome)
        lacking = _lacking(task.analysis, lean.plan, outcome) if differences else ()
        lean = replace(lean, outcome=outcome, differences=differences)
        more = tuple(path for path in lacking if path not in added)
        added += more
        if not more:
            break
    return replace(lean, added=added)


def _make_lean(task: _Task, added: tuple[bytes, ...]) -> _LeanRun:
    analysis = task.analysis
    wanted = replace(task.wanted, keep=(*task.wanted.keep, *map(absolute, added)))
    plan = _plan(analysis, wanted)
    task.report("building the lean image")
    fat = Fat(analysis.filesystem, analysis.contents, analysis.image.config.platform)
    return _LeanRun(plan=plan, wanted=wanted, image=materialise(fat, plan, task.base), added=added)


def _run_lean(bench: Bench, lean: LeanImage) -> Outcome:
    """Loads the lean image, labelled, runs it, and takes it out of the engine again."""
    name = f"layerscope-proof/{bench.run}:lean"
    labelled = replace(lean, config=replace(lean.config, labels=lean.config.labels | labels(bench.run)))
    api = bench.engine.client
    with tempfile.TemporaryFile() as stream:
        archives.write_for_engine(labelled, stream, name)
        stream.seek(0)
        with bench.engine.asked("load the lean image"):
            list(api.load_image(stream))
    try:
        with containers.container(bench, name) as identity:
            return containers.run(bench, identity)
    finally:
        with suppress(LayerscopeError), bench.engine.asked("remove the lean image"):
            api.remove_image(name, force=True, noprune=True)


def _lacking(analysis: Analysis, plan: Recommendation, lean: Outcome) -> list[bytes]:
    """What the lean container names as missing, and the fat image has."""
    words = (lean.said, *(answer.body + b"\n" + answer.failure.encode() for answer in lean.answers))
    return sorted(missing.missing_paths(b"\n".join(words), analysis.filesystem, plan.kept))


def _run_recommended(task: _Task, fat: _FatRun, plan: Recommendation) -> tuple[int | None, tuple[str, ...]]:
    """Builds and runs the recommended Dockerfile where it builds the program again. The size of the image (None for none), and
    what it does otherwise than the fat one."""
    bench = fat.bench
    if not plan.rebuilt or bench is None or comparing.silence(fat.outcome):
        return None, ()
    from layerscope.proof.build import Unbuildable, build

    task.report("building the recommended Dockerfile")
    arguments = {"IMAGE": task.analysis.image.config_digest or ""}
    try:
        name = build(bench.engine, plan.dockerfile, bench.run, arguments if _asks_for_image(plan) else {})
    except Unbuildable as error:
        return None, (f"the recommended Dockerfile does not build: {error}",)
    size = int(bench.engine.inspect(name)["Size"])
    with containers.container(bench, name) as identity:
        outcome = containers.run(bench, identity)
    return size, tuple(f"built again: {line}" for line in comparing.differences(fat.outcome, outcome))


def _asks_for_image(plan: Recommendation) -> bool:
    """Whether the Dockerfile leaves it to the build which image it starts from."""
    arguments = (item for item in read(plan.dockerfile).instructions if item.keyword == "ARG")
    return any(("IMAGE", "") in item.assignments for item in arguments)


def _trace_result(analysis: Analysis, plan: Recommendation, fat: _FatRun, missed: tuple[bytes, ...]) -> Traced | None:
    if fat.opened is None:
        return None
    filesystem = analysis.filesystem
    entries = {filesystem.holder(entry) for path in fat.opened if (entry := filesystem.resolve(path)) is not None}
    unopened = set(map(filesystem.holder, plan.kept)) - entries
    return Traced(len(entries), missed, sum(filesystem.sizes[entry] for entry in unopened))


def _write_archive(analysis: Analysis, run: _LeanRun, output: Path | None, directory: Path) -> tuple[Sizes, tuple[str, ...]]:
    """Writes the archive, opens it again, and follows its program as any image's. What is unresolved there and was not
    before."""
    lean, path = run.image, directory / "lean.tar"
    try:
        compressed = archives.write_oci(lean, path, "lean")
    except OSError as error:
        why = error.strerror or str(error)
        raise UsageError(f"no room for the lean image in {tempfile.gettempdir()}: {why}", "set TMPDIR") from error
    unresolved = _unresolved(analysis, analyze(open_image(f"oci-archive:{path}")))
    if output is not None:
        with path.open("rb") as stream:
            save_pieces(iter(partial(stream.read, _STEP), b""), output)
    uncompressed = sum(layer.size for layer in lean.all_layers)
    return Sizes(run.plan.predicted_size, lean.stored, uncompressed, compressed), unresolved


def _unresolved(fat: Analysis, lean: Analysis) -> tuple[str, ...]:
    """What is unresolved in the lean image, and was not in the fat one."""
    before = {(item.path, item.what) for item in fat.runtime.unresolved}
    new = [item for item in lean.runtime.unresolved if (item.path, item.what) not in before]
    lines = tuple(f"{absolute(item.path)} {item.what}" if item.path else item.what for item in new)
    return lines if lines or lean.runtime.programs else ("the lean image starts nothing",)
