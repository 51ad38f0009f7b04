"""The stages of a Dockerfile, and how they stand on each other."""

import itertools
from collections.abc import Iterator, Sequence

from msgspec import Struct

from layerscope.core.errors import UsageError
from layerscope.core.names import printable
from layerscope.dockerfile.expansion import BadSubstitution, expand
from layerscope.dockerfile.model import Dockerfile, Instruction, Word

_KEYWORDS = frozenset(("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL")) | frozenset(
    ("MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR")
)


class Stage(Struct, frozen=True, kw_only=True):
    """A build stage: its FROM and the instructions behind it.

    ``base`` is the word that names what it stands on, ``name`` its own name as BuildKit compares names, in lower case; "" for
    none. ``written_name`` is that name as it is written. ``number`` counts stages from 0.
    """

    number: int
    origin: Instruction
    base: Word
    name: str
    written_name: str
    instructions: tuple[Instruction, ...]


def stages(file: Dockerfile, shown: str = "Dockerfile") -> tuple[Stage, ...]:
    """The stages in their order; :class:`UsageError` when there is none, or a FROM that no builder understands."""
    starts = [number for number, item in enumerate(file.instructions) if item.keyword == "FROM"]
    if not starts:
        raise UsageError(f"{printable(shown)} has no FROM", "give the Dockerfile that the image was built from")
    if "syntax" not in file.directives:
        _refuse_unknown(file, shown)
    _refuse_early(file.instructions[: starts[0]], shown)
    parts = map(slice, starts, (*starts[1:], None))
    return tuple(_stage(number, file.instructions[part], shown) for number, part in enumerate(parts))


def _place(item: Instruction, shown: str) -> str:
    return f"{printable(shown)}, line {item.first_line + 1}"


def _refuse_early(instructions: Sequence[Instruction], shown: str) -> None:
    """Refuses what is no build argument in front of the first FROM."""
    early = next((item for item in instructions if item.keyword != "ARG"), None)
    if early is not None:
        what = f"{_place(early, shown)}, has {printable(early.keyword)[:40]}"
        raise UsageError(f"{what} in front of the first FROM", "give the Dockerfile that the image was built from")


def _refuse_unknown(file: Dockerfile, shown: str) -> None:
    """Refuses what is no instruction: a line was read otherwise than it was meant. Another syntax may have more of them."""
    unknown = next((item for item in file.instructions if item.keyword not in _KEYWORDS), None)
    if unknown is not None:
        what = f"{_place(unknown, shown)}: {printable(unknown.keyword)[:40]}"
        raise UsageError(f"{what} is no instruction", "a builder refuses it, too")


def _stage(number: int, instructions: tuple[Instruction, ...], shown: str) -> Stage:
    origin, *inside = instructions
    match origin.words:
        case [base]:
            name = ""
        case [base, keyword, Word(text=name)] if keyword.text.lower() == "as":
            pass
        case _:
            what = f"{_place(origin, shown)}: FROM has neither one word nor NAME AS STAGE"
            raise UsageError(what, "a builder refuses it, too")
    return Stage(number=number, origin=origin, base=base, name=name.lower(), written_name=name, instructions=tuple(inside))


def target_stage(found: Sequence[Stage], target: str, shown: str = "Dockerfile") -> Stage:
    """The stage that ``--target`` names or numbers, the last one without; :class:`UsageError` when there is no such stage."""
    if not target:
        return found[-1]
    known = {str(stage.number): stage for stage in found} | {stage.name: stage for stage in found}
    if target.lower() not in known:
        raise UsageError(f"{printable(shown)} has no stage {printable(target)}")
    return known[target.lower()]


def below(found: Sequence[Stage], stage: Stage, file: Dockerfile) -> Stage | None:
    """The earlier stage that a stage stands on; None for an image."""
    built = chain(found, stage, file)
    return built[-2] if len(built) > 1 else None


def chain(found: Sequence[Stage], stage: Stage, file: Dockerfile) -> tuple[Stage, ...]:
    """A stage behind the stages that it stands on. FROM means the last stage of a name in front of it, and folds no letters."""
    lower: list[Stage | None] = []
    named: dict[str, Stage] = {}
    for other, base in zip(found[: stage.number + 1], base_names(found, file), strict=False):
        lower.append(named.get(base))
        if other.name:
            named[other.name] = other
    result = [stage]
    while (next_lower := lower[result[-1].number]) is not None:
        result.append(next_lower)
    return tuple(reversed(result))


def carried_out(built: Sequence[Stage]) -> Iterator[tuple[Instruction, ...]]:
    """For stages that stand on each other, the instructions that make each of them: its own, behind those that ONBUILD of the
    stage below keeps for it."""
    below_it: tuple[Instruction, ...] = ()
    for stage in built:
        triggers = filter(None, (item.trigger for item in below_it if item.keyword == "ONBUILD"))
        yield (*triggers, *stage.instructions)
        below_it = stage.instructions


def base_names(found: Sequence[Stage], file: Dockerfile) -> tuple[str, ...]:
    """What each stage stands on, with the defaults of the build arguments in front of the first FROM; as it is written where
    one of them has no value."""
    values = global_arguments(file)
    return tuple(_value(stage.base.text, values, file.escape, keep_unset=True) for stage in found)


def global_arguments(file: Dockerfile) -> dict[str, str]:
    """The build arguments in front of the first FROM that have a default, with its value."""
    values: dict[str, str] = {}
    before = itertools.takewhile(lambda item: item.keyword != "FROM", file.instructions)
    for word in itertools.chain.from_iterable(item.words for item in before):
        name, has_value, text = word.text.partition("=")
        if has_value:
            values[name] = _value(text, values, file.escape)
    return values


def _value(text: str, values: dict[str, str], escape: str, keep_unset: bool = False) -> str:
    try:
        return expand(text, values, escape, keep_unset)
    except BadSubstitution:
        return text


def free_name(found: Sequence[Stage], *wishes: str) -> str:
    """The first of some names that no stage has, the last one with a number if need be."""
    taken = {stage.name for stage in found}
    numbered = (f"{wishes[-1]}{number}" for number in itertools.count(2))
    return next(name for name in itertools.chain(wishes, numbered) if name not in taken)
