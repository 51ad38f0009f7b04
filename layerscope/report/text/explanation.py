"""Why one path is kept or dropped, as plain text."""

from typing import TYPE_CHECKING

from layerscope.core.names import absolute, printable
from layerscope.core.units import cut, size
from layerscope.report.text.inside import blocks
from layerscope.report.wording import visible

if TYPE_CHECKING:
    from layerscope.advice.why import Explanation, Step
    from layerscope.layers.binaries.model import BinaryDetails

_WIDTH = 100
_VERDICTS = {
    "kept": "kept by the recommendation",
    "provided": "left behind: the new base has its own",
    "dropped": "left behind by the recommendation",
    "shadowed": "not in the final filesystem any more",
    "undecided": "undecided: no other image is recommended",
}

_STEPS = {"stores": "stores it", "stores again": "stores it again", "deletes": "deletes it"}


def render(explanation: "Explanation", inside: "BinaryDetails | None" = None) -> str:
    """Verdict, reason, owner, proof, what each layer did, and what is inside a program, a fact a line."""
    lines = [f"{absolute(explanation.path)}: {_VERDICTS[explanation.verdict]}", f"  {visible(explanation.reason)}"]
    kind = explanation.kind
    if explanation.leads_to:
        kind += f" {'to' if kind == 'symbolic link' else 'at'} {absolute(explanation.leads_to)}"
    bytes_text = size(explanation.size)
    if explanation.kind == "directory" and 0 < explanation.kept_size < explanation.size:
        bytes_text += f", {size(explanation.kept_size)} of it kept"
    lines += ["", f"  what    {kind}, {bytes_text}"]
    if owner := explanation.owner:
        rule = f" ({owner.rule})" if owner.rule else ""
        lines.append(f"  owner   {printable(owner.title)}, {owner.category}{rule}")
    lines += _block("proof", [visible(step) for step in explanation.proof])
    lines += _block("layers", [_step(step) for step in explanation.steps])
    for title, entries in blocks(inside) if inside is not None else ():
        lines += ["", *_block(title, entries)]
    return "\n".join(lines) + "\n"


def _block(title: str, entries: list[str]) -> list[str]:
    return [f"  {title if not number else '':<7} {entry}" for number, entry in enumerate(entries)]


def _step(step: "Step") -> str:
    stored = ""
    if step.size:
        stored = f" ({size(step.size)})" if step.live else f" ({size(step.size)}, hidden by a later layer)"
    return f"layer {step.layer} {_STEPS[step.what]}{stored}: {cut(visible(step.instruction), _WIDTH)}"
