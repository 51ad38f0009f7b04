"""The terminal app: loads an analysis beside the screen, then shows it."""

import gc
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.message import Message

from layerscope.analysis import Analysis
from layerscope.errors import Cancelled, ImageNotFound
from layerscope.names import printable
from layerscope.sources.image import Progress
from layerscope.tui.job import Answer, Done, Failed, Job, Step
from layerscope.tui.palette import Actions
from layerscope.tui.screens.dialogs import Confirm
from layerscope.tui.screens.loading import LoadingScreen
from layerscope.tui.screens.main import MainScreen
from layerscope.tui.theme import LAYERSCOPE, category_variables

if TYPE_CHECKING:
    from layerscope.sources.engine import EngineImage

Load = Callable[[Progress, bool], Analysis]
"""``load(progress, pull)``: opens and analyses an image; ``pull`` is whether an engine that lacks it may pull it."""


class LayerscopeApp(App[None]):
    """Shows one image. ``error`` is why it ended without one, None after a normal end."""

    TITLE = "layerscope"
    COMMANDS: ClassVar[set[Any]] = App.COMMANDS | {Actions}
    PAUSE_GC_ON_SCROLL = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "Quit", id="app.quit", tooltip="Leave layerscope"),
        Binding("question_mark", "help", "Help", key_display="?", id="app.help", tooltip="Keys and what the signs mean"),
        Binding("ctrl+t", "change_theme", "Theme", id="app.theme", tooltip="Choose another theme"),
    ]

    @dataclass
    class Loaded(Message):
        """The last word of the job that loads: done, failed or stopped."""

        answer: Answer[Analysis]

    @dataclass
    class Listed(Message):
        """The last word of the job that lists an engine's images."""

        answer: "Answer[Sequence[EngineImage]]"

    def __init__(self, load: Load | None, title: str, chooser: "Chooser | None" = None) -> None:
        """Shows what ``load`` gives, or lets people choose first when ``load`` is None and there is a ``chooser``."""
        super().__init__()
        self.register_theme(LAYERSCOPE)
        self.error: Exception | None = None
        self.loading_title = title
        self._load = load
        self._chooser = chooser
        self._job: Job[Analysis] | Job[Sequence[EngineImage]] | None = None

    def get_theme_variable_defaults(self) -> dict[str, str]:
        ansi = self.current_theme.ansi
        return {**category_variables(ansi), "category-text": "ansi_black" if ansi else "#0b0f14"}

    def validate_theme(self, theme: str) -> str:
        """Without colour, a theme of terminal colours would be black on black: ours stands in for it."""
        return LAYERSCOPE.name if self.no_color and self.available_themes[theme].ansi else theme

    def on_mount(self) -> None:
        if "TEXTUAL_THEME" not in os.environ:
            self.theme = LAYERSCOPE.name
        if self._load is not None:
            self.start(self._load, self.loading_title)
        elif self._chooser is not None:
            self._job = Job(partial(_list, self._chooser), lambda answer: self._post(self.Listed(answer)))
            self.push_screen(LoadingScreen("images of the engine", self._latest))

    def start(self, load: Load, title: str, pull: bool = False) -> None:
        """Begins to load; what is on screen gives way to the progress."""
        self._load, self.loading_title = load, title
        self._job = Job(lambda progress: load(progress, pull), lambda answer: self._post(self.Loaded(answer)))
        self._show(LoadingScreen(title, self._latest))

    @on(Loaded)
    def loaded(self, event: Loaded) -> None:
        match event.answer:
            case Done(result=analysis):
                gc.collect()
                gc.freeze()
                gc.enable()
                self._show(MainScreen(analysis))
            case Failed(error=ImageNotFound() as error):
                self.ask_to_pull(error)
            case Failed(error=error):
                self.leave(error)
            case _:
                self.leave(Cancelled("stopped before the image was read"))

    def ask_to_pull(self, error: ImageNotFound) -> None:
        """The engine lacks the image: asks whether it should pull it."""

        def answer(yes: bool | None) -> None:
            if yes and self._load is not None:
                self.start(self._load, self.loading_title, pull=True)
            else:
                self.leave(error)

        question = Text(f"{printable(str(error))}.\n\nShall the engine pull {printable(self.loading_title)}?")
        self.push_screen(Confirm("The engine does not have this image", question, "Pull  y"), answer)

    @on(Listed)
    def listed(self, event: Listed) -> None:
        from layerscope.tui.screens.chooser import ChooserScreen

        match event.answer:
            case Done(result=images) if self._chooser is not None:
                self._show(ChooserScreen(images, self.choose))
            case Failed(error=error):
                self.leave(error)
            case _:
                self.leave(Cancelled("stopped before an image was chosen"))

    def choose(self, name: str) -> None:
        """Opens one of the engine's images."""
        if self._chooser is not None:
            self.start(partial(self._chooser.load_named, name), name)

    def leave(self, error: Exception | None) -> None:
        """Ends the app; ``error`` is raised by :func:`run_app`."""
        self.error = error
        self.exit()

    def action_cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def action_help(self) -> None:
        if self.screen.query("HelpPanel"):
            self.action_hide_help_panel()
        else:
            self.action_show_help_panel()

    async def action_quit(self) -> None:
        self.action_cancel()
        self.exit()

    def _latest(self) -> Step:
        return self._job.latest if self._job is not None else Step("", 0, None)

    def _show(self, screen: Any) -> None:
        if len(self.screen_stack) > 1:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def _post(self, message: Message) -> None:
        """Posts from a job's thread; once the app has ended there is nobody to tell."""
        try:
            self.post_message(message)
        except RuntimeError:
            return


@dataclass(frozen=True, slots=True)
class Chooser:
    """``list_images()`` gives the engine's images; ``load_named(name, progress, pull)`` opens one of them."""

    list_images: "Callable[[], Sequence[EngineImage]]"
    load_named: Callable[[str, Progress, bool], Analysis]


def _list(chooser: Chooser, progress: Progress) -> "Sequence[EngineImage]":
    progress("Asking the engine for its images", 0, None)
    return chooser.list_images()


def run_app(load: Load, title: str) -> int:
    """Shows the analysis that ``load`` gives, on this terminal; 0 when people left it.

    Raises what ``load`` raised, once the terminal is as it was before, and :class:`layerscope.errors.Cancelled` when people
    stopped it. ``title`` is what is being opened, as the user wrote it.
    """
    return _run(LayerscopeApp(load, title))


def run_chooser(
    list_images: "Callable[[], Sequence[EngineImage]]", load_named: Callable[[str, Progress, bool], Analysis]
) -> int:
    """Lets people choose one of the engine's images, then shows it as :func:`run_app` does."""
    return _run(LayerscopeApp(None, "", Chooser(list_images, load_named)))


def _run(app: LayerscopeApp) -> int:
    app.run()
    if app.error is not None:
        raise app.error
    return app.return_code or os.EX_OK
