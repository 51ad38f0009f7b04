"""The report on one image as an HTML file."""

from layerscope.advice.model import Recommendation
from layerscope.advice.rungs import sentence
from layerscope.analysis import Analysis
from layerscope.attribution.categories import by_category
from layerscope.core.units import size
from layerscope.report.document import Attributed, Document, document
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
        sentence=_sentence(facts, plan),
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
        improvements=[visible(item.text) for item in plan.improvements],
        dockerfile=visible_lines(facts.recommendation.dockerfile),
    )


def _sentence(facts: Document, recommendation: Recommendation) -> str:
    """How the smaller image comes about, or why there is none."""
    plan = facts.recommendation
    if not plan.dockerfile:
        return plan.risks[0] if plan.risks else "Nothing is known about its program."
    largest = [f"{_title(row)} ({size(_stored(row))})" for row in facts.attribution[:3]]
    base = f" onto {plan.base.reference}" if plan.base else ""
    how = f" {sentence(recommendation.rung).capitalize()}."
    one = f"One COPY --from line{base} brings what the program needs."
    many = f"{len(plan.copies)} COPY --from lines{base} bring what the program needs."
    return f"Its largest parts are {', '.join(largest)}. {one if len(plan.copies) == 1 else many}{how}"


def _title(row: Attributed) -> str:
    return f"{row.component} {row.version}".strip()


def _stored(row: Attributed) -> int:
    return row.live + row.shadowed


def _components_table(facts: Document) -> Table:
    """One row a component, as in the document."""
    rows = facts.attribution
    whole = facts.sizes.live + facts.sizes.shadowed
    columns = (
        column(rows, "component", "text", _title),
        column(rows, "category", "category", filters=True),
        column(rows, "size", "bytes", _stored),
        column(rows, "share", "share", _stored, whole=whole),
        column(rows, "shadowed", "bytes"),
        column(rows, "files", "count"),
        column(rows, "layers", "text", lambda row: ", ".join(map(str, row.layers))),
        column(rows, "rule", "text"),
        column(rows, "where", "code", lambda row: "".join(row.paths[:1])),
    )
    return Table("components", "The owner of every byte", columns, "size")


def _needs_table(facts: Document) -> Table:
    needs = facts.runtime.needs
    columns = (
        column(needs, "path", "code"),
        column(needs, "size", "bytes", lambda need: need.bytes),
        column(needs, "because", "text", lambda need: "; ".join(need.because)),
    )
    return Table("needs", "Paths that the program needs, each with its chain of reasons", columns, "size")
