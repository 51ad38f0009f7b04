"""One row measured on the engine: built fat, by the expert, and as recommended both ways; run; watched."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from msgspec.structs import replace

from layerscope.advice.ground import RecommendOptions
from layerscope.advice.model import Recommendation
from layerscope.advice.plan.base_content import opener
from layerscope.advice.recommend import recommend
from layerscope.analysis import Analysis, analyze
from layerscope.core.names import absolute
from layerscope.proof.coverage import cover
from layerscope.sources import open_image
from tests.engine.conftest import CONTEXTS, Engine
from tests.engine.rows import Row
from tests.engine.rows.bases import provide
from tests.engine.rows.containers import Seen, observe


class Lean(NamedTuple):
    """The image that one of the two recommendations builds. ``problem`` says why there is none."""

    dockerfile: str
    predicted: int
    size: int = 0
    seen: Seen = Seen()
    problem: str = ""

    @property
    def error(self) -> float:
        """How far the prediction is off, as a part of the built size."""
        return (self.predicted - self.size) / self.size if self.size else float("inf")


class Opened(NamedTuple):
    """Files that the running fat container opened, beside the plan. ``lost`` are those that the lean image lacks; ``kept``
    and ``unopened`` are bytes that the plan copies, in all and without those that were opened."""

    files: int
    replaced: tuple[str, ...]
    lost: tuple[str, ...]
    kept: int
    unopened: int

    @property
    def recall(self) -> float:
        """The part of the opened files that is there in the lean image, or replaced."""
        return 1 - len(self.lost) / self.files if self.files else 1.0

    @property
    def precision(self) -> float:
        """The part of the copied bytes that was opened."""
        return 1 - self.unopened / self.kept if self.kept else 1.0


class Measured(NamedTuple):
    """All that is known of a row; sizes in bytes as the engine reports them, the experts' in the row's order."""

    row: Row
    fat: int
    experts: tuple[int, ...]
    fat_seen: Seen
    expert_seen: Seen
    image: Lean
    file: Lean
    opened: Opened


@cache
def measure(row: Row) -> Measured:
    """Builds and runs everything of a row, once in a session; builds are the engine's cached ones where nothing changed."""
    engine = Engine()
    provide(engine, row.bases)
    context = CONTEXTS / row.directory
    fat = engine.build(f"rows/{row.key}:fat", context, row.fat)
    experts = [engine.build(f"rows/{row.key}:expert{number or ''}", context, file) for number, file in enumerate(row.experts)]
    fat_seen = observe(fat, row, row.port, watched=True)
    image = open_image(f"docker-daemon:{fat}")
    options = RecommendOptions(open_base=opener(image))
    analysis = analyze(image, wanted=options)
    plan = analysis.recommendation
    own = replace(options, dockerfile=(context / row.fat).read_text(), dockerfile_name=row.fat)
    staged = recommend(replace(analysis.ground, options=own))
    return Measured(
        row,
        engine.size(fat),
        tuple(engine.size(expert) for expert in experts),
        fat_seen,
        observe(experts[0], row, row.expert_port or row.port),
        _lean(engine, row, plan, lambda text: engine.build_text(f"rows/{row.key}:image", text)),
        _lean(engine, row, staged, lambda text: _build_staged(engine, row, context, text)),
        judge(analysis, plan, fat_seen.opened),
    )


def _build_staged(engine: Engine, row: Row, context: Path, text: str) -> str:
    with TemporaryDirectory() as directory:
        path = Path(directory, "Dockerfile")
        path.write_text(text)
        return engine.build(f"rows/{row.key}:file", context, str(path))


def _lean(engine: Engine, row: Row, plan: Recommendation, build: Callable[[str], str]) -> Lean:
    if not plan.dockerfile:
        return Lean("", 0, problem="; ".join(risk.text for risk in plan.risks))
    found = Lean(plan.dockerfile, plan.predicted_size)
    try:
        built = build(plan.dockerfile)
    except AssertionError as error:
        return found._replace(problem=f"it does not build: {error}")
    return found._replace(size=engine.size(built), seen=observe(built, row, row.port))


def judge(analysis: Analysis, plan: Recommendation, opened: tuple[bytes, ...]) -> Opened:
    """Which of the opened files the plan keeps, finds in its base, or has replaced by it."""
    filesystem = analysis.filesystem
    found = cover(filesystem, analysis.runtime, plan, opened)
    kept = {filesystem.holder(entry) for entry in plan.kept}
    return Opened(
        len(found.copied) + len(found.base) + len(found.replaced) + len(found.lost),
        tuple(f"{absolute(path)}: {reason}" for path, reason in found.replaced.items()),
        tuple(map(absolute, found.lost)),
        sum(filesystem.sizes[entry] for entry in kept),
        sum(filesystem.sizes[entry] for entry in kept - found.copied),
    )
