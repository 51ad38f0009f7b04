"""How single facts of an analysis are worded, alike in every report."""

from functools import lru_cache
from typing import TYPE_CHECKING

from layerscope.core.names import absolute, printable
from layerscope.core.units import percent, size
from layerscope.credentials import mask

if TYPE_CHECKING:
    from layerscope.advice.model import Recommendation
    from layerscope.analysis import Analysis, Sizes
    from layerscope.needs.model import Because

UNATTRIBUTED = "unattributed"
"""Stands for the instruction of a layer when history and layers do not fit together."""

BASE_MISSING = ", and the base, whose size nobody knows"
"""What follows a predicted size that is a lower bound."""

DEMO_NOTE = (
    "This is the embedded demo: names, sizes, modes, links, history and package databases of an image that was really built. "
    "What is miniature about it: other file contents are left out, so its layers cannot be extracted or run."
)
"""What is miniature about the demo."""


def instruction_of(analysis: "Analysis", layer: int) -> str:
    """The instruction that made a layer, in its friendly one-line form."""
    made_by = analysis.history.of_layer(layer)
    return UNATTRIBUTED if made_by is None else visible(made_by.text)


def because(link: "Because") -> str:
    """One link of a proof: ``NEEDED by /app/server``."""
    return f"{printable(link.what)} {absolute(link.path)}" if link.path else printable(link.what)


@lru_cache(4096)  # a report says the same of many layers and findings
def visible(text: str) -> str:
    """A sentence that may quote names which are printable already: what could still act on a terminal is escaped, and
    credentials are masked, as what a program wrote may be quoted too.

    Unlike :func:`layerscope.core.names.printable` it leaves backslashes alone, so it does no harm twice.
    """
    return printable(mask(text)).replace("\\\\", "\\")


def visible_lines(text: str) -> str:
    """Several lines of a Dockerfile for people to read, tabs kept; never what a builder gets."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join("\t".join(visible(part) for part in line.split("\t")) for line in lines)


def headline(analysis: "Analysis") -> str:
    """The whole answer in one line: ``879 MB → 6.73 MB: 99.2 % can be dropped (872 MB)``."""
    plan = analysis.recommendation
    stored = analysis.sizes.stored
    if not plan.dockerfile:
        return f"{size(stored)}: no smaller image is recommended"
    share = percent(plan.removed, stored)
    if plan.lower_bound:
        return f"{size(stored)} → {predicted(plan)}: at most {share} can be dropped ({size(plan.removed)})"
    return f"{size(stored)} → {predicted(plan)}: {share} can be dropped ({size(plan.removed)})"


def predicted(plan: "Recommendation") -> str:
    """The size of the recommended image; at least that much where nobody knows its base's size."""
    about = "≈ " if plan.estimated else ""
    return f"at least {size(plan.predicted_size)}" if plan.lower_bound else f"{about}{size(plan.predicted_size)}"


def base_size(count: int | None) -> str:
    """The size of a base, which nobody may know."""
    return "unknown size" if count is None else size(count)


ALL_LAYERS = "all layers: live + shadowed"
"""The one row of :func:`measured_sizes` that is a sum of others."""


def measured_sizes(sizes: "Sizes") -> list[tuple[str, int]]:
    """Every size of an image in words, and its bytes; what is unknown is left out."""
    rows = (
        ("live: content of the final filesystem", sizes.live),
        ("shadowed: stored, but overwritten or deleted by a later layer", sizes.shadowed),
        (ALL_LAYERS, sizes.stored),
        ("of it shared with the base image", sizes.shared_with_base),
        ("uncompressed: the layers' tars, headers and padding included", sizes.uncompressed),
        ("compressed: the layers as the source stores them", sizes.compressed),
        ("what the engine reports", sizes.engine),
    )
    return [(what, count) for what, count in rows if count is not None]


def note(analysis: "Analysis") -> str:
    """What a reader must know about where the numbers come from; "" for an ordinary image."""
    return DEMO_NOTE if analysis.image.source == "demo" else ""
