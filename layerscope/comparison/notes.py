"""What a change of base brings besides bytes."""

from layerscope.analysis import Analysis
from layerscope.comparison.model import Note


def notes_of(fat: Analysis, lean: Analysis) -> tuple[Note, ...]:
    """Another libc, another ABI of a library, another version of an interpreter."""
    del fat, lean
    return ()
