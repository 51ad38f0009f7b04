"""A comparison as data: the JSON document of schema version 1.

Units, digests, times and paths are as in :mod:`layerscope.report.document`. A ``delta`` is fat - lean in bytes, and everywhere
all deltas together are the ``gap``: over ``by_category``, over ``by_component``, and over all of ``paths``. What people read
is the change instead, lean - fat.
"""

from typing import Literal

from msgspec import Struct

from layerscope import __version__
from layerscope.analysis import Analysis
from layerscope.comparison.model import Comparison, Impact, PathState, Pull
from layerscope.comparison.paths import kinds_of
from layerscope.core.names import absolute, printable
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.report.comparison.sections import problems
from layerscope.report.document import (
    Bytes,
    Count,
    FindingFacts,
    ImageFacts,
    SizeFacts,
    finding_facts,
    image_facts,
    size_facts,
)
from layerscope.report.json import json_text
from layerscope.report.wording import instruction_of, visible


class SideFacts(Struct, frozen=True):
    """One of the two images; ``stored`` is live + shadowed, which the gap is the difference of."""

    image: ImageFacts
    sizes: SizeFacts
    stored: Bytes


class CategoryFacts(Struct, frozen=True):
    """One category on both sides."""

    category: str
    fat: Bytes
    lean: Bytes
    delta: int


class ComponentFacts(Struct, frozen=True, kw_only=True):
    """One component on both sides; a version is "" where it is absent or has none."""

    category: str
    component: str
    ecosystem: str
    fat_version: str
    lean_version: str
    fat: Bytes
    lean: Bytes
    delta: int


class OnlyFacts(Struct, frozen=True):
    """A path that only one image has; ``delta`` is negative where that is the lean one."""

    path: str
    bytes: Bytes
    delta: int


class BothFacts(Struct, frozen=True, kw_only=True):
    """A path of both images that is not the same: another content, another link target, or another kind of file."""

    path: str
    fat_kind: str
    lean_kind: str
    fat: Bytes
    lean: Bytes
    delta: int


class MovedFacts(Struct, frozen=True, rename={"source": "from", "target": "to"}):
    """A file with the same content at another path."""

    source: str
    target: str
    fat: Bytes
    lean: Bytes
    delta: int


class OwnerFacts(Struct, frozen=True):
    """Permission bits in octal digits, user and group as numbers."""

    mode: str
    uid: Count
    gid: Count


class PermissionFacts(Struct, frozen=True):
    """A path whose mode, user or group differ, whatever is at it."""

    path: str
    fat: OwnerFacts
    lean: OwnerFacts


class SameFacts(Struct, frozen=True):
    """Paths that are the same: names that are not directories, the fat image's bytes, and what hard links shift."""

    files: Count
    bytes: Bytes
    delta: int


class UnverifiedFacts(Struct, frozen=True):
    """What of ``same`` has equal sizes, while the contents could not be read to know it."""

    files: Count
    bytes: Bytes


class ShadowedFacts(Struct, frozen=True):
    """Bytes that layers store and later layers hide."""

    fat: Bytes
    lean: Bytes
    delta: int


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


class ConfigFacts(Struct, frozen=True):
    """One key of the configuration, as a Dockerfile says it; null where an image has none."""

    key: str
    fat: str | None
    lean: str | None


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


class LayersFacts(Struct, frozen=True):
    """The layers of both sides."""

    shared: SharedFacts
    fat: list[PairLayerFacts]
    lean: list[PairLayerFacts]


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
    """What the change of base brings besides bytes."""

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
        by_category=[CategoryFacts(row.category, row.fat, row.lean, row.gap) for row in comparison.categories],
        by_component=_components(comparison),
        paths=_paths(comparison),
        config=[ConfigFacts(printable(row.key), _text(row.fat), _text(row.lean)) for row in comparison.config],
        layers=_layers(comparison),
        impact=_impact(comparison.impact),
        notes=[NoteFacts(visible(note.title), visible(note.text)) for note in comparison.notes],
        remaining=[finding_facts(finding) for finding in comparison.remaining],
        notices=[visible(notice) for notice in comparison.notices],
        problems=list(problems(comparison)),
    )


def _side(analysis: Analysis) -> SideFacts:
    return SideFacts(image_facts(analysis), size_facts(analysis), analysis.sizes.stored)


def _text(text: str | None) -> str | None:
    return None if text is None else printable(text)


