"""Where in the user's Dockerfile something of an image was made."""

from collections.abc import Sequence

from msgspec import Struct

from layerscope.advice.dockerfile.lines import Lines, Span
from layerscope.analysis import Analysis


class Located(Struct, frozen=True):
    """A Dockerfile: ``path`` as its repository calls it (slashes, printable), and which lines made what."""

    path: str
    lines: Lines

    def spans(self, analysis: Analysis, layers: Sequence[int], instructions: Sequence[str] = ()) -> tuple[Span, ...]:
        """The lines of the instructions that made these layers, in their order."""
        return self.lines.of_layers(analysis.history, layers, instructions)
