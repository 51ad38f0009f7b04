"""The proof of a recommendation, from an opened image to a verdict: build the lean image, run both, add what was missing."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from layerscope.advice.model import Recommendation
from layerscope.advice.plan.base_content import opener
from layerscope.advice.recommend import RecommendOptions, recommend
from layerscope.analysis import Analysis, analyze
from layerscope.core.errors import ImageError, LayerscopeError, SourceError, UsageError
from layerscope.core.names import absolute
from layerscope.core.saving import save_pieces
from layerscope.proof import archives, comparing, containers, missing
from layerscope.proof.confinement import capabilities
from layerscope.proof.coverage import cover
from layerscope.proof.materialise import Fat, LeanImage, materialise
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


class Verdict(Enum):
    """Both images ran and did the same; both kept running and nothing was asked; nothing ran, and nothing that the lean image
    loads is missing; the lean image does something else; the fat image answered nothing that the lean one could be
    compared with."""

    PROVED = "proved"
    RUNS = "runs"
    CHECKED = "checked"
    REFUTED = "refuted"
    NOT_PROVED = "not proved"


class Sizes(Struct, frozen=True):
    """Bytes: what was predicted, what the files of the built image have, its layers' tars, and their compressed blobs."""

    predicted: int
    exact: int
    uncompressed: int
    compressed: int


class Traced(Struct, frozen=True):
    """What the fat container opened while it was probed: files of the image, those that the plan lacked, and the bytes kept
    that it did not open."""

    opened: int
    missed: tuple[bytes, ...]
    kept_unopened: int


