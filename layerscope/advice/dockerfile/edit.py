"""The user's own Dockerfile: its text and comments kept, its last stage turned into a builder, its builds improved."""

import itertools
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from msgspec import Struct

from layerscope.advice.dockerfile.definitions import plain_name
from layerscope.advice.dockerfile.repeated import Repeated, repeated
from layerscope.advice.golang.run import builds, sets_linker_flags, stripping, without_c
from layerscope.advice.remarks import Code, Remark, remark
from layerscope.core.errors import UsageError
from layerscope.core.expressions import expression
from layerscope.core.names import printable
from layerscope.credentials import spans_of
from layerscope.dockerfile.edit import Edit, NotAsPlanned, apply_edits, insertion_behind, replacement, with_edits
from layerscope.dockerfile.escapes import with_escape
from layerscope.dockerfile.model import Dockerfile, Instruction, Word
from layerscope.dockerfile.read import read
from layerscope.dockerfile.stages import Stage, base_names, below, chain, free_name, stages, target_stage

_FROM_OF_MOUNT = expression(r"(?P<before>--mount=(?:[^,]*,)*?from=|--from=)(?P<name>[^,]*)")
_SHELL = expression(r"(?:\S*/)?(?:ba|da|a|z|k)?sh\Z")
_FED_TO_SHELL = expression(r"\s*(?:(?:\S*/)?(?:ba|da|a|z|k)?sh(?:\s+-\w+)*\s+)?<<\S+\s*\Z")
"""A command whose heredoc is a script: nothing stands beside it, or a shell that reads it."""


class Builder(Struct, frozen=True, kw_only=True):
    """The user's file as the builder of a new last stage, which copies from its stage ``stage``.

    ``last_name`` is the name that the new stage gets, "" for none: that of the target, which ``--target`` still has to find.
    ``names`` are those of all stages, in lower case.
    """

    file: Dockerfile
    stage: Stage
    name: str
    last_name: str
    names: frozenset[str]


def wrapped(text: str, target: str = "", name: str = "Dockerfile") -> Builder:
    """The file with its last stage, or ``target``, as a named stage.

    A last stage that has a name keeps it. A target gives its name to the stage that will be the last, where every word that
    means it can be found. :class:`UsageError` when there is no such stage.
    """
    file = read(text, name)
    found = stages(file, name)
    if "scratch" in _names(found):
        raise UsageError(
            f"{printable(name)} has a stage called scratch", "call it otherwise: FROM scratch means the empty image"
        )
    final = target_stage(found, target, name)
    new, edits = _naming(file, found, final, target)
    file = apply_edits(file, edits)
    found = stages(file, name)
    last_name = final.name if new != final.name else ""
    names = (_names(found) | {last_name}) - {""}
    return Builder(file=file, stage=target_stage(found, new, name), name=new, last_name=last_name, names=names)


def _names(found: Sequence[Stage]) -> frozenset[str]:
    return frozenset(map(attrgetter("name"), found))


def _naming(file: Dockerfile, found: Sequence[Stage], final: Stage, target: str) -> tuple[str, list[Edit]]:
    """The builder's name, and the changes that give it to the stage."""
    if not final.name:
        new = free_name(found, "builder", "build", "fat", "builder")
        return new, [insertion_behind(final.base, f" AS {new}")]
    new = free_name(found, f"{final.name}-builder")
    edits = renaming(file, found, final, new) if target.lower() == final.name else None
    return (new, edits) if edits is not None else (final.name, [])


def extended(builder: Builder, addition: str) -> Repeated:
    """The builder's text with a new last stage behind it: ``addition`` is one or two stages, written with backslashes.

    Values of the image that the user's file makes from build arguments are written as it writes them.
    """
    try:
        more = _with_name(addition, builder.last_name)
        more = with_escape(more, builder.file.escape)
        said = repeated(more, builder.file, chain(stages(builder.file), builder.stage, builder.file))
    except UsageError as error:
        raise NotAsPlanned(f"the new stage cannot be read: {error}") from error
    return said._replace(text=apply_edits(builder.file, [], said.text).text)


