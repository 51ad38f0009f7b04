"""``layerscope [IMAGE]``: the terminal app, or the markdown report where there is no terminal."""

import sys
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from layerscope.analysis import Analysis
from layerscope.commands.input.arguments import add_image, command_parser
from layerscope.commands.input.loading import Request, load, load_with_bar
from layerscope.commands.output import write
from layerscope.commands.problems import tell_ended, tell_problems
from layerscope.core.errors import UsageError
from layerscope.sources.image import Progress

if TYPE_CHECKING:
    from layerscope.sources.engine.images import EngineImage


def run(arguments: list[str]) -> int:
    """Opens the image, or lets people choose one; 2 when parts of what was shown last could not be read."""
    parser = command_parser("", "Open an image in the terminal app. `layerscope --help` lists the commands.")
    add_image(parser, optional=True)
    options = parser.parse_args(arguments)
    if options.image is not None:
        return show(Request.of(options), options.image)
    if not on_terminal():
        raise UsageError("no image given, and no terminal to choose one on", "see layerscope --help, or try layerscope demo")
    from layerscope.tui.app import run_chooser

    return tell_ended(run_chooser(_list_images, partial(_load_named, Request.of(options))))


def show(request: Request, title: str) -> int:
    """Opens the image in the app, or prints its report where standard input or output is no terminal."""
    if on_terminal():
        from layerscope.tui.app import run_app
        from layerscope.tui.tasks import Chooser

        chooser = Chooser(_list_images, partial(_load_named, request))
        return tell_ended(run_app(partial(_load_named, request, request.reference), title, chooser))
    from layerscope.report import markdown

    analysis = load_with_bar(request)
    write(markdown.render(analysis))
    return tell_problems(analysis.problems)


def _list_images() -> "tuple[EngineImage, ...]":
    from layerscope.sources.engine.images import list_images

    return list_images()


def _load_named(request: Request, name: str, progress: Progress, pull: bool) -> Analysis:
    """Loads an image for the app, which asks the user before anything is fetched."""
    return load(replace(request, reference=name, pull=pull or request.pull, fetch=False), progress)


def on_terminal() -> bool:
    """Whether the app has a screen to draw on and keys to read."""
    return sys.stdout.isatty() and sys.stdin.isatty()
