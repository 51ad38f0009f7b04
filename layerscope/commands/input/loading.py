"""From the IMAGE of a command line to its analysis."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from layerscope.commands.progress import Bar
from layerscope.core.errors import PathNotFound, UsageError
from layerscope.sources.image import Image, Progress

if TYPE_CHECKING:
    from layerscope.advice.ground import RecommendOptions
    from layerscope.analysis import Analysis
    from layerscope.layers.index import LayerIndex
    from layerscope.tui.app import Ended

DEMO = "demo:"
"""References of the embedded images: ``demo:fat`` and ``demo:lean``."""


class Request(Struct, frozen=True, kw_only=True):
    """One image that a command needs, and what the command wants to know about it.

    ``reference`` and ``platform`` are as the user wrote them. ``pull`` lets an engine fetch an image that it lacks; without
    ``fetch`` no registry is asked for it, so that the user can be asked first. ``options`` is what is wanted of the
    recommendation; with ``open_bases``, bases that the image's own engine has are opened for it. With ``thorough``, files of
    compressed layers are compared by content.
    """

    reference: str
    platform: str | None = None
    pull: bool = False
    fetch: bool = True
    options: "RecommendOptions | None" = None
    open_bases: bool = False
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

    image = open_reference(request, progress)
    options = request.options
    if request.open_bases and options is not None:
        from layerscope.advice.plan.base_content import opener

        options = replace(options, open_base=opener(image, progress))
    return analyze(image, progress, options, request.thorough)


def load_with_bar(request: Request) -> "Analysis":
    """As :func:`load`, with the progress on standard error."""
    with Bar() as bar:
        return load(request, bar)


def of_both(fat: "Analysis", lean: "Analysis") -> tuple[str, ...]:
    """The problems of two images, each saying of which one it is: a layer's number alone does not."""
    return tuple(f"{side}: {problem}" for side, read in (("fat", fat), ("lean", lean)) for problem in read.problems)


def tell_ended(ended: "Ended") -> int:
    """What the app's end means for the command: the same lines and exit code as if it had printed what was shown last."""
    read = ended.analyses
    return ended.code or tell_problems(
        of_both(*read) if len(read) == 2 else tuple(line for one in read for line in one.problems)
    )


@contextmanager
def telling_damage(problems: tuple[str, ...], indexes: "Sequence[LayerIndex]") -> Iterator[None]:
    """Where a path is not found in an image that could not be read whole, says that with it: a layer that could not be read
    may have it."""
    try:
        yield
    except PathNotFound as error:
        tell_problems(problems)
        unread = [str(number) for number, index in enumerate(indexes) if index.problem]
        if not unread:
            raise
        layers = f"layer {unread[0]}" if len(unread) == 1 else f"layers {', '.join(unread[:-1])} and {unread[-1]}"
        raise UsageError(f"{error.path} is not found, and {layers} could not be read", error.hint) from error


def tell_problems(problems: tuple[str, ...]) -> int:
    """Writes what could not be read, a line each, on standard error. Returns the exit code: 2 if there was anything."""
    from layerscope.report.wording import visible

    for problem in problems:
        sys.stderr.write(f"layerscope: {visible(problem)}\n")
    return 2 if problems else 0
