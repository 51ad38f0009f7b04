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
    if any(other.name == stage.name and other.number != stage.number for other in found):
        return None
    named = zip(found, base_names(found, file), strict=True)
    bases = [other.base for other, base in named if other.number > stage.number and base == stage.name]
    flags = [(flag, match) for flag, match in _sources(file) if match["name"].lower() == stage.name]
    if any(base.text != stage.name for base in bases) or any(
        file.text[flag.start : flag.end] != flag.text for flag, _ in flags
    ):
        return None
    return [
        replacement(stage.origin.words[2], new),
        *(replacement(base, new) for base in bases),
        *(replacement(flag, f"{match['before']}{new}{flag.text[match.end() :]}") for flag, match in flags),
    ]


def _sources(file: Dockerfile) -> Iterator[tuple[Word, re.Match[str]]]:
    """The flags that name a stage or an image to copy or mount from."""
    for item in file.instructions:
        for flag in _flags(item):
            if match := _FROM_OF_MOUNT.match(flag.text):
                yield flag, match


def _flags(item: Instruction) -> Iterator[Word]:
    yield from item.flags
    if item.trigger is not None:
        yield from item.trigger.flags
