"""Small questions and pages in front of the main screen."""

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from layerscope.tui.saving import destination
from layerscope.tui.widgets.details import Details, More


class Page(ModalScreen[None]):
    """Text to read, with what has to be read first at its end; escape closes it."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,w", "close", "Back", id="page.close", tooltip="Close this page"),
    ]

    def __init__(self, title: str, content: Text, more: More | None = None) -> None:
        super().__init__()
        self._title = title
        self._content = content
        self._more = more

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog page"):
            yield Static(Text(self._title), classes="dialog-title")
            with VerticalScroll():
                yield Details(self._content)
            yield Static(Text("esc  back"), classes="dialog-hint")

    def on_mount(self) -> None:
        self.query_one(Details).describe(self._content, self._more, rest=0)

    def action_close(self) -> None:
        self.dismiss(None)


class Confirm(ModalScreen[bool]):
    """A question with yes and no; escape is no."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", "No", id="confirm.no", tooltip="No"),
        Binding("y", "answer(True)", "Yes", id="confirm.yes", tooltip="Yes"),
    ]

    def __init__(self, title: str, content: Text, yes: str) -> None:
        super().__init__()
        self._title = title
        self._content = content
        self._yes = yes

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Text(self._title), classes="dialog-title")
            yield Static(self._content)
            with Horizontal(classes="buttons"):
                yield Button(self._yes, variant="primary", id="yes")
                yield Button("No  n", id="no")

    @on(Button.Pressed, "#yes")
    def yes(self) -> None:
        self.dismiss(True)

    @on(Button.Pressed, "#no")
    def no(self) -> None:
        self.dismiss(False)

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)


class AskPath(ModalScreen[str | None]):
    """Asks for a file name. A name that exists must be confirmed by a second enter."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Back", id="ask.close", tooltip="Close this without writing anything"),
    ]

    def __init__(self, title: str, content: Text, value: str, overwrite: bool, fault: str = "") -> None:
        """``overwrite`` is whether an existing file may be replaced at all, ``fault`` why an earlier answer was of no use."""
        super().__init__()
        self._title = title
        self._content = content
        self._value = value
        self._overwrite = overwrite
        self._warned = ""
        self._fault = fault

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Text(self._title), classes="dialog-title")
            yield Static(self._content)
            yield Input(self._value, id="path")
            yield Static(Text("enter  write    esc  back"), classes="dialog-hint")

    def on_mount(self) -> None:
        if self._fault:
            self.hint(self._fault)

    @on(Input.Submitted, "#path")
    def submitted(self, event: Input.Submitted) -> None:
        name = event.value.strip()
        if not name:
            return
        path = destination(name)
        exists = path.is_symlink() or path.exists()
        if exists and not self._overwrite:
            self.hint("That exists already: choose another name.")
        elif exists and self._warned != name:
            self._warned = name
            self.hint("That exists already: enter again replaces it.")
        else:
            self.dismiss(name)

    def hint(self, text: str) -> None:
        hint = self.query_one(".dialog-hint", Static)
        hint.add_class("-warning")
        hint.update(Text(text))

    def action_close(self) -> None:
        self.dismiss(None)
