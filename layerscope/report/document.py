"""The report as data: the JSON document of schema version 1, field names to the letter.

Sizes are integers in bytes, digests ``sha256:…``, times RFC 3339, paths absolute and printable
(:func:`layerscope.core.names.absolute`). Lists are in a fixed order, so that equal images give equal documents.
"""

from typing import Literal

from msgspec import Struct

from layerscope import __version__
from layerscope.advice.model import Finding, Recommendation
from layerscope.analysis import Analysis
from layerscope.attribution.model import ComponentSize
from layerscope.core.names import printable
from layerscope.needs.model import Runtime
from layerscope.report.facts import Bytes, Count, facts_of
from layerscope.report.json import json_text
from layerscope.report.wording import because, instruction_of, visible


class BaseImage(Struct, frozen=True):
    """The base image: how many of the lowest layers are its, and how that is known."""

    reference: str
    layers: Count
    how_known: str


class ImageFacts(Struct, frozen=True, kw_only=True):
    """Which image this is. ``base`` is null when nothing is known of it."""

    reference: str
    source: str
    platform: str
    manifest_digest: str | None
    config_digest: str | None
    created: str | None
    base: BaseImage | None


class SizeFacts(Struct, frozen=True, kw_only=True):
    """The image's sizes; the sum of the layers' ``size`` is ``live`` + ``shadowed``. Null where unknown."""

    files: Count
    live: Bytes
    shadowed: Bytes
    uncompressed: Bytes
    compressed: Bytes | None
    engine: Bytes | None
    shared_with_base: Bytes | None


class LayerFacts(Struct, frozen=True, kw_only=True):
    """One layer, lowest first; the sum of ``categories`` is ``size``. ``instruction`` is "unattributed" when unknown."""

    index: Count
    diff_id: str
    digest: str | None
    media_type: str | None
    created_by: str | None
    instruction: str
    size: Bytes
    compressed_size: Bytes | None
    files: Count
    shadowed: Bytes
    categories: dict[str, Bytes]


class Attributed(Struct, frozen=True, kw_only=True):
    """One component's bytes; all rows together are the whole image."""

    category: str
    component: str
    version: str
    ecosystem: str
    rule: str
    live: Bytes
    shadowed: Bytes
    files: Count
    layers: list[Count]
    paths: list[str]


class FindingFacts(Struct, frozen=True, kw_only=True):
    """Bytes that the program does not need, by one rule."""

    rule: str
    title: str
    category: str
    bytes: Bytes
    confidence: Literal["dead", "build-only", "unreached", "unknown"]
    layers: list[Count]
    instructions: list[str]
    paths: list[str]
    evidence: list[str]
    remedy: str


class NeedFacts(Struct, frozen=True):
    """A path that the program needs, and the chain of reasons."""

    path: str
    bytes: Bytes
    because: list[str]


class UnresolvedFacts(Struct, frozen=True):
    """Something that the program asks for and that is not there or cannot be known."""

    path: str
    what: str


class RuntimeFacts(Struct, frozen=True):
    """What runs, and what it needs."""

    entrypoint: list[str]
    working_dir: str
    user: str
    needs: list[NeedFacts]
    unresolved: list[UnresolvedFacts]


class BoundaryFacts(Struct, frozen=True):
    """The last instruction that only builds; ``instruction_index`` counts the history's entries from 0."""

    instruction_index: Count
    instruction: str
    stage: str


class BaseFacts(Struct, frozen=True):
    """A base for the last stage. ``size`` is null where it is unknown: ``predicted_size`` is then without it, a lower bound,
    and ``removed`` the most that can be."""

    reference: str
    size: Bytes | None
    why: str


class CopyFacts(Struct, frozen=True):
    """One COPY --from."""

    source: str
    target: str
    bytes: Bytes
    because: str


class AlternativeFacts(Struct, frozen=True):
    """Another base, against the recommended one."""

    base: str
    predicted_size: Bytes
    gains: list[str]
    loses: list[str]


class FootingFacts(Struct, frozen=True):
    """A part of the plan: how it is known to be needed (followed, closure or subtracted), what it is, its bytes."""

    rung: str
    what: str
    bytes: Bytes


class RecommendationFacts(Struct, frozen=True, kw_only=True):
    """The plan. ``dockerfile`` is empty when nothing can honestly be recommended; ``risks`` then says why."""

    ecosystem: str
    boundary: BoundaryFacts | None
    base: BaseFacts | None
    copies: list[CopyFacts]
    packages: list[str]
    config: list[str]
    predicted_size: Bytes
    removed: int
    dockerfile: str
    risks: list[str]
    alternatives: list[AlternativeFacts]
    rungs: list[FootingFacts]


