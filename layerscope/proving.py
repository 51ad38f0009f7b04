"""The proof of a recommendation, from an opened image to a verdict: build the lean image, run both, add what was missing."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from layerscope.advice.model import Recommendation
from layerscope.advice.opened import opener
from layerscope.advice.proof import archives, missing, running
from layerscope.advice.proof.coverage import cover
from layerscope.advice.proof.materialise import Fat, LeanImage, materialise
from layerscope.advice.recommend import RecommendOptions, recommend
from layerscope.analysis import Analysis, analyze
from layerscope.errors import ImageError, LayerscopeError, SourceError, UsageError
from layerscope.names import absolute
from layerscope.saving import save_pieces
from layerscope.sources import open_image
from layerscope.sources.image import Image, Progress

if TYPE_CHECKING:
    from layerscope.sources.engine_api import Engine

ROUNDS = 5
"""How often missing files are added and the proof runs again."""

_STEP = 1024 * 1024
_NAME = "layerscope-proof/lean:latest"
_BUILT_NAME = "layerscope-proof/built:latest"


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


class Proof(Struct, frozen=True, eq=False):
    """The verdict. ``ran`` says whether an engine ran both images; ``differences`` is what the lean one did otherwise (empty
    when they are alike); ``added`` are paths that a failed run named and that were added; ``unresolved`` what the closure of
    the lean image lacks and the fat one's did not; ``startup`` the seconds until the first answer, of the fat and the lean
    image. ``plan`` brings the program as it is; where the recommended Dockerfile builds it again, ``built_again`` is its path,
    and ``built_size`` what the engine says of the image that it built, which was run as well (None where it was not)."""

    plan: Recommendation
    sizes: Sizes
    ran: bool
    differences: tuple[str, ...]
    added: tuple[bytes, ...]
    unresolved: tuple[str, ...]
    startup: tuple[float | None, float | None]
    answers: tuple[str, ...]
    trace: Traced | None
    why_not_run: str = ""
    built_again: bytes = b""
    built_size: int | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against the plan."""
        return not self.differences and not self.unresolved