class Proof(Struct, frozen=True, eq=False, kw_only=True):
    """What was found. ``ran`` says whether an engine ran both images, ``idle`` whether both kept running and nothing was asked;
    ``silence`` is why the fat image's answers prove nothing (empty when they do), ``differences`` what the lean one did
    otherwise (empty when they are alike); ``added`` are paths that a failed run named and that were added; ``unresolved``
    what the closure of the lean image lacks and the fat one's did not; ``startup`` the seconds until the first answer, of
    the fat and the lean image; ``capabilities`` those of both containers. ``plan`` brings the program as it is; where the
    recommended Dockerfile builds it again, ``built_again`` is its path, and ``built_size`` what the engine says of the image
    that it built, which was run as well (None where it was not)."""

    plan: Recommendation
    sizes: Sizes
    ran: bool
    differences: tuple[str, ...]
    added: tuple[bytes, ...]
    unresolved: tuple[str, ...]
    startup: tuple[float | None, float | None]
    answers: tuple[str, ...]
    trace: Traced | None
    silence: tuple[str, ...] = ()
    idle: bool = False
    capabilities: tuple[str, ...] = ()
    why_not_run: str = ""
    built_again: bytes = b""
    built_size: int | None = None

    @property
    def verdict(self) -> Verdict:
        """What it comes to."""
        if self.silence:
            return Verdict.NOT_PROVED
        if self.differences or self.unresolved:
            return Verdict.REFUTED
        if not self.ran:
            return Verdict.CHECKED
        return Verdict.RUNS if self.idle else Verdict.PROVED

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against the plan."""
        return self.verdict in (Verdict.PROVED, Verdict.RUNS, Verdict.CHECKED)


class _Task(Struct, frozen=True, eq=False):
    """What is proved: the image, the options of its recommendation, the base that it starts from, and who is told."""

    analysis: Analysis
    wanted: RecommendOptions
    base: Image | None
    tell: Callable[[str], None]


class _FatRun(Struct, frozen=True, eq=False):
    """How the fat image ran: where, what it did, the files that it opened when traced, and why all that proves nothing."""

    bench: containers.Bench
    outcome: containers.Outcome
    opened: tuple[bytes, ...]
    silence: tuple[str, ...]


class _LeanRun(Struct, frozen=True, eq=False):
    """The last lean image: the plan that it follows, the options of the plan, what it did, and all paths that were added."""

    plan: Recommendation
    wanted: RecommendOptions
    image: LeanImage
    outcome: containers.Outcome | None
    added: tuple[bytes, ...]


def prove(
    analysis: Analysis,
    wanted: RecommendOptions,
    probe: containers.Probe,
    *,
    output: Path | None = None,
    trace: bool = False,
    progress: Progress | None = None,
) -> Proof:
    """Proves the recommendation for an analysed image.

    ``wanted`` are the options of the recommendation, ``probe`` what both containers are asked. ``output`` is where the lean
    image is written as an OCI archive. Raises :class:`ImageError` when nothing is recommended or the image cannot be built,
    and :class:`SourceError` when its base cannot be opened."""

    def tell(what: str) -> None:
        if progress is not None:
            progress(what, 0, None)

    if analysis.image.source == "demo":
        raise ImageError("the embedded demo has no file contents to prove anything with", "name an image of your own")
    full = replace(wanted, open_base=opener(analysis.image, progress))
    asked = replace(full, strip=False)
    base = _base_of(analysis.image, _planned(analysis, asked), progress)
    from layerscope.sources.engine.trial import trial

    with trial(analysis.image.source if analysis.image.source in _ENGINES else "") as place:
        tell("running the fat image")
        fat = _run_fat(place, analysis, probe, trace)
        opened = fat.opened if fat else ()
        missed = _missed(analysis, _planned(analysis, asked), opened)
        compared = fat if fat and not fat.silence else None
        lean = _lean_run(_Task(analysis, asked, base, tell), fat, missed)
        differing = comparing.differences(compared.outcome, lean.outcome) if compared and lean.outcome else ()
        recommended = _planned(analysis, replace(full, keep=lean.wanted.keep))
        built_size = None
        if recommended.rebuilt and compared is not None:
            tell("building the recommended Dockerfile")
            built_size, otherwise = _built(compared, analysis, recommended)
            differing += otherwise
        sizes, unresolved = _written(analysis, lean, output, place.directory)
    return Proof(
        plan=lean.plan,
        sizes=sizes,
        ran=lean.outcome is not None,
        differences=differing,
        added=tuple(path for path in lean.added if path not in missed),
        unresolved=unresolved,
        startup=(fat.outcome.seconds if fat else None, lean.outcome.seconds if lean.outcome else None),
        answers=_answers(fat.outcome) if fat else (),
        trace=_told(analysis, lean.plan, opened, missed) if trace and fat is not None else None,
        silence=fat.silence if fat else (),
        idle=bool(fat and not fat.outcome.answers and fat.outcome.exit_code is None),
        capabilities=capabilities(analysis.image.config, probe.confinement),
        why_not_run=_why_not_run(analysis.image),
        built_again=recommended.rebuilt,
        built_size=built_size,
    )


def _answers(outcome: containers.Outcome) -> tuple[str, ...]:
    return tuple(f"{answer.question}: {answer.failure or answer.status}" for answer in outcome.answers)


def _planned(analysis: Analysis, wanted: RecommendOptions) -> Recommendation:
    parts = (analysis.image, analysis.history, analysis.filesystem, analysis.attribution, analysis.runtime)
    plan = recommend(*parts, wanted)
    if not plan.dockerfile or plan.base is None:
        raise ImageError(f"there is nothing to prove: {plan.risks[0] if plan.risks else 'no image is recommended'}")
    return plan


def _base_of(image: Image, plan: Recommendation, progress: Progress | None) -> Image | None:
    """The base image, opened in the engine that the image came from, or in any local one; None for scratch."""
    if plan.base is None or plan.base.reference == "scratch":
        return None
    transport = f"{image.source}:" if image.source in ("docker-daemon", "podman") else ""
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


def _run_fat(place: "Trial", analysis: Analysis, probe: containers.Probe, trace: bool) -> _FatRun | None:
    """Runs the fat image, in the first way that lets it be asked; None where there is no engine."""
    engine = place.engine
    if engine is None:
        return None
    name = analysis.image.config_digest or analysis.image.reference.partition(":")[2]
    for reach in ways(engine, probe.confinement.network, bool(probe.http)):
        if reach is Reach.BRIDGE:
            make_bridge(engine, place.run)
        bench = containers.Bench(engine, place.run, probe, reach, analysis.image.config)
        with suppress(OutOfSight), containers.container(bench, name) as identity:
            outcome, opened = _traced_run(bench, identity) if trace else (containers.run(bench, identity), ())
            return _FatRun(bench, outcome, opened, comparing.silence(outcome))
    raise SourceError(
        f"the containers of {engine.shown} cannot be reached from here",
        "let them use this machine's network with --network host",
    )


def _traced_run(bench: containers.Bench, identity: str) -> tuple[containers.Outcome, tuple[bytes, ...]]:
    """A run that is watched from its first file on."""
    from layerscope.proof.tracing import Trace

    root = containers.root_directory(bench.engine, identity)
    if root is None:
        raise SourceError("the engine does not tell where it mounts a container's files", "leave --trace out")
    with Trace(identity, root) as trace:
        outcome = containers.run(bench, identity)
    return outcome, trace.opened


def _lean_run(task: _Task, fat: _FatRun | None, missed: tuple[bytes, ...]) -> _LeanRun:
    """Makes the lean image with what was ``missed``, and runs it as the fat one ran, until it names nothing more that it
    lacks. It is made but not run where the fat image did not run, or ran in vain."""
    analysis, keep = task.analysis, task.wanted.keep
    added = dict.fromkeys(missed)
    fat_image = Fat(analysis.filesystem, analysis.contents, analysis.image.config.platform)
    for _ in range(ROUNDS):
        wanted = replace(task.wanted, keep=(*keep, *(absolute(path) for path in added)))
        plan = _planned(analysis, wanted)
        task.tell("building the lean image")
        lean = materialise(fat_image, plan, task.base)
        if fat is None or fat.silence:
            return _LeanRun(plan, wanted, lean, None, tuple(added))
        task.tell("running the lean image")
        outcome = _run_lean(fat.bench, lean)
        lacking = _lacking(analysis, plan, fat.outcome, outcome)
        if not lacking - added.keys():
            break
        added.update(dict.fromkeys(sorted(lacking)))
    return _LeanRun(plan, wanted, lean, outcome, tuple(added))


def _run_lean(bench: containers.Bench, lean: LeanImage) -> containers.Outcome:
    """Loads the lean image, labelled, runs it, and takes it out of the engine again."""
    name = f"layerscope-proof/{bench.run}:lean"
    labelled = replace(lean, config=replace(lean.config, labels={**lean.config.labels, **labels(bench.run)}))
    api = bench.engine.client
    with tempfile.TemporaryFile() as stream:
        archives.write_for_engine(labelled, stream, name)
        stream.seek(0)
        with bench.engine.asked("load the lean image"):
            for _ in api.load_image(stream):
                pass
    try:
        with containers.container(bench, name) as identity:
            return containers.run(bench, identity)
    finally:
        with suppress(LayerscopeError), bench.engine.asked("remove the lean image"):
            api.remove_image(name, force=True, noprune=True)


def _built(fat: _FatRun, analysis: Analysis, plan: Recommendation) -> tuple[int | None, tuple[str, ...]]:
    """The size of the image that the Dockerfile builds, and what it does otherwise than the fat one."""
    from layerscope.proof.build import Unbuildable, build

    bench = fat.bench
    arguments = {"IMAGE": analysis.image.config_digest or ""} if "\nARG IMAGE\n" in plan.dockerfile else {}
    try:
        name = build(bench.engine, plan.dockerfile, bench.run, arguments)
    except Unbuildable as error:
        return None, (f"the recommended Dockerfile does not build: {error}",)
    size = int(bench.engine.inspect(name)["Size"])
    with containers.container(bench, name) as identity:
        outcome = containers.run(bench, identity)
    return size, tuple(f"built again: {line}" for line in comparing.differences(fat.outcome, outcome))


def _lacking(analysis: Analysis, plan: Recommendation, fat: containers.Outcome, lean: containers.Outcome) -> set[bytes]:
    """What the lean container said that it lacks, and the fat image has."""
    if not comparing.differences(fat, lean):
        return set()
    said = b"\n".join(
        (lean.said, *(answer.body for answer in lean.answers), *(answer.failure.encode() for answer in lean.answers))
    )
    return set(missing.missing_paths(said, analysis.filesystem, plan.kept))


def _missed(analysis: Analysis, plan: Recommendation, opened: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Files of the image that were opened, and that the lean image neither has nor has something else for."""
    return cover(analysis.filesystem, analysis.runtime, plan, opened).lost


