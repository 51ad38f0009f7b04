"""A comparison as data: the JSON document of schema version 1.

Units, digests, times and paths are as in :mod:`layerscope.report.document`. A ``delta`` is fat - lean in bytes, and everywhere
all deltas together are the ``gap``: over ``by_category``, over ``by_component``, and over all of ``paths``. What people read
is the change instead, lean - fat.
"""

from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict

from layerscope import __version__
from layerscope.analysis import Analysis
from layerscope.comparison.model import Comparison, Impact, PathState
from layerscope.comparison.paths import kinds_of
from layerscope.core.names import absolute, printable
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.report.comparison.sections import problems
from layerscope.report.document import FindingFacts, ImageFacts, SizeFacts, finding_facts, image_facts, size_facts
from layerscope.report.facts import Bytes, Change, Count, Pair, facts_of
from layerscope.report.json import json_text
from layerscope.report.wording import instruction_of, visible


class SideFacts(Struct, frozen=True):
    """One of the two images; ``stored`` is live + shadowed, which the gap is the difference of."""

    image: ImageFacts
    sizes: SizeFacts
    stored: Bytes


class CategoryFacts(Change, frozen=True):
    """One category on both sides."""

    category: str


class ComponentFacts(Change, frozen=True):
    """One component on both sides; a version is "" where it is absent or has none."""

    category: str
    component: str
    ecosystem: str
    fat_version: str
    lean_version: str


class OnlyFacts(Struct, frozen=True):
    """A path that only one image has; ``delta`` is negative where that is the lean one."""

    path: str
    bytes: Bytes
    delta: int


class BothFacts(Change, frozen=True):
    """A path of both images that is not the same: another content, another link target, or another kind of file."""

    path: str
    fat_kind: str
    lean_kind: str


class MovedFacts(Change, frozen=True, rename={"source": "from", "target": "to"}):
    """A file with the same content at another path."""

    source: str
    target: str


class OwnerFacts(Struct, frozen=True):
    """Permission bits in octal digits, user and group as numbers."""

    mode: str
    uid: Count
    gid: Count


class PermissionFacts(Pair[OwnerFacts], frozen=True):
    """A path whose mode, user or group differ, whatever is at it."""

    path: str


class SameFacts(Struct, frozen=True):
    """Paths that are the same: names that are not directories, the fat image's bytes, and what hard links shift."""

    files: Count
    bytes: Bytes
    delta: int


class UnverifiedFacts(Struct, frozen=True):
    """What of ``same`` has equal sizes, while the contents could not be read to know it."""

    files: Count
    bytes: Bytes


class ShadowedFacts(Change, frozen=True):
    """Bytes that layers store and later layers hide."""


class PathFacts(Struct, frozen=True, kw_only=True):
    """Every path of both final filesystems; a directory is a path without bytes."""

    only_fat: list[OnlyFacts]
    only_lean: list[OnlyFacts]
    moved: list[MovedFacts]
    changed: list[BothFacts]
    permissions: list[PermissionFacts]
    same: SameFacts
    unverified: UnverifiedFacts
    shadowed: ShadowedFacts


class ConfigFacts(Pair[str | None], frozen=True):
    """One key of the configuration, as a Dockerfile says it; null where an image has none."""

    key: str


class PairLayerFacts(Struct, frozen=True, kw_only=True):
    """A layer of one side, lowest first; ``shared`` says that it and all below are the other side's too."""

    index: Count
    diff_id: str
    instruction: str
    size: Bytes
    compressed_size: Bytes | None
    shared: bool


class SharedFacts(Struct, frozen=True):
    """The lowest layers that both images have."""

    count: Count
    bytes: Bytes
    compressed: Bytes | None


class LayersFacts(Pair[list[PairLayerFacts]], frozen=True):
    """The layers of both sides."""

    shared: SharedFacts


class PullFacts(Struct, frozen=True):
    """What one image costs: a node's pull and what it keeps, and both for all nodes."""

    pull: int
    stored: int
    transfer: int
    seconds: float
    storage: int


class ImpactFacts(Struct, frozen=True, kw_only=True):
    """Both images on a cluster; ``bandwidth`` in bits a second, ``saved`` is fat - lean."""

    pods: Count
    nodes: Count
    bandwidth: Count
    basis: Literal["compressed", "uncompressed"]
    fat: PullFacts
    lean: PullFacts
    saved: PullFacts
    shared: Bytes
    together: Bytes


class NoteFacts(Struct, frozen=True):
    """What the change of base brings, bytes aside."""

    title: str
    text: str


class ComparisonDocument(Struct, frozen=True, kw_only=True):
    """layerscope's comparison of two container images. ``problems`` are the parts that could not be read, one line each."""

    schema_version: Literal[1]
    layerscope: str
    fat: SideFacts
    lean: SideFacts
    gap: int
    by_category: list[CategoryFacts]
    by_component: list[ComponentFacts]
    paths: PathFacts
    config: list[ConfigFacts]
    layers: LayersFacts
    impact: ImpactFacts
    notes: list[NoteFacts]
    remaining: list[FindingFacts]
    notices: list[str]
    problems: list[str]


