"""``go build`` in the shell text of the user's own RUN: where a flag or a variable goes, as edits of that text.

A text in quotes is looked at only where a shell gets it as a command (``sh -c "…"``), and what is put there is quoted for it.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from operator import attrgetter

from msgspec import Struct

from layerscope.dockerfile.edit import Edit

_BUILD = re.compile(r"\bgo\s+(?:build|install)\b(?!-)")
_TOKEN = re.compile(r"'(?P<single>[^']*)'?|\"(?P<double>(?:[^\"\\]|\\.)*)\"?|\\.|(?<!\S)#[^\n]*|[^'\"\\#]+|.", re.DOTALL)
_END = re.compile(r"[;&|\n)]")
_TAKES_COMMAND = re.compile(r"\b(?:ba|da|a|z|k)?sh\s+(?:-\w+\s+)*-\w*c\s+\Z")
_NEAR = 80
_LONGEST = 10_000
"""Characters of a command in which its flags are looked for."""

_LDFLAGS = re.compile(r"\s--?ldflags(?:=|\s+)(?P<open>\\?[\"'])?(?P<value>[^\s\"'\\]*)")
_STRIPS = re.compile(r"(?:^|[\s\"'=])-s(?:$|[\s\"'\\])")
_ASSIGNED = re.compile(r"(?:\A|[;&|(\n{]|\bthen\b|\bdo\b|\belse\b|!)\s*(?:--\S+\s+)*(?:env\s+)?(?:\w+=\S*\s+)*\Z")
_DECIDED = re.compile(r"\bCGO_ENABLED\b|-race\b|-msan\b|-asan\b|-linkshared\b|-buildmode|-linkmode|-extldflags")
"""What in a command says that a decision about the C library was made, or that it is needed."""


class Build(Struct, frozen=True):
    """A ``go build`` between two offsets of a text. ``begin`` and ``stop`` are where the words begin that can go before it, and
    where its own end; ``quote`` is the quote that it stands in, "" for none."""

    start: int
    end: int
    begin: int
    stop: int
    quote: str


def builds(command: str) -> tuple[Build, ...]:
    """The builds that a shell runs for a command, in their order."""
    found = list(_builds_in(_blank(command), 0, ""))
    for token in _TOKEN.finditer(command):
        name = token.lastgroup
        if name is not None and _TAKES_COMMAND.search(command, max(token.start() - _NEAR, 0), token.start()):
            inside = token[name].replace('\\"', ' "') if name == "double" else token[name]
            found += _builds_in(_blank(inside), token.start(name), token[0][0])
    return tuple(sorted(found, key=attrgetter("start")))


def _builds_in(plain: str, begin: int, quote: str) -> Iterator[Build]:
    """The builds in a shell's own words, of which the text has nothing else, and begins at an offset."""
    stops = [match.start() for match in _END.finditer(plain)] + [len(plain)]
    for match in _BUILD.finditer(plain):
        stop = stops[bisect_left(stops, match.end())]
        yield Build(begin + match.start(), begin + match.end(), begin, begin + stop, quote)


def _blank(command: str) -> str:
    """The command with what is quoted, escaped or a comment made of dots, so that only the shell's own words are left."""
    parts = (token[0] if token[0][0] not in "'\"\\#" else "." * len(token[0]) for token in _TOKEN.finditer(command))
    return "".join(parts)


def stripping(command: str) -> Iterator[Edit]:
    """Gives the linker's flags that leave out symbol table and debug data to each build that lacks them."""
    for build in builds(command):
        quote = "'" if build.quote == '"' else '"'
        flags = _LDFLAGS.search(command, build.end, min(build.stop, build.end + _LONGEST))
        if flags is None:
            yield Edit(build.end, build.end, f" -ldflags={quote}-s -w{quote}")
        elif not _STRIPS.search(_linker_words(command, flags, build.stop)):
            at = flags.end("open")
            yield Edit(at, at, "-s -w ") if at >= 0 else Edit(*flags.span("value"), f"{quote}-s -w {flags['value']}{quote}")


def _linker_words(command: str, flags: re.Match[str], stop: int) -> str:
    """What a build gives its linker: one word, or all up to the quote that closes."""
    if flags["open"] is None:
        return flags["value"]
    closing = command.find(flags["open"][-1], flags.end("open"), stop)
    return command[flags.end("open") : closing if closing >= 0 else stop][:_LONGEST]


def without_c(command: str) -> Edit | None:
    """Gives CGO_ENABLED=0 to the one build; None where that cannot be written, or another decision about the C library was
    made."""
    found = builds(command)
    if len(found) != 1 or _DECIDED.search(command) or not _ASSIGNED.search(command[found[0].begin : found[0].start]):
        return None
    return Edit(found[0].start, found[0].start, "CGO_ENABLED=0 ")
