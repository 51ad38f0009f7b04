"""The report on one image as an HTML file."""

from layerscope.analysis import Analysis
from layerscope.attribution.categories import by_category
from layerscope.core.units import size
from layerscope.report.document import Document, document
from layerscope.report.html.bars import category_bars, layer_bars
from layerscope.report.html.files import files_table
from layerscope.report.html.page import page
from layerscope.report.html.table import Table, column
from layerscope.report.html.treemap import NARROW, WIDE, treemap
from layerscope.report.wording import (
    ALL_LAYERS,
    BASE_MISSING,
    base_size,
    headline,
    measured_sizes,
    note,
    predicted,
    visible,
    visible_lines,
)


def render(analysis: Analysis) -> str:
    """The whole file. What it says is what the JSON document says."""
    facts, plan = document(analysis), analysis.recommendation
    found = by_category(analysis.attribution)
    before, _, answer = headline(analysis).partition(": ")
    return page(
        "single.html",
        report=facts,
        before=before,
        answer=answer,
        sentence=_sentence(facts),
        note=note(analysis),
        history_note=visible(analysis.history.note),
        sizes=measured_sizes(analysis.sizes),
        whole=facts.sizes.live + facts.sizes.shadowed,
        all_layers=ALL_LAYERS,
        by_category=found,
        category_bars=category_bars(found),
        treemaps=[treemap(facts.attribution, place) for place in (WIDE, NARROW)],
        layer_bars=layer_bars(facts.layers),
        components=_components_table(facts),
        needs=_needs_table(facts),
        files=files_table(analysis),
        predicted=predicted(plan),
        base_size=base_size(plan.base.size) if plan.base else "",
        base_missing=BASE_MISSING if plan.lower_bound else "",
        improvements=[visible(item) for item in plan.improvements],
        dockerfile=visible_lines(facts.recommendation.dockerfile),
    )


def _sentence(facts: Document) -> str:
    """How the smaller image comes about, or why there is none."""
    plan = facts.recommendation
    if not plan.dockerfile:
        return plan.risks[0] if plan.risks else "Nothing is known about its program."
    largest = [
        f"{row.component} {row.version}".strip() + f" ({size(row.live + row.shadowed)})" for row in facts.attribution[:3]
    ]
    base = f" onto {plan.base.reference}" if plan.base else ""
    one = f"One COPY --from line{base} brings what the program needs."
    many = f"{len(plan.copies)} COPY --from lines{base} bring what the program needs."
    return f"Its largest parts are {', '.join(largest)}. {one if len(plan.copies) == 1 else many}"


def _components_table(facts: Document) -> Table:
    """One row a component, as in the document."""
    rows = facts.attribution
    whole = facts.sizes.live + facts.sizes.shadowed
    totals = [row.live + row.shadowed for row in rows]
    columns = (
        column("component", "text", [f"{row.component} {row.version}".strip() for row in rows]),
        column("category", "category", [row.category for row in rows], filters=True),
        column("size", "bytes", totals),
        column("share", "share", totals, whole=whole),
        column("shadowed", "bytes", [row.shadowed for row in rows]),
        column("files", "count", [row.files for row in rows]),
        column("layers", "text", [", ".join(map(str, row.layers)) for row in rows]),
        column("rule", "text", [row.rule for row in rows]),
        column("where", "code", [row.paths[0] if row.paths else "" for row in rows]),
    )
    return Table("components", "The owner of every byte", columns, "size")


def _needs_table(facts: Document) -> Table:
    needs = facts.runtime.needs
    columns = (
        column("path", "code", [need.path for need in needs]),
        column("size", "bytes", [need.bytes for need in needs]),
        column("because", "text", ["; ".join(need.because) for need in needs]),
    )
    return Table("needs", "Paths that the program needs, each with its chain of reasons", columns, "size")
