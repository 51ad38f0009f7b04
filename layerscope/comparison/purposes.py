"""Categories and components of two images, aligned by what they are for."""

from layerscope.analysis import Analysis
from layerscope.attribution.categories import by_category
from layerscope.comparison.model import CategoryGap, ComponentGap
from layerscope.core.vocabulary import CATEGORIES, Category, Ecosystem

_Purpose = tuple[Category, str, Ecosystem]
_Stored = tuple[int, dict[str, None]]
"""Bytes, live and shadowed, and versions in the order of their bytes."""


def compare_categories(fat: Analysis, lean: Analysis) -> tuple[CategoryGap, ...]:
    """Every category that either image has bytes of, the largest gap first."""
    one, other = ({row.category: row.stored for row in by_category(side.attribution)} for side in (fat, lean))
    rows = [CategoryGap(name, one.get(name, 0), other.get(name, 0)) for name in CATEGORIES if name in one or name in other]
    return tuple(sorted(rows, key=lambda row: (-abs(row.gap), CATEGORIES.index(row.category))))


def compare_components(fat: Analysis, lean: Analysis) -> tuple[ComponentGap, ...]:
    """Every component of either image by category, name and ecosystem, the largest gap first."""
    one, other = _by_purpose(fat), _by_purpose(lean)
    rows = [_component_gap(purpose, one.get(purpose), other.get(purpose)) for purpose in dict.fromkeys((*one, *other))]
    return tuple(sorted(rows, key=lambda row: (-abs(row.gap), CATEGORIES.index(row.category), row.name, row.ecosystem)))


def _component_gap(purpose: _Purpose, fat: _Stored | None, lean: _Stored | None) -> ComponentGap:
    fat_size, fat_versions = fat or (0, {})
    lean_size, lean_versions = lean or (0, {})
    category, name, ecosystem = purpose
    return ComponentGap(
        category=category,
        name=name,
        ecosystem=ecosystem,
        fat_version=", ".join(fat_versions),
        lean_version=", ".join(lean_versions),
        fat=fat_size,
        lean=lean_size,
    )


def _by_purpose(analysis: Analysis) -> dict[_Purpose, _Stored]:
    found: dict[_Purpose, _Stored] = {}
    for owned in analysis.attribution.sizes:
        component = analysis.attribution.components[owned.component]
        size, versions = found.get(component.purpose, (0, {}))
        if component.version:
            versions[component.version] = None
        found[component.purpose] = size + owned.stored, versions
    return found
