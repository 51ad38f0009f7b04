"""The proof of a recommendation, from an opened image to a verdict: the lean image is built as the recommended Dockerfile says,
both are run, and what was missing is added."""

import tempfile
from functools import partial
from itertools import filterfalse
from pathlib import Path

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
from layerscope.proof.build import Unbuildable, build
from layerscope.proof.comparing import varying
from layerscope.proof.confinement import capabilities
from layerscope.proof.containers import Outcome, Probe
from layerscope.proof.coverage import brings, cover
from layerscope.proof.lean import archives, missing
from layerscope.proof.lean.materialise import Fat, LeanImage, built, materialise
from layerscope.proof.model import Proof, Sizes, Traced
from layerscope.proof.runs import FatRuns, run_fat, run_lean
from layerscope.proof.settings import differences_of_settings
from layerscope.sources import open_image
from layerscope.sources.image import Image, Progress, silent

ROUNDS = 5
"""How often missing files are added and the proof runs again."""

_STEP = 1024 * 1024
_ENGINES = ("docker-daemon", "podman")


class _Task(Struct, frozen=True, eq=False):
    """What is proved: the image, the options of its recommendation, and where progress goes."""

    analysis: Analysis
    wanted: RecommendOptions
    progress: Progress

    def report(self, what: str) -> None:
        """Says what is done now."""
        self.progress(what, 0, None)

    def plan(self, observed: tuple[bytes, ...] = ()) -> Recommendation:
        """The recommendation, with what running showed to be needed; ImageError when nothing is recommended."""
        wanted = replace(self.wanted, observed=(*self.wanted.observed, *observed))
        plan = recommend(replace(self.analysis.ground, options=wanted))
        if not plan.dockerfile or plan.base is None:
            raise ImageError(plan.risks[0].text if plan.risks else "no image is recommended")
        return plan


class _LeanRun(Struct, frozen=True, eq=False, kw_only=True):
    """The last lean image: the plan that it follows and all paths that were added; its name in the engine (empty where none
    built it), what it did, and what of it the fat one, as it ``fat`` ran in the end, did otherwise."""

    plan: Recommendation
    added: tuple[bytes, ...] = ()
    name: str = ""
    fat: FatRuns | None = None
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
    image is written as an OCI archive. Raises :class:`ImageError` when nothing is recommended, and :class:`SourceError` when
    its base cannot be opened or what was asked for cannot be run."""
    if analysis.image.source == "demo":
        raise ImageError("the embedded demo has no file contents to prove anything with", "name an image of your own")
    task = _Task(analysis, replace(wanted, open_base=opener(analysis.image, progress)), progress or silent)
    plan = task.plan()
    _check_that_it_can_run(analysis.image, probe)
    from layerscope.sources.engine.trial import trial

    with trial(analysis.image.source if analysis.image.source in _ENGINES else "") as place:
        task.report("running the fat image")
        fat = run_fat(place, analysis, probe)
        missed = cover(analysis.filesystem, analysis.runtime, plan, fat.opened).lost if fat and fat.opened else ()
        lean = _LeanRun(plan=_as_it_is(task)) if fat is None else _complete(task, fat, missed)
        sizes, found = _write_archive(_made(task, lean), lean.plan, output, place.directory)
        size = _built_size(lean)
    unlike = (*_unresolved(analysis, found), *differences_of_settings(analysis, found, lean.plan))
    proof = Proof(
        plan=lean.plan,
        sizes=sizes,
        lean=lean.outcome,
        differences=lean.differences,
        added=tuple(filterfalse(missed.__contains__, lean.added)),
        unresolved=unlike,
        capabilities=capabilities(analysis.image.config, probe.confinement),
        why_not_run=_why_not_run(analysis.image),
        built_again=plan.rebuilt,
        built_size=size,
    )
    return proof if lean.fat is None else _beside(proof, analysis, lean.fat, missed)


def _beside(proof: Proof, analysis: Analysis, fat: FatRuns, missed: tuple[bytes, ...]) -> Proof:
    """The proof with what the fat image did."""
    return replace(
        proof,
        fat=fat.outcomes[0],
        silence=fat.silence,
        varying=varying(fat.outcomes),
        unresolved=() if fat.silence else proof.unresolved,
        trace=_trace_result(analysis, proof.plan, fat, missed),
    )


def _built_size(lean: _LeanRun) -> int | None:
    """What the engine says of the image in which it built the program again."""
    return int(lean.fat.bench.engine.inspect(lean.name)["Size"]) if lean.fat and lean.name and lean.plan.rebuilt else None


def _check_that_it_can_run(image: Image, probe: Probe) -> None:
    """Raises :class:`SourceError` where something is asked of an image that no engine has."""
    if (probe.http or probe.commands or probe.trace) and (why := _why_not_run(image)):
        raise SourceError(
            f"nothing can be asked: {why}", "or leave --http, --exec and --trace out: what it loads is checked then"
        )


def _why_not_run(image: Image) -> str:
    """Why no engine can run the image; empty for an image of an engine."""
    if image.source in _ENGINES:
        return ""
    where = "a registry: pull it with an engine" if image.source == "docker" else "a file: load it into an engine"
    return f"the image comes from {where} to run it"


def _as_it_is(task: _Task) -> Recommendation:
    """The plan as far as it can be carried out without an engine: a program that would be built again crosses as it is."""
    plan = task.plan()
    return _Task(task.analysis, replace(task.wanted, strip=False), task.progress).plan() if plan.rebuilt else plan


def _complete(task: _Task, fat: FatRuns, missed: tuple[bytes, ...]) -> _LeanRun:
    """Builds the lean image with what was ``missed``, and runs it as the fat one ran, until it names nothing more that it
    lacks. It is built but not run where the fat image ran in vain."""
    added = missed
    for _ in range(ROUNDS):
        lean = _built(task, fat, added)
        if fat.silence or not lean.name:
            return lean
        task.report("running the lean image")
        fat, outcome, differences = run_lean(fat, lean.name, checks=not lean.plan.files)
        lean = replace(lean, fat=fat, outcome=outcome, differences=differences)
        lacking = _lacking(task.analysis, lean.plan, outcome) if differences else ()
        more = tuple(path for path in lacking if path not in added)
        added += more
        if not more:
            break
    return replace(lean, added=added)


def _built(task: _Task, fat: FatRuns, added: tuple[bytes, ...]) -> _LeanRun:
    """The lean image of the recommended Dockerfile, built by the engine."""
    plan = task.plan(added)
    task.report("building the lean image")
    lean = _LeanRun(plan=plan, added=added, fat=fat)
    try:
        name = build(fat.bench.engine, plan.dockerfile, fat.bench.run, task.analysis.image.config_digest or "")
    except Unbuildable as error:
        return replace(lean, differences=(f"the recommended Dockerfile does not build: {error}",))
    return replace(lean, name=name)


def _lacking(analysis: Analysis, plan: Recommendation, lean: Outcome) -> tuple[bytes, ...]:
    """What the lean container names as missing, and the fat image has."""
    words = (lean.said, *(answer.body[-_STEP:] + b"\n" + answer.failure.encode() for answer in lean.answers))
    has = partial(brings, plan)
    return tuple(sorted(missing.missing_paths(b"\n".join(words), analysis.filesystem, has)))


def _made(task: _Task, lean: _LeanRun) -> LeanImage:
    """The lean image: the one that the engine built and ran, or else from the image's own bytes, with the same edits."""
    analysis = task.analysis
    if lean.name and lean.fat:
        return built(open_image(f"{lean.fat.bench.engine.transport}:{lean.name}", progress=task.progress))
    task.report("building the lean image")
    plan = _as_it_is(task) if lean.plan.rebuilt else lean.plan
    fat = Fat(analysis.filesystem, analysis.contents, analysis.image.config.platform)
    return materialise(fat, plan, _open_base(analysis.image, plan, task.progress))


