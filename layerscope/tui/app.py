"""The terminal app: reads an image, or two, beside the screen, then shows what was found."""

import asyncio
import gc
import os
import signal
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen

from layerscope.analysis import Analysis
from layerscope.comparison.model import Comparison
from layerscope.core.errors import Cancelled, ImageNotFound, LayerscopeError
from layerscope.core.names import printable
from layerscope.report.wording import visible
from layerscope.sources.image import Progress
from layerscope.tui import tasks
from layerscope.tui.job import Job, Step
from layerscope.tui.keys import keys
from layerscope.tui.palette import Actions
from layerscope.tui.screens.dialogs import Confirm
from layerscope.tui.screens.loading import LoadingScreen
from layerscope.tui.screens.views import ViewsScreen
from layerscope.tui.tasks import Chooser, CompareWanted, Load, Task, TaskWanted, post
from layerscope.tui.theme import LAYERSCOPE, category_variables

if TYPE_CHECKING:
    from layerscope.sources.engine.images import EngineImage


_THRESHOLDS = 700, 10, 1000
"""Python's own for the young objects; a pass over all that screens hold stops a key for tens of milliseconds, and is rare."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How the app ended: its exit ``code``, and the ``analyses`` that were on screen last, of one image or of a pair."""

    code: int
    analyses: tuple[Analysis, ...]


