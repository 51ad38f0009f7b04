"""The waste report as GitHub Flavored Markdown, to be pasted into a pull request."""

from layerscope.advice.model import Copy, Finding
from layerscope.analysis import Analysis
from layerscope.attribution.categories import by_category
from layerscope.core.names import absolute, printable
from layerscope.core.units import bar, percent, size
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
    sections = (
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
    lines: list[str] = []
    for section in sections:
        lines += section(analysis)
    return "\n".join(lines).rstrip() + "\n"


def _head(analysis: Analysis) -> list[str]:
    image, history = analysis.image, analysis.history
    facts = [prose(printable(str(image.config.platform))), image.source]
    if image.config.created:
        facts.append(f"created {prose(printable(image.config.created))}")
    if history.base_known:
        base = code(printable(history.base_reference)) or "unnamed"
        facts.append(f"base {base}, {_counted(history.base_layers, 'layer')} (known by {prose(printable(history.base_known))})")
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


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _sizes(analysis: Analysis) -> list[str]:
    sizes = analysis.sizes
    rows = [
        row(f"**{what}**" if what == ALL_LAYERS else what, f"{count:,}", size(count)) for what, count in measured_sizes(sizes)
    ]
    stored = f"{_counted(sizes.files, 'file')} in {_counted(len(analysis.layer_sizes), 'layer')}."
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
        name = prose(printable(component.title))
        places = ", ".join(code(absolute(path), 40) for path in owned.paths[:2])
        rows.append(row(name, component.category, size(owned.stored), percent(owned.stored, whole), component.rule, places))
    if rest := analysis.attribution.sizes[COMPONENTS_SHOWN:]:
        total = sum(owned.stored for owned in rest)
        rows.append(row(f"{len(rest)} more components", "", size(total), percent(total, whole), "", ""))
    return table("component|category|>size|>share|rule|where", rows)


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
    where = f", layer{'s' if len(finding.layers) > 1 else ''} {_numbers(finding.layers)}" if finding.layers else ""
    much = f"{size(finding.size)}, " if finding.size else ""
    lines = [f"- **{prose(visible(finding.title))}**: {much}{finding.confidence}{where} ({finding.rule})"]
    if not finding.paths and finding.instructions:
        lines.append(f"  - in: {', '.join(code(visible(text), 90) for text in finding.instructions[:PATHS_SHOWN])}")
    if finding.paths:
        more = f" and {len(finding.paths) - PATHS_SHOWN} more" if len(finding.paths) > PATHS_SHOWN else ""
        lines.append(f"  - where: {', '.join(code(absolute(path), 60) for path in finding.paths[:PATHS_SHOWN])}{more}")
    lines += [f"  - {prose(visible(text))}" for text in finding.evidence]
    return [*lines, f"  - remedy: {prose(visible(finding.remedy))}"] if finding.remedy else lines


def _needs(analysis: Analysis) -> list[str]:
    runtime, filesystem = analysis.runtime, analysis.filesystem
    started = " ".join(printable(word) for word in runtime.entrypoint)
    lines = ["## What the program needs, and why", ""]
    lines += [f"It starts {code(started)} in {code(printable(runtime.working_dir) or '/')}.", ""] if started else []
    rows = [
        row(
            code(absolute(need.path), 60),
            size(filesystem.sizes[filesystem.holder(need.entry)]),
            prose("; ".join(because(link) for link in need.because)),
        )
        for need in runtime.needs[:NEEDS_SHOWN]
    ]
    lines += table("path|>size|because", rows) if rows else ["Nothing could be traced from the entrypoint.", ""]
    if len(runtime.needs) > NEEDS_SHOWN:
        lines += [f"And {len(runtime.needs) - NEEDS_SHOWN} paths more.", ""]
    unresolved = [f"- unresolved: {code(absolute(item.path))}: {prose(visible(item.what))}" for item in runtime.unresolved]
    about = [(f"{code(absolute(item.path))}: " if item.path else "", item.what) for item in runtime.notes]
    notes = [f"- note: {where}{prose(visible(what))}" for where, what in about]
    return [*lines, *unresolved, *notes, ""] if unresolved or notes else lines


def _recommendation(analysis: Analysis) -> list[str]:
    plan = analysis.recommendation
    lines = ["## Recommendation", ""]
    if plan.boundary:
        instruction = code(visible(plan.boundary.instruction), INSTRUCTION_WIDTH)
        lines.append(f"- boundary: after instruction {plan.boundary.instruction_index}, {instruction}")
    if plan.base:
        lines.append(f"- base: {code(plan.base.reference)}, {base_size(plan.base.size)}: {prose(visible(plan.base.why))}")
    lines += [f"- install {prose(visible(package))}" for package in plan.packages]
    lines += [
        f"- copy {code(printable(copy.source))} to {code(printable(copy.target))} {_because(copy)}" for copy in plan.copies
    ]
    if plan.dockerfile:
        missing = BASE_MISSING if plan.lower_bound else ""
        lines.append(f"- predicted size: {predicted(plan)} ({plan.predicted_size:,} bytes){missing}")
    what = "risk" if plan.dockerfile else "why not"
    lines += [f"- {what}: {prose(visible(risk))}" for risk in plan.risks]
    lines += [f"- in the builder itself: {prose(visible(item))}" for item in plan.improvements]
    if plan.dockerfile:
        lines += ["", fence(visible_lines(plan.dockerfile), "dockerfile")]
    return [*lines, ""]


def _because(copy: Copy) -> str:
    return f"({size(copy.size)}): {prose(visible(copy.because))}"


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
