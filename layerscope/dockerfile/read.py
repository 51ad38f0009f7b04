"""A Dockerfile's text as instructions, by the rules of BuildKit's parser (frontend/dockerfile/parser)."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import starmap
from typing import Any, NamedTuple, NoReturn

from msgspec.structs import replace

from layerscope.core.errors import UsageError
from layerscope.core.expressions import expression
from layerscope.core.names import printable
from layerscope.dockerfile.expansion import BadSubstitution, raw_words, single_word
from layerscope.dockerfile.model import Dockerfile, Heredoc, Instruction, LogicalLine, Word
from layerscope.dockerfile.splitting import SPACE, Span, flags, halves, split_at_blanks, split_quoted, trim, unquoted_flag

_DIRECTIVE = expression(r"((?ai:syntax|escape|check))[\t\n\f\r ]*=[\t\n\f\r ]*(.+)\Z")
_HEREDOC = expression(r"(\d*)<<(-?)([\t\n\f\r ]*)([^<]*)\Z", re.ASCII)
_LONGEST_LINE = 65_535
"""Bytes of a line that BuildKit reads, without its line feed."""

_HOLDS_HEREDOCS = frozenset(("ADD", "COPY", "RUN"))
_LISTS = frozenset(("ADD", "COPY", "RUN", "CMD", "ENTRYPOINT", "SHELL", "VOLUME", "HEALTHCHECK"))
_BOM = "\ufeff"
_FIRST_WORD = expression(f"[^{SPACE}]*[{SPACE}]*")
_INDENTED = expression(f"[{SPACE}]*")


def read(text: str, name: str = "Dockerfile") -> Dockerfile:
    """The instructions of a Dockerfile, each with its place; ``name`` is what to call the file in errors.

    Raises :class:`UsageError`, with the line, where BuildKit's parser would refuse the text. A keyword that is none, and
    arguments that do not fit one, are left to the builder.
    """
    return _Reader(text, name).read()


class _Line:
    """A line of the file: where it starts and ends, and where its content ends, in front of the line break."""

    def __init__(self, text: str, start: int) -> None:
        found = text.find("\n", start)
        self.start = start
        self.end = found + 1 if found >= 0 else len(text)
        self.content = text[start : self.end].rstrip("\r\n")

    def is_too_long(self) -> bool:
        possibly = len(self.content) * 4 > _LONGEST_LINE
        return possibly and len(self.content.encode("utf-8", "replace")) > _LONGEST_LINE

    def is_comment(self) -> bool:
        return self.content[_indentation(self.content) :].startswith("#")

    def is_empty(self) -> bool:
        return _indentation(self.content) == len(self.content)


def _indentation(text: str) -> int:
    found = _INDENTED.match(text)
    return found.end() if found is not None else 0


class _Opening(NamedTuple):
    """What begins a heredoc; ``is_apart`` is whether blanks stand between ``<<`` and its name."""

    name: str
    descriptor: int
    expands: bool
    strips_tabs: bool
    is_apart: bool


class _Reader:
    """Reads a text from its first line to its last."""

    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = printable(name)
        self._at = 0
        self._number = -1
        self._directives: dict[str, str] = {}
        self._continued = continuation("\\")

    def read(self) -> Dockerfile:
        instructions = []
        may_direct = True
        while (line := self._next_line()) is not None:
            indentation = _indentation(line.content)
            if line.is_comment():
                may_direct = may_direct and self._direct(line.content[indentation + 1 :])
                continue
            may_direct = False
            if not line.is_empty():
                instructions.append(self._instruction(line, indentation))
        if not instructions:
            raise UsageError(f"{self._name} has no instructions", "give the Dockerfile that the image was built from")
        return Dockerfile(text=self._text, directives=self._directives, instructions=tuple(instructions))

    def _next_line(self) -> _Line | None:
        if self._at >= len(self._text):
            return None
        if not self._at and self._text.startswith(_BOM):
            self._at = len(_BOM)
        line = _Line(self._text, self._at)
        self._at = line.end
        self._number += 1
        if line.is_too_long():
            self._refuse(self._number, f"is longer than {_LONGEST_LINE} bytes")
        return line

    def _refuse(self, number: int, what: str) -> NoReturn:
        raise UsageError(f"{self._name}, line {number + 1}, {what}", "a builder refuses it, too")

    def _direct(self, comment: str) -> bool:
        """Takes what a comment at the top says to the parser; False when it says nothing, which ends them."""
        found = _DIRECTIVE.match(comment.rstrip("\t\n\f\r "), _indentation(comment))
        if found is None:
            return False
        key = found[1].lower()
        if key in self._directives:
            self._refuse(self._number, f"says {key} a second time")
        if key == "escape":
            if found[2] not in ("\\", "`"):
                self._refuse(self._number, f"names {printable(found[2])[:20]} as the escape character: it is ` or \\")
            self._continued = continuation(found[2])
        self._directives[key] = found[2]
        return True

    def _instruction(self, line: _Line, indentation: int) -> Instruction:
        first = self._number
        logical = self._logical(line, indentation)
        item = self._parse(logical, (0, len(logical.text)), first)
        heredocs = self._heredocs(item.trigger or item, logical.text, first)
        return _place(item, heredocs, (line.start + indentation, self._at), (first, self._number))

    def _logical(self, line: _Line, indentation: int) -> LogicalLine:
        """A line with those that continue it: comments and empty lines in between are passed over."""
        parts: list[str] = []
        pieces: list[tuple[int, int]] = []
        length = 0
        following: _Line | None = line
        while following is not None:
            part, more = self._without_continuation(following.content[indentation:])
            pieces.append((length, following.start + indentation))
            parts.append(part)
            length += len(part)
            indentation = 0
            following = self._next_continuing() if more else None
        return LogicalLine("".join(parts), tuple(pieces))

    def _without_continuation(self, content: str) -> tuple[str, bool]:
        found = self._continued.search(content)
        return (content, False) if found is None else (content[: found.start()], True)

    def _next_continuing(self) -> _Line | None:
        while (line := self._next_line()) is not None:
            if not line.is_comment() and not line.is_empty():
                return line
        return None

    def _parse(self, line: LogicalLine, span: Span, number: int, is_trigger: bool = False) -> Instruction:
        """One instruction, in a part of a logical line; its place is not known yet."""
        text, escape = line.text, self._directives.get("escape", "\\")
        keyword, rest = halves(text, *trim(text, *span))
        rest = rest or (keyword[1], keyword[1])
        names, at = flags(text, *rest, escape)
        start, end = trim(text, at, rest[1])
        word = text[slice(*keyword)].upper()
        listed = self._exec_form(word, text[start:end], number)
        trigger = (
            self._parse(line, (start, end), number, True) if word == "ONBUILD" and start < end and not is_trigger else None
        )
        return Instruction(
            keyword=word,
            flags=tuple(_flag(line.word(*name), escape) for name in names),
            arguments=line.word(start, end),
            at=start,
            words=tuple(starmap(line.word, _words(word, text, (start, end), escape))) if listed is None else (),
            exec_form=listed,
            heredocs=(),
            trigger=trigger,
            line=line,
            start=0,
            end=0,
            first_line=0,
            last_line=0,
        )

    def _exec_form(self, keyword: str, arguments: str, number: int) -> tuple[str, ...] | None:
        if keyword == "HEALTHCHECK":
            arguments = _FIRST_WORD.sub("", arguments, count=1)
        found = _list(arguments) if keyword in _LISTS else None
        if found is None:
            return None
        if not all(isinstance(item, str) for item in found):
            self._refuse(number, "has a list in brackets with something else than texts in double quotes")
        return tuple(re.sub("[\ud800-\udfff]", "\ufffd", item) for item in found)

    def _heredocs(self, holder: Instruction, text: str, number: int) -> tuple[Heredoc, ...]:
        if holder.keyword not in _HOLDS_HEREDOCS or holder.exec_form is not None or "<<" not in text:
            return ()
        return tuple(filter(None, map(self._heredoc, self._heredoc_openings(text, number))))

    def _heredoc_openings(self, line: str, number: int) -> Iterator["_Opening"]:
        """Each heredoc that a line begins."""
        for found in filter(None, map(_HEREDOC.match, raw_words(line))):
            name, written = self._heredoc_name(found[4], number)
            if name:
                expands = _quotes(name) == _quotes(written)
                yield _Opening(name, int(found[1][:9] or 0), expands, found[2] == "-", bool(found[3]))

    @cached_property
    def _last_lines(self) -> dict[str, int]:
        """Where each line stands for the last time, without tabs in front of it."""
        found: dict[str, int] = {}
        at = 0
        while at < len(self._text):
            line = _Line(self._text, at)
            found[line.content.lstrip("\t")] = at
            at = line.end
        return found

    def _heredoc_name(self, word: str, number: int) -> tuple[str, str]:
        """A heredoc's name without and with its quotes, "" where there is none."""
        try:
            return single_word(word, keep_quotes=False) or "", single_word(word, keep_quotes=True) or ""
        except BadSubstitution as error:
            self._refuse(number, f"has a heredoc whose name cannot be read: {error}")

    def _heredoc(self, opening: "_Opening") -> Heredoc | None:
        """The document behind a line. None where blanks stand before a name that ends none: older BuildKits see no heredoc."""
        first, start = self._number, self._at
        if opening.is_apart and self._last_lines.get(opening.name, -1) < start:
            return None
        while (line := self._next_line()) is not None:
            if (line.content.lstrip("\t") if opening.strips_tabs else line.content) == opening.name:
                return Heredoc(
                    name=opening.name,
                    descriptor=opening.descriptor,
                    expands=opening.expands,
                    strips_tabs=opening.strips_tabs,
                    start=start,
                    end=line.start,
                )
        return self._refuse(first, f"begins a heredoc that no line {printable(opening.name)[:60]} ends")


