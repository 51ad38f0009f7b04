"""``layerscope [IMAGE]``: the terminal app, or the markdown report where there is no terminal."""

import argparse
import sys
from functools import partial
from typing import TYPE_CHECKING

from layerscope.analysis import Analysis
from layerscope.commands.input.arguments import add_image, command_parser
from layerscope.commands.input.loading import load, load_with_bar, tell_ended, tell_problems
from layerscope.commands.output import write
from layerscope.core.errors import UsageError
from layerscope.sources.image import Progress

if TYPE_CHECKING:
    from layerscope.sources.engine.images import EngineImage


def run(arguments: list[str]) -> int:
    """Opens the image, or lets people choose one; 2 when parts of what was shown last could not be read."""
    parser = command_parser("", "Open an image in the terminal app. `layerscope --help` lists the commands.")
    add_image(parser, optional=True)
    options = parser.parse_args(arguments)
    return choose(options) if options.image is None else show(options, options.image)


def show(options: argparse.Namespace, title: str) -> int:
    """Opens the image of the options in the app, or prints its report where standard input or output is no terminal."""
    if on_terminal():
        from layerscope.tui.app import run_app
        from layerscope.tui.tasks import Chooser

        chooser = Chooser(_list_images, partial(_load_named, options))
        return tell_ended(run_app(partial(load, options, fetch=False), title, chooser))
    from layerscope.report import markdown

    analysis = load_with_bar(options)
    write(markdown.render(analysis))
    return tell_problems(analysis.problems)


def choose(options: argparse.Namespace) -> int:
    """Lets people choose one of the engine's images."""
    if not on_terminal():
        raise UsageError("no image given, and no terminal to choose one on", "see layerscope --help, or try layerscope demo")
    from layerscope.tui.app import run_chooser

    return tell_ended(run_chooser(_list_images, partial(_load_named, options)))


def _list_images() -> "tuple[EngineImage, ...]":
    from layerscope.sources.engine.images import list_images

    return list_images()


def _load_named(options: argparse.Namespace, name: str, progress: Progress, pull: bool) -> Analysis:
    return load(argparse.Namespace(**{**vars(options), "image": name}), progress, pull, fetch=False)


def on_terminal() -> bool:
    """Whether the app has a screen to draw on and keys to read."""
    return sys.stdout.isatty() and sys.stdin.isatty()
