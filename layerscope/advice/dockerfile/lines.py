"""Which lines of the user's Dockerfile made which instruction of an image's history.

No builder records lines, so both are read as instructions and laid side by side: in the same order, the same keywords on each
other, as much of their texts alike as possible. Variables, flags and the sources of a COPY may differ.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct

from layerscope.core.expressions import expression
from layerscope.dockerfile.model import Instruction as Written
from layerscope.dockerfile.read import read
from layerscope.dockerfile.stages import Stage, carried_out, chain, stages, target_stage
from layerscope.history.history import History
from layerscope.history.instructions import KEYWORDS, Instruction

_WORD = expression(r"[^\s\"'\[\],;&|=]+")
_MOST = 300
"""Instructions on either side that are laid side by side, the last ones."""


class Span(Struct, frozen=True, order=True):
    """Lines of a file, counted from 1, both included."""

    start: int
    end: int


class Lines(Struct, frozen=True):
    """``spans`` has the lines of each history entry that the Dockerfile has an instruction for, by its index. ``origin`` is the
    FROM of what lies below them, the base; ``own`` the first history entry that is not the base's."""

    spans: dict[int, Span]
    origin: Span
    own: int

    def of_instruction(self, index: int) -> Span | None:
        """The lines of a history entry, FROM's for one of the base; None when it is not known."""
        return self.spans.get(index, self.origin if index < self.own else None)

    def of_layers(self, history: History, layers: Sequence[int], texts: Sequence[str] = ()) -> tuple[Span, ...]:
        """The lines of the instructions that made some layers, in their order, each once; without layers, those of the
        instructions with these texts."""
        by_text = (item for item in history.instructions if item.text in texts)
        made_by = filter(None, map(history.of_layer, layers)) if layers else by_text
        spans = (self.of_instruction(item.index) for item in made_by)
        return tuple(dict.fromkeys(filter(None, spans)))


def lines_of(history: History, text: str, name: str = "Dockerfile", target: str = "") -> Lines:
    """The lines of a Dockerfile for an image's history; UsageError when it is no Dockerfile, or has no stage ``target``."""
    built = stages_of(text, name, target)
    written = written_in(built)[-_MOST:]
    recorded = [item for item in history.instructions[history.base_instructions :] if item.keyword][-_MOST:]
    pairs = _aligned(written, recorded)
    spans = {recorded[there].index: _span(written[here]) for here, there in pairs}
    first = min(spans, default=len(history.instructions))
    return Lines(spans, _span(built[0].origin), max(history.base_instructions, first))


def _span(item: Written) -> Span:
    return Span(item.first_line + 1, item.last_line + 1)


def stages_of(text: str, name: str, target: str) -> tuple[Stage, ...]:
    """The stage that makes the image, behind the stages that it is built from; UsageError when there is no such stage."""
    file = read(text, name)
    found = stages(file, name)
    return chain(found, target_stage(found, target, name), file)


def written_in(built: Sequence[Stage]) -> list[Written]:
    """The instructions of stages that a history records."""
    return [item for instructions in carried_out(built) for item in instructions if item.keyword in KEYWORDS]


def _aligned(written: Sequence[Written], recorded: Sequence[Instruction]) -> list[tuple[int, int]]:
    """The pairs of the best common order: the most alike, and of equals the last."""
    here = [_Words(item.keyword, words_of(item.arguments.text)) for item in written]
    there = [_Words(item.keyword, words_of(item.text.removeprefix(item.keyword))) for item in recorded]
    return list(_pairs(here, there))[::-1]


def _pairs(here: Sequence["_Words"], there: Sequence["_Words"]) -> Iterator[tuple[int, int]]:
    """The pairs of the best common order, the last first."""
    best = _best(here, there)
    row, column = len(here), len(there)
    while row and column:
        likeness = here[row - 1].likeness(there[column - 1])
        if likeness and best[row][column] == best[row - 1][column - 1] + likeness:
            row, column = row - 1, column - 1
            yield row, column
        elif best[row][column] == best[row - 1][column]:
            row -= 1
        else:
            column -= 1


def _best(here: Sequence["_Words"], there: Sequence["_Words"]) -> list[list[float]]:
    """For each number of instructions on both sides, how much alike they are in the best common order."""
    best = [[0.0] * (len(there) + 1) for _ in range(len(here) + 1)]
    for row, one in enumerate(here, 1):
        for column, other in enumerate(there, 1):
            alike = best[row - 1][column - 1] + one.likeness(other)
            best[row][column] = max(alike, best[row - 1][column], best[row][column - 1])
    return best


class _Words(NamedTuple):
    """An instruction by its words."""

    keyword: str
    words: frozenset[str]

    def likeness(self, other: "_Words") -> float:
        """0 for other keywords, else between 1 and 5. The classic builder records no sources of a COPY, so the keyword
        counts."""
        if self.keyword != other.keyword and {self.keyword, other.keyword} != {"COPY", "ADD"}:
            return 0.0
        union = len(self.words | other.words)
        return 1.0 + (4.0 * len(self.words & other.words) / union if union else 4.0)


def words_of(text: str) -> frozenset[str]:
    """The words of an instruction, without quotes, brackets, operators and flags."""
    return frozenset(word for word in _WORD.findall(text) if not word.startswith("--"))
