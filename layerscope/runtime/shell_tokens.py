"""Words and operators of a shell script (POSIX XCU 2.2 and 2.3): what is quoted, what is expanded, where words end."""

from typing import NamedTuple

_OPERATORS = ("<<<", "&>>", "<<-", ";;&", "&&", "||", ";;", ";&", "<<", ">>", "<&", ">&", "<>", ">|", "&>", "|&", *"&|;<>()\n")
_DEEPEST = 64
_MOST_TOKENS = 200_000


class Unreadable(Exception):
    """A script that is not understood from ``line`` on (counted from 1)."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


class Part(NamedTuple):
    """A stretch of a word: ``text`` as it is, a ``variable`` with what stands behind its name, a ``command`` whose output is
    taken, a ``glob`` character, or ``unknown`` (arithmetic, process substitution)."""

    kind: str
    text: str
    quoted: bool = False


Word = tuple[Part, ...]


class Token(NamedTuple):
    """An ``operator`` or a word; ``plain`` is the word's text when nothing of it is quoted or expanded."""

    line: int
    operator: str
    word: Word = ()
    plain: str = ""


def parse_word(text: str) -> Word:
    """A word that reaches to the end of a text: what stands behind an operator in ``${name:-word}``."""
    return _Reader(text).whole()


def tokens(script: str) -> list[Token]:
    """The operators and words of a script, here-documents left out."""
    reader = _Reader(script)
    found: list[Token] = []
    while (token := reader.token()) is not None:
        found.append(token)
        if len(found) > _MOST_TOKENS:
            raise Unreadable(token.line)
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text.replace("\\\n", "")
        self.at = 0
        self.line = 1
        self._documents: list[tuple[str, bool]] = []

    def token(self) -> Token | None:
        text = self.text
        while self.at < len(text) and (text[self.at] in " \t\r" or text[self.at] == "#"):
            self.at = _end(text, "\n", self.at) if text[self.at] == "#" else self.at + 1
        if self.at >= len(text):
            return None
        operator = next((item for item in _OPERATORS if text.startswith(item, self.at)), "")
        line = self.line
        if operator and not (operator in "<>" and text.startswith("(", self.at + 1)):
            self.at += len(operator)
            if operator == "\n":
                self._newline()
            elif operator in ("<<", "<<-"):
                self._begin_document(operator == "<<-")
            return Token(line, operator)
        start = self.at
        word = self._word(" \t\r\n;&|()<>")
        raw = text[start : self.at]
        as_it_is = all(part.kind in ("text", "glob") and not part.quoted for part in word)
        plain = raw if as_it_is and "".join(part.text for part in word) == raw else ""
        return Token(line, "", word, plain)

    def whole(self) -> Word:
        """All that is left as one word."""
        return self._word("")

    def _newline(self) -> None:
        self.line += 1
        for mark, strip in self._documents:
            while self.at < len(self.text):
                end = _end(self.text, "\n", self.at)
                line = self.text[self.at : end]
                self.at = min(end + 1, len(self.text))
                self.line += 1
                if (line.lstrip("\t") if strip else line) == mark:
                    break
        self._documents.clear()

    def _begin_document(self, strip: bool) -> None:
        while self.at < len(self.text) and self.text[self.at] in " \t":
            self.at += 1
        word = self._word(" \t\n;&|()<>")
        self._documents.append(("".join(part.text for part in word), strip))

    def _word(self, ends: str) -> Word:
        parts: list[Part] = []
        text = self.text
        plain: list[str] = []
        while self.at < len(text) and text[self.at] not in ends:
            here = text[self.at]
            if here in "'\"$`*?[<>" and not (here == "$" and not _starts_expansion(text, self.at)):
                if plain:
                    parts.append(Part("text", "".join(plain)))
                    plain = []
                parts += self._special(here)
            elif here == "\\":
                parts.append(Part("text", text[self.at + 1 : self.at + 2], True))
                self.at += 2
            else:
                plain.append(here)
                self.at += 1
        if plain:
            parts.append(Part("text", "".join(plain)))
        return tuple(parts)

    def _special(self, here: str) -> list[Part]:
        if here == "'":
            end = _end(self.text, "'", self.at + 1, self.line)
            part = Part("text", self.text[self.at + 1 : end], True)
            self._skip(end + 1)
            return [part]
        if here == '"':
            return self._double()
        if here in "$`":
            return [self._expansion(False)]
        self.at += 1
        if here in "<>":
            self._skip(_closing(self.text, self.at, "(", ")", self.line))
            return [Part("unknown", "")]
        return [Part("glob", here)]

    def _double(self) -> list[Part]:
        self.at += 1
        parts: list[Part] = []
        plain: list[str] = []
        while True:
            if self.at >= len(self.text):
                raise Unreadable(self.line)
            here = self.text[self.at]
            if here == '"':
                self.at += 1
                break
            if here == "`" or (here == "$" and _starts_expansion(self.text, self.at)):
                if plain:
                    parts.append(Part("text", "".join(plain), True))
                    plain = []
                parts.append(self._expansion(True))
                continue
            if here == "\\" and self.text[self.at + 1 : self.at + 2] in tuple('$`"\\'):
                self.at += 1
            self.line += self.text[self.at : self.at + 1] == "\n"
            plain.append(self.text[self.at : self.at + 1])
            self.at += 1
        if plain or not parts:
            parts.append(Part("text", "".join(plain), True))
        return parts

    def _expansion(self, quoted: bool) -> Part:
        text, at = self.text, self.at
        if text[at] == "`":
            end = _end(text, "`", at + 1, self.line)
            self._skip(end + 1)
            return Part("command", text[at + 1 : end], quoted)
        following = text[at + 1]
        if text.startswith("$((", at):
            self._skip(_closing(text, at + 1, "(", ")", self.line))
            return Part("unknown", "", quoted)
        if following == "(":
            end = _closing(text, at + 1, "(", ")", self.line)
            self._skip(end)
            return Part("command", text[at + 2 : end - 1], quoted)
        if following == "{":
            end = _closing(text, at + 1, "{", "}", self.line)
            self._skip(end)
            return Part("variable", text[at + 2 : end - 1], quoted)
        if following == "'":
            end = _end(text, "'", at + 2, self.line)
            self._skip(end + 1)
            return Part("text", text[at + 2 : end], True)
        end = at + 2
        while (following.isalpha() or following == "_") and end < len(text) and (text[end].isalnum() or text[end] == "_"):
            end += 1
        self.at = end
        return Part("variable", text[at + 1 : end], quoted)

    def _skip(self, end: int) -> None:
        self.line += self.text.count("\n", self.at, end)
        self.at = end


