"""Whether an image can have been made by the user's Dockerfile: its instructions are looked for in the image's history.

Builders record every RUN, CMD, ENTRYPOINT and COPY, though not as it was written: build arguments are put in, flags and the
sources of a COPY may be missing. So what is only somewhat like a recorded instruction counts as found, and what every other
Dockerfile has too (WORKDIR /app, COPY . .) says nothing.
"""

import json
import re
from collections.abc import Iterable, Sequence
from enum import Enum

from msgspec import Struct

from layerscope.advice.dockerfile.lines import stages_of, words_of, written_in
from layerscope.advice.plan.base import Candidate
from layerscope.core.expressions import expression
from layerscope.core.names import printable
from layerscope.core.units import cut
from layerscope.credentials import spans_of
from layerscope.dockerfile.model import Instruction as Written
from layerscope.history.bases import well_known
from layerscope.history.history import History
from layerscope.history.instructions import Instruction

_COPIES = ("COPY", "ADD")
_IN_EXEC_FORM = ("CMD", "ENTRYPOINT")
_TELLING = frozenset(("RUN", *_IN_EXEC_FORM, *_COPIES))
_ALIKE = 0.5
_NAMELESS = expression(r"^(?:COPY|ADD) (?:--\S+ )?(?:\(several files\)|(?:file|dir|multi):)")
"""A COPY of which the classic builder recorded no source."""

_PLACE = expression(r"(?<![^\s\"',\[\]])(?!--)[^\s\"',\[\]]+")
"""A source or the destination of a COPY, in either form; flags are none."""

_RECORDED_WORD = expression(r'"(?:[^"\\]|\\.)*"')
"""A word of an exec form as Go prints it, which is nearly as JSON has it."""

_LONGEST = 60
_SHELL = frozenset(("/bin/sh", "-c"))


class Misfit(Struct, frozen=True):
    """``what`` differs, in words; ``certain`` where the file has nothing that counts in common with the image."""

    what: str
    certain: bool


def misfit(history: History, text: str, name: str = "Dockerfile", target: str = "") -> Misfit | None:
    """What says that the Dockerfile did not make the image; None where nothing does, or where the history says too little.

    Raises UsageError when it is no Dockerfile, or has no stage ``target``.
    """
    stages = stages_of(text, name, target)
    # one layer for several instructions: builders that squash leave out instructions, or the text of some
    if not history.attributed or history.squashed or not _telling(history.instructions):
        return None
    base = _other_base(history, stages[0].origin)
    if written := written_in(stages):
        return _misfit_of_instructions(history, written, base)
    return _misfit_of_nothing(history, stages[0].origin, base)


def _telling(instructions: Iterable[Instruction]) -> list[Instruction]:
    """The instructions that the files of different images have in different words."""
    return [item for item in instructions if item.keyword in _TELLING]


class _Match(Enum):
    """What the history says of a written instruction. Only those that count can be missing or telling."""

    MISSING = "missing"
    TELLING = "telling"
    """It is there in words that no other has."""
    VAGUE = "vague"
    SILENT = "silent"


def _misfit_of_instructions(history: History, written: list[Written], base: str) -> Misfit | None:
    """What of the written instructions is not in the history, if that is more than half of those that count."""
    matches = _matches(history, written)
    missing = [item for item, match in zip(written, matches, strict=True) if match == _Match.MISSING]
    if len(missing) <= matches.count(_Match.TELLING):
        return _misfit_of_base(base)
    others = f", nor {len(missing) - 1} more of its instructions" if missing[1:] else ""
    what = f"the image's history has no {_text(missing[0])}{others}"
    return Misfit("; ".join(filter(None, (what, base))), certain=_is_certain(matches, base))


def _matches(history: History, written: Iterable[Written]) -> list[_Match]:
    """What the history says of each written instruction."""
    recorded = [item for item in history.instructions if item.keyword]
    named = [item for item in recorded if not _NAMELESS.search(item.text)]
    return [_match(item, recorded, named) for item in written]


def _is_certain(matches: Sequence[_Match], base: str) -> bool:
    """Whether nothing that counts is there, and more than one thing speaks against the file or nothing at all for it."""
    if _Match.TELLING in matches:
        return False
    return matches.count(_Match.MISSING) > 1 or bool(base) or _Match.VAGUE not in matches


def _match(item: Written, recorded: Sequence[Instruction], named: Sequence[Instruction]) -> _Match:
    if not _found(item, recorded):
        return _Match.MISSING if _is_telling(item) else _Match.SILENT
    return _Match.TELLING if _is_telling(item) and _found(item, named) else _Match.VAGUE