def prove(
    analysis: Analysis,
    wanted: RecommendOptions,
    probe: running.Probe,
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
    wanted = replace(full, strip=False)
    keep = wanted.keep
    plan = _planned(analysis, wanted)
    base = _base_of(analysis.image, plan, progress)
    with _engine(analysis.image) as (engine, why_not):
        fat: running.Outcome | None = None
        traced: tuple[bytes, ...] = ()
        if engine is not None:
            tell("running the fat image")
            fat, traced = _run_fat(engine, analysis, probe, trace)
        missed = _missed(analysis, plan, traced)
        added: dict[bytes, None] = dict.fromkeys(missed)
        for _ in range(ROUNDS):
            wanted = replace(wanted, keep=(*keep, *(absolute(path) for path in added)))
            plan = _planned(analysis, wanted)
            tell("building the lean image")
            lean = materialise(Fat(analysis.filesystem, analysis.contents, analysis.image.config.platform), plan, base)
            if engine is None or fat is None:
                outcome = None
                break
            tell("running the lean image")
            outcome = _run_lean(engine, lean, probe)
            lacking = _lacking(analysis, plan, fat, outcome)
            if not lacking - added.keys():
                break
            added.update(dict.fromkeys(sorted(lacking)))
        differing = running.differences(fat, outcome) if fat is not None and outcome is not None else ()
        recommended = _planned(analysis, replace(full, keep=wanted.keep))
        built_size = None
        if recommended.rebuilt and engine is not None and fat is not None:
            tell("building the recommended Dockerfile")
            built_size, otherwise = _built(engine, analysis, recommended, probe, fat)
            differing += otherwise
    sizes, unresolved = _written(analysis, plan, lean, output)
    return Proof(
        plan,
        sizes,
        outcome is not None,
        differing,
        tuple(path for path in added if path not in missed),
        unresolved,
        (fat.seconds if fat else None, outcome.seconds if outcome else None),
        tuple(f"{answer.question}: {answer.failure or answer.status}" for answer in fat.answers) if fat else (),
        _told(analysis, plan, traced, missed) if trace and fat is not None else None,
        why_not,
        recommended.rebuilt,
        built_size,
    )


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


@contextmanager
def _engine(image: Image) -> "Iterator[tuple[Engine | None, str]]":
    """The engine that has the image, None with the reason when there is none to run it on."""
    from layerscope.sources.engine_api import connect

    if image.source not in ("docker-daemon", "podman"):
        where = "a registry: pull it with an engine" if image.source == "docker" else "a file: load it into an engine"
        yield None, f"the image comes from {where} to run it"
        return
    engine = connect(image.source)
    try:
        yield engine, ""
    finally:
        engine.close()


def _run_fat(
    engine: "Engine", analysis: Analysis, probe: running.Probe, trace: bool
) -> tuple[running.Outcome, tuple[bytes, ...]]:
    name = analysis.image.config_digest or analysis.image.reference.partition(":")[2]
    with running.container(engine, name, probe) as identity:
        if not trace:
            return running.run(engine, identity, probe), ()
        return _traced_run(engine, identity, probe)


def _traced_run(engine: "Engine", identity: str, probe: running.Probe) -> tuple[running.Outcome, tuple[bytes, ...]]:
    """A run that is watched from its first file on."""
    from layerscope.advice.proof.tracing import Trace

    root = running.root_directory(engine, identity)
    if root is None:
        raise SourceError("the engine does not tell where it mounts a container's files", "leave --trace out")
    with Trace(identity, root) as trace:
        outcome = running.run(engine, identity, probe)
    return outcome, trace.opened


def _run_lean(engine: "Engine", lean: LeanImage, probe: running.Probe) -> running.Outcome:
    """Loads the lean image, runs it, and takes it out of the engine again."""
    with tempfile.TemporaryFile() as stream:
        archives.write_for_engine(lean, stream, _NAME)
        stream.seek(0)
        for _ in engine.client.load_image(stream):
            pass
    try:
        with running.container(engine, _NAME, probe) as identity:
            return running.run(engine, identity, probe)
    finally:
        engine.client.remove_image(_NAME, force=True)


def _built(
    engine: "Engine", analysis: Analysis, plan: Recommendation, probe: running.Probe, fat: running.Outcome
) -> tuple[int | None, tuple[str, ...]]:
    """The size of the image that the Dockerfile builds, and what it does otherwise than the fat one."""
    from layerscope.advice.proof.building import Unbuildable, built

    arguments = {"IMAGE": analysis.image.config_digest or ""} if "\nARG IMAGE\n" in plan.dockerfile else {}
    try:
        with built(engine, plan.dockerfile, _BUILT_NAME, arguments) as name:
            size = int(engine.client.inspect_image(name)["Size"])
            with running.container(engine, name, probe) as identity:
                outcome = running.run(engine, identity, probe)
    except Unbuildable as error:
        return None, (f"the recommended Dockerfile does not build: {error}",)
    return size, tuple(f"built again: {line}" for line in running.differences(fat, outcome))


def _lacking(analysis: Analysis, plan: Recommendation, fat: running.Outcome, lean: running.Outcome) -> set[bytes]:
    """What the lean container said that it lacks, and the fat image has."""
    if not running.differences(fat, lean):
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


def _written(analysis: Analysis, plan: Recommendation, lean: LeanImage, output: Path | None) -> tuple[Sizes, tuple[str, ...]]:
    """Writes the archive, opens it again, and follows its program as any image's: what is unresolved there and was not
    before."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "lean.tar")
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
    return Sizes(plan.predicted_size, lean.stored, uncompressed, compressed), unresolved


def _copied(path: Path, output: Path) -> None:
    """The archive in its place, whole or not at all."""
    with path.open("rb") as stream:
        save_pieces(iter(partial(stream.read, _STEP), b""), output)
