"""Which image to compare with: any reference, or one of the engine's images."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input, Static

from layerscope.core.names import printable
from layerscope.sources.image import Image, Progress
from layerscope.tui.job import Answer, Done, Job
from layerscope.tui.keys import keys
from layerscope.tui.messages import post
from layerscope.tui.screens.chooser import ImageRows
from layerscope.tui.screens.dialogs import Dialog
from layerscope.tui.widgets.trees.rows import Rows

if TYPE_CHECKING:
    from layerscope.sources.engine.images import EngineImage

_QUESTION = "A name, docker-daemon:NAME, docker://NAME, docker-archive:FILE, oci:DIRECTORY, a path, demo:fat or demo:lean"
_KEYS = "enter  compare    esc  back"


class AskImage(Dialog[str]):
    """Enter takes what stands in the line; typing narrows the list below, up and down put one of its images into the line."""

    KIND = "another"
    HINT = "Asking the engine for its images …"
    BINDINGS: ClassVar[list[BindingType]] = keys("another")

    @dataclass
    class Listed(Message):
        """The engine's images, or why there are none."""

        answer: "Answer[Sequence[EngineImage]]"

    rows = getters.query_one("#images", ImageRows)
    entry = getters.query_one("#reference", Input)

    def __init__(self, first: Image, list_images: "Callable[[], Sequence[EngineImage]]") -> None:
        super().__init__(f"Compare {printable(first.reference)} with")
        self._first = first
        self._list_images = list_images
        self._chosen = -1

    def compose_content(self) -> ComposeResult:
        yield Static(Text(_QUESTION))
        yield Input(counterpart(self._first), placeholder="reference of an image", id="reference")
        yield ImageRows(())

    def on_mount(self) -> None:
        self.entry.focus()
        self.rows.can_focus = False
        self._job = Job(self._list, lambda answer: post(self, self.Listed(answer)))

    def on_unmount(self) -> None:
        self._job.cancel()

    def _list(self, progress: Progress) -> "Sequence[EngineImage]":
        progress("asking the engine for its images", 0, None)
        return self._list_images()

    @on(Listed)
    def listed(self, event: Listed) -> None:
        images: Sequence[EngineImage] = event.answer.result if isinstance(event.answer, Done) else ()
        self.rows.show_images(images)
        self.set_class(bool(images), "-listed")
        self.hint.update(Text(f"{_KEYS}    {'↑ ↓  images of the engine' if images else '(no engine lists any image)'}"))

    @on(Input.Changed, "#reference")
    def narrowed(self, event: Input.Changed) -> None:
        self._chosen = -1
        self.rows.filter(event.value)

    @on(Input.Submitted, "#reference")
    def submitted(self, event: Input.Submitted) -> None:
        if reference := event.value.strip():
            self.dismiss(reference)

    @on(Rows.Highlighted, "#images")
    def pointed(self, event: Rows.Highlighted) -> None:
        if event.position != self._chosen:
            self._take(event.position)

    @on(Rows.Chosen, "#images")
    def chosen(self) -> None:
        self.dismiss(self.rows.reference())

    def action_move(self, by: int) -> None:
        if self.rows.row_count():
            self._take(max(0, min(self._chosen + by, self.rows.row_count() - 1)))

    def _take(self, position: int) -> None:
        """Puts an image of the list into the line, and leaves the list as it is."""
        self._chosen = position
        self.rows.cursor = position
        with self.prevent(Input.Changed):
            self.entry.value = self.rows.reference()


def counterpart(image: Image) -> str:
    """What an image is compared with by default: the other half of the demo."""
    if image.source != "demo":
        return ""
    return "demo:fat" if image.reference == "demo:lean" else "demo:lean"
