"""Instructions that were written with backslashes, for a Dockerfile that has another escape character."""

import json
import re
from collections.abc import Iterator

from layerscope.dockerfile.edit import Edit, NotAsPlanned, replacement, with_edits
from layerscope.dockerfile.model import Dockerfile, Instruction
from layerscope.dockerfile.read import continuation, read

_EXPANDED = frozenset(("ADD", "ARG", "COPY", "ENV", "EXPOSE", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"))
"""Instructions in whose words a builder looks for escapes; RUN and commands are the shell's."""


def with_escape(text: str, escape: str) -> str:
    """The same instructions under another escape character; raises :class:`NotAsPlanned` where it cannot say them."""
    if escape == "\\":
        return text
    file = read(text)
    changes = [edit for item in file.instructions for edit in (*_joints(file, item, escape), *_words(item, escape))]
    result = with_edits(text, sorted(changes))
    found = read(f"# escape={escape}\n{result}").instructions
    if [item.keyword for item in found] != [item.keyword for item in file.instructions]:
        raise NotAsPlanned(f"the new stage cannot be written with {escape} as the escape character")
    return result


def _joints(file: Dockerfile, item: Instruction, escape: str) -> Iterator[Edit]:
    """The new character at the end of each line that goes on."""
    for _, start in item.line.pieces[:-1]:
        line = file.text[start : item.end].partition("\n")[0]
        found = continuation(file.escape).search(line)
        if found is not None:
            yield Edit(start + found.start(), start + found.start() + 1, escape)


def _words(item: Instruction, escape: str) -> Iterator[Edit]:
    if item.keyword not in _EXPANDED:
        return
    if item.exec_form is not None:
        words = [_restate(word, escape) for word in item.exec_form]
        yield replacement(item.arguments, json.dumps(words, ensure_ascii=False))
    else:
        changed = _restate(item.arguments.text, escape)
        if changed != item.arguments.text:
            yield replacement(item.arguments, changed)


def _restate(text: str, escape: str) -> str:
    """A word with backslashes as escapes, with another character in their place."""

    def restate(found: re.Match[str]) -> str:
        character = found[0]
        if character == escape:
            return escape * 2
        return "\\" if character == "\\\\" else escape + character[1:]

    return re.sub(rf"\\.|{re.escape(escape)}", restate, text, flags=re.DOTALL)