def continuation(escape: str) -> re.Pattern[str]:
    """What at the end of a line continues it: the escape character, unless another one stands in front of it."""
    mark = re.escape(escape)
    return re.compile(rf"(?<!{mark}){mark}[ \t]*\Z")


def _place(item: Instruction, heredocs: tuple[Heredoc, ...], span: Span, lines: tuple[int, int]) -> Instruction:
    (start, end), (first, last) = span, lines
    trigger = _place(item.trigger, heredocs, (item.arguments.start, end), lines) if item.trigger is not None else None
    return replace(item, heredocs=heredocs, trigger=trigger, start=start, end=end, first_line=first, last_line=last)


def _flag(word: Word, escape: str) -> Word:
    return Word(unquoted_flag(word.text, escape), word.start, word.end)


def _words(keyword: str, text: str, span: Span, escape: str) -> Iterable[Span]:
    split = _SPLITTERS.get(keyword) if span[0] < span[1] else None
    return split(text, *span, escape) if split is not None else ()


def _assignments(text: str, start: int, end: int, escape: str) -> Iterable[Span]:
    """The words of ``name=value …``, or a name and its value with blanks between them."""
    found = list(split_quoted(text, start, end, escape))
    if found and "=" in text[slice(*found[0])]:
        return found
    name, value = halves(text, start, end)
    return name, value or (end, end)


_SPLITTERS: dict[str, Callable[[str, int, int, str], Iterable[Span]]] = {
    **dict.fromkeys(("FROM", "COPY", "ADD", "EXPOSE", "VOLUME"), split_at_blanks),
    **dict.fromkeys(("ENV", "LABEL"), _assignments),
    "ARG": split_quoted,
}


def _quotes(text: str) -> int:
    return text.count("'") + text.count('"')


def _list(text: str) -> list[Any] | None:
    """A list in brackets; None for what is none, as Go's reader of JSON sees it."""
    if not text.startswith("["):
        return None
    try:
        found = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) else None


def _no_constant(text: str) -> NoReturn:
    raise ValueError(text)
