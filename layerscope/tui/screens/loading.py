"""The screen while an image is read: what is being done, how far it is, and a way out."""

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import getters
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Footer, ProgressBar, Static

from layerscope.core.names import printable
from layerscope.tui.job import Step
from layerscope.tui.keys import keys
from layerscope.tui.text import size

UPDATES_A_SECOND = 20
_LARGE = 10_000


class LoadingScreen(Screen[None]):
    """Draws the job's latest step at most twenty times a second, however often the job makes one."""

    CSS_PATH = "loading.tcss"
    BINDINGS: ClassVar[list[BindingType]] = keys("loading")

    what = getters.query_one("#what", Static)
    bar = getters.query_one("#progress", ProgressBar)
    amount = getters.query_one("#amount", Static)

    def __init__(self, title: str, latest: Callable[[], Step]) -> None:
        super().__init__()
        self._title = title
        self._latest = latest
        self._drawn: Step | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Static(Text("layerscope"), id="name")
            yield Static(Text(printable(self._title)), id="reference")
            yield Static(Text("Opening …"), id="what")
            yield ProgressBar(id="progress", show_eta=False)
            yield Static(Text(" "), id="amount")
            yield Static(Text("esc  cancel"), id="hint")
        yield Footer()

    def on_mount(self) -> None:
        self.set_interval(1 / UPDATES_A_SECOND, self.draw)
        self.draw()

    async def action_back(self) -> None:
        if self.query("HelpPanel"):
            self.app.action_hide_help_panel()
        else:
            await self.run_action("app.cancel")

    def draw(self) -> None:
        """Shows the latest step, when it is another one than was drawn last."""
        step = self._latest()
        if step == self._drawn or not step.what:
            return
        self._drawn = step
        self.what.update(Text(printable(step.what)))
        self.bar.set_class(not step.total, "-unknown")
        self.bar.update(total=step.total, progress=step.done)
        self.amount.update(Text(amount_text(step)))


def amount_text(step: Step) -> str:
    """How far a step is: bytes where the numbers are large, else counts."""
    write = size if (step.total or step.done) >= _LARGE else str
    if step.total:
        return f"{write(step.done)} of {write(step.total)}"
    return write(step.done) if step.done else " "