class LayerscopeApp(App[None]):
    """Shows an image, or two side by side. ``error`` is why it ended without one, None after a normal end; ``left`` are the
    analyses that people looked at when they quit."""

    TITLE = "layerscope"
    COMMANDS: ClassVar[set[Any]] = App.COMMANDS | {Actions}
    PAUSE_GC_ON_SCROLL = True
    BINDINGS: ClassVar[list[BindingType]] = keys("app")

    @dataclass
    class Loaded(Message):
        """What a task read, or why it did not."""

        task: "Task[Any]"
        answer: Any

    def __init__(self, task: "Task[Any] | None", chooser: "Chooser | None" = None) -> None:
        """Shows what the task brings, or lets people choose an image first when there is none and there is a ``chooser``."""
        super().__init__()
        self.register_theme(LAYERSCOPE)
        self.error: Exception | None = None
        self.left: tuple[Analysis, ...] = ()
        self._first = tasks.chooser_task(chooser, self.choose) if task is None and chooser is not None else task
        self._chooser = chooser
        self._job: Job[Any] | None = None

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Textual's own commands for the palette, without those that are actions of ours and stand there as such."""
        ours = {self.action_change_theme, self.action_quit, self.action_show_help_panel, self.action_hide_help_panel}
        return (command for command in super().get_system_commands(screen) if command.callback not in ours)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        ansi = self.current_theme.ansi
        return {**category_variables(ansi), "category-text": "ansi_black" if ansi else "#0b0f14"}

    def validate_theme(self, theme: str) -> str:
        """Without colour, a theme of terminal colours would be black on black: ours stands in for it."""
        return LAYERSCOPE.name if self.no_color and self.available_themes[theme].ansi else theme

    def on_mount(self) -> None:
        if not self.is_headless:
            self._leave_on(signal.SIGTERM)
            self._leave_on(signal.SIGHUP)
        if "TEXTUAL_THEME" not in os.environ:
            self.theme = LAYERSCOPE.name
        if self._first is not None:
            self.start(self._first)

    def _leave_on(self, number: signal.Signals) -> None:
        """Lets a signal end the app as people do, so that the terminal is as it was before."""

        def leave() -> None:
            self.action_cancel()
            self.exit(return_code=128 + number)

        asyncio.get_running_loop().add_signal_handler(number, leave)

    def start(self, task: "Task[Any]", pull: bool = False) -> None:
        """Begins to read; what is on screen gives way to the progress, or stays below it to come back to."""
        self._job = Job(lambda progress: task.load(progress, pull), lambda answer: post(self, self.Loaded(task, answer)))
        loading = LoadingScreen(task.title, self._latest)
        if task.returns and not isinstance(self.screen, LoadingScreen):
            self.push_screen(loading)
        else:
            self._show(loading)

    @on(Loaded)
    def loaded(self, event: Loaded) -> None:
        match event.answer:
            case Cancelled():
                self.leave(event.task, Cancelled(f"stopped reading {printable(event.task.title)}"))
            case ImageNotFound() if event.task.pulls:
                self.ask_to_pull(event.task, event.answer)
            case Exception():
                self.leave(event.task, event.answer)
            case _:
                self._show_result(event.task, event.answer)

    def _show_result(self, task: "Task[Any]", result: Any) -> None:
        gc.collect()
        gc.freeze()
        gc.enable()
        gc.set_threshold(*_THRESHOLDS)
        if task.replaces and len(self.screen_stack) > 2:
            self.pop_screen()
        self._show(task.show(result))

    def ask_to_pull(self, task: "Task[Any]", error: ImageNotFound) -> None:
        """The engine lacks the image: asks whether it should pull it."""

        def answer(yes: bool | None) -> None:
            if yes:
                self.start(task, pull=True)
            else:
                self.leave(task, error)

        question = f"{printable(str(error))}.\n\nShall the engine pull {printable(task.title)}?"
        self.push_screen(Confirm("The engine does not have this image", question, "Pull  y"), answer)

    def choose(self, name: str) -> None:
        """Opens one of the engine's images."""
        if self._chooser is not None:
            self.start(tasks.image_task(partial(self._chooser.load_named, name), name))

    def leave(self, task: "Task[Any]", error: Exception) -> None:
        """Goes back to the screen that the task began on, and says why; without one, ends the app with its ``error``."""
        if not task.returns:
            self.error = error
            self.exit()
            return
        if isinstance(self.screen, LoadingScreen):
            self.pop_screen()
        line = error.line() if isinstance(error, LayerscopeError) else visible(f"{type(error).__name__}: {error}")
        self.notify(line, severity="warning" if isinstance(error, Cancelled) else "error", markup=False)

    @on(CompareWanted)
    def ask_for_another(self, event: CompareWanted) -> None:
        """Asks which image to compare with, reads it and shows both."""
        from layerscope.tui.screens.images import AskImage

        if self._chooser is None:
            self.notify("This image was opened without a way to open others.", severity="warning", markup=False)
            return
        chooser, first = self._chooser, event.analysis

        def answer(reference: str | None) -> None:
            if reference:
                self.start(tasks.second_task(first, reference, chooser, self.pop_screen))

        self.push_screen(AskImage(first.image, chooser.list_images), answer)

    @on(TaskWanted)
    def begin(self, event: TaskWanted) -> None:
        self.start(event.task)

    def action_cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def action_help(self) -> None:
        if self.screen.query("HelpPanel"):
            self.action_hide_help_panel()
        else:
            self.action_show_help_panel()

    async def action_quit(self) -> None:
        self.left = next((screen.analyses for screen in reversed(self.screen_stack) if isinstance(screen, ViewsScreen)), ())
        self.action_cancel()
        self.exit()

    def _latest(self) -> Step:
        return self._job.latest if self._job is not None else Step("", 0, None)

    def _show(self, screen: Any) -> None:
        if len(self.screen_stack) > 1:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)


def run_app(load: Load, title: str, chooser: Chooser | None = None) -> Ended:
    """Shows the analysis that ``load`` gives, on this terminal, until people leave it.

    Raises what ``load`` raised, once the terminal is as it was before, and :class:`Cancelled` when people
    stopped it. ``title`` is what is being opened, as the user wrote it. With a ``chooser``, other images can be compared to it.
    """
    return _run(LayerscopeApp(tasks.image_task(load, title), chooser))


def run_chooser(
    list_images: "Callable[[], Sequence[EngineImage]]", load_named: Callable[[str, Progress, bool], Analysis]
) -> Ended:
    """Lets people choose one of the engine's images, then shows it as :func:`run_app` does."""
    return _run(LayerscopeApp(None, Chooser(list_images, load_named)))


def run_comparison(load: Callable[[Progress], Comparison], title: str) -> Ended:
    """Shows the comparison that ``load`` gives as :func:`run_app` shows an image. ``title`` names both."""
    return _run(LayerscopeApp(tasks.pair_task(load, title)))


def _run(app: LayerscopeApp) -> Ended:
    app.run()
    if app.error is not None:
        raise app.error
    return Ended(app.return_code or os.EX_OK, app.left)