def _with_name(addition: str, name: str) -> str:
    """The stages, the last of them with a name, if there is one."""
    return with_edits(addition, [insertion_behind(stages(read(addition))[-1].base, f" AS {name}")]) if name else addition


def rebased(text: str, target: str, reference: str, name: str = "Dockerfile", configuration: Sequence[str] = ()) -> str | None:
    """The text with another base for its last stage (or ``target``), where that stage is nothing but copies and configuration.

    None where there is only one stage, where the last one runs commands, which another base may not understand, or where it has
    a part of its ``configuration``, in instructions, from its base.
    """
    file = read(text, name)
    found = stages(file, name)
    final = target_stage(found, target, name)
    if len(found) < 2 or _runs(final) or below(found, final, file) is not None or reference in _names(found):
        return None
    if not _settings(final.instructions, file.escape).issuperset(_settings_of(configuration)):
        return None
    return apply_edits(file, [replacement(final.base, reference)]).text


def _settings_of(configuration: Sequence[str]) -> frozenset[tuple[str, str]]:
    return _settings(read("\n".join(configuration)).instructions, "\\") if configuration else frozenset()


def _settings(instructions: Sequence[Instruction], escape: str) -> frozenset[tuple[str, str]]:
    """What instructions set: their keywords, with the names of variables and labels. A directory below that of the base is
    no setting of theirs."""
    directories = [item for item in instructions if item.keyword == "WORKDIR"]
    relative = [item for item in directories[:1] if not plain_name(item.arguments.text, escape).startswith(("/", "$"))]
    named = ((item.keyword, plain_name(name, escape)) for item in instructions for name, _ in item.assignments)
    whole = ((item.keyword, "") for item in instructions if not (relative and item in directories))
    return frozenset((*named, *whole))


def _runs(stage: Stage) -> bool:
    """Whether a stage runs commands, or changes what runs them."""
    return any(item.keyword in ("RUN", "ONBUILD", "SHELL") for item in stage.instructions)


def credentials(text: str, name: str = "Dockerfile") -> Iterator[Remark]:
    """What the user's own text says that no image should hold, without the values. The text itself stays as it is."""
    for instruction in read(text, name).instructions:
        spans = spans_of(f"{instruction.keyword} {instruction.line.text[len(instruction.keyword) :].lstrip()}")
        names = ", ".join(dict.fromkeys(printable(span.name) for span in spans if span.name))
        if spans:
            setting = f"{printable(instruction.keyword)} {names}".strip()
            yield remark(Code.CREDENTIAL_IN_DOCKERFILE, file=printable(name), line=instruction.first_line + 1, setting=setting)


def improved(text: str, strip: bool, name: str = "Dockerfile", pure: bool = False) -> str:
    """The text with what belongs into its builder: ``-ldflags="-s -w"`` for each ``go build`` that lacks it, if ``strip``; and,
    if ``pure``, its one ``go build`` without the C library."""
    file = read(text, name)
    scripts = list(_scripts(file, name))
    strip = strip and not any(sets_linker_flags(item.line.text) for item in file.instructions)
    once = sum(len(builds(script.text)) for script in scripts) == 1
    edits = [edit for script in scripts for edit in script.edits(strip, pure and once, text)]
    return apply_edits(file, edits).text if edits else text


def builds_without_c(text: str, name: str = "Dockerfile") -> bool:
    """Whether a Dockerfile has one ``go build`` that can leave out the C library."""
    return improved(text, False, name, pure=True) != text and "CGO_ENABLED" not in text