def _open_base(image: Image, plan: Recommendation, progress: Progress) -> Image | None:
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


def _trace_result(analysis: Analysis, plan: Recommendation, fat: FatRuns, missed: tuple[bytes, ...]) -> Traced | None:
    if fat.opened is None:
        return None
    filesystem = analysis.filesystem
    entries = {filesystem.holder(entry) for path in fat.opened if (entry := filesystem.resolve(path)) is not None}
    unopened = set(map(filesystem.holder, plan.kept)) - entries
    return Traced(fat.opened, len(entries), missed, sum(filesystem.sizes[entry] for entry in unopened))


def _write_archive(lean: LeanImage, plan: Recommendation, output: Path | None, directory: Path) -> tuple[Sizes, Analysis]:
    """Writes the archive, opens it again, and follows its program as any image's."""
    path = directory / "lean.tar"
    try:
        compressed = archives.write_oci(lean, path, "lean")
    except OSError as error:
        why = error.strerror or str(error)
        raise UsageError(f"no room for the lean image in {tempfile.gettempdir()}: {why}", "set TMPDIR") from error
    found = analyze(open_image(f"oci-archive:{path}"))
    if output is not None:
        with path.open("rb") as stream:
            save_pieces(iter(partial(stream.read, _STEP), b""), output)
    uncompressed = sum(layer.size for layer in lean.all_layers)
    return Sizes(plan.predicted_size, lean.stored, uncompressed, compressed), found


def _unresolved(fat: Analysis, lean: Analysis) -> tuple[str, ...]:
    """What is unresolved in the lean image, and was not in the fat one."""
    before = {(item.path, item.what) for item in fat.runtime.unresolved}
    new = [item for item in lean.runtime.unresolved if (item.path, item.what) not in before]
    lines = tuple(f"{absolute(item.path)} {item.what}" if item.path else item.what for item in new)
    return lines if lines or lean.runtime.programs else ("the lean image starts nothing",)
