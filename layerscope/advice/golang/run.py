"""``go build`` in the shell text of the user's own RUN: where a flag or a variable goes, as edits of that text.

A text in quotes is looked at only where a shell gets it as a command (``sh -c "…"``), and what is put there is quoted for it.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from itertools import dropwhile
from operator import attrgetter

from msgspec import Struct

from layerscope.core.expressions import expression
from layerscope.dockerfile.edit import Edit
from layerscope.start.programs import base_name, knowledge

_BUILD = expression(r"\bgo\s+(?:build|install)\b(?!-)")
_TOKEN = expression(r"'(?P<single>[^']*)'?|\"(?P<double>(?:[^\"\\]|\\.)*)\"?|\\.|(?<!\S)#[^\n]*|[^'\"\\#]+|.", re.DOTALL)
_END = expression(r"[;&|\n)]")
_TAKES_COMMAND = expression(r"\b(?:ba|da|a|z|k)?sh\s+(?:-\w+\s+)*-\w*c\s+\Z")
_NEAR = 80
_LONGEST_PREFIX = 1000
_LONGEST = 10_000
"""Characters of a command in which its flags are looked for."""

_DIRECTORY = expression(r"(?:\s|\\\n)+--?C(?:=|\s+)(?:\\\"[^\"]*\\\"|\"[^\"]*\"|'[^']*'|\\.|[^\s\"'\\;&|])+")
"""The one flag of go build that has to stand in front of all others."""

_LDFLAGS = expression(r"\s--?ldflags(?:=|\s+)(?P<open>\\?[\"'])?(?P<value>[^\s\"'\\]*)")
_OF_PACKAGES = expression(r"(?![-$`])[^\s=]+=")
"""What flags of go build begin with where they are for some packages alone (go help build)."""

_VARIABLE = expression(r"\$(?:\{(?P<braced>\w+)\}|(?P<name>\w+))")
_ASSIGNMENT = expression(r"\w+\+?=")
_STRIPS = expression(r"(?:^|[\s\"'=])-s(?:$|[\s\"'\\])")
_ASSIGNED = expression(r"(?:\A|[;&|(\n{]|\bthen\b|\bdo\b|\belse\b|!)\s*(?:--\S+\s+)*(?:env\s+)?(?:\w+=\S*\s+)*\Z")
_DECIDED = expression(r"\bCGO_ENABLED\b|-race\b|-msan\b|-asan\b|-linkshared\b|-buildmode|-linkmode|-extldflags")
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
        following = bisect_left(stops, match.end())
        first = stops[following - 1] + 1 if following else 0
        if _leads_to_command(plain[max(first, match.start() - _LONGEST_PREFIX) : match.start()].rpartition("(")[2]):
            yield Build(begin + match.start(), begin + match.end(), begin, begin + stops[following], quote)


def _leads_to_command(text: str) -> bool:
    """Whether what a simple command begins with makes the next word the program that is run, and no argument of another: it is
    nothing but words of the shell, assignments, and perhaps a program that starts others; or the directory of the program."""
    words = text.split()
    if words and not text[-1].isspace():
        words[-1:] = [] if words[-1].endswith(("/", "xx-")) else ["."]
    rest = list(dropwhile(_is_of_shell, words))
    return not rest or base_name(rest[0]) in _starters()


def _is_of_shell(word: str) -> bool:
    return word in ("exec", "command", "(") or word in knowledge().keywords or bool(_ASSIGNMENT.match(word)) or word[:2] == "--"


@cache
def _starters() -> frozenset[str]:
    return knowledge().starters.union(knowledge().wrappers)


def _blank(command: str) -> str:
    """The command with what is quoted, escaped or a comment made of dots, so that only the shell's own words are left."""
    parts = (token[0] if token[0][0] not in "'\"\\#" else "." * len(token[0]) for token in _TOKEN.finditer(command))
    return "".join(parts)


def sets_linker_flags(text: str) -> bool:
    """Whether a text gives every build flags for the linker by a variable: a build that has its own loses those."""
    return 0 <= text.find("GOFLAGS") < text.rfind("-ldflags")


def stripping(command: str, file: str = "") -> Iterator[Edit]:
    """Gives the linker's flags that leave out symbol table and debug data to each build that lacks them, where a place for them
    is known. ``file`` is the text around the command, which gives variables their values."""
    by_variable = sets_linker_flags(command)
    for build in builds(command):
        flags = _LDFLAGS.search(command, build.end, min(build.stop, build.end + _LONGEST))
        quote = "'" if build.quote == '"' else '"'
        if flags is not None:
            yield from _completed(command, build, flags, quote, file or command)
        elif not by_variable:
            at = _behind_directory(command, build)
            yield Edit(at, at, f" -ldflags={quote}-s -w{quote}")


def _behind_directory(command: str, build: Build) -> int:
    """Where the flags of a build may begin."""
    found = _DIRECTORY.match(command, build.end, build.stop)
    return build.end if found is None else found.end()


def _may_begin_with_packages(words: str, file: str) -> bool:
    """Whether flags begin with a variable or a command of which it is not known that it names no packages: what is put in front
    of these would be taken for a part of their name."""
    found = _VARIABLE.match(words)
    if found is None:
        return words[:1] in ("$", "`")
    values = list(_values(found["braced"] or found["name"], file))
    return not values or any(map(_may_name_packages, values))


def _may_name_packages(value: str) -> bool:
    return value[:1] in ("$", "`") or _OF_PACKAGES.match(value) is not None


def _values(name: str, file: str) -> Iterator[str]:
    """The first word of everything that a text gives a variable: by ARG, ENV or a shell."""
    pattern = rf"(?:(?<![\w$.{{-]){name}=|\bENV\s+{name}\s+)[\"']?(?P<value>[^\s\"']*)"
    return (found["value"] for found in re.finditer(pattern, file))


def _completed(command: str, build: Build, flags: re.Match[str], quote: str, file: str) -> Iterator[Edit]:
    """A build's own flags for the linker with those that are missing, behind the packages that they are for."""
    words = _linker_words(command, flags, build.stop)
    if _STRIPS.search(words) or _may_begin_with_packages(words.removeprefix("\\"), file):
        return
    packages = _OF_PACKAGES.match(words)
    length = packages.end() if packages is not None else 0
    if flags["open"] is not None:
        at = flags.end("open") + length
        yield Edit(at, at, "-s -w ")
    elif "`" not in words and "$(" not in words:
        yield Edit(*flags.span("value"), f"{quote}{words[:length]}-s -w {words[length:]}{quote}")


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
