"""From the IMAGE of a command line to its analysis."""

import argparse
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from layerscope.commands.progress import Bar
from layerscope.sources.image import Image, Progress

if TYPE_CHECKING:
    from layerscope.advice.ground import RecommendOptions
    from layerscope.analysis import Analysis

DEMO = "demo:"
"""References of the embedded images: ``demo:fat`` and ``demo:lean``."""


class Request(Struct, frozen=True, kw_only=True):
    """One image that a command needs, and what the command wants to know about it.

    ``reference`` and ``platform`` are as the user wrote them. ``pull`` lets an engine fetch an image that it lacks; without
    ``fetch`` no registry is asked for it, so that the user can be asked first. ``options`` is what is wanted of the
    recommendation. With ``thorough``, files of compressed layers are compared by content.
    """

    reference: str
    platform: str | None = None
    pull: bool = False
    fetch: bool = True
    options: "RecommendOptions | None" = None
    thorough: bool = False

    @classmethod
    def of(cls, arguments: argparse.Namespace, **wanted: Any) -> "Request":
        """The request in a parsed command line with an IMAGE, and what else is wanted."""
        return cls(reference=arguments.image, platform=arguments.platform, pull=arguments.pull, **wanted)


def open_reference(request: Request, progress: Progress) -> Image:
    """Opens an embedded image, or whatever the sources know by that reference."""
    if request.reference.startswith(DEMO):
        from layerscope.demo import open_demo

        return open_demo(request.reference.removeprefix(DEMO))
    from layerscope.sources import open_image

    return open_image(request.reference, platform=request.platform, pull=request.pull, fetch=request.fetch, progress=progress)


def load(request: Request, progress: Progress) -> "Analysis":
    """Opens the image and analyses it."""
    from layerscope.analysis import analyze

    return analyze(open_reference(request, progress), progress, request.options, request.thorough)


def load_with_bar(request: Request) -> "Analysis":
    """As :func:`load`, with the progress on standard error."""
    with Bar() as bar:
        return load(request, bar)
