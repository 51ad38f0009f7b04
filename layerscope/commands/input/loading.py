"""From the IMAGE of a command line to its analysis."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from layerscope.commands.progress import Bar
from layerscope.core.errors import PathNotFound, UsageError
from layerscope.sources.image import Image, Progress

if TYPE_CHECKING:
    from layerscope.advice.recommend import RecommendOptions
    from layerscope.analysis import Analysis
    from layerscope.layers.index import LayerIndex
    from layerscope.tui.app import Ended

DEMO = "demo:"
"""References of the embedded images: ``demo:fat`` and ``demo:lean``."""


def open_reference(options: argparse.Namespace, progress: Progress, pull: bool = False, fetch: bool = True) -> Image:
    """Opens what the options name: one of the embedded images, or whatever the sources know. Without ``fetch``, a registry is
    not asked for what an engine lacks, so that people can be."""
    reference: str = options.image
    if reference.startswith(DEMO):
        from layerscope.demo import open_demo

        return open_demo(reference.removeprefix(DEMO))
    from layerscope.sources import open_image

    return open_image(reference, platform=options.platform, pull=pull or options.pull, fetch=fetch, progress=progress)


def load(
    options: argparse.Namespace,
    progress: Progress,
    pull: bool = False,
    wanted: "RecommendOptions | None" = None,
    open_bases: bool = False,
    thorough: bool = False,
    fetch: bool = True,
) -> "Analysis":
    """Opens, as :func:`open_reference` does, and analyses; ``wanted`` is what the reader wants of the recommendation. With
    ``open_bases``, bases that the image's own engine has are opened too; with ``thorough``, the files of compressed layers are
    compared by content."""
    from layerscope.analysis import analyze

    image = open_reference(options, progress, pull, fetch)
    if open_bases and wanted is not None:
        from msgspec.structs import replace

        from layerscope.advice.plan.base_content import opener

        wanted = replace(wanted, open_base=opener(image, progress))
    return analyze(image, progress, wanted, thorough=True) if thorough else analyze(image, progress, wanted)


def load_with_bar(
    options: argparse.Namespace,
    wanted: "RecommendOptions | None" = None,
    open_bases: bool = False,
    thorough: bool = False,
) -> "Analysis":
    """As :func:`load`, with the progress on standard error."""
    with Bar() as bar:
        return load(options, bar, wanted=wanted, open_bases=open_bases, thorough=thorough)


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