class DiveFacts(Struct, frozen=True):
    """dive's own score, computed its way; shares between 0 and 1."""

    efficiency: float
    wasted_bytes: Bytes
    wasted_user_percent: float


class Document(Struct, frozen=True, kw_only=True):
    """layerscope's report on a container image. ``problems`` are the parts that could not be read, one line each."""

    schema_version: Literal[1]
    layerscope: str
    image: ImageFacts
    sizes: SizeFacts
    layers: list[LayerFacts]
    attribution: list[Attributed]
    findings: list[FindingFacts]
    runtime: RuntimeFacts
    recommendation: RecommendationFacts
    dive: DiveFacts
    problems: list[str]


def render(analysis: Analysis) -> bytes:
    """The whole document as JSON text."""
    return json_text(document(analysis))


def render_recommendation(analysis: Analysis) -> bytes:
    """The recommendation object alone as JSON text."""
    return json_text(recommendation_facts(analysis.recommendation))


def document(analysis: Analysis) -> Document:
    """The whole report on an analysed image."""
    return Document(
        schema_version=1,
        layerscope=__version__,
        image=image_facts(analysis),
        sizes=size_facts(analysis),
        layers=[_layer(analysis, number) for number in range(len(analysis.layer_sizes))],
        attribution=[_attributed(analysis, row) for row in analysis.attribution.sizes],
        findings=[finding_facts(finding) for finding in analysis.findings],
        runtime=_runtime(analysis),
        recommendation=recommendation_facts(analysis.recommendation),
        dive=facts_of(DiveFacts, analysis.dive),
        problems=[visible(problem) for problem in analysis.problems],
    )


def image_facts(analysis: Analysis) -> ImageFacts:
    """Which image was analysed."""
    image, history = analysis.image, analysis.history
    base = None
    if history.base_known:
        base = BaseImage(printable(history.base_reference), history.base_layers, printable(history.base_known))
    platform, created = printable(str(image.config.platform)), printable(image.config.created) or None
    return facts_of(ImageFacts, image, platform=platform, created=created, base=base)


def size_facts(analysis: Analysis) -> SizeFacts:
    """Its sizes."""
    return facts_of(SizeFacts, analysis.sizes)


def _layer(analysis: Analysis, number: int) -> LayerFacts:
    made_by, measured = analysis.history.of_layer(number), analysis.layer_sizes[number]
    return facts_of(
        LayerFacts,
        analysis.image.layers[number],
        index=number,
        created_by=None if made_by is None else printable(made_by.raw),
        instruction=instruction_of(analysis, number),
        size=measured.stored,
        files=measured.files,
        shadowed=measured.shadowed,
        categories={str(name): count for name, count in analysis.attribution.by_layer[number].items()},
    )


def _attributed(analysis: Analysis, row: ComponentSize) -> Attributed:
    owner = analysis.attribution.components[row.component]
    known = {name: getattr(owner, name) for name in ("category", "ecosystem", "rule")}
    return facts_of(Attributed, row, component=printable(owner.name), version=printable(owner.version), **known)


def finding_facts(finding: Finding) -> FindingFacts:
    """One finding."""
    return facts_of(FindingFacts, finding, visible, bytes=finding.size)


def _runtime(analysis: Analysis) -> RuntimeFacts:
    runtime: Runtime = analysis.runtime
    sizes, holder = analysis.filesystem.sizes, analysis.filesystem.holder
    return facts_of(
        RuntimeFacts,
        runtime,
        needs=[
            facts_of(NeedFacts, need, bytes=sizes[holder(need.entry)], because=[because(link) for link in need.because])
            for need in runtime.needs
        ],
        unresolved=[facts_of(UnresolvedFacts, item, visible) for item in runtime.remarks],
    )


def recommendation_facts(plan: Recommendation) -> RecommendationFacts:
    """The recommendation object, alone."""
    base = plan.base
    return facts_of(
        RecommendationFacts,
        plan,
        visible,
        boundary=plan.boundary and facts_of(BoundaryFacts, plan.boundary, visible),
        base=base and facts_of(BaseFacts, base, visible, reference=printable(base.reference)),
        copies=[
            CopyFacts(printable(copy.source), printable(copy.target), copy.size, visible(copy.because)) for copy in plan.copies
        ],
        dockerfile=plan.dockerfile,
        risks=[visible(risk.text) for risk in plan.risks],
        alternatives=[facts_of(AlternativeFacts, other, visible) for other in plan.alternatives],
        rungs=[FootingFacts(part.rung, visible(part.what), part.size) for part in plan.rungs],
    )
