"""History lines, what instruction each was, and which layer it made."""

import re

from msgspec import Struct
from msgspec.structs import replace

from layerscope.core.names import printable
from layerscope.history.bases import find_base
from layerscope.history.instructions import METADATA, Instruction, merged_image, read_instruction
from layerscope.sources.image import Config, HistoryEntry


class History(Struct, frozen=True, kw_only=True):
    """All instructions, oldest first.

    ``attributed`` is False when history and layers do not fit together, or not all of them do: ``note`` says why, and a layer
    whose instruction is not certain has none and says "unattributed". ``base_layers`` is how many of the lowest layers are the
    base image's, ``base_instructions`` how many history entries; ``base_reference`` its name, where it can be told;
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
    owners = _owners(entries) if len(_owners(entries)) == layer_count else []
    note = "" if owners or not layer_count else _disagreement(entries, layer_count)
    instructions = _with_builders(_instructions(config), entries)
    vague = {index: why for index in owners if (why := _vague(index, instructions, entries))}
    layers = {index: layer for layer, index in enumerate(owners) if index not in vague}
    attributed = tuple(replace(item, layer=layers.get(item.index)) for item in instructions)
    squashes = _squashes(entries)
    note = "; ".join(dict.fromkeys((*((note,) if note else ()), *vague.values(), *squashes)))
    base = find_base(config, attributed, owners, [entry.comment for entry in entries], annotations or {})
    return History(
        instructions=attributed,
        attributed=len(layers) == layer_count,
        note=note,
        base_reference=base.reference,
        base_layers=base.layers,
        base_instructions=base.instructions,
        base_known=base.known,
        base_by_variables=base.by_variables,
        squashed=bool(squashes),
    )


def _owners(entries: tuple[HistoryEntry, ...]) -> list[int]:
    """The entries that say that they made a layer."""
    return [index for index, entry in enumerate(entries) if not entry.empty_layer]


def _instructions(config: Config) -> list[Instruction]:
    """Each entry as an instruction; a SHELL instruction counts from where it stands."""
    current: tuple[str, ...] = ()
    found: list[Instruction] = []
    below = False
    for index, entry in enumerate(config.history):
        reading = read_instruction(entry, (current, config.shell), first=not below)
        below = below or not entry.empty_layer
        if reading.keyword == "SHELL":
            current = tuple(re.sub(r'[\[\]",]', " ", reading.text.removeprefix("SHELL")).split())
        found.append(
            Instruction(index=index, keyword=reading.keyword, text=reading.text, raw=entry.created_by, builder=reading.builder)
        )
    return found


def _with_builders(instructions: list[Instruction], entries: tuple[HistoryEntry, ...]) -> list[Instruction]:
    """buildah without ``--layers`` names itself in its last entry alone: the empty ones before it are its too."""
    found = list(instructions)
    in_its_run = False
    for index in range(len(found) - 1, -1, -1):
        item = found[index]
        if item.builder == "buildah":
            in_its_run = not entries[index].empty_layer
        elif in_its_run and item.builder == "classic" and entries[index].empty_layer and "#(nop)  " not in item.raw:
            found[index] = replace(item, builder="buildah")
        else:
            in_its_run = False
    return found


def _disagreement(entries: tuple[HistoryEntry, ...], layers: int) -> str:
    if not entries:
        return f"the image records no history for its {layers} layers"
    return f"the history accounts for {len(_owners(entries))} layers, the image has {layers}"


def _vague(index: int, instructions: list[Instruction], entries: tuple[HistoryEntry, ...]) -> str:
    """Why the layer of an entry may hold what other instructions did too; "" when it is the entry's own."""
    item = instructions[index]
    if item.keyword in METADATA:
        return f"one layer holds what several instructions did: it is recorded on {item.keyword}, which changes no file"
    if item.builder != "buildah":
        return ""
    for before in reversed(instructions[:index]):
        if before.builder != "buildah" or not entries[before.index].empty_layer:
            return ""
        if before.keyword in ("RUN", "COPY", "ADD"):
            return f"one layer holds what several instructions did: buildah recorded it on the last, {item.keyword}"
    return ""


def _squashes(entries: tuple[HistoryEntry, ...]) -> list[str]:
    merged = [image for entry in entries if (image := merged_image(entry))]
    return [f"the layers up to image {printable(image)} were squashed into one" for image in merged]
