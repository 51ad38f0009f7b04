"""The recommendation as plain text for a terminal."""

from collections.abc import Sequence

from layerscope.advice.model import Alternative, Recommendation
from layerscope.analysis import Analysis
from layerscope.core.names import printable
from layerscope.core.units import size
from layerscope.report.wording import BASE_MISSING, base_size, headline, note, predicted, visible, visible_lines

_INDENT = "    "


def render_recommendation(analysis: Analysis) -> str:
    """Boundary, base, copies with their reasons, predicted size, risks, alternatives and the Dockerfile."""
    plan = analysis.recommendation
    lines = [printable(analysis.image.reference), headline(analysis), ""]
    if text := note(analysis):
        lines += [text, ""]
    if plan.boundary:
        lines += ["Stage boundary: everything up to this instruction becomes the stage " + visible(plan.boundary.stage)]
        lines += [f"{_INDENT}{plan.boundary.instruction_index}: {visible(plan.boundary.instruction)}", ""]
    if plan.base:
        lines += [
            f"Base: {printable(plan.base.reference)} ({base_size(plan.base.size)})",
            f"{_INDENT}{visible(plan.base.why)}",
            "",
        ]
    lines += _copies(plan)
    lines += _block("Packages to install", plan.packages)
    lines += _block("Configuration carried over", plan.config)
    if plan.dockerfile:
        lines += [f"Predicted size: {predicted(plan)}{BASE_MISSING if plan.lower_bound else ''}", ""]
    lines += _block("Risks" if plan.dockerfile else "Why not", [risk.text for risk in plan.risks])
    lines += _block("In the builder itself", [item.text for item in plan.improvements])
    lines += [line for other in plan.alternatives for line in _alternative(other)]
    if plan.dockerfile:
        lines += ["Dockerfile:", "", visible_lines(plan.dockerfile).rstrip()]
    return "\n".join(lines).rstrip() + "\n"


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
