"""Why one path is kept or dropped, as plain text."""

from typing import TYPE_CHECKING

from layerscope.advice.why import KIND_NAMES, Deed, Explanation, Step, Verdict
from layerscope.core.names import absolute, printable
from layerscope.core.units import cut, size
from layerscope.layers.index import Kind
from layerscope.report.text.inside import blocks
from layerscope.report.wording import visible

if TYPE_CHECKING:
    from layerscope.layers.binaries.model import BinaryDetails

_WIDTH = 100
_VERDICTS = {
    Verdict.KEPT: "kept by the recommendation",
    Verdict.PROVIDED: "dropped: the new base has its own",
    Verdict.DROPPED: "dropped by the recommendation",
    Verdict.SHADOWED: "not in the final filesystem any more",
    Verdict.UNDECIDED: "undecided: no other image is recommended",
}

_STEPS = {Deed.STORES: "stores it", Deed.STORES_AGAIN: "stores it again", Deed.DELETES: "deletes it"}


def render(explanation: Explanation, inside: "BinaryDetails | None" = None) -> str:
    """Verdict, reason, owner, proof, what each layer did, and what is inside a program, a fact a line."""
    lines = [
        f"{absolute(explanation.path)}: {_VERDICTS[explanation.verdict]}",
        f"  {visible(explanation.reason)}",
        "",
        *_block("what", [_what(explanation)]),
        *_block("owner", _owner(explanation)),
        *_block("proof", list(map(visible, explanation.proof))),
        *_block("layers", list(map(_step, explanation.steps))),
    ]
    for title, entries in blocks(inside) if inside is not None else ():
        lines += ["", *_block(title, entries)]
    return "\n".join(lines) + "\n"


def _what(explanation: Explanation) -> str:
    """The kind of file, where it leads, its size, and what of a directory is kept."""
    kind, count = explanation.kind, size(explanation.size)
    if explanation.leads_to:
        kind += f" {'to' if kind == KIND_NAMES[Kind.SYMLINK] else 'at'} {absolute(explanation.leads_to)}"
    is_split = kind == KIND_NAMES[Kind.DIRECTORY] and 0 < explanation.kept_size < explanation.size
    return f"{kind}, {count}, {size(explanation.kept_size)} of it kept" if is_split else f"{kind}, {count}"


def _owner(explanation: Explanation) -> list[str]:
    owner = explanation.owner
    if owner is None:
        return []
    rule = f" ({owner.rule})" if owner.rule else ""
    return [f"{printable(owner.title)}, {owner.category}{rule}"]


def _block(title: str, entries: list[str]) -> list[str]:
    return [f"  {title if not number else '':<7} {entry}" for number, entry in enumerate(entries)]


def _step(step: Step) -> str:
    stored = ""
    if step.size:
        stored = f" ({size(step.size)})" if step.live else f" ({size(step.size)}, hidden by a later layer)"
    return f"layer {step.layer} {_STEPS[step.what]}{stored}: {cut(visible(step.instruction), _WIDTH)}"
