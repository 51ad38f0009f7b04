"""The engine's images: one to open, or one to compare with, which may be any other too."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, Input, Static

from layerscope.core.names import printable
from layerscope.core.units import counted
from layerscope.sources.image import Image, Progress
from layerscope.tui.job import Job
from layerscope.tui.keys import keys
from layerscope.tui.screens.dialogs import Dialog
from layerscope.tui.tasks import post
from layerscope.tui.text import shorten, size
from layerscope.tui.widgets.trees.rows import ItemRows, Piece, Rows

if TYPE_CHECKING:
    from layerscope.sources.engine.images import EngineImage

_QUESTION = "A name, docker-daemon:NAME, docker://NAME, docker-archive:FILE, oci:DIRECTORY, a path, demo:fat or demo:lean"
_KEYS = "enter  compare    esc  back"


class ImageRows(ItemRows["tuple[str, EngineImage]"]):
    """One row a name; images without a name go by their ID, and come last."""

    BINDING_GROUP_TITLE = "Images"

    def __init__(self, images: "Sequence[EngineImage]") -> None:
        self._all = self._by_name(images)
        super().__init__("images", self._all)

    @staticmethod
    def _by_name(images: "Sequence[EngineImage]") -> "list[tuple[str, EngineImage]]":
        named_first = sorted(images, key=lambda image: not image.names)
        return [(name, image) for image in named_first for name in (image.names or (image.id,))]

    def show_images(self, images: "Sequence[EngineImage]") -> None:
        """Shows other images, all of them."""
        self.items = self._all = self._by_name(images)
        self.changed()

    def filter(self, text: str) -> None:
        """Shows the names that contain ``text``, whatever its case."""
        self.items = [pair for pair in self._all if text.lower() in pair[0].lower()]
        self.set_reactive(Rows.cursor, 0)
        self.changed()

    def reference(self) -> str:
        """The reference that opens the image under the cursor, from the engine that listed it."""
        name, image = self.item
        return image.reference.partition(":")[0] + ":" + name

    def empty_text(self) -> str:
        return " No image has such a name." if self._all else " The engine has no images."

    def item_pieces(self, item: "tuple[str, EngineImage]", width: int) -> list[Piece]:
        name, image = item
        created = time.strftime("%Y-%m-%d", time.gmtime(image.created)) if image.created > 0 else ""
        return [
            (f" {size(image.size):>8}  ", "rows--strong"),
            (f"{created:<11} ", "rows--dim"),
            (shorten(printable(name), width - 24), "rows--plain"),
        ]


class ChooserScreen(Screen[None]):
    """Typing narrows the list; enter opens the image under the cursor."""

    CSS_PATH = "images.tcss"
    AUTO_FOCUS = "#name-filter"
    BINDINGS: ClassVar[list[BindingType]] = keys("chooser")

    rows = getters.query_one("#images", ImageRows)
    entry = getters.query_one("#name-filter", Input)

    def __init__(self, images: "Sequence[EngineImage]", choose: Callable[[str], None]) -> None:
        super().__init__()
        self._images = images
        self._choose = choose

    def compose(self) -> ComposeResult:
        yield Static(Text(f" layerscope   choose one of {counted(len(self._images), 'image')}"), id="title")
        yield Input(placeholder="type to filter", id="name-filter")
        yield ImageRows(self._images)
        yield Footer()

    @on(Input.Changed, "#name-filter")
    def narrowed(self, event: Input.Changed) -> None:
        self.rows.filter(event.value)

    @on(Rows.Chosen, "#images")
    def chosen(self) -> None:
        self._choose(self.rows.reference())

    def action_move(self, by: int) -> None:
        self.rows.action_move(by)

    def action_page(self, by: int) -> None:
        self.rows.action_page(by)

    def action_open(self) -> None:
        self.rows.action_choose()

    def action_back(self) -> None:
        if self.entry.value:
            self.entry.value = ""
        else:
            self.app.exit()


class AskImage(Dialog[str]):
    """Enter takes what stands in the line; typing narrows the list below, up and down put one of its images into the line."""

    KIND = "another"
    HINT = "Asking the engine for its images …"
    BINDINGS: ClassVar[list[BindingType]] = keys("another")

    @dataclass
    class Listed(Message):
        """The engine's images, or why there are none."""

        answer: "Sequence[EngineImage] | Exception"

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
        images: Sequence[EngineImage] = () if isinstance(event.answer, Exception) else event.answer
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
