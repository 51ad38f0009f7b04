"""The last instruction that only builds: everything up to it belongs into a builder stage."""

from collections.abc import Mapping

from layerscope.advice.ground import Ground
from layerscope.advice.model import Boundary
from layerscope.attribution.model import Attribution
from layerscope.core.expressions import expression
from layerscope.core.vocabulary import BUILD_CATEGORIES, Category
from layerscope.history.instructions import Instruction

_BUILDS = expression(
    r"\b(?:go (?:build|install|mod|generate)|make|cmake|ninja|gcc|g\+\+|clang|cargo (?:build|install)|mvn|gradle|javac"
    r"|dotnet (?:build|publish|restore)|npm (?:ci|install|run)|yarn|pip3? install)\b"
)
_MAKES = frozenset(("RUN", "COPY", "ADD"))


def find_boundary(ground: Ground) -> Boundary | None:
    """The last RUN, COPY or ADD that leaves sources, caches or tools behind, or whose RUN made a program that is started.

    Where history and layers do not fit together, the last RUN whose command line is a builder's. None when nothing builds.
    """
    made = {ground.filesystem.layers[program.entry] for program in ground.runtime.programs}
    for item in reversed(ground.history.instructions):
        builds = _only_builds(item, ground.attribution, made) if ground.history.attributed else _is_build(item)
        if builds:
            return Boundary(item.index, item.text)
    return None


def _is_build(instruction: Instruction) -> bool:
    return instruction.keyword == "RUN" and bool(_BUILDS.search(instruction.text))


def _only_builds(instruction: Instruction, attribution: Attribution, made: set[int]) -> bool:
    if instruction.layer is None or instruction.keyword not in _MAKES:
        return False
    makes = instruction.keyword == "RUN" and instruction.layer in made
    return makes or _is_build(instruction) or _leaves_traces(attribution.by_layer[instruction.layer])


def _leaves_traces(stored: Mapping[Category, int]) -> bool:
    """Whether most of what a layer stores is of builds."""
    return sum(size for category, size in stored.items() if category in BUILD_CATEGORIES) * 2 > sum(stored.values())
