"""Variables, quotes and escapes in an instruction's words, as BuildKit's lexer replaces them (frontend/dockerfile/shell)."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from msgspec import Struct

from layerscope.core.expressions import expression
from layerscope.dockerfile.patterns import first_match, without_prefix, without_suffix
from layerscope.dockerfile.splitting import SPACE

_SPACE = expression(f"[{SPACE}]")
_SPECIAL = frozenset("@*#?-$!")
"""Names of one character that a shell knows: no Dockerfile sets them."""

_DEEPEST = 50


class BadSubstitution(ValueError):
    """A word that BuildKit refuses: an open quote or brace, or a modifier that it does not know."""


class _Manner(Struct, frozen=True):
    """``quotes`` and ``escapes`` stay in the result, and so do variables without a value, if ``unset``."""

    escape: str
    quotes: bool = False
    escapes: bool = False
    unset: bool = False


def expand(word: str, values: Mapping[str, str], escape: str = "\\", keep_unset: bool = False) -> str:
    """A word as a builder takes it: variables replaced, quotes and escapes gone. :class:`BadSubstitution` when it cannot be.

    With ``keep_unset``, variables without a value stay as they are written.
    """
    return _Lexer(word, values, _Manner(escape, unset=keep_unset)).run()


def raw_words(line: str) -> list[str]:
    """The words of a line with their quotes and escapes, ``<<`` and the word behind it as one; none where a quote is open."""
    lexer = _Lexer(line, {}, _Manner("\\", quotes=True, escapes=True, unset=True))
    try:
        lexer.run()
    except BadSubstitution:
        return []
    return lexer.words


def single_word(text: str, keep_quotes: bool) -> str | None:
    """A text of one word; None when it is none, or several. :class:`BadSubstitution` when a quote is open."""
    lexer = _Lexer(text, {}, _Manner("\\", quotes=keep_quotes, unset=True))
    lexer.run()
    return lexer.words[0] if len(lexer.words) == 1 else None


class _Piece(NamedTuple):
    """A text that a lexer gives: whether white space in it splits words, and whether a variable in it has a modifier's word."""

    text: str
    splits: bool
    has_operand: bool


class _Lexer:
    """Reads one text from its beginning to its end, and splits what it makes of it into words."""

    def __init__(self, text: str, values: Mapping[str, str], manner: _Manner) -> None:
        self._text = text
        self._values = values
        self._manner = manner
        self._escapes = manner.escapes
        self._at = 0
        self._depth = 0
        self._operands = 0
        self.words: list[str] = []

    def run(self) -> str:
        pieces = self._until("")
        self.words = _words(pieces)
        return "".join(piece.text for piece in pieces)

    def _until(self, stop: str) -> list[_Piece]:
        """Everything up to a character, which is passed over, or to the end."""
        pieces = []
        while (character := self._peek()) and character != stop:
            before = self._operands
            text, splits = self._piece(character)
            pieces.append(_Piece(text, splits, self._operands > before))
        if stop and not self._next():
            raise BadSubstitution(f"{stop} is missing")
        return pieces

    def _piece(self, character: str) -> tuple[str, bool]:
        if character == "$":
            return self._variable(), True
        if character == self._manner.escape:
            return self._escape(), False
        if character == "<":
            return self._angles(), False
        return (self._quote(character), False) if character in "'\"" else (self._next(), True)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        self._at += 1
        return self._text[self._at - 1 : self._at]

    def _take(self, what: str) -> bool:
        found = self._peek() == what
        self._at += found
        return found

    def _escape(self) -> str:
        escape = self._next()
        return (escape if self._escapes else "") + self._next()

    def _angles(self) -> str:
        start = self._at
        self._at += 1
        if self._take("<"):
            self._skip("\t\r ".__contains__)
        return self._text[start : self._at]

    def _quote(self, quote: str) -> str:
        self._at += 1
        inside = self._in_single_quotes() if quote == "'" else self._in_double_quotes()
        return f"{quote}{inside}{quote}" if self._manner.quotes else inside

    def _in_single_quotes(self) -> str:
        end = self._text.find("'", self._at)
        if end < 0:
            raise BadSubstitution("a single quote is open")
        start, self._at = self._at, end + 1
        return self._text[start:end]

    def _in_double_quotes(self) -> str:
        result: list[str] = []
        while (character := self._peek()) != '"':
            if not character:
                raise BadSubstitution("a double quote is open")
            if character == "$":
                result.append(self._variable())
            elif character == self._manner.escape:
                result.append(self._escape_in_quotes())
            else:
                result.append(self._next())
        self._at += 1
        return "".join(result)

    def _escape_in_quotes(self) -> str:
        escape = self._next()
        kept = escape if self._escapes else ""
        following = self._peek()
        if not following:
            return kept
        return kept + (self._next() if following in ('"', "$", escape) else escape)

    def _variable(self) -> str:
        start = self._at
        self._at += 1
        if not self._take("{"):
            name = self._name()
            return self._value(name, self._text[start : self._at]) if name else "$"
        if self._peek() in ("", "{", "}", ":"):
            raise BadSubstitution("there is no name behind ${")
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BadSubstitution("variables stand in variables too deeply")
        found = self._in_braces(self._name())
        self._depth -= 1
        return found

    def _value(self, name: str, written: str) -> str:
        """A variable's value; as it is written where it has none and is to stay."""
        value = self._values.get(name)
        return written if value is None and self._manner.unset else value or ""

    def _in_braces(self, name: str) -> str:
        """A variable in braces from behind its name on; as it is written where it has no value and is to stay."""
        modifier = self._next()
        if modifier == "}":
            return self._value(name, f"${{{name}}}")
        value = self._values.get(name)
        kept = value is None and self._manner.unset
        if modifier == "/":
            return self._substitute(name, value, kept)
        modifier = self._whole_modifier(modifier)
        word = self._operand("}", raw=modifier in "#%")
        return f"${{{name}{modifier}{word}}}" if kept else _modify(name, value, modifier, word)

    def _whole_modifier(self, first: str) -> str:
        """``:-`` and the like; what stands behind a colon may be unknown where the variable stays as it is written."""
        whole = first + (self._next() if first == ":" else "")
        if whole not in _MODIFIERS and (first != ":" or whole in (":", ":#", ":%")):
            raise BadSubstitution(f"{whole} is no modifier of a variable")
        return whole

    def _substitute(self, name: str, value: str | None, kept: bool) -> str:
        every = self._take("/")
        pattern = self._operand("/", raw=True)
        replacement = self._operand("}", raw=True)
        return f"${{{name}/{pattern}/{replacement}}}" if kept else _replace(value or "", pattern, replacement, every)

    def _operand(self, stop: str, raw: bool) -> str:
        before, self._escapes = self._escapes, raw
        try:
            self._operands += 1
            return "".join(piece.text for piece in self._until(stop))
        finally:
            self._escapes = before

    def _name(self) -> str:
        start = self._at
        first = self._peek()
        if first in _SPECIAL:
            self._at += 1
        else:
            self._skip(str.isdecimal if first.isdecimal() else _stands_in_name)
        return self._text[start : self._at]

    def _skip(self, test: Callable[[str], bool]) -> None:
        """Goes past characters."""
        while (character := self._peek()) and test(character):
            self._at += 1


