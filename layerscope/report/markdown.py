"""The waste report as GitHub Flavored Markdown, to be pasted into a pull request."""

from collections.abc import Iterator
from itertools import chain

from layerscope.advice.model import Finding, Recommendation
from layerscope.advice.rungs import sentence
from layerscope.analysis import Analysis
from layerscope.attribution.categories import by_category
from layerscope.core.names import absolute, printable
from layerscope.core.units import bar, counted, percent, size
from layerscope.core.vocabulary import Rung
from layerscope.needs.model import Need, Runtime
from layerscope.report.escaping import code, fence, prose, row, table
from layerscope.report.wording import (
    ALL_LAYERS,
    BASE_MISSING,
    base_size,
    because,
    headline,
    instruction_of,
    measured_sizes,
    note,
    predicted,
    visible,
    visible_lines,
)

COMPONENTS_SHOWN = 25
"""Rows of the component table; the rest is one row more, so that the sum stays exact."""

FINDINGS_SHOWN = 12
"""Findings with their evidence and remedy; the smaller ones are a row each."""

NEEDS_SHOWN = 40
PATHS_SHOWN = 3
INSTRUCTION_WIDTH = 90


def render(analysis: Analysis) -> str:
    """The whole report; every name from the image is escaped, and every table adds up."""
    lines = chain.from_iterable(section(analysis) for section in _SECTIONS)
    return "\n".join(lines).rstrip() + "\n"


def _head(analysis: Analysis) -> list[str]:
    image, history = analysis.image, analysis.history
    facts = [prose(printable(str(image.config.platform))), image.source]
    if image.config.created:
        facts.append(f"created {prose(printable(image.config.created))}")
    if history.base_known:
        base = code(printable(history.base_reference)) or "unnamed"
        facts.append(f"base {base}, {counted(history.base_layers, 'layer')} (known by {prose(printable(history.base_known))})")
    lines = [
        f"# Waste report: {code(printable(image.reference))}",
        "",
        f"**{prose(headline(analysis), inside=True)}**",
        "",
        " · ".join(facts),
        "",
    ]
    if text := note(analysis):
        lines += [f"> {prose(text)}", ""]
    return lines


def _sizes(analysis: Analysis) -> list[str]:
    sizes = analysis.sizes
    rows = [
        row(f"**{what}**" if what == ALL_LAYERS else what, f"{count:,}", size(count)) for what, count in measured_sizes(sizes)
    ]
    stored = f"{counted(sizes.files, 'file')} in {counted(len(analysis.layer_sizes), 'layer')}."
    return ["## Sizes", "", *table("what|>bytes|>", rows), stored, ""]


def _categories(analysis: Analysis) -> list[str]:
    whole = analysis.sizes.stored
    found = by_category(analysis.attribution)
    rows = [
        row(item.category, size(item.live), size(item.shadowed), percent(item.stored, whole), bar(item.stored, whole))
        for item in found
    ]
    live, shadowed = sum(item.live for item in found), sum(item.shadowed for item in found)
    rows.append(row("**all**", size(live), size(shadowed), percent(whole, whole), ""))
    return ["## What the bytes are", "", *table("category|>live|>shadowed|>share|", rows)]


def _components(analysis: Analysis) -> list[str]:
    whole = analysis.sizes.stored
    rows = []
    for owned in analysis.attribution.sizes[:COMPONENTS_SHOWN]:
        component = analysis.attribution.components[owned.component]
        what = prose(printable(component.title)), component.category
        places = ", ".join(code(absolute(path), 40) for path in owned.paths[:2])
        rows.append(row(*what, *_share(owned.stored, whole), component.rule, places))
    if rest := analysis.attribution.sizes[COMPONENTS_SHOWN:]:
        total = sum(owned.stored for owned in rest)
        rows.append(row(f"{len(rest)} more components", "", *_share(total, whole), "", ""))
    return table("component|category|>size|>share|rule|where", rows)


def _share(count: int, whole: int) -> tuple[str, str]:
    return size(count), percent(count, whole)


def _layers(analysis: Analysis) -> list[str]:
    rows = []
    for number, measured in enumerate(analysis.layer_sizes):
        instruction = code(instruction_of(analysis, number), INSTRUCTION_WIDTH)
        rows.append(row(str(number), size(measured.stored), size(measured.shadowed), f"{measured.files:,}", instruction))
    lines = ["## Layers", "", *table(">#|>size|>shadowed|>files|instruction", rows)]
    return [*lines, prose(visible(analysis.history.note)), ""] if analysis.history.note else lines


def _findings(analysis: Analysis) -> list[str]:
    if not analysis.findings:
        return ["## Findings", "", "Nothing that the program can do without was found.", ""]
    lines = ["## Findings", ""]
    for finding in analysis.findings[:FINDINGS_SHOWN]:
        lines += _finding(finding)
    rest = [
        row(finding.rule, prose(visible(finding.title)), size(finding.size), finding.confidence, _numbers(finding.layers))
        for finding in analysis.findings[FINDINGS_SHOWN:]
    ]
    return [*lines, "", *(table("rule|smaller findings|>size|confidence|layers", rest) if rest else [])]


def _numbers(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))


def _finding(finding: Finding) -> list[str]:
    much = f"{size(finding.size)}, " if finding.size else ""
    layers = f", layer{'s' if len(finding.layers) > 1 else ''} {_numbers(finding.layers)}" if finding.layers else ""
    return [
        f"- **{prose(visible(finding.title))}**: {much}{finding.confidence}{layers} ({finding.rule})",
        *_places(finding),
        *(f"  - {prose(visible(text))}" for text in finding.evidence),
        *([f"  - remedy: {prose(visible(finding.remedy))}"] if finding.remedy else ()),
    ]


