"""The comparison of two images as an HTML file."""

from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from layerscope.comparison.model import Comparison
from layerscope.core.units import signed
from layerscope.report.comparison.document import ComparisonDocument, OwnerFacts, document
from layerscope.report.comparison.sections import CHANGE, headline
from layerscope.report.document import Document
from layerscope.report.document import document as side_document
from layerscope.report.html.bars import facing_bars, layer_bars
from layerscope.report.html.page import page
from layerscope.report.html.table import Table, column, largest
from layerscope.report.html.treemap import NARROW, WIDE, Treemap, scaled, treemap


def render(comparison: Comparison) -> str:
    """The whole file. What it says is what the JSON document says."""
    facts = document(comparison)
    sides = side_document(comparison.fat), side_document(comparison.lean)
    before, _, answer = headline(comparison).partition(": ")
    longest = max((layer.size for side in sides for layer in side.layers), default=0)
    return page(
        "pair.html",
        report=facts,
        meaning=CHANGE,
        before=before,
        answer=answer,
        sentence=_sentence(facts),
        sides=sides,
        treemaps=[_treemaps(side, max(facts.fat.stored, facts.lean.stored)) for side in sides],
        widths=[place.width for place in (WIDE, NARROW)],
        facing=facing_bars([(row.category, row.fat, row.lean) for row in facts.by_category]),
        layer_bars=[layer_bars(side.layers, longest) for side in sides],
        states=_states(facts),
        components=_components_table(facts),
        paths=_paths_table(facts),
        permissions=_permissions_table(facts),
        config=[pair for pair in facts.config if pair.fat != pair.lean],
    )


def _sentence(facts: ComparisonDocument) -> str:
    """What makes the most of the gap: components that change the way the whole image does."""
    less = facts.gap > 0
    parts = [
        f"{row.component} {row.fat_version if less else row.lean_version}".strip() + f" ({signed(-row.delta)})"
        for row in facts.by_component[:3]
        if row.delta and (row.delta > 0) == less
    ]
    return f"The largest parts of the gap are {', '.join(parts)}." if parts else ""


def _treemaps(side: Document, most: int) -> list[Treemap]:
    """The side's bytes, wide and narrow, drawn to the scale at which ``most`` bytes fill the drawing."""
    stored = side.sizes.live + side.sizes.shadowed
    return [treemap(side.attribution, scaled(place, stored, most)) for place in (WIDE, NARROW)]


class State(NamedTuple):
    """What became of paths: how many, and their bytes on both sides."""

    name: str
    paths: int
    fat: int
    lean: int
    change: int


def _states(facts: ComparisonDocument) -> list[State]:
    """The gap once more, by what became of the paths; together with what is shadowed it is the whole."""
    paths = facts.paths
    sums = (
        ("only in fat", len(paths.only_fat), _sum(paths.only_fat, "bytes"), 0),
        ("only in lean", len(paths.only_lean), 0, _sum(paths.only_lean, "bytes")),
        ("moved", len(paths.moved), _sum(paths.moved, "fat"), _sum(paths.moved, "lean")),
        ("changed", len(paths.changed), _sum(paths.changed, "fat"), _sum(paths.changed, "lean")),
        ("the same", paths.same.files, paths.same.bytes, paths.same.bytes - paths.same.delta),
    )
    return [State(name, count, fat, lean, lean - fat) for name, count, fat, lean in sums if count]


def _sum(rows: Sequence[object], field: str) -> int:
    return sum(map(attrgetter(field), rows))


def _components_table(facts: ComparisonDocument) -> Table:
    rows = facts.by_component
    columns = (
        column(rows, "component", "text"),
        column(rows, "category", "category", filters=True),
        column(rows, "fat_version", "text", label="version in fat"),
        column(rows, "lean_version", "text", label="version in lean"),
        column(rows, "fat", "bytes"),
        column(rows, "lean", "bytes"),
        column(rows, "change", "change", lambda row: -row.delta),
    )
    return Table("components", f"Every component of either image. {CHANGE}", columns, "change")


class Path(NamedTuple):
    """One fact about a path."""

    path: str
    state: str
    fat: int
    lean: int
    to: str = ""


def _change(row: Path) -> int:
    return row.lean - row.fat


def _paths_table(facts: ComparisonDocument) -> Table:
    """Every path that is not the same; a file that moved is one row."""
    paths = facts.paths
    found = [Path(row.path, "only in fat", row.bytes, 0) for row in paths.only_fat]
    found += [Path(row.path, "only in lean", 0, row.bytes) for row in paths.only_lean]
    found += [Path(row.source, "moved", row.fat, row.lean, row.target) for row in paths.moved]
    found += [Path(row.path, "changed", row.fat, row.lean) for row in paths.changed]
    rows, note = largest(found, _change, signed)
    rows.sort()
    columns = [
        column(rows, "path", "code"),
        column(rows, "state", "text", filters=True),
        column(rows, "fat", "bytes"),
        column(rows, "lean", "bytes"),
        column(rows, "change", "change", _change),
    ]
    if paths.moved:
        columns.append(column(rows, "to", "code", label="now at"))
    return Table("paths", "Every path that is not the same in both", tuple(columns), "change", note)


def _permissions_table(facts: ComparisonDocument) -> Table:
    rows = facts.paths.permissions
    columns = (
        column(rows, "path", "code"),
        column(rows, "fat", "text", lambda row: _owner(row.fat)),
        column(rows, "lean", "text", lambda row: _owner(row.lean)),
    )
    return Table("permissions", "Paths with other permissions, user or group", columns, "")


def _owner(owner: OwnerFacts) -> str:
    return f"{owner.mode} {owner.uid}:{owner.gid}"