def _told(analysis: Analysis, plan: Recommendation, opened: tuple[bytes, ...], missed: tuple[bytes, ...]) -> Traced:
    filesystem = analysis.filesystem
    entries = {filesystem.holder(entry) for path in opened if (entry := filesystem.resolve(path)) is not None}
    unopened = sum(filesystem.sizes[entry] for entry in {filesystem.holder(entry) for entry in plan.kept} - entries)
    return Traced(len(entries), missed, unopened)


def _written(analysis: Analysis, run: _LeanRun, output: Path | None, directory: Path) -> tuple[Sizes, tuple[str, ...]]:
    """Writes the archive, opens it again, and follows its program as any image's: what is unresolved there and was not
    before."""
    lean, path = run.image, directory / "lean.tar"
    try:
        compressed = archives.write_oci(lean, path, "lean")
    except OSError as error:
        why = error.strerror or str(error)
        raise UsageError(f"no room for the lean image in {tempfile.gettempdir()}: {why}", "set TMPDIR") from error
    again = analyze(open_image(f"oci-archive:{path}"))
    before = {(item.path, item.what) for item in analysis.runtime.unresolved}
    new = [item for item in again.runtime.unresolved if (item.path, item.what) not in before]
    unresolved = tuple(f"{absolute(item.path)} {item.what}" if item.path else item.what for item in new)
    if not again.runtime.programs:
        unresolved = unresolved or ("the lean image starts nothing",)
    if output is not None:
        _copied(path, output)
    uncompressed = sum(layer.size for layer in (*lean.base, *lean.layers))
    return Sizes(run.plan.predicted_size, lean.stored, uncompressed, compressed), unresolved


def _copied(path: Path, output: Path) -> None:
    """The archive in its place, whole or not at all."""
    with path.open("rb") as stream:
        save_pieces(iter(partial(stream.read, _STEP), b""), output)
