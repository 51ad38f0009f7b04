"""What screens ask of the app."""

from collections.abc import Callable
from dataclasses import dataclass

from textual.message import Message

from layerscope.analysis import Analysis
from layerscope.comparison.model import Comparison


@dataclass
class CompareWanted(Message):
    """Somebody wants to see another image beside this one."""

    analysis: Analysis


@dataclass
class SwapWanted(Message):
    """Somebody wants to see a comparison the other way round: ``swapped``, where it is known. ``leave`` is what escape does."""

    comparison: Comparison
    swapped: Comparison | None
    leave: Callable[[], object] | None
