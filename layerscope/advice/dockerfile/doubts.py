"""What is no longer as it was where the user's own Dockerfile gets a new last stage: build arguments, and the last stage."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice

from layerscope.advice.dockerfile.definitions import Definitions
from layerscope.advice.dockerfile.edit import Builder
from layerscope.advice.remarks import Code, Remark, remark
from layerscope.core.expressions import expression
from layerscope.core.names import printable
from layerscope.dockerfile.model import Dockerfile
from layerscope.dockerfile.stages import global_arguments, stages

_SHORTEST = 3
"""Characters of a value that is looked for in paths: a shorter one stands in many by chance."""

_TELLING = expression(r"[\d/]")


def doubts_of(builder: Builder, name: str, frozen: Mapping[str, Sequence[str]], paths: Sequence[str]) -> Iterator[Remark]:
    """``frozen`` is what build arguments no longer change, ``paths`` are those that are copied; ``name`` is the file's."""
    if frozen:
        yield remark(
            Code.ARGUMENT_FROZEN, settings=_listed({key: f"made of {', '.join(names)}" for key, names in frozen.items()})
        )
    if found := dict(_in_paths(builder.file, paths)):
        yield remark(Code.ARGUMENT_IN_PATH, arguments=_listed(found))
    last = stages(builder.file)[-1]
    if last.number != builder.stage.number:
        yield remark(Code.LAST_STAGE, file=printable(name), last=printable(last.written_name or str(last.number)))


def _listed(found: Mapping[str, str]) -> str:
    return "; ".join(f"{printable(name)} ({printable(about)})" for name, about in found.items())


def _in_paths(file: Dockerfile, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The build arguments that the file uses and whose values stand in paths, each with such a path."""
    for name, value in filter(partial(_is_telling, file.text), _values(file)):
        yield from ((name, path) for path in islice(filter(_pattern(value).search, paths), 1))


def _is_telling(text: str, argument: tuple[str, str]) -> bool:
    """Whether a text uses a build argument whose value does not stand in paths by chance."""
    name, value = argument
    is_used = re.search(rf"\$\{{?{re.escape(name)}\b", text) is not None
    return is_used and len(value) >= _SHORTEST and _TELLING.search(value) is not None


def _values(file: Dockerfile) -> Iterator[tuple[str, str]]:
    """The build arguments of all stages and in front of them, with each value that they have without ``--build-arg``."""
    yield from global_arguments(file).items()
    known = Definitions(file)
    for stage in stages(file):
        known.enter(stage.instructions)
    yield from ((argument.name, argument.value(file.escape) or "") for argument in known.declared)


def _pattern(value: str) -> re.Pattern[str]:
    """What finds a value in a path: one that is a path as its beginning, a number not within a longer one."""
    if value.startswith("/"):
        return re.compile(r"\A" + re.escape(value.rstrip("/")) + r"(?=/|\Z)")
    before, behind = (r"(?<!\d)" if value[0].isdecimal() else r"(?<![^\W_])"), r"(?!\d)"
    return re.compile(before + re.escape(value) + behind)
