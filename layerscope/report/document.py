"""The report as data: the JSON document of schema version 1, field names to the letter.

Sizes are integers in bytes, digests ``sha256:…``, times RFC 3339, paths absolute and printable
(:func:`layerscope.core.names.absolute`). Lists are in a fixed order, so that equal images give equal documents.
"""

from collections.abc import Iterable
from typing import Annotated, Literal

from msgspec import Meta, Struct

from layerscope import __version__
from layerscope.advice.model import Boundary, Finding, Recommendation
from layerscope.analysis import Analysis
from layerscope.attribution.model import Attribution, ComponentSize
from layerscope.core.names import absolute, printable
from layerscope.report.json import json_text
from layerscope.report.wording import because, instruction_of, visible

Bytes = Annotated[int, Meta(ge=0, description="bytes")]
Count = Annotated[int, Meta(ge=0)]


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
    """A base for the last stage. ``size`` is null where nobody knows it: ``predicted_size`` is then without it, a lower bound,
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
        layers=_layers(analysis),
        attribution=[_attributed(analysis.attribution, row) for row in analysis.attribution.sizes],
        findings=[finding_facts(finding) for finding in analysis.findings],
        runtime=_runtime(analysis),
        recommendation=recommendation_facts(analysis.recommendation),
        dive=DiveFacts(analysis.dive.efficiency, analysis.dive.wasted_bytes, analysis.dive.wasted_user_percent),
        problems=_texts(analysis.problems),
    )


def image_facts(analysis: Analysis) -> ImageFacts:
    """Which image was analysed."""
    image, history = analysis.image, analysis.history
    base = None
    if history.base_known:
        base = BaseImage(printable(history.base_reference), history.base_layers, printable(history.base_known))
    return ImageFacts(
        reference=printable(image.reference),
        source=image.source,
        platform=printable(str(image.config.platform)),
        manifest_digest=image.manifest_digest,
        config_digest=image.config_digest,
        created=printable(image.config.created) or None,
        base=base,
    )


def size_facts(analysis: Analysis) -> SizeFacts:
    """Its sizes."""
    sizes = analysis.sizes
    return SizeFacts(
        files=sizes.files,
        live=sizes.live,
        shadowed=sizes.shadowed,
        uncompressed=sizes.uncompressed,
        compressed=sizes.compressed,
        engine=sizes.engine,
        shared_with_base=sizes.shared_with_base,
    )


def _layers(analysis: Analysis) -> list[LayerFacts]:
    rows = []
    for number, (layer, measured) in enumerate(zip(analysis.image.layers, analysis.layer_sizes, strict=True)):
        made_by = analysis.history.of_layer(number)
        rows.append(
            LayerFacts(
                index=number,
                diff_id=printable(layer.diff_id),
                digest=layer.digest,
                media_type=None if layer.media_type is None else printable(layer.media_type),
                created_by=None if made_by is None else printable(made_by.raw),
                instruction=instruction_of(analysis, number),
                size=measured.stored,
                compressed_size=layer.compressed_size,
                files=measured.files,
                shadowed=measured.shadowed,
                categories={str(name): count for name, count in analysis.attribution.by_layer[number].items()},
            )
        )
    return rows


def _attributed(attribution: Attribution, row: ComponentSize) -> Attributed:
    component = attribution.components[row.component]
    return Attributed(
        category=component.category,
        component=printable(component.name),
        version=printable(component.version),
        ecosystem=component.ecosystem,
        rule=component.rule,
        live=row.live,
        shadowed=row.shadowed,
        files=row.files,
        layers=list(row.layers),
        paths=[absolute(path) for path in row.paths],
    )


def finding_facts(finding: Finding) -> FindingFacts:
    """One finding."""
    return FindingFacts(
        rule=finding.rule,
        title=visible(finding.title),
        category=finding.category,
        bytes=finding.size,
        confidence=finding.confidence,  # type: ignore[arg-type]  # the same four, as the schema names them
        layers=list(finding.layers),
        instructions=_texts(finding.instructions),
        paths=[absolute(path) for path in finding.paths],
        evidence=_texts(finding.evidence),
        remedy=visible(finding.remedy),
    )


def _texts(texts: Iterable[str]) -> list[str]:
    return [visible(text) for text in texts]


def _runtime(analysis: Analysis) -> RuntimeFacts:
    runtime, filesystem = analysis.runtime, analysis.filesystem
    needs = [
        NeedFacts(
            absolute(need.path), filesystem.sizes[filesystem.holder(need.entry)], [because(link) for link in need.because]
        )
        for need in runtime.needs
    ]
    return RuntimeFacts(
        entrypoint=[printable(word) for word in runtime.entrypoint],
        working_dir=printable(runtime.working_dir),
        user=printable(runtime.user),
        needs=needs,
        unresolved=[UnresolvedFacts(absolute(item.path), visible(item.what)) for item in runtime.unresolved],
    )


def recommendation_facts(plan: Recommendation) -> RecommendationFacts:
    """The recommendation object, alone."""
    boundary, base = plan.boundary, plan.base
    return RecommendationFacts(
        ecosystem=plan.ecosystem,
        boundary=None if boundary is None else _boundary(boundary),
        base=None if base is None else BaseFacts(printable(base.reference), base.size, visible(base.why)),
        copies=[
            CopyFacts(printable(copy.source), printable(copy.target), copy.size, visible(copy.because)) for copy in plan.copies
        ],
        packages=_texts(plan.packages),
        config=_texts(plan.config),
        predicted_size=plan.predicted_size,
        removed=plan.removed,
        dockerfile=plan.dockerfile,
        risks=_texts(plan.risks),
        alternatives=[
            AlternativeFacts(printable(other.base), other.predicted_size, list(other.gains), list(other.loses))
            for other in plan.alternatives
        ],
    )


def _boundary(boundary: Boundary) -> BoundaryFacts:
    return BoundaryFacts(boundary.instruction_index, visible(boundary.instruction), boundary.stage)
