"""Another name for a stage, wherever the Dockerfile says it."""

import re
from collections.abc import Iterator, Sequence

from layerscope.dockerfile.edit import Edit, replacement
from layerscope.dockerfile.model import Dockerfile, Instruction, Word
from layerscope.dockerfile.stages import Stage, base_names

_FROM_OF_MOUNT = re.compile(r"(?P<before>--mount=(?:[^,]*,)*?from=|--from=)(?P<name>[^,]*)")


def renaming(file: Dockerfile, found: Sequence[Stage], stage: Stage, new: str) -> list[Edit] | None:
    """The changes that call a stage ``new``; None where its old name stands in a word that cannot be changed: in a variable, in
    quotes, or for two stages."""
    edits = [replacement(stage.origin.words[2], new)]
    for other, base in zip(found, base_names(found, file), strict=True):
        if other.name == stage.name and other.number != stage.number:
            return None
        if other.number > stage.number and base == stage.name:
            if other.base.text != stage.name:
                return None
            edits.append(replacement(other.base, new))
    flags = [flag for item in file.instructions for flag in _flags(item)]
    for flag in flags:
        match = _FROM_OF_MOUNT.match(flag.text)
        if match is not None and match["name"].lower() == stage.name:
            if file.text[flag.start : flag.end] != flag.text:
                return None
            edits.append(replacement(flag, f"{match['before']}{new}{flag.text[match.end() :]}"))
    return edits


def _flags(item: Instruction) -> Iterator[Word]:
    yield from item.flags
    if item.trigger is not None:
        yield from item.trigger.flags
