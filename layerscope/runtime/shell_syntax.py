"""Shell scripts taken apart: POSIX' grammar (XCU, 2.10) with what bash adds and entrypoint scripts use.

Nothing is run. What cannot be taken apart raises :class:`Unreadable`, with the line.
"""

from typing import NamedTuple

_OPERATORS = ("<<<", "&>>", "<<-", ";;&", "&&", "||", ";;", ";&", "<<", ">>", "<&", ">&", "<>", ">|", "&>", "|&", *"&|;<>()\n")
_REDIRECTIONS = frozenset(("<<<", "<<", "<<-", ">>", "<&", ">&", "<>", ">|", "&>", "&>>", "<", ">"))
_ENDS = frozenset(("then", "do", "done", "fi", "elif", "else", "esac", "}", ")", ";;", ";&", ";;&", ""))
_DEEPEST = 64
_MOST_TOKENS = 200_000


class Unreadable(Exception):
    """A script that is not understood from ``line`` on (counted from 1)."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


class Part(NamedTuple):
    """A stretch of a word: ``text`` as it is, a ``variable`` with what stands behind its name, a ``command`` whose output is
    taken, or ``unknown`` (arithmetic, globs, process substitution)."""

    kind: str
    text: str
    quoted: bool = False


Word = tuple[Part, ...]


class Simple(NamedTuple):
    """``words`` behind its assignments; ``inputs`` are the texts of here-documents' commands."""

    line: int
    assignments: tuple[tuple[str, Word], ...]
    words: tuple[Word, ...]


class Compound(NamedTuple):
    """``kind`` is if, loop, for, case, group, subshell or function. ``branches`` are (condition, body), the condition None for
    else; of case the condition's words stand in ``patterns``. ``word`` is the subject of case or the words of for."""

    kind: str
    line: int
    branches: tuple[tuple["Commands | None", "Commands"], ...]
    name: str = ""
    words: tuple[Word, ...] = ()
    patterns: tuple[tuple[Word, ...], ...] = ()


class Step(NamedTuple):
    """A command of a list, the operator in front of it (``&&``, ``||``, ``|``, else ""), and whether ``!`` turns its status."""

    command: "Simple | Compound"
    operator: str
    negated: bool = False
    background: bool = False


Commands = tuple[Step, ...]


class _Token(NamedTuple):
    """An ``operator`` or a word; ``plain`` is the word's text when nothing of it is quoted or expanded."""

    line: int
    operator: str
    word: Word = ()
    plain: str = ""


def parse(script: str) -> Commands:
    """The commands of a script."""
    parser = _Parser(_tokens(script))
    commands = parser.commands(0)
    if parser.at < len(parser.tokens):
        raise Unreadable(parser.tokens[parser.at].line)
    return commands


def parse_word(text: str) -> Word:
    """A word that reaches to the end of a text: what stands behind an operator in ``${name:-word}``."""
    return _Reader(text).whole()


# words


def _tokens(script: str) -> list[_Token]:
    reader = _Reader(script)
    found: list[_Token] = []
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

    def token(self) -> _Token | None:
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
            return _Token(line, operator)
        start = self.at
        word = self._word(" \t\r\n;&|()<>")
        raw = text[start : self.at]
        plain = raw if len(word) == 1 and word[0].kind == "text" and word[0].text == raw else ""
        return _Token(line, "", word, plain)

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
        text, plain = self.text, []
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