def _misfit_of_base(base: str) -> Misfit | None:
    return Misfit(base, certain=False) if base else None


def _misfit_of_nothing(history: History, origin: Written, base: str) -> Misfit | None:
    """A file without instructions: it can have made an image on a base that is not known, and its own base's."""
    own = _telling(history.instructions[history.base_instructions :])
    reference = _reference(origin)
    known = {"scratch"} | ({_repository(history.base_reference)} if history.base_known else set())
    if own and (base or _repository(reference) in known):
        has = cut(own[-1].text, _LONGEST)
        return Misfit(f"it has no instruction behind FROM {printable(reference)}, and the image's history has {has}", True)
    return _misfit_of_base(base)


def _is_telling(item: Written) -> bool:
    """Whether an instruction, if the file made the image, is in the history in words that no other has."""
    if item.keyword not in _TELLING or item.heredocs:  # builders record a heredoc's body, a pipe's name, or neither
        return False
    if item.keyword not in _COPIES:
        return bool(words_of(" ".join(item.exec_form or (item.arguments.text,))))
    sources, destination = _places(item.arguments.text)
    return bool(sources) and set(sources) != {"."} and not any(map(_is_open, (*sources, destination)))


def _is_open(path: str) -> bool:
    """Whether a path has variables or patterns."""
    return not {"$", "*"}.isdisjoint(path)


def _found(item: Written, recorded: Sequence[Instruction]) -> bool:
    if item.keyword in _COPIES:
        return any(_is_same_copy(item.arguments.text, other.text) for other in recorded if other.keyword in _COPIES)
    words = words_of(" ".join(item.exec_form or (item.arguments.text,))) - _SHELL
    return any(_are_alike(words, _recorded_words(other)) for other in recorded if other.keyword == item.keyword)


def _recorded_words(item: Instruction) -> frozenset[str]:
    recorded = item.raw.partition(item.keyword)[2].strip()
    if recorded.startswith("[") and item.keyword in _IN_EXEC_FORM:
        return words_of(" ".join(map(_decoded, _RECORDED_WORD.findall(recorded)))) - _SHELL
    return words_of(re.sub(r"\\[nt]", " ", item.text.removeprefix(item.keyword))) - _SHELL


def _decoded(word: str) -> str:
    """A recorded word without its quotes and escapes; as it is written where it has others than JSON."""
    try:
        return str(json.loads(word))
    except ValueError:
        return word


def _are_alike(words: frozenset[str], others: frozenset[str]) -> bool:
    union = len(words | others)
    return not union or len(words & others) / union >= _ALIKE


def _is_same_copy(written: str, recorded: str) -> bool:
    """Whether a recorded COPY or ADD may be the written one. The classic builder records no sources and, as others, where
    WORKDIR leads to."""
    sources, destination = _places(written)
    others, there = _places(recorded.partition(" ")[2])
    comparable = not _NAMELESS.search(recorded) and not any(map(_is_open, sources))
    if comparable and set(sources).isdisjoint(others):
        return False
    return "$" in destination or _may_be_same_place(destination, there)


def _may_be_same_place(destination: str, recorded: str) -> bool:
    """Whether one place may be the other, where either may be relative to a directory that is not known."""
    here = destination.strip("./")
    return not here or not recorded.strip("./") or recorded.strip("/").endswith(here.rstrip("/"))


def _places(arguments: str) -> tuple[list[str], str]:
    """Sources and destination of a COPY or ADD, written in either form."""
    *sources, destination = ["", *_PLACE.findall(arguments)]
    return [source.removeprefix("./").strip("/") or "." for source in sources[1:]], destination


def _other_base(history: History, origin: Written) -> str:
    """What says that the file starts from another base, of those that are known well; "" when nothing does."""
    reference = _reference(origin)
    written, known = _repository(reference), _repository(history.base_reference)
    by_family = history.base_by_variables and history.base_instructions > 0
    if not by_family or known == written or written not in (*well_known(), "scratch"):
        return ""
    return f"it starts from {printable(reference)}, and the image from {printable(history.base_reference)}"


def _reference(origin: Written) -> str:
    return origin.words[0].text


def _repository(reference: str) -> str:
    return Candidate(reference=reference.removeprefix("docker.io/").removeprefix("library/")).repository


def _text(item: Written) -> str:
    text = f"{item.keyword} {' '.join(item.arguments.text.split())}"
    return item.keyword if spans_of(text) else cut(printable(text), _LONGEST)
