"""What screens ask of the app, what it reads then, and the screen that shows it. A screen is imported before its images are
read."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen

from layerscope.analysis import Analysis
from layerscope.comparison.model import Comparison
from layerscope.core.names import printable
from layerscope.sources.image import Progress
from layerscope.tui.text import size

if TYPE_CHECKING:
    from layerscope.sources.engine.images import EngineImage

Result = TypeVar("Result")

Load = Callable[[Progress, bool], Analysis]
"""``load(progress, pull)``: opens and analyses an image; ``pull`` is whether an engine that lacks it may pull it."""


@dataclass
class CompareWanted(Message):
    """Asks for another image beside this one."""

    analysis: Analysis


def post(receiver: MessagePump, message: Message) -> None:
    """Posts a message from a thread, unless the app has ended meanwhile."""
    with suppress(RuntimeError):
        receiver.post_message(message)


@dataclass(frozen=True, slots=True)
class Chooser:
    """``list_images()`` gives the engine's images; ``load_named(name, progress, pull)`` opens one of them, or anything else
    that a reference names."""

    list_images: "Callable[[], Sequence[EngineImage]]"
    load_named: Callable[[str, Progress, bool], Analysis]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Generic[Result]):
    """``load(progress, pull)`` reads, in a thread; ``show`` makes the screen of what it read.

    ``pulls`` is whether asking for a pull makes sense when an engine lacks the image. ``returns`` is whether the screen that
    the task began on stays, and comes back when nothing was read; otherwise the app ends then. ``replaces`` is whether the
    new screen takes the place of that one rather than lying on top of it.
    """

    title: str
    load: Callable[[Progress, bool], Result]
    show: Callable[[Result], Screen[None]]
    pulls: bool = True
    returns: bool = False
    replaces: bool = False


@dataclass
class TaskWanted(Message):
    """Asks for a task to be done."""

    task: Task[Any]


def image_task(load: Load, title: str) -> Task[Analysis]:
    """One image."""
    from layerscope.tui.screens.main import MainScreen

    return Task(title=title, load=load, show=MainScreen)


def chooser_task(chooser: Chooser, choose: Callable[[str], None]) -> "Task[Sequence[EngineImage]]":
    """The engine's images, one of which ``choose`` opens."""
    from layerscope.tui.screens.images import ChooserScreen

    def load(progress: Progress, _: bool) -> "Sequence[EngineImage]":
        progress("Asking the engine for its images", 0, None)
        return chooser.list_images()

    return Task(title="images of the engine", load=load, show=lambda images: ChooserScreen(images, choose), pulls=False)


def pair_task(load: Callable[[Progress], Comparison], title: str) -> Task[Comparison]:
    """Two images that are read together."""
    from layerscope.tui.screens.compare import CompareScreen

    return Task(title=title, load=lambda progress, _: load(progress), show=CompareScreen, pulls=False)


def second_task(first: Analysis, reference: str, chooser: Chooser, leave: Callable[[], object]) -> Task[Comparison]:
    """Another image beside one that is on screen already. The larger one becomes the fat one, and the screen says so."""
    from layerscope.tui.screens.compare import CompareScreen

    def load(progress: Progress, pull: bool) -> Comparison:
        from layerscope.comparison.compare import compare

        second = chooser.load_named(reference, progress, pull)
        fat, lean = (first, second) if first.sizes.stored >= second.sizes.stored else (second, first)
        return compare(fat, lean, progress=progress)

    def show(comparison: Comparison) -> Screen[None]:
        return CompareScreen(comparison, f"{larger_text(comparison)}; esc goes back", leave)

    return Task(title=reference, load=load, show=show, returns=True)


def swap_task(comparison: Comparison, leave: Callable[[], object] | None) -> Task[Comparison]:
    """The same two images the other way round, on the same cluster."""
    from layerscope.tui.screens.compare import CompareScreen

    def load(progress: Progress, _: bool) -> Comparison:
        from layerscope.comparison.compare import compare

        return compare(comparison.lean, comparison.fat, cluster=comparison.impact.cluster, progress=progress)

    def show(swapped: Comparison) -> Screen[None]:
        return CompareScreen(swapped, leave=leave, swapped=comparison)

    return Task(title="the same images the other way round", load=load, show=show, pulls=False, returns=True, replaces=True)


def larger_text(comparison: Comparison) -> str:
    """Which of two images stands at the left, and why."""
    name, stored = printable(comparison.fat.image.reference), size(comparison.fat.sizes.stored)
    if not comparison.gap:
        return f"both store {stored}: {name}, the first one, stands left as the fat image"
    return f"{name} is the larger one ({stored}): it stands left, as the fat image"