def _components(comparison: Comparison) -> list[ComponentFacts]:
    return [
        ComponentFacts(
            category=row.category,
            component=printable(row.name),
            ecosystem=row.ecosystem,
            fat_version=printable(row.fat_version),
            lean_version=printable(row.lean_version),
            fat=row.fat,
            lean=row.lean,
            delta=row.gap,
        )
        for row in comparison.components
    ]


def _paths(comparison: Comparison) -> PathFacts:
    paths = comparison.paths
    names = [absolute(path) for path in paths.paths]
    rows: dict[int, list[int]] = {state: [] for state in PathState}
    for row, state in enumerate(paths.states):
        rows[state].append(row)
    moves = ((names[row], names[target], paths.fat_sizes[row], paths.lean_sizes[target]) for row, target in paths.moved.items())
    shadowed = comparison.fat.sizes.shadowed, comparison.lean.sizes.shadowed
    return PathFacts(
        only_fat=[OnlyFacts(names[row], size := paths.fat_sizes[row], size) for row in rows[PathState.ONLY_FAT]],
        only_lean=[OnlyFacts(names[row], size := paths.lean_sizes[row], -size) for row in rows[PathState.ONLY_LEAN]],
        moved=[MovedFacts(source, target, fat, lean, fat - lean) for source, target, fat, lean in moves],
        changed=[_changed(comparison, row, names[row]) for row in rows[PathState.CHANGED]],
        permissions=[_permission(comparison, row, names[row]) for row in paths.permissions],
        same=_same(comparison, rows[PathState.SAME]),
        unverified=UnverifiedFacts(len(paths.unverified), sum(paths.fat_sizes[row] for row in paths.unverified)),
        shadowed=ShadowedFacts(*shadowed, shadowed[0] - shadowed[1]),
    )


def _changed(comparison: Comparison, row: int, name: str) -> BothFacts:
    fat, lean = comparison.paths.fat_sizes[row], comparison.paths.lean_sizes[row]
    fat_kind, lean_kind = kinds_of(comparison, row)
    return BothFacts(path=name, fat_kind=fat_kind, lean_kind=lean_kind, fat=fat, lean=lean, delta=fat - lean)


def _same(comparison: Comparison, rows: list[int]) -> SameFacts:
    paths, kinds = comparison.paths, comparison.fat.filesystem.kinds
    fat, lean = sum(paths.fat_sizes[row] for row in rows), sum(paths.lean_sizes[row] for row in rows)
    files = sum((entry := paths.fat[row]) >= 0 and kinds[entry] != Kind.DIRECTORY for row in rows)
    return SameFacts(files, fat, fat - lean)


def _permission(comparison: Comparison, row: int, name: str) -> PermissionFacts:
    fat = _owner(comparison.fat.filesystem, comparison.paths.fat[row])
    return PermissionFacts(name, fat, _owner(comparison.lean.filesystem, comparison.paths.lean[row]))


def _owner(filesystem: Filesystem, entry: int) -> OwnerFacts:
    return OwnerFacts(f"{filesystem.mode(entry):04o}", *filesystem.owner(entry))


def _layers(comparison: Comparison) -> LayersFacts:
    shared = comparison.shared_layers
    return LayersFacts(
        SharedFacts(shared.count, shared.stored, shared.compressed),
        _side_layers(comparison.fat, shared.count),
        _side_layers(comparison.lean, shared.count),
    )


def _side_layers(analysis: Analysis, shared: int) -> list[PairLayerFacts]:
    return [
        PairLayerFacts(
            index=number,
            diff_id=printable(layer.diff_id),
            instruction=instruction_of(analysis, number),
            size=measured.stored,
            compressed_size=layer.compressed_size,
            shared=number < shared,
        )
        for number, (layer, measured) in enumerate(zip(analysis.image.layers, analysis.layer_sizes, strict=True))
    ]


def _impact(impact: Impact) -> ImpactFacts:
    fat, lean = impact.fat, impact.lean
    return ImpactFacts(
        pods=impact.pods,
        nodes=impact.nodes,
        bandwidth=impact.bandwidth,
        basis=impact.basis,  # type: ignore[arg-type]  # one of the two, by its definition
        fat=_pull(fat),
        lean=_pull(lean),
        saved=_pull(impact.saved),
        shared=impact.shared,
        together=impact.together,
    )


def _pull(pull: Pull) -> PullFacts:
    return PullFacts(pull.pull, pull.stored, pull.transfer, pull.seconds, pull.storage)
