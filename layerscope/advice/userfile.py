"""The user's own Dockerfile: its text and comments kept, its last stage turned into a builder, its builds improved."""

import io
import re

from msgspec import Struct

from layerscope.advice.gobuild import GO_BUILD, stripping, without_c
from layerscope.credentials import spans_of
from layerscope.errors import UsageError
from layerscope.names import printable

_HEREDOC = re.compile(r"<<(-?)([\"']?)([A-Za-z_]\w*)\2")
_STAGE_NAME = re.compile(r"\s+as\s+(\S+)\s*$", re.IGNORECASE)


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
    final = target_stage(stages, target, name)
    if final.name:
        return text, final.name
    taken = {stage.name.casefold() for stage in stages}
    stage = next(
        word for word in ("builder", "build", "fat", *(f"builder{number}" for number in range(2, 100))) if word not in taken
    )
    lines = _whole_lines(text)
    line = lines[final.origin.end]
    lines[final.origin.end] = f"{line.rstrip()} AS {stage}{_end(line)}"
    return "".join(lines), stage


def credentials(text: str, name: str = "Dockerfile") -> tuple[str, ...]:
    """What the user's own text says that no image should hold, in sentences without the values. The text itself is the user's
    and stays as it is."""
    found = []
    for instruction in instructions_of(text):
        spans = spans_of(f"{instruction.keyword} {instruction.value}")
        names = ", ".join(dict.fromkeys(printable(span.name) for span in spans if span.name))
        if spans:
            what = f"{instruction.keyword} {names}".strip()
            where = f"{printable(name)}, line {instruction.start + 1}"
            found.append(f"{where}: {what} holds a credential, which the image's history keeps: use RUN --mount=type=secret")
    return tuple(found)


def target_stage(stages: tuple[Stage, ...], target: str, name: str) -> Stage:
    """The stage that makes the image, the last one without a target; :class:`UsageError` when there is no such stage."""
    if not target:
        return stages[-1]
    wanted = target.casefold()
    numbered = {str(number): stage for number, stage in enumerate(stages)}
    matching = [stage for stage in stages if stage.name.casefold() == wanted]
    if not matching and target not in numbered:
        raise UsageError(f"{printable(name)} has no stage {printable(target)}")
    return matching[0] if matching else numbered[target]


def rebased(text: str, target: str, reference: str, name: str = "Dockerfile") -> str | None:
    """The text with another base for its last stage (or ``target``), where that stage is nothing but copies and configuration.

    None where there is only one stage, or where the last one runs commands, which another base may not understand.
    """
    stages = stages_of(text, name)
    final = target_stage(stages, target, name)
    if len(stages) < 2 or any(item.keyword in ("RUN", "ONBUILD", "SHELL") for item in final.instructions):
        return None
    words = final.origin.value.split()
    at = next((number for number, word in enumerate(words) if not word.startswith("--")), None)
    if at is None or words[at].casefold() in {stage.name.casefold() for stage in stages}:
        return None
    words[at] = reference
    lines = _whole_lines(text)
    end = _end(lines[final.origin.end])
    lines[final.origin.start : final.origin.end + 1] = [f"{' '.join(['FROM', *words])}{end}"]
    return "".join(lines)


def extended(text: str, addition: str) -> str:
    """The text with more instructions behind an empty line, with the ends that its own lines have."""
    return text.rstrip() + f"\n\n{addition}".replace("\n", _end(text))


def improved(text: str, strip: bool, name: str = "Dockerfile", pure: bool = False) -> str:
    """The text with what belongs into its builder: ``-ldflags="-s -w"`` for each ``go build`` that lacks it, if ``strip``; and,
    if ``pure``, its one ``go build`` without the C library."""
    lines = text.splitlines(keepends=True)
    builds = [item for stage in stages_of(text, name) for item in stage.instructions if _builds(item, lines)]
    for instruction in builds if strip or pure else ():
        run = _written(instruction, lines)
        changed = (without_c(run) if pure and len(builds) == 1 else None) or run
        lines[instruction.start : instruction.end + 1] = [
            stripping(changed) if strip else changed,
            *[""] * (instruction.end - instruction.start),
        ]
    return "".join(lines)


def builds_without_c(text: str, name: str = "Dockerfile") -> bool:
    """Whether a Dockerfile has one ``go build``, to which it can be said to leave out the C library."""
    return improved(text, False, name, pure=True) != text and "CGO_ENABLED" not in text


def _whole_lines(text: str) -> list[str]:
    """The lines with their ends, as they are; the last one gets one, too."""
    lines = text.splitlines(keepends=True)
    if lines and lines[-1] == lines[-1].rstrip("\r\n"):
        lines[-1] += _end(text)
    return lines


def _end(text: str) -> str:
    """What the first line ends with, a line feed where nothing else is known."""
    return "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"


def _builds(instruction: Instruction, lines: list[str]) -> bool:
    shell = instruction.keyword == "RUN" and not instruction.value.lstrip().startswith("[")
    return shell and GO_BUILD.search(_written(instruction, lines)) is not None


def _written(instruction: Instruction, lines: list[str]) -> str:
    return "".join(lines[instruction.start : instruction.end + 1])