def _starts_expansion(text: str, at: int) -> bool:
    following = text[at + 1 : at + 2]
    return bool(following) and (following.isalnum() or following in "_({@*#?$!-'")


def _end(text: str, mark: str, start: int, line: int = 0) -> int:
    """Where ``mark`` is next; the end of the text for a line's end, which need not be there."""
    found = text.find(mark, start)
    if found < 0 and line:
        raise Unreadable(line)
    return len(text) if found < 0 else found


def _closing(text: str, start: int, opening: str, closing: str, line: int, nested: int = 0) -> int:
    """Behind the bracket that closes the one at ``start``, with quotes looked over."""
    depth, at = 0, start
    if nested > _DEEPEST:
        raise Unreadable(line)
    while at < len(text):
        here = text[at]
        if here == "\\":
            at += 1
        elif here == "'" and closing == ")":
            at = _end(text, "'", at + 1, line)
        elif here == '"':
            at = _after_quote(text, at + 1, line, nested + 1) - 1
        elif here == opening:
            depth += 1
        elif here == closing:
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    raise Unreadable(line)


def _after_quote(text: str, at: int, line: int, nested: int) -> int:
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == '"':
            return at + 1
        elif text.startswith("$(", at):
            at = _closing(text, at + 1, "(", ")", line, nested) - 1
        at += 1
    raise Unreadable(line)