class _Script(Struct, frozen=True):
    """What a shell runs for a RUN: a text, and the instruction whose arguments it is; or, without one, where in the file it
    begins."""

    text: str
    instruction: Instruction | None
    start: int = 0

    def edits(self, strip: bool, pure: bool, file: str) -> Iterator[Edit]:
        """The changes of the file, whose text is given, that leave out the C library, and symbols."""
        changes = filter(None, (without_c(self.text),)) if pure else ()
        return map(self._in_file, (*changes, *(stripping(self.text, file) if strip else ())))

    def _in_file(self, edit: Edit) -> Edit:
        if self.instruction is None:
            return Edit(self.start + edit.start, self.start + edit.end, edit.text)
        line = self.instruction.line
        at = self.instruction.at
        if edit.start < edit.end:
            word = line.word(at + edit.start, at + edit.end)
            return Edit(word.start, word.end, edit.text)
        # behind the last character, which may stand at the end of another line than the next one
        place = line.place(at + edit.start - 1) + 1 if edit.start and edit.text.startswith(" ") else line.place(at + edit.start)
        return Edit(place, place, edit.text)


def _scripts(file: Dockerfile, name: str) -> Iterator[_Script]:
    """The texts of all RUN that a shell reads: commands, and heredocs that are scripts."""
    for item in itertools.chain.from_iterable(map(_run_by_shell, stages(file, name))):
        yield _Script(item.arguments.text, item)
        yield from _heredoc_scripts(file, item)


def _run_by_shell(stage: Stage) -> Iterator[Instruction]:
    """Every RUN of a stage that a shell reads."""
    shell = True
    for item in stage.instructions:
        if item.keyword == "SHELL" and item.exec_form:
            shell = _SHELL.match(item.exec_form[0]) is not None
        elif item.keyword == "RUN" and item.exec_form is None and shell:
            yield item


def _heredoc_scripts(file: Dockerfile, item: Instruction) -> Iterator[_Script]:
    """The body of a heredoc that the RUN is, unless its first line names another interpreter than a shell."""
    if len(item.heredocs) == 1 and _FED_TO_SHELL.match(item.arguments.text):
        start, end = item.heredocs[0].start, item.heredocs[0].end
        first, _, _ = file.text[start:end].partition("\n")
        if not first.startswith("#!") or _SHELL.search(first.split()[-1]):
            yield _Script(file.text[start:end], None, start)


def renaming(file: Dockerfile, found: Sequence[Stage], stage: Stage, new: str) -> list[Edit] | None:
    """The changes that call a stage ``new``; None where its old name stands in a word that cannot be changed: in a variable, in
    quotes, or for two stages."""
    mentions = [*_bases(file, found, stage), *_mentions(file, stage.name)]
    if [other.name for other in found].count(stage.name) > 1 or not all(map(attrgetter("is_plain"), mentions)):
        return None
    edits = [replacement(mention.word, f"{mention.before}{new}{mention.behind}") for mention in mentions]
    return [replacement(stage.origin.words[2], new), *edits]


class _Mention(NamedTuple):
    """A word that names the stage, with what stands around the name in it."""

    word: Word
    is_plain: bool
    before: str = ""
    behind: str = ""


def _bases(file: Dockerfile, found: Sequence[Stage], stage: Stage) -> Iterator[_Mention]:
    """What stands on the stage."""
    later = stage.number + 1
    for other, base in zip(found[later:], base_names(found, file)[later:], strict=True):
        if base == stage.name:
            yield _Mention(other.base, other.base.text == stage.name)


def _mentions(file: Dockerfile, name: str) -> Iterator[_Mention]:
    """What copies or mounts from the stage of that name."""
    for flag in itertools.chain.from_iterable(map(_flags, file.instructions)):
        match = _FROM_OF_MOUNT.match(flag.text)
        if match is not None and match["name"].lower() == name:
            is_plain = file.text[flag.start : flag.end] == flag.text
            yield _Mention(flag, is_plain, match["before"], flag.text[match.end() :])


def _flags(item: Instruction) -> Iterator[Word]:
    yield from item.flags
    if item.trigger is not None:
        yield from item.trigger.flags
