"""What screens ask of the app, and how threads tell a screen or widget that they are done."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from textual.message import Message
from textual.message_pump import MessagePump

from layerscope.analysis import Analysis
from layerscope.comparison.model import Comparison


@dataclass
class CompareWanted(Message):
    """Asks for another image beside this one."""

    analysis: Analysis


@dataclass
class SwapWanted(Message):
    """Asks for a comparison the other way round: ``swapped``, where it is known. ``leave`` is what escape does."""

    comparison: Comparison
    swapped: Comparison | None
    leave: Callable[[], object] | None


def post(receiver: MessagePump, message: Message) -> None:
    """Posts a message from a thread, unless the app has ended meanwhile."""
    with suppress(RuntimeError):
        receiver.post_message(message)