def _stands_in_name(character: str) -> bool:
    return character.isalpha() or character.isdecimal() or character == "_"


def _words(pieces: list[_Piece]) -> list[str]:
    """The words that pieces make. A modifier's word drops what its own word began with, as in BuildKit, whose buffer is one."""
    words = [""]
    for piece in pieces:
        first, *others = _SPACE.split(piece.text) if piece.splits else (piece.text,)
        words[-1] = first if piece.has_operand else words[-1] + first
        words += others
    return list(filter(None, words))


def _modify(name: str, value: str | None, modifier: str, word: str) -> str:
    """What ``${name<modifier>word}`` gives, when the variable has a value or, None, has none."""
    modify = _MODIFIERS.get(modifier)
    if modify is None:
        raise BadSubstitution(f"{modifier} is no modifier of a variable")
    found = modify(value or None if modifier.startswith(":") else value, word)
    if found is None:
        raise BadSubstitution(f"{name} has to be set")
    return found


def _without(cut: Callable[[str, str, bool], str], sign: str, value: str | None, word: str) -> str:
    """A value without what a pattern matches at one end: the longest match where the sign stands twice."""
    try:
        return cut(word.removeprefix(sign), value or "", word.startswith(sign))
    except ValueError as error:
        raise BadSubstitution(str(error)) from error


_MODIFIERS: dict[str, Callable[[str | None, str], str | None]] = {
    **dict.fromkeys(("-", ":-"), lambda value, word: word if value is None else value),
    **dict.fromkeys(("+", ":+"), lambda value, word: "" if value is None else word),
    **dict.fromkeys(("?", ":?"), lambda value, _word: value),
    "#": partial(_without, without_prefix, "#"),
    "%": partial(_without, without_suffix, "%"),
}
"""What a variable's value and a word give together, None where there has to be a value. For those with a colon, an empty value
is none."""


def _replace(value: str, pattern: str, replacement: str, every: bool) -> str:
    """A value with another text for the first part that fits a pattern, or for every one."""
    result = ""
    while (found := _find_match(pattern, value)) is not None:
        start, end = found
        result += value[:start] + replacement
        value = value[end:]
        if end == start or not every:
            break
    return result + value


def _find_match(pattern: str, value: str) -> tuple[int, int] | None:
    try:
        return first_match(pattern, value)
    except ValueError as error:
        raise BadSubstitution(str(error)) from error
