"""History lines, what instruction each was, and which layer it made."""

import re
from collections.abc import Sequence
from itertools import takewhile

from msgspec import Struct
from msgspec.structs import replace

from layerscope.core.names import printable
from layerscope.history.bases import Record, find_base
from layerscope.history.instructions import METADATA, Instruction, merged_image, read_instruction
from layerscope.sources.image import Config, HistoryEntry

_CHANGING = frozenset(("RUN", "COPY", "ADD"))


class History(Struct, frozen=True, kw_only=True):
    """All instructions, oldest first.

    ``attributed`` is False when history and layers do not fit together, or not all of them do: ``note`` says why, and a layer
    whose instruction is not certain has none and says "unattributed". ``base_layers`` is how many of the lowest layers are the
    base image's, ``base_instructions`` how many history entries; ``base_reference`` its name, where that is known;
    ``base_known`` says how ("label …", "ENV GOLANG_VERSION and the history", …) and is "" when nothing is known;
    ``base_by_variables`` is whether the variables of a well-known image alone say so. ``squashed`` is whether a builder merged
    the layers of several instructions.
    """

    instructions: tuple[Instruction, ...]
    attributed: bool
    note: str = ""
    base_reference: str = ""
    base_layers: int = 0
    base_instructions: int = 0
    base_known: str = ""
    base_by_variables: bool = False
    squashed: bool = False

    def of_layer(self, layer: int) -> Instruction | None:
        """The instruction that made the layer, None when unattributed."""
        return next((item for item in self.instructions if item.layer == layer), None)


def read_history(config: Config, layer_count: int, annotations: dict[str, str] | None = None) -> History:
    """The history of an image with so many layers, as instructions, and what of it is its base image's.

    The n-th entry that is not marked empty made the n-th layer, if the numbers agree. Where they do, but a builder stored the
    whole difference on one instruction, that layer stays without an instruction, and ``note`` says so. ``annotations`` are the
    manifest's.
    """
    entries = config.history
    makers = _makers(entries)
    owners = makers if len(makers) == layer_count else []
    instructions = _with_builders(_instructions(config), entries)
    vague = {index: why for index in owners if (why := _doubt(index, instructions, entries))}
    layers = {index: layer for layer, index in enumerate(owners) if index not in vague}
    attributed = tuple(replace(item, layer=layers.get(item.index)) for item in instructions)
    merged = list(filter(None, map(merged_image, entries)))
    squashes = map("the layers up to image {} were squashed into one".format, map(printable, merged))
    notes = (_disagreement(len(entries), len(makers), layer_count), *vague.values(), *squashes)
    base = find_base(Record(config, attributed, owners, annotations or {}))
    return History(
        instructions=attributed,
        attributed=len(layers) == layer_count,
        note="; ".join(dict.fromkeys(filter(None, notes))),
        base_reference=base.reference,
        base_layers=base.layers,
        base_instructions=base.instructions,
        base_known=base.known,
        base_by_variables=base.by_variables,
        squashed=bool(merged),
    )


def _makers(entries: tuple[HistoryEntry, ...]) -> list[int]:
    """The entries that made a layer."""
    return [index for index, entry in enumerate(entries) if not entry.empty_layer]


def _instructions(config: Config) -> list[Instruction]:
    """Each entry as an instruction; a SHELL instruction counts from where it stands."""
    current: tuple[str, ...] = ()
    found: list[Instruction] = []
    has_layer = False
    for index, entry in enumerate(config.history):
        keyword, text, builder = read_instruction(entry, (current, config.shell), first=not has_layer)
        has_layer = has_layer or not entry.empty_layer
        if keyword == "SHELL":
            current = tuple(re.sub(r'[\[\]",]', " ", text.removeprefix("SHELL")).split())
        found.append(Instruction(index=index, keyword=keyword, text=text, raw=entry.created_by, builder=builder))
    return found


def _with_builders(instructions: list[Instruction], entries: tuple[HistoryEntry, ...]) -> list[Instruction]:
    """buildah without ``--layers`` names itself in its last entry alone: the empty ones before it are its too."""
    found = list(instructions)
    in_run = False
    for index, item in reversed(list(enumerate(instructions))):
        is_empty = entries[index].empty_layer
        if item.builder == "buildah":
            in_run = not is_empty
        elif in_run := in_run and is_empty and _may_be_buildah(item):
            found[index] = replace(item, builder="buildah")
    return found


def _may_be_buildah(item: Instruction) -> bool:
    """Whether a line without a builder's mark is written as buildah writes it, too."""
    return item.builder == "classic" and "#(nop)  " not in item.raw


def _disagreement(entries: int, makers: int, layers: int) -> str:
    """Why layers have no instructions: the history says that ``makers`` of its entries made one. "" where both agree."""
    if makers == layers:
        return ""
    if not entries:
        return f"the image records no history for its {layers} layers"
    return f"the history accounts for {makers} layers, the image has {layers}" if layers else ""


def _doubt(index: int, instructions: Sequence[Instruction], entries: tuple[HistoryEntry, ...]) -> str:
    """Why the layer of an entry may hold what other instructions did too; "" when it is the entry's own."""
    item = instructions[index]
    if item.keyword in METADATA:
        return f"one layer holds what several instructions did: it is recorded on {item.keyword}, which changes no file"
    before = reversed(instructions[:index])
    run = takewhile(lambda other: other.builder == "buildah" and entries[other.index].empty_layer, before)
    if item.builder == "buildah" and not _CHANGING.isdisjoint(other.keyword for other in run):
        return f"one layer holds what several instructions did: buildah recorded it on the last, {item.keyword}"
    return ""