def _places(finding: Finding) -> list[str]:
    """The first paths of a finding; the instructions of one that is about no file."""
    paths, instructions = finding.paths, finding.instructions[:PATHS_SHOWN]
    if paths:
        more = f" and {len(paths) - PATHS_SHOWN} more" if len(paths) > PATHS_SHOWN else ""
        return [f"  - where: {', '.join(code(absolute(path), 60) for path in paths[:PATHS_SHOWN])}{more}"]
    return [f"  - in: {', '.join(code(visible(text), 90) for text in instructions)}"] if instructions else []


def _needs(analysis: Analysis) -> list[str]:
    runtime = analysis.runtime
    started = " ".join(map(printable, runtime.entrypoint))
    start = [f"It starts {code(started)} in {code(printable(runtime.working_dir) or '/')}.", ""] if started else []
    rows = [_need(analysis, need) for need in runtime.needs[:NEEDS_SHOWN]]
    needs = table("path|>size|because", rows) if rows else ["Nothing could be traced from the entrypoint.", ""]
    if len(runtime.needs) > NEEDS_SHOWN:
        needs += [f"And {len(runtime.needs) - NEEDS_SHOWN} paths more.", ""]
    return ["## What the program needs, and why", "", *start, *needs, *_remarks(runtime)]


def _need(analysis: Analysis, need: Need) -> str:
    count = analysis.filesystem.sizes[analysis.filesystem.holder(need.entry)]
    return row(code(absolute(need.path), 60), size(count), prose("; ".join(map(because, need.because))))


def _remarks(runtime: Runtime) -> list[str]:
    """What is missing or unknown, and what is worth knowing about a program."""
    lines = [f"- unresolved: {code(absolute(item.path))}: {prose(visible(item.what))}" for item in runtime.unresolved]
    for item in runtime.notes:
        where = f"{code(absolute(item.path))}: " if item.path else ""
        lines.append(f"- note: {where}{prose(visible(item.what))}")
    return [*lines, ""] if lines else []


def _recommendation(analysis: Analysis) -> list[str]:
    plan = analysis.recommendation
    dockerfile = ["", fence(visible_lines(plan.dockerfile), "dockerfile")] if plan.dockerfile else []
    return ["## Recommendation", "", *_origins(plan), *_footings(plan), *_contents(plan), *dockerfile, ""]


def _origins(plan: Recommendation) -> Iterator[str]:
    """Where the last stage begins: the boundary and its base."""
    if boundary := plan.boundary:
        instruction = code(visible(boundary.instruction), INSTRUCTION_WIDTH)
        yield f"- boundary: after instruction {boundary.instruction_index}, {instruction}"
    if base := plan.base:
        yield f"- base: {code(base.reference)}, {base_size(base.size)}: {prose(visible(base.why))}"


def _footings(plan: Recommendation) -> Iterator[str]:
    """How the parts of the plan are known to be needed, and which packages could be installed instead of copied."""
    if plan.dockerfile:
        yield f"- {prose(visible(sentence(plan.rung)))}"
    unproved = (part for part in plan.rungs if part.rung != Rung.FOLLOWED)
    yield from (f"- {part.rung}: {prose(visible(part.what))} ({size(part.size)})" for part in unproved)
    yield from (f"- package that could be installed instead: {prose(visible(name))}" for name in plan.packages)


def _contents(plan: Recommendation) -> Iterator[str]:
    """What crosses the boundary, how large the image becomes, and what may be wrong with it."""
    for copy in plan.copies:
        places = f"{code(printable(copy.source))} to {code(printable(copy.target))}"
        yield f"- copy {places} ({size(copy.size)}): {prose(visible(copy.because))}"
    if plan.dockerfile:
        missing = BASE_MISSING if plan.lower_bound else ""
        yield f"- predicted size: {predicted(plan)} ({plan.predicted_size:,} bytes){missing}"
    what = "risk" if plan.dockerfile else "why not"
    yield from (f"- {what}: {prose(visible(risk.text))}" for risk in plan.risks)
    yield from (f"- in the builder itself: {prose(visible(item.text))}" for item in plan.improvements)


def _alternatives(analysis: Analysis) -> list[str]:
    rows = [
        row(
            code(other.base),
            size(other.predicted_size),
            prose(visible("; ".join(other.gains))),
            prose(visible("; ".join(other.loses))),
        )
        for other in analysis.recommendation.alternatives
    ]
    return ["### Alternatives", "", *table("base|>predicted|gains|loses", rows)] if rows else []


def _dive(analysis: Analysis) -> list[str]:
    score = analysis.dive
    shares = (
        f"efficiency {score.efficiency:.4f}, wasted {size(score.wasted_bytes)}, wasted percent {score.wasted_user_percent:.2%}"
    )
    return [f"dive's own numbers, computed its way: {shares}.", ""]


def _problems(analysis: Analysis) -> list[str]:
    if not analysis.problems:
        return []
    return ["## Parts that could not be read", "", *(f"- {prose(visible(problem))}" for problem in analysis.problems), ""]


_SECTIONS = (
    _head,
    _sizes,
    _categories,
    _components,
    _layers,
    _findings,
    _needs,
    _recommendation,
    _alternatives,
    _dive,
    _problems,
)
