"""The recommendation as plain text for a terminal."""

from collections.abc import Iterator, Sequence

from layerscope.advice.model import Alternative, Recommendation
from layerscope.advice.rungs import sentence
from layerscope.analysis import Analysis
from layerscope.core.names import printable
from layerscope.core.units import size
from layerscope.core.vocabulary import Rung
from layerscope.report.wording import BASE_MISSING, base_size, headline, note, predicted, visible, visible_lines

_INDENT = "    "


def render_recommendation(analysis: Analysis) -> str:
    """Boundary, base, copies with their reasons, predicted size, risks, alternatives and the Dockerfile."""
    plan, about = analysis.recommendation, note(analysis)
    lines = [
        *(printable(analysis.image.reference), headline(analysis)),
        *((visible(sentence(plan.rung)), "") if plan.dockerfile else ("",)),
        *([about, ""] if about else ()),
        *_origins(plan),
        *_copies(plan),
        *_footings(plan),
        *_block("Configuration kept", plan.config),
        *_result(plan),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _origins(plan: Recommendation) -> Iterator[str]:
    """Where the last stage begins: the boundary and its base."""
    if boundary := plan.boundary:
        yield f"Stage boundary: everything up to this instruction becomes the stage {visible(boundary.stage)}"
        yield from (f"{_INDENT}{boundary.instruction_index}: {visible(boundary.instruction)}", "")
    if base := plan.base:
        yield f"Base: {printable(base.reference)} ({base_size(base.size)})"
        yield from (f"{_INDENT}{visible(base.why)}", "")


def _footings(plan: Recommendation) -> Iterator[str]:
    """How each part of the plan is known to be needed, and the packages that could be installed instead."""
    if unproved := [part for part in plan.rungs if part.rung != Rung.FOLLOWED]:
        yield "What is not followed to its end:"
        yield from (f"{_INDENT}{size(part.size):>8}  {part.rung}: {visible(part.what)}" for part in unproved)
        yield ""
    yield from _block("Packages that could be installed instead of copied", plan.packages)


def _result(plan: Recommendation) -> Iterator[str]:
    """How large the image becomes, what may be wrong with it, what else could be done, and the Dockerfile."""
    if plan.dockerfile:
        yield from (f"Predicted size: {predicted(plan)}{BASE_MISSING if plan.lower_bound else ''}", "")
    yield from _block("Risks" if plan.dockerfile else "Why not", [risk.text for risk in plan.risks])
    yield from _block("In the builder itself", [item.text for item in plan.improvements])
    for other in plan.alternatives:
        yield from _alternative(other)
    if plan.dockerfile:
        yield from ("Dockerfile:", "", visible_lines(plan.dockerfile))


def _copies(plan: Recommendation) -> list[str]:
    if not plan.copies:
        return []
    lines = ["What crosses the boundary:"]
    for copy in plan.copies:
        target = "" if copy.target == copy.source else f" to {printable(copy.target)}"
        lines.append(f"{_INDENT}{size(copy.size):>8}  {printable(copy.source)}{target}")
        lines.append(f"{_INDENT}{'':8}  {visible(copy.because)}")
    return [*lines, ""]


def _block(title: str, entries: Sequence[str]) -> list[str]:
    return [f"{title}:", *(f"{_INDENT}{visible(entry)}" for entry in entries), ""] if entries else []


def _alternative(other: Alternative) -> list[str]:
    lines = [f"Alternative: {printable(other.base)}, predicted {size(other.predicted_size)}"]
    lines += [f"{_INDENT}+ {visible(gain)}" for gain in other.gains]
    return [*lines, *(f"{_INDENT}- {visible(loss)}" for loss in other.loses), ""]
