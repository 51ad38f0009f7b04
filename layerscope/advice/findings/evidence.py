"""What findings have in common: how they count entries, and how they name instructions, files and categories."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from heapq import nsmallest

from msgspec import Struct

from layerscope.advice.ground import Ground
from layerscope.advice.model import Finding
from layerscope.advice.rules import AdviceRule
from layerscope.attribution.catalogue import Rule
from layerscope.core import units
from layerscope.core.names import absolute
from layerscope.core.vocabulary import Category, Confidence
from layerscope.filesystem.merged import Filesystem
from layerscope.history.history import History

UNATTRIBUTED = "unattributed"
"""Stands for the instruction of a layer where the history does not say which one made it."""

PATHS_NAMED = 8
FILES_NAMED = 3

_MOST_ENTRIES = 64
_LONGEST_INSTRUCTION = 160
_NAMES = {Category.OS: "operating system", Category.DOCS: "documentation", Category.UNKNOWN: "unknown files"}


class Claim(Struct, frozen=True, kw_only=True):
    """What a finding says of its entries. ``evidence`` follows the rule's own reason. ``layers`` are named in their order, and
    ``paths`` as they are; None stands for those of the entries."""

    title: str
    category: Category
    confidence: Confidence
    evidence: Sequence[str] = ()
    layers: Sequence[int] | None = None
    paths: Sequence[bytes] | None = None


def finding_of(ground: Ground, rule: AdviceRule | Rule, entries: Sequence[int], claim: Claim) -> Finding:
    """The finding of a rule over entries: their bytes, layers, instructions and largest paths."""
    filesystem = ground.filesystem
    layers = tuple(stored_by(filesystem, entries) if claim.layers is None else claim.layers)
    paths = places(filesystem, largest(filesystem, entries)) if claim.paths is None else claim.paths
    return Finding(
        rule=rule.id,
        title=claim.title,
        category=claim.category,
        size=sum(map(filesystem.sizes.__getitem__, entries)),
        confidence=claim.confidence,
        layers=layers,
        instructions=instructions_of(ground.history, layers),
        paths=tuple(paths),
        evidence=(rule.why, *claim.evidence),
        remedy=rule.remedy,
        entries=tuple(entries),
    )


def stored_by(filesystem: Filesystem, entries: Iterable[int]) -> list[int]:
    """The layers that store some entries, the lowest first."""
    return sorted(set(map(filesystem.layers.__getitem__, entries)))


def instructions_of(history: History, layers: Iterable[int]) -> tuple[str, ...]:
    """The instruction that made each layer."""
    made_by = {item.layer: item.text for item in history.instructions}
    return tuple(made_by.get(layer, UNATTRIBUTED) for layer in layers)


def layer_text(history: History, layer: int) -> str:
    """A layer with its instruction, for a sentence: ``layer 3 (RUN chmod 755 /app)``."""
    (text,) = instructions_of(history, (layer,))
    if text == UNATTRIBUTED:
        return f"layer {layer}"
    return f"layer {layer} ({units.cut(text, _LONGEST_INSTRUCTION)})"


def layers_by_bytes(filesystem: Filesystem, entries: Iterable[int]) -> tuple[int, ...]:
    """The layers of some entries, the one that stores most of their bytes first: that is where they have to be mended."""
    stored: dict[int, int] = defaultdict(int)
    for entry in entries:
        stored[filesystem.layers[entry]] += filesystem.sizes[entry]
    return tuple(sorted(stored, key=lambda layer: (-stored[layer], layer)))


def largest(filesystem: Filesystem, entries: Iterable[int]) -> list[int]:
    """The entries with the most bytes, the largest first: as many as a finding can name."""
    sizes, paths = filesystem.sizes, filesystem.paths
    return nsmallest(_MOST_ENTRIES, entries, key=lambda entry: (-sizes[entry], paths[entry]))


def places(filesystem: Filesystem, ordered: Iterable[int]) -> tuple[bytes, ...]:
    """The first paths of ordered entries, each once."""
    return tuple(dict.fromkeys(map(filesystem.paths.__getitem__, ordered)))[:PATHS_NAMED]


def file_text(filesystem: Filesystem, entry: int, where: str) -> str:
    """A file with its size and its place: ``/app/server: 7.4 MB in layer 3``."""
    return f"{absolute(filesystem.paths[entry])}: {units.size(filesystem.sizes[entry])} in {where}"


def listed(names: Sequence[str], most: int, separator: str = ", ") -> str:
    """The first of some names, and how many more there are: ``a, b and 3 more``."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{separator.join(names[:most])}{more}"


def category_name(category: Category) -> str:
    """A category as the subject of a title."""
    return _NAMES.get(category, category)
