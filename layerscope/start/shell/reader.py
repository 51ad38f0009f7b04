"""Words of a shell script, read from its text (POSIX XCU 2.2, 2.3 and 2.6): quotes, expansions and where a word ends.

Every method either moves on in the text or raises :class:`Unreadable`. ``steps`` counts the work, which is bounded.
"""

import re
from bisect import bisect_left
from collections.abc import Callable
from typing import NamedTuple

from layerscope.core.expressions import expression
from layerscope.core.names import printable
from layerscope.start.shell.escapes import decode_escapes
from layerscope.start.shell.tree import (
    Commands,
    Output,
    Part,
    Process,
    Redirection,
    Text,
    Unknown,
    Unreadable,
    Variable,
    Wildcard,
    Word,
)

_DEEPEST = 40
_MOST_STEPS = 200_000
_SCANNED_PER_STEP = 64
_LONGEST_ARITHMETIC = 4096

_BLANKS = expression(r"(?:[ \t]|\\\n)*(?:#[^\n]*)?")
_BRACKETS = expression(r"""\\.|'[^']*'|"(?:[^"\\]|\\.)*"|[()\[\]]""", re.DOTALL)
_LEVELS = {"(": 1, "[": 1, ")": -1, "]": -1}
_DOLLAR = expression(r"\$(?:\\\n)*")
_NAME = expression(r"[A-Za-z_]\w*|[0-9@*#?$!-]", re.ASCII)
_PARAMETER = expression(
    r"(?P<mark>!(?=[\w@*#])|#(?=(?:\w+|[@*?$!#-])[}\[]))?(?P<name>\w+|[@*#?$!-])",
    re.ASCII,
)
_OPERATOR = expression(r"(:?[-=+?]|##?|%%?|//?|\^\^?|,,?|@|:|\*)?")
_BACKTICKS = expression(r"`((?:[^`\\]|\\.)*)`", re.DOTALL)
_PLAIN_QUOTE = expression(r"'[^'\"\n]*'|'")
_SINGLE = expression(r"'([^']*)'")
_ESCAPED_SINGLE = expression(r"'((?:[^'\\]|\\.)*)'", re.DOTALL)
_DELIMITER = expression(r"""(?:'[^'\n]*'|"[^"\n]*"|\\.|[^ \t\n;&|()<>'"\\])+""")


class _Context(NamedTuple):
    """Where a word stands: what in it is ``plain``, which characters end it, and whether it is between double quotes."""

    plain: re.Pattern[str]
    ends: str
    quoted: bool = False


_WORD = _Context(expression(r"(?:[^ \t\n;&|()<>'\"$`\\*?\[@+!]|[@+!](?!\())+"), " \t\n;&|()<>")
_REGULAR = _Context(expression(r"[^ \t\n'\"$`\\(]+|\([^()'\"$`\\\n]*\)|\("), " \t\n")
_DOUBLE = _Context(expression(r'[^"$`\\]+'), '"', quoted=True)
_DOCUMENT = _Context(expression(r"[^$`\\]+"), "", quoted=True)
_VALUE = _Context(expression(r"[^}'\"$`\\*?\[<>@+!]+|[@+!<>](?!\()"), "}")
_QUOTED_VALUE = _Context(expression(r"[^}'\"$`\\]+"), "}", quoted=True)
_INDEX = _Context(expression(r"[^\]'\"$`\\\n]+"), "]\n")
_EXTENDED = _Context(expression(r"(?:[^)'\"$`\\*?\[@+!]|[@+!](?!\())+"), ")")


