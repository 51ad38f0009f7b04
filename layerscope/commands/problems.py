"""What could not be read of images: reported on standard error, and by the exit code."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from layerscope.commands.output import warn
from layerscope.core.errors import PathNotFound, UsageError

if TYPE_CHECKING:
    from layerscope.analysis import Analysis
    from layerscope.layers.index import LayerIndex
    from layerscope.tui.app import Ended


def of_both(fat: "Analysis", lean: "Analysis") -> tuple[str, ...]:
    """The problems of two images, each with the image that it is about: a layer's number alone does not say that."""
    return tuple(f"{side}: {problem}" for side, read in (("fat", fat), ("lean", lean)) for problem in read.problems)


def tell_ended(ended: "Ended") -> int:
    """Ends the command after the app: with the same lines and exit code as if it had printed what was shown last."""
    shown = ended.analyses
    problems = of_both(*shown) if len(shown) == 2 else tuple(line for one in shown for line in one.problems)
    return ended.code or tell_problems(problems)


@contextmanager
def telling_damage(problems: tuple[str, ...], indexes: "Sequence[LayerIndex]") -> Iterator[None]:
    """Names the unread layers where a path is not found: one of them may have it."""
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

    warn(*map(visible, problems))
    return 2 if problems else 0
