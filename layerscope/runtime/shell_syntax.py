"""Shell scripts taken apart: POSIX' grammar (XCU, 2.10) with what bash adds and entrypoint scripts use.

Nothing is run. What cannot be taken apart raises :class:`Unreadable`, with the line.
"""

from typing import NamedTuple

from layerscope.runtime.shell_tokens import Part, Token, Unreadable, Word, tokens

_REDIRECTIONS = frozenset(("<<<", "<<", "<<-", ">>", "<&", ">&", "<>", ">|", "&>", "&>>", "<", ">"))
_ENDS = frozenset(("then", "do", "done", "fi", "elif", "else", "esac", "}", ")", ";;", ";&", ";;&", ""))
_DEEPEST = 64


class Simple(NamedTuple):
    """A simple command: ``words`` behind its assignments, redirections left out."""

    line: int
    assignments: tuple[tuple[str, Word], ...]
    words: tuple[Word, ...]


class Compound(NamedTuple):
    """``kind`` is if, loop, for, case, group, subshell or function. ``branches`` are (condition, body), the condition None for
    else; of case the condition's words stand in ``patterns``. ``words`` are the subject of case or the values of for."""

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


def parse(script: str) -> Commands:
    """The commands of a script."""
    parser = _Parser(tokens(script))
    commands = parser.commands(0)
    if parser.at < len(parser.tokens):
        raise Unreadable(parser.tokens[parser.at].line)
    return commands


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0

    def peek(self) -> str:
        """The operator or unquoted word that comes next, "" at the end and for other words."""
        token = self._token()
        return (token.operator or token.plain) if token is not None else ""

    def _token(self) -> Token | None:
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
        start = self.at
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
        if self.at == start:
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