def render(comparison: Comparison) -> bytes:
    """The document as JSON text."""
    return json_text(document(comparison))


def document(comparison: Comparison) -> ComparisonDocument:
    """The whole comparison."""
    return ComparisonDocument(
        schema_version=1,
        layerscope=__version__,
        fat=_side(comparison.fat),
        lean=_side(comparison.lean),
        gap=comparison.gap,
        by_category=[facts_of(CategoryFacts, row, delta=row.gap) for row in comparison.categories],
        by_component=[
            facts_of(ComponentFacts, row, component=printable(row.name), delta=row.gap) for row in comparison.components
        ],
        paths=_paths(comparison),
        config=[facts_of(ConfigFacts, pair) for pair in comparison.config],
        layers=_layers(comparison),
        impact=_impact(comparison.impact),
        notes=[facts_of(NoteFacts, note, visible) for note in comparison.notes],
        remaining=[finding_facts(finding) for finding in comparison.remaining],
        notices=[visible(notice) for notice in comparison.notices],
        problems=list(problems(comparison)),
    )


def _side(analysis: Analysis) -> SideFacts:
    return SideFacts(image_facts(analysis), size_facts(analysis), analysis.sizes.stored)


def _paths(comparison: Comparison) -> PathFacts:
    paths = comparison.paths
    names = [absolute(path) for path in paths.paths]
    fat, lean = paths.fat_sizes, paths.lean_sizes
    rows: dict[int, list[int]] = {state: [] for state in PathState}
    for row, state in enumerate(paths.states):
        rows[state].append(row)
    return PathFacts(
        only_fat=[OnlyFacts(names[row], fat[row], fat[row]) for row in rows[PathState.ONLY_FAT]],
        only_lean=[OnlyFacts(names[row], lean[row], -lean[row]) for row in rows[PathState.ONLY_LEAN]],
        moved=[MovedFacts(names[row], names[target], **_change(fat[row], lean[target])) for row, target in paths.moved.items()],
        changed=[_changed(comparison, row, names[row]) for row in rows[PathState.CHANGED]],
        permissions=[_permission(comparison, row, names[row]) for row in paths.permissions],
        same=_same(comparison, rows[PathState.SAME]),
        unverified=UnverifiedFacts(len(paths.unverified), sum(fat[row] for row in paths.unverified)),
        shadowed=ShadowedFacts(**_change(comparison.fat.sizes.shadowed, comparison.lean.sizes.shadowed)),
    )


def _changed(comparison: Comparison, row: int, name: str) -> BothFacts:
    fat_kind, lean_kind = kinds_of(comparison, row)
    change = _change(comparison.paths.fat_sizes[row], comparison.paths.lean_sizes[row])
    return BothFacts(path=name, fat_kind=fat_kind, lean_kind=lean_kind, **change)


def _change(fat: int, lean: int) -> dict[str, int]:
    return {"fat": fat, "lean": lean, "delta": fat - lean}


def _same(comparison: Comparison, rows: list[int]) -> SameFacts:
    paths, kinds = comparison.paths, comparison.fat.filesystem.kinds
    fat, lean = sum(paths.fat_sizes[row] for row in rows), sum(paths.lean_sizes[row] for row in rows)
    files = sum((entry := paths.fat[row]) >= 0 and kinds[entry] != Kind.DIRECTORY for row in rows)
    return SameFacts(files, fat, fat - lean)


def _permission(comparison: Comparison, row: int, name: str) -> PermissionFacts:
    fat, lean = comparison.fat.filesystem, comparison.lean.filesystem
    paths = comparison.paths
    return PermissionFacts(name, fat=_owner(fat, paths.fat[row]), lean=_owner(lean, paths.lean[row]))


def _owner(filesystem: Filesystem, entry: int) -> OwnerFacts:
    return OwnerFacts(f"{filesystem.mode(entry):04o}", *filesystem.owner(entry))


def _layers(comparison: Comparison) -> LayersFacts:
    shared = comparison.shared_layers
    return LayersFacts(
        facts_of(SharedFacts, shared, bytes=shared.stored),
        fat=_side_layers(comparison.fat, shared.count),
        lean=_side_layers(comparison.lean, shared.count),
    )


def _side_layers(analysis: Analysis, shared: int) -> list[PairLayerFacts]:
    return [
        facts_of(
            PairLayerFacts,
            layer,
            index=number,
            instruction=instruction_of(analysis, number),
            size=measured.stored,
            shared=number < shared,
        )
        for number, (layer, measured) in enumerate(zip(analysis.image.layers, analysis.layer_sizes, strict=True))
    ]


def _impact(impact: Impact) -> ImpactFacts:
    pulls = {name: facts_of(PullFacts, getattr(impact, name)) for name in ("fat", "lean", "saved")}
    return facts_of(ImpactFacts, impact, **pulls, **asdict(impact.cluster))
