"""Small questions and pages in front of a screen."""

from typing import ClassVar, TypeVar

from rich.text import Text
from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from layerscope.tui.details import More
from layerscope.tui.keys import keys
from layerscope.tui.saving import destination
from layerscope.tui.widgets.details import Details

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer]):
    """A box with a title, what subclasses put into it, and a hint; closed without an answer it gives None."""

    CSS_PATH = "dialogs.tcss"
    KIND: ClassVar[str] = ""
    HINT: ClassVar[str] = ""

    hint = getters.query_one(".dialog-hint", Static)

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        with Vertical(classes=f"dialog {self.KIND}"):
            yield Static(Text(self._title), classes="dialog-title")
            yield from self.compose_content()
            if self.HINT:
                yield Static(Text(self.HINT), classes="dialog-hint")

    def compose_content(self) -> ComposeResult:
        """What is in the box."""
        raise NotImplementedError

    def action_close(self) -> None:
        self.dismiss(None)


class Page(Dialog[None]):
    """Text to read, with what has to be read first at its end; escape closes it."""

    KIND = "page"
    HINT = "esc  back"
    BINDINGS: ClassVar[list[BindingType]] = keys("page")

    def __init__(self, title: str, content: Text, more: More | None = None) -> None:
        super().__init__(title)
        self._content = content
        self._more = more

    def compose_content(self) -> ComposeResult:
        with VerticalScroll():
            yield Details(self._content)

    def on_mount(self) -> None:
        self.query_one(Details).describe(self._content, self._more, rest=0)


class Confirm(Dialog[bool]):
    """A question with yes and no; escape is no."""

    BINDINGS: ClassVar[list[BindingType]] = keys("confirm")

    def __init__(self, title: str, question: str, yes: str) -> None:
        super().__init__(title)
        self._question = question
        self._yes = yes

    def compose_content(self) -> ComposeResult:
        yield Static(Text(self._question))
        with Horizontal(classes="buttons"):
            yield Button(self._yes, variant="primary", id="yes")
            yield Button("No  n", id="no")

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self) -> None:
        self.dismiss(True)


class AskPath(Dialog[str]):
    """Asks for a file name. A name that exists must be confirmed by a second enter."""

    HINT = "enter  write    esc  back"
    BINDINGS: ClassVar[list[BindingType]] = keys("ask")

    def __init__(self, title: str, question: str, name: str, overwrite: bool, fault: str = "") -> None:
        """``overwrite`` is whether an existing file may be replaced at all, ``fault`` why an earlier answer was of no use."""
        super().__init__(title)
        self._question = question
        self._value = name
        self._overwrite = overwrite
        self._warned = ""
        self._fault = fault

    def compose_content(self) -> ComposeResult:
        yield Static(Text(self._question))
        yield Input(self._value, id="path")

    def on_mount(self) -> None:
        if self._fault:
            self.warn(self._fault)

    @on(Input.Submitted, "#path")
    def submitted(self, event: Input.Submitted) -> None:
        name = event.value.strip()
        if not name:
            return
        path = destination(name)
        exists = path.is_symlink() or path.exists()
        if exists and not self._overwrite:
            self.warn("That exists already: choose another name.")
        elif exists and self._warned != name:
            self._warned = name
            self.warn("That exists already: enter again replaces it.")
        else:
            self.dismiss(name)

    def warn(self, text: str) -> None:
        """Says below what is wrong."""
        self.hint.add_class("-warning")
        self.hint.update(Text(text))
