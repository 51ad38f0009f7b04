"""Changes of a Dockerfile that leave everything else as it is, byte for byte.

The result is read again: it has to have the instructions that were planned, or there is no result.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from operator import attrgetter

from msgspec import Struct

from layerscope.core.errors import LayerscopeError, UsageError
from layerscope.dockerfile.model import Dockerfile, Word
from layerscope.dockerfile.read import continuation, read
from layerscope.dockerfile.stages import stages


class Edit(Struct, frozen=True, order=True):
    """``text`` in place of what stands between two offsets."""

    start: int
    end: int
    text: str


_START = attrgetter("start")


class NotAsPlanned(LayerscopeError):
    """A changed Dockerfile reads as something else than what was meant, so that it must not be used: exit code 2."""


def replacement(word: Word, text: str) -> Edit:
    """Another text for a word."""
    return Edit(word.start, word.end, text)


def insertion_behind(word: Word, text: str) -> Edit:
    """More text right behind a word."""
    return Edit(word.end, word.end, text)


def apply_edits(file: Dockerfile, edits: Sequence[Edit], addition: str = "") -> Dockerfile:
    """A Dockerfile with changes inside its instructions and with more instructions behind an empty line, which get the line
    breaks that it has itself.

    Raises :class:`NotAsPlanned` where an instruction would not stand where it was meant to.
    """
    file = _without_loose_end(file) if addition else file
    changes = sorted(edits)
    text = with_edits(file.text, changes)
    planned = [(item.keyword, _body(_with_changes(file.text, item.start, item.end, changes))) for item in file.instructions]
    if addition:
        planned += _bodies(_as_written_here(file, addition))
        text += _gap(text, file.line_break) + addition.replace("\n", file.line_break)
    return _check(file, text, planned)


def _without_loose_end(file: Dockerfile) -> Dockerfile:
    """The file without a last continuation that nothing follows: it would go on with what is written behind it."""
    last = file.instructions[-1]
    start = last.line.pieces[-1][1]
    line = file.text[start : last.end].partition("\n")[0].rstrip("\r")
    found = continuation(file.escape).search(line)
    if found is None or last.heredocs:
        return file
    return read(file.text[: start + found.start()] + file.text[start + found.end() :])


def _gap(text: str, line_break: str) -> str:
    """What makes an empty line at the end of a text."""
    if not text.endswith("\n"):
        return line_break * 2
    return "" if text.endswith(("\n\n", "\n\r\n")) else line_break


def with_edits(text: str, changes: Sequence[Edit]) -> str:
    """A text with changes, in the order of their places."""
    return _with_changes(text, 0, len(text), changes)


def _with_changes(text: str, start: int, end: int, changes: Sequence[Edit]) -> str:
    """What stands between two offsets, with the changes there."""
    parts = []
    at = start
    first, behind = bisect_left(changes, start, key=_START), bisect_right(changes, end, key=_START)
    for change in changes[first:behind]:
        if change.end <= end:
            if change.start < at:
                raise NotAsPlanned("two changes of a Dockerfile overlap")
            parts += [text[at : change.start], change.text]
            at = change.end
    return "".join((*parts, text[at:end]))


def _as_written_here(file: Dockerfile, addition: str) -> Dockerfile:
    """More instructions, read with the escape character that the file has."""
    head = f"# escape={file.escape}{file.line_break}"
    try:
        return read(head + addition.replace("\n", file.line_break), "the new stage")
    except UsageError as error:
        raise NotAsPlanned(str(error)) from error


def _check(file: Dockerfile, text: str, planned: list[tuple[str, str]]) -> Dockerfile:
    try:
        result = read(text, "the new Dockerfile")
        stages(result, "the new Dockerfile")
    except UsageError as error:
        raise NotAsPlanned(str(error)) from error
    if _bodies(result) != planned or result.directives != file.directives:
        raise NotAsPlanned("the Dockerfile cannot be changed: its text would be read as other instructions than meant")
    return result


def _bodies(file: Dockerfile) -> list[tuple[str, str]]:
    """The keyword and the text of each instruction."""
    return [(item.keyword, _body(file.source(item))) for item in file.instructions]


def _body(source: str) -> str:
    """An instruction's text without what follows it on its last line."""
    return source.rstrip("\r\n\t ")