# commands


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.at = 0

    def peek(self) -> str:
        """The operator or unquoted word that comes next, "" at the end and for other words."""
        token = self._token()
        return (token.operator or token.plain) if token is not None else ""

    def _token(self) -> _Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    @property
    def line(self) -> int:
        """The line of what comes next."""
        token = self._token() or (self.tokens[-1] if self.tokens else None)
        return token.line if token is not None else 1

    def expect(self, word: str) -> None:
        """Goes past a word that must come next."""
        self.skip()
        if self.peek() != word:
            raise Unreadable(self.line)
        self.at += 1

    def skip(self) -> None:
        """Goes past ends of lines."""
        while self.peek() == "\n":
            self.at += 1

    def commands(self, depth: int) -> Commands:
        """A list up to the word that ends it."""
        if depth > _DEEPEST:
            raise Unreadable(self.line)
        steps: list[Step] = []
        operator = ""
        while True:
            while self.peek() in ("\n", ";") or (self.peek() == "&" and self.tokens[self.at].operator):
                self.at += 1
            if self._token() is None or self.peek() in _ENDS - {""}:
                return tuple(steps)
            negated = False
            while self.peek() == "!":
                negated = not negated
                self.at += 1
            command = self.command(depth + 1)
            follows = self.tokens[self.at].operator if self.at < len(self.tokens) else ""
            steps.append(Step(command, operator, negated, follows == "&"))
            operator = ""
            if follows in ("&&", "||", "|", "|&"):
                operator = "|" if follows == "|&" else follows
                self.at += 1
                self.skip()

    def command(self, depth: int) -> Simple | Compound:
        """One command."""
        word, line = self.peek(), self.line
        readers = {"if": self._if, "while": self._loop, "until": self._loop, "for": self._for, "select": self._for}
        readers |= {"case": self._case, "{": self._group, "(": self._group, "function": self._function}
        if word in readers:
            found = readers[word](depth, line)
            self._redirections()
            return found
        if word == "[[":
            return self._conditional(line)
        return self._simple(depth, line)

    def _if(self, depth: int, line: int) -> Compound:
        branches: list[tuple[Commands | None, Commands]] = []
        while self.peek() in ("if", "elif"):
            self.at += 1
            condition = self.commands(depth)
            self.expect("then")
            branches.append((condition, self.commands(depth)))
        if self.peek() == "else":
            self.at += 1
            branches.append((None, self.commands(depth)))
        self.expect("fi")
        return Compound("if", line, tuple(branches))

    def _loop(self, depth: int, line: int) -> Compound:
        self.at += 1
        condition = self.commands(depth)
        self.expect("do")
        body = self.commands(depth)
        self.expect("done")
        return Compound("loop", line, ((condition, body),))

    def _for(self, depth: int, line: int) -> Compound:
        self.at += 1
        name, words = self.peek(), []
        self.at += 1
        self.skip()
        if self.peek() == "in":
            self.at += 1
            while (token := self._token()) is not None and not token.operator:
                words.append(token.word)
                self.at += 1
        while self.peek() in (";", "\n"):
            self.at += 1
        self.expect("do")
        body = self.commands(depth)
        self.expect("done")
        return Compound("for", line, ((None, body),), name, tuple(words))

    def _case(self, depth: int, line: int) -> Compound:
        self.at += 1
        subject = self._token()
        self.at += 1
        self.expect("in")
        branches: list[tuple[Commands | None, Commands]] = []
        patterns: list[tuple[Word, ...]] = []
        self.skip()
        while subject is not None and self.peek() != "esac":
            if self.peek() == "(":
                self.at += 1
            words: list[Word] = []
            while (token := self._token()) is not None and token.operator != ")":
                if token.operator not in ("", "|"):
                    raise Unreadable(token.line)
                words += [] if token.operator else [token.word]
                self.at += 1
            self.expect(")")
            patterns.append(tuple(words))
            branches.append((None, self.commands(depth)))
            if self.peek() in (";;", ";&", ";;&"):
                self.at += 1
            elif self.peek() != "esac":
                raise Unreadable(self.line)
            self.skip()
        self.expect("esac")
        return Compound("case", line, tuple(branches), "", (subject.word,) if subject is not None else (), tuple(patterns))

    def _group(self, depth: int, line: int) -> Compound:
        braces = self.peek() == "{"
        self.at += 1
        body = self.commands(depth)
        self.expect("}" if braces else ")")
        return Compound("group" if braces else "subshell", line, ((None, body),))

    def _function(self, depth: int, line: int) -> Compound:
        self.at += 1
        name = self.peek()
        self.at += 1
        if self.peek() == "(":
            self.at += 1
            self.expect(")")
        self.skip()
        return Compound("function", line, ((None, (Step(self.command(depth), ""),)),), name)

    def _conditional(self, line: int) -> Simple:
        """bash's ``[[ … ]]``, in which operators are words."""
        words: list[Word] = []
        while (token := self._token()) is not None:
            self.at += 1
            words.append(token.word if not token.operator else (Part("text", token.operator),))
            if token.plain == "]]":
                return Simple(line, (), tuple(words))
        raise Unreadable(line)

    def _redirections(self) -> None:
        while True:
            token = self._token()
            if token is not None and token.plain.isdigit() and self.at + 1 < len(self.tokens):
                if self.tokens[self.at + 1].operator not in _REDIRECTIONS:
                    return
                self.at += 1
                continue
            if token is None or token.operator not in _REDIRECTIONS:
                return
            self.at += 1 if token.operator in ("<<", "<<-") else 2

    def _simple(self, depth: int, line: int) -> Simple | Compound:
        assignments: list[tuple[str, Word]] = []
        words: list[Word] = []
        while True:
            self._redirections()
            token = self._token()
            if token is None or (token.operator and not (token.operator == "(" and len(words) == 1 and not assignments)):
                break
            if token.operator == "(":
                return self._defined(words[0], depth, line)
            name, value = ("", ()) if words else _assignment(token.word)
            self.at += 1
            if name and not value and self.peek() == "(":  # an array
                self._skip_array()
                assignments.append((name, (Part("unknown", ""),)))
            elif name:
                assignments.append((name, value))
            else:
                words.append(token.word)
        if (
            not words
            and not assignments
            and (token is None or token.operator not in ("", "\n", ";", "&", ")", "|", "&&", "||"))
        ):
            raise Unreadable(line)
        return Simple(line, tuple(assignments), tuple(words))

    def _skip_array(self) -> None:
        while (token := self._token()) is not None and token.operator != ")":
            self.at += 1
        self.at += 1

    def _defined(self, name: Word, depth: int, line: int) -> Compound:
        """``name() …``"""
        self.at += 1
        self.expect(")")
        self.skip()
        body = self.command(depth)
        return Compound("function", line, ((None, (Step(body, ""),)),), "".join(part.text for part in name))


def _assignment(word: Word) -> tuple[str, Word]:
    """The name and value of ``name=value``; an empty name for other words."""
    if not word or word[0].kind != "text" or word[0].quoted:
        return "", ()
    name, equals, rest = word[0].text.partition("=")
    name = name.removesuffix("+")
    if not equals or not name.isidentifier():
        return "", ()
    return name, ((Part("text", rest),) if rest else ()) + word[1:]
