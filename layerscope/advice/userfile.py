"""The user's own Dockerfile: its text and comments kept, its last stage turned into a builder, its builds improved."""

import io
import re

from msgspec import Struct

from layerscope.errors import UsageError
from layerscope.names import printable

_HEREDOC = re.compile(r"<<(-?)([\"']?)([A-Za-z_]\w*)\2")
_STAGE_NAME = re.compile(r"\s+as\s+(\S+)\s*$", re.IGNORECASE)
_GO_BUILD = re.compile(r"\bgo\s+(?:build|install)\b(?!-)")
_LDFLAGS = re.compile(r"-ldflags(?:=|\s+)(?P<value>\"[^\"]*\"|'[^']*'|[^\s\"']+)")
_STRIPS = re.compile(r"(?:^|[\s\"'=])-s(?:$|[\s\"'])")


class Instruction(Struct, frozen=True):
    """An instruction of a Dockerfile: lines counted from 0, both ends included. ``value`` is its text without continuations."""

    keyword: str
    value: str
    start: int
    end: int


class Stage(Struct, frozen=True):
    """A build stage: its FROM, its name ("" for none), and its instructions behind FROM."""

    origin: Instruction
    name: str
    instructions: tuple[Instruction, ...]


def instructions_of(text: str) -> tuple[Instruction, ...]:
    """A Dockerfile's instructions, comments left out; the bodies of heredocs belong to their instruction."""
    from dockerfile_parse import DockerfileParser

    masked, ends = _without_heredocs(text)
    parser = DockerfileParser(fileobj=io.BytesIO(masked.encode("utf-8", "surrogateescape")))
    found = []
    for item in parser.structure:
        if item["instruction"] != "COMMENT":
            end = ends.get(item["endline"], item["endline"])
            found.append(Instruction(item["instruction"].upper(), item["value"], item["startline"], end))
    return tuple(found)


def _without_heredocs(text: str) -> tuple[str, dict[int, int]]:
    """The text with each heredoc's body as comments, as the parser does not know heredocs; and, for a line that begins some,
    the line where they end."""
    lines = text.splitlines()
    ends: dict[int, int] = {}
    at = 0
    while at < len(lines):
        opened = _opened_here(lines[at])
        start = at
        for dash, word in opened:
            at += 1
            while at < len(lines) and (lines[at].lstrip("\t") if dash else lines[at]) != word:
                lines[at] = "#"
                at += 1
            if at < len(lines):
                lines[at] = "#"
        if opened:
            ends[start] = min(at, len(lines) - 1)
        at += 1
    return "\n".join(lines) + "\n", ends


def _opened_here(line: str) -> list[tuple[str, str]]:
    if line.lstrip().startswith("#") or not re.match(r"\s*(?:ONBUILD\s+)?(?:RUN|COPY|ADD)\b", line, re.IGNORECASE):
        return []
    return [(match[1], match[3]) for match in _HEREDOC.finditer(line)]


def stages_of(text: str, name: str = "Dockerfile") -> tuple[Stage, ...]:
    """The stages of a Dockerfile; :class:`UsageError` when it has none."""
    found: list[Stage] = []
    for instruction in instructions_of(text):
        if instruction.keyword == "FROM":
            match = _STAGE_NAME.search(instruction.value)
            found.append(Stage(instruction, match[1] if match else "", ()))
        elif found:
            last = found[-1]
            found[-1] = Stage(last.origin, last.name, (*last.instructions, instruction))
    if not found:
        raise UsageError(f"{printable(name)} has no FROM", "give the Dockerfile that the image was built from")
    return tuple(found)


def wrapped(text: str, target: str = "", name: str = "Dockerfile") -> tuple[str, str]:
    """The text with its last stage, or ``target``, as a named stage; and that name, for COPY --from.

    A stage that has a name keeps it. :class:`UsageError` when there is no such stage.
    """
    stages = stages_of(text, name)
    final = stages[-1]
    if target:
        wanted = target.casefold()
        numbered = {str(number): stage for number, stage in enumerate(stages)}
        matching = [stage for stage in stages if stage.name.casefold() == wanted]
        if not matching and target not in numbered:
            raise UsageError(f"{printable(name)} has no stage {printable(target)}")
        final = matching[0] if matching else numbered[target]
    if final.name:
        return text, final.name
    taken = {stage.name.casefold() for stage in stages}
    stage = next(
        word for word in ("builder", "build", "fat", *(f"builder{number}" for number in range(2, 100))) if word not in taken
    )
    lines = text.splitlines()
    line = lines[final.origin.end]
    lines[final.origin.end] = f"{line.rstrip()} AS {stage}"
    return "\n".join(lines) + "\n", stage


def improved(text: str, strip: bool, name: str = "Dockerfile") -> str:
    """The text with what belongs into its builder: ``-ldflags="-s -w"`` for each ``go build`` that lacks it, if ``strip``."""
    lines = text.splitlines(keepends=True)
    for stage in stages_of(text, name) if strip else ():
        for instruction in stage.instructions:
            if instruction.keyword != "RUN" or instruction.value.lstrip().startswith("["):
                continue
            original = "".join(lines[instruction.start : instruction.end + 1])
            if not _GO_BUILD.search(original):
                continue
            changed = _stripped(original)
            lines[instruction.start : instruction.end + 1] = [changed, *[""] * (instruction.end - instruction.start)]
    return "".join(lines)


def _stripped(run: str) -> str:
    """A RUN with the linker's flags that leave out the symbol table and the debug data."""
    flags = _LDFLAGS.search(run)
    if flags is None:
        return _GO_BUILD.sub(lambda found: f'{found[0]} -ldflags="-s -w"', run)
    if _STRIPS.search(flags["value"]):
        return run
    value = flags["value"]
    quote = value[0] if value[0] in "\"'" else '"'
    inner = value.strip(quote)
    return f"{run[: flags.start('value')]}{quote}-s -w {inner}{quote}{run[flags.end('value') :]}"