class Reader:
    """A place in a script. ``line`` is that of its first line; ``depth`` counts the constructs around the place."""

    def __init__(self, text: str, line: int = 1, depth: int = 0) -> None:
        self.text = text
        self.at = 0
        self.depth = depth
        self.steps = 0
        self.documents: list[tuple[Redirection, str]] = []
        self._first_line = line
        self._ends = [match.start() for match in re.finditer("\n", text)]

    @property
    def line(self) -> int:
        """The line of the place, counted from 1."""
        return self._first_line + bisect_left(self._ends, self.at)

    def commands(self) -> Commands:
        """The commands up to the word or operator that ends them, which the syntax decides."""
        raise NotImplementedError

    def _inner(self, text: str, line: int) -> "Reader":
        """A reader of the same kind for text that stands inside of this one."""
        found = type(self)(text, line, self.depth + 1)
        found.steps = self.steps
        found.count()
        return found

    def count(self, characters: int = 0) -> None:
        """Counts work; raises Unreadable where it is too much, or too deep."""
        self.steps += 1 + characters // _SCANNED_PER_STEP
        if self.steps > _MOST_STEPS:
            raise Unreadable(self.line, "a script that is too long")
        if self.depth > _DEEPEST:
            raise Unreadable(self.line, f"more than {_DEEPEST} constructs inside each other")

    def next(self) -> str:
        """The character at the place, "" at the end."""
        return self.text[self.at : self.at + 1]

    def skip_blanks(self) -> None:
        """Goes past blanks, lines that are continued, and a comment."""
        if match := _BLANKS.match(self.text, self.at):
            self.at = match.end()

    def pass_over(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Goes past what fits a pattern at the place, and gives it."""
        match = pattern.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
        return match

    def word(self) -> Word:
        """The word at the place."""
        return self._word_in(_WORD)

    def value(self) -> Word:
        """What stands behind ``name=``; nothing of a word, too."""
        return self._parts(_WORD)

    def regular_expression(self) -> Word:
        """The word behind ``=~``, in which brackets and bars are plain."""
        return self._word_in(_REGULAR)

    def delimiter(self) -> str:
        """The word behind ``<<`` as written."""
        return self._expect(_DELIMITER, "a here-document without its last line's word").group()

    def _word_in(self, context: _Context) -> Word:
        start = self.at
        found = self._parts(context)
        if self.at == start:
            raise Unreadable(self.line, f"{printable(self.next()) or 'the end'} in the place of a word")
        return found

    def _parts(self, context: _Context) -> Word:
        """Parts up to a character that ends the context, or the end of the text."""
        parts: list[Part] = []
        while self.at < len(self.text):
            self.count()
            if match := context.plain.match(self.text, self.at):
                parts.append(Text(match.group(), context.quoted))
                self.at = match.end()
                continue
            here = self.text[self.at]
            if here in context.ends and not (here in "<>" and self._is_process()):
                break
            parts += self._special(here, context)
        return tuple(parts)

    def _special(self, here: str, context: _Context) -> Word:
        """What a character with a meaning begins."""
        if here == "'":
            return self._plain_quote() if context.quoted else self._single_quotes()
        read = _SPECIAL.get(here)
        return read(self, context) if read else self._wildcard(here)

    def _is_process(self) -> bool:
        return self.text.startswith("(", self.at + 1)

    def _expect(self, pattern: re.Pattern[str], construct: str) -> re.Match[str]:
        match = self.pass_over(pattern)
        if match is None:
            raise Unreadable(self.line, construct)
        return match

    def _single_quotes(self) -> Word:
        return (Text(self._expect(_SINGLE, "a quote ' that is not closed")[1], True),)

    def _plain_quote(self) -> Word:
        """A single quote in ``"${name:-'}'}"``: bash looks for the second one, dash does not."""
        return (Text(self._expect(_PLAIN_QUOTE, "'").group(), True),)

    def _double_quotes(self, _context: _Context | None = None) -> Word:
        line = self.line
        self.at += 1
        parts = self._inside(_DOUBLE)
        self._close('"', 'a quote " that is not closed', line)
        return parts or (Text("", True),)

    def _inside(self, context: _Context) -> Word:
        self.depth += 1
        parts = self._parts(context)
        self.depth -= 1
        return parts

    def _backslash(self, context: _Context) -> Word:
        following = self.text[self.at + 1 : self.at + 2]
        self.at += 2
        if following == "\n":
            return ()
        special = '$`\\}"' if context.ends else "$`\\"
        if context.quoted and following not in special:
            return (Text("\\" + following, True),)
        return (Text(following or "\\", True),)

    def _wildcard(self, here: str) -> Word:
        line = self.line
        self.at += 1
        if here == "[" or self.next() != "(":
            return (Wildcard(here),)
        self.at += 1
        inside = self._inside(_EXTENDED)
        self._close(")", f"a pattern {here}( that is not closed", line)
        return (Unknown(inside),)

    def _close(self, end: str, construct: str, line: int) -> None:
        if self.next() != end:
            raise Unreadable(line, construct)
        self.at += 1

    def _backticks(self, context: _Context) -> Word:
        line = self.line
        match = self._expect(_BACKTICKS, "a ` that is not closed")
        source = re.sub(r'\\([$`\\"])' if context.quoted else r"\\([$`\\])", r"\1", match[1])
        reader = self._inner(source, line)
        found = Output(reader.all_commands(), source, context.quoted)
        self.steps = reader.steps
        return (found,)

    def all_commands(self) -> Commands:
        """The commands up to the end of the text."""
        found = self.commands()
        if self.next():
            raise Unreadable(self.line, f"{printable(self.next())} that nothing before it opens")
        return found

    def _process(self, _context: _Context) -> Word:
        self.at += 2
        return (Process(self._commands_inside("<( or >(")),)

    def _commands_inside(self, opening: str) -> Commands:
        """The commands up to a closing round bracket."""
        line = self.line
        pending, self.documents = self.documents, []
        self.depth += 1
        commands = self.commands()
        self.depth -= 1
        self.documents = pending + self.documents
        self._close(")", f"{opening} that is not closed", line)
        return commands

    def _dollar(self, context: _Context) -> Word:
        quoted = context.quoted
        opening = self._expect(_DOLLAR, "$")
        here = self.next()
        if not quoted and (unquote := _QUOTES.get(here)):
            return unquote(self)
        if read := _EXPANSIONS.get(here):
            return (read(self, quoted),)
        if match := self.pass_over(_NAME):
            return (Variable(name=match.group(), quoted=quoted),)
        return (Text(opening.group()[:1], quoted),)

    def _escaped_quotes(self) -> Word:
        return (Text(decode_escapes(self._expect(_ESCAPED_SINGLE, "a quote $' that is not closed")[1]), True),)

    def _output(self, quoted: bool) -> Part:
        if self.text.startswith("((", self.at) and self.is_arithmetic():
            return self._arithmetic("))", 2)
        self.at += 1
        start = self.at
        commands = self._commands_inside("$(")
        return Output(commands, self.text[start : self.at - 1], quoted)

    def is_arithmetic(self) -> bool:
        """Whether ``((`` at the place is closed by ``))``; else it opens two subshells."""
        end = self._closing(self.at + 1)
        return end is not None and self.text.startswith(")", end)

    def _closing(self, start: int) -> int | None:
        """Behind the bracket that closes the one at ``start``, None when there is none near."""
        depth = 0
        end = min(len(self.text), start + _LONGEST_ARITHMETIC)
        for match in _BRACKETS.finditer(self.text, start, end):
            depth += _LEVELS.get(match.group(), 0)
            if depth <= 0:
                self.count(match.end() - start)
                return match.end()
        self.count(end - start)
        return None

    def _arithmetic(self, end: str, width: int) -> Part:
        return Unknown(self.arithmetic(end, width))

    def arithmetic(self, end: str, width: int) -> Word:
        """What is expanded inside of ``((…))`` or ``[…]``."""
        closing = self._closing(self.at + width - 1)
        if closing is None:
            raise Unreadable(self.line, f"arithmetic without {end}")
        found = self.read_text(self.text[self.at + width : closing - 1], self.line)
        self.at = closing + width - 1
        return found

    def read_text(self, text: str, line: int) -> Word:
        """A text in which quotes are plain, as in a here-document."""
        reader = self._inner(text, line)
        found = reader._parts(_DOCUMENT)
        self.steps = reader.steps
        return found

    def _parameter(self, quoted: bool) -> Part:
        line = self.line
        self.at += 1
        match = self.pass_over(_PARAMETER)
        subscript = self._subscript() if match else ()
        operator = self._expect(_OPERATOR, "${").group() if match else ""
        word = self._inside(_QUOTED_VALUE if quoted else _VALUE)
        self._close("}", "${ that is not closed", line)
        if match is None or (word and not operator):
            return Unknown((*subscript, *word))
        return Variable(quoted=quoted, subscript=subscript, operator=operator, word=word, **match.groupdict(""))

    def _subscript(self) -> Word:
        """What stands between brackets behind a name."""
        if self.next() != "[":
            return ()
        self.at += 1
        found = self._inside(_INDEX)
        self._close("]", "[ that is not closed", self.line)
        return found

    def _old_arithmetic(self, _quoted: bool) -> Part:
        return self._arithmetic("]", 1)

    def read_documents(self) -> None:
        """Reads the here-documents that the line before the place announces."""
        pending, self.documents = self.documents, []
        for redirection, delimiter in pending:
            line = self.line
            plain = re.sub(r"""['"\\]""", "", delimiter)
            body = self._document(plain, redirection.operator == "<<-")
            redirection.word = self.read_text(body, line) if plain == delimiter else (Text(body, True),)

    def _document(self, delimiter: str, strip: bool) -> str:
        """The lines up to the delimiter, or to the end of the text."""
        lines: list[str] = []
        while self.at < len(self.text):
            self.count()
            end = self.text.find("\n", self.at)
            end = len(self.text) if end < 0 else end
            line = self.text[self.at : end]
            self.at = min(end + 1, len(self.text))
            line = line.lstrip("\t") if strip else line
            if line == delimiter:
                break
            lines.append(line + "\n")
        return "".join(lines)


_SPECIAL: dict[str, Callable[[Reader, _Context], Word]] = {
    "\\": Reader._backslash,
    '"': Reader._double_quotes,
    "`": Reader._backticks,
    "$": Reader._dollar,
    **dict.fromkeys("<>", Reader._process),
}
_QUOTES: dict[str, Callable[[Reader], Word]] = {"'": Reader._escaped_quotes, '"': Reader._double_quotes}
_EXPANSIONS: dict[str, Callable[[Reader, bool], Part]] = {
    "(": Reader._output,
    "{": Reader._parameter,
    "[": Reader._old_arithmetic,
}
