"""Choosing one of an engine's images."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import Footer, Input, Static

from layerscope.core.names import printable
from layerscope.core.units import counted
from layerscope.tui.keys import keys
from layerscope.tui.text import shorten, size
from layerscope.tui.widgets.trees.rows import ItemRows, Piece, Rows

if TYPE_CHECKING:
    from layerscope.sources.engine.images import EngineImage


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

    CSS_PATH = "chooser.tcss"
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
