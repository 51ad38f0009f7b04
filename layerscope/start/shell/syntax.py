"""Commands of a shell script, read from its text (POSIX XCU 2.10, with what bash adds). Nothing is run."""

import re
from collections.abc import Callable
from typing import TypeVar

from layerscope.core.expressions import expression
from layerscope.core.names import printable
from layerscope.start.shell.knowledge import knowledge
from layerscope.start.shell.reader import Reader
from layerscope.start.shell.tree import (
    Assignment,
    Branch,
    Case,
    Command,
    Commands,
    For,
    Function,
    Gap,
    Group,
    If,
    Loop,
    Redirection,
    Simple,
    Step,
    Text,
    Unknown,
    Unreadable,
    Wildcard,
    Word,
    split_fields,
)

T = TypeVar("T")

_CONTINUED = r"(?:\\\n)*"
_DELIMITED = r"(?=[ \t\n;&|()<>]|\\\n|\Z)"
_WORD = "word"
_MOST_QUOTED = 20


def _any_of(operators: tuple[str, ...]) -> str:
    """A pattern of operators, which a line's end behind a backslash may stand inside of; ``<(`` is none."""
    spelled = (_CONTINUED.join(map(re.escape, operator)) for operator in operators)
    return "|".join(f"{text}(?!\\()" if text in "<>" else text for text in spelled)


_REDIRECTING = ("&>>", "<<<", "<<-", "<<", ">>", "<&", ">&", "<>", ">|", "&>", "<", ">")
_SEPARATING = (";;&", "&&", "||", ";;", ";&", "|&", "&", "|", ";", "(", ")", "\n")
_JOINING = ("&&", "||", "|", "|&")
_ENDS = ("then", "do", "done", "fi", "elif", "else", "esac", "}", ")", ";;", ";&", ";;&", "")
_OPENING = ("if", "while", "until", "for", "select", "case", "function", "time", "coproc", "{", "[[", "!")

_OPERATOR = expression(_any_of((*_REDIRECTING, *_SEPARATING)))
_RESERVED = expression(f"(?:{'|'.join(map(re.escape, sorted((*_OPENING, *_ENDS[:8]), key=len, reverse=True)))}){_DELIMITED}")
_REDIRECTION = expression(rf"(\d+|\{{\w+(?:\[\w+\])?\}})?({_any_of(_REDIRECTING)})", re.ASCII)
_ASSIGNMENT = expression(r"([A-Za-z_]\w*)(?:\[((?:[^\[\]\n]|\[[^\[\]\n]*\])*)\])?(\+?)=", re.ASCII)
_PREFIXES = {
    "!": expression(""),
    "time": expression(r"(?:[ \t]+(?:-p|--)(?=[ \t]))*"),
    "coproc": expression(r"(?:[ \t]|\\\n)*[A-Za-z_]\w*[ \t]+(?=[{(]|(?:if|while|until|for|case)\b)", re.ASCII),
}
"""Words in front of a command, and what else of theirs may follow: options, a name."""
_IN = expression("in" + _DELIMITED)
_TEST_END = expression(r"\]\]" + _DELIMITED)


def parse(script: str) -> Commands:
    """The commands of a script. From a line on that cannot be read, one :class:`Gap` stands for all that is left: a shell, too,
    runs what comes before."""
    return Parser(script.replace("\r\n", "\n")).script()


class Parser(Reader):
    """Commands and words from one text on; ``steps`` says how much work it was."""

    _peeked = (-1, "")

    def script(self) -> Commands:
        """All commands, with a gap for those that cannot be read."""
        steps: list[Step] = []
        try:
            while self.skip_lines():
                steps += self._line()
        except Unreadable as problem:
            steps.append(Step(Gap(problem.line, problem.construct)))
        return tuple(steps)

    def peek(self) -> str:
        """The operator or reserved word that comes next, ``word`` for any other word, "" at the end."""
        if self._peeked[0] != self.at:
            self.skip_blanks()
            match = _OPERATOR.match(self.text, self.at) or _RESERVED.match(self.text, self.at)
            found = match.group().replace("\\\n", "") if match else _WORD if self.next() else ""
            self._peeked = (self.at, found)
        return self._peeked[1]

    def take(self, wanted: str = "") -> str:
        """Goes past an operator or reserved word, which must be the wanted one."""
        found = self.peek()
        if wanted and found != wanted:
            raise Unreadable(self.line, f"{self._name_of(found)} where {wanted} should be")
        match = _OPERATOR.match(self.text, self.at) or _RESERVED.match(self.text, self.at)
        if match is None:
            raise Unreadable(self.line, f"{self._name_of(found)} in the place of an operator")
        self.at = match.end()
        self.count()
        if found == "\n":
            self.read_documents()
        return found

    def _accept(self, *wanted: str) -> bool:
        """Goes past one of some operators or reserved words; whether it is there."""
        if self.peek() not in wanted:
            return False
        self.take()
        return True

    def _name_of(self, found: str) -> str:
        if found == _WORD:
            found = split_fields(self.text[self.at : self.at + _MOST_QUOTED])[0]
        return {"": "the end", "\n": "the end of the line"}.get(found, printable(found))

    def skip_lines(self) -> bool:
        """Goes past ends of lines; whether anything is left."""
        while self.peek() == "\n":
            self.take()
        return self.at < len(self.text)

    def _line(self) -> list[Step]:
        """The commands up to an end of line outside of any other command."""
        steps: list[Step] = []
        while (found := self.peek()) not in ("\n", ""):
            if found in _ENDS:
                raise Unreadable(self.line, f"{self._name_of(found)} that nothing before it opens")
            steps += self._and_or_list()
            self._accept(";")
        return steps

    def commands(self) -> Commands:
        """A list up to the word that ends it."""
        steps: list[Step] = []
        while self.skip_lines() and self.peek() not in _ENDS:
            steps += self._and_or_list()
            self._accept(";")
        return tuple(steps)

    def _and_or_list(self) -> list[Step]:
        """Commands joined by ``&&``, ``||`` and ``|``."""
        self.count()
        steps: list[Step] = []
        operator = ""
        while True:
            steps.append(self._step(operator.replace("|&", "|")))
            operator = self.peek()
            if operator not in _JOINING:
                break
            self.take()
            self.skip_lines()
        if operator == "&":
            self.take()
            return [step._replace(background=True) for step in steps]
        if operator not in (*_ENDS, ";", "\n"):
            raise Unreadable(self.line, f"{self._name_of(operator)} behind a command")
        return steps

    def _step(self, operator: str) -> Step:
        negated = background = False
        while (found := self.peek()) in _PREFIXES:
            self.take()
            negated ^= found == "!"
            background |= found == "coproc"
            self.pass_over(_PREFIXES[found])
        redirections: list[Redirection] = []
        command = self._command(redirections)
        return Step(command, operator, negated, background, tuple(redirections))

    def _command(self, redirections: list[Redirection]) -> Command:
        """One command; its redirections are added to the list."""
        word, line = self.peek(), self.line
        reader = _READERS.get(word)
        if reader is None:
            return self._simple(redirections)
        self.depth += 1
        self.count()
        found = reader(self, line)
        self.depth -= 1
        while self._redirection(redirections):
            pass
        return found

    def _if(self, line: int) -> Command:
        branches: list[tuple[Commands, Commands]] = []
        otherwise: Commands = ()
        while self._accept("if", "elif"):
            condition = self.commands()
            self.take("then")
            branches.append((condition, self.commands()))
        if self._accept("else"):
            otherwise = self.commands()
        self.take("fi")
        return If(line, tuple(branches), otherwise)

    def _loop(self, line: int) -> Command:
        self.take()
        condition = self.commands()
        return Loop(line, condition, self._body())

    def _body(self) -> Commands:
        """``do … done``, or bash's braces."""
        while self.peek() in (";", "\n"):
            self.take()
        ends = {"do": "done", "{": "}"}
        start = self.peek()
        if start not in ends:
            raise Unreadable(self.line, f"{self._name_of(start)} where do should be")
        return self._enclosed(ends[start])

    def _enclosed(self, end: str) -> Commands:
        """The commands between a word or bracket and the one that ends them."""
        self.take()
        found = self.commands()
        self.take(end)
        return found

    def _for(self, line: int) -> Command:
        self.take()
        self.skip_blanks()
        if self.text.startswith("((", self.at):
            condition = (Step(self._arithmetic_command(line)),)
            return Loop(line, condition, self._body())
        name = _plain(self.word())
        self.skip_lines()
        words = self._words() if self.pass_over(_IN) else None
        return For(line, name, words, self._body())

    def _words(self) -> tuple[Word, ...]:
        """Words up to an operator."""
        words: list[Word] = []
        while self.peek() and not _OPERATOR.match(self.text, self.at):
            words.append(self.word())
        return tuple(words)

    def _case(self, line: int) -> Command:
        self.take()
        self.skip_blanks()
        subject = self.word()
        self.skip_lines()
        self._expect(_IN, "case without in")
        return Case(line, subject, self._all_until("esac", self._branch, Unreadable(line, "case without esac")))

    def _all_until(self, end: str, read: Callable[[], T], missing: Unreadable) -> tuple[T, ...]:
        """What is read up to the word that ends it, over some lines."""
        found: list[T] = []
        while self.skip_lines() and self.peek() != end:
            found.append(read())
        if not self.next():
            raise missing
        self.take()
        return tuple(found)

    def _branch(self) -> Branch:
        self._accept("(")
        self.skip_blanks()
        patterns = [self.word()]
        while self._accept("|"):
            self.skip_blanks()
            patterns.append(self.word())
        self.take(")")
        body = self.commands()
        end = self.peek()
        if end in (";;", ";&", ";;&"):
            self.take()
        elif end != "esac":
            raise Unreadable(self.line, f"{self._name_of(end)} where ;; should be")
        return Branch(tuple(patterns), body, end)

    def _group(self, line: int) -> Command:
        return Group(line, self._enclosed("}"))

    def _subshell(self, line: int) -> Command:
        if self.text.startswith("((", self.at) and self.is_arithmetic():
            return self._arithmetic_command(line)
        return Group(line, self._enclosed(")"), subshell=True)

    def _arithmetic_command(self, line: int) -> Command:
        return Simple(line, (), ((Text("let"),), (Unknown(self.arithmetic("))", 2)),)))

    def _function(self, line: int) -> Command:
        self.take()
        self.skip_blanks()
        name = self.word()
        if self._accept("("):
            self.take(")")
        return self._definition(name, line)

    def _definition(self, name: Word, line: int) -> Command:
        self.skip_lines()
        self.depth += 1
        self.count()
        body = self._step("")
        self.depth -= 1
        return Function(line, _plain(name), (body,))

    def _conditional(self, line: int) -> Command:
        """``[[ … ]]``, in which operators are words."""
        self.take()
        words: list[Word] = [(Text("[["),)]
        while self.skip_lines():
            if self.pass_over(_TEST_END):
                return Simple(line, (), (*words, (Text("]]"),)))
            if _OPERATOR.match(self.text, self.at):
                words.append((Text(self.take()),))
            else:
                words.append(self.regular_expression() if words[-1] == (Text("=~"),) else self.word())
        raise Unreadable(line, "[[ without ]]")

    def _redirection(self, redirections: list[Redirection]) -> bool:
        """Goes past a redirection; whether there is one."""
        self.skip_blanks()
        match = _REDIRECTION.match(self.text, self.at)
        if match is None:
            return False
        self.at = match.end()
        self.skip_blanks()
        found = Redirection(match[2].replace("\\\n", ""), descriptor=match[1] or "")
        redirections.append(found)
        if found.operator in ("<<", "<<-"):
            self.documents.append((found, self.delimiter()))
        else:
            found.word = self.word()
        return True

    def _simple(self, redirections: list[Redirection]) -> Command:
        line, start = self.line, self.at
        assignments: list[Assignment] = []
        words: list[Word] = []
        while True:
            if self._redirection(redirections):
                continue
            if self.peek() == "(" and len(words) == 1 and not assignments:
                self.take()
                self.take(")")
                return self._definition(words[0], line)
            if not self.next() or _OPERATOR.match(self.text, self.at):
                break
            if not self._assignment(assignments, words):
                words.append(self.word())
        if self.at == start:
            raise Unreadable(line, f"{self._name_of(self.peek())} in the place of a command")
        return Simple(line, tuple(assignments), tuple(words))

    def _assignment(self, assignments: list[Assignment], words: list[Word]) -> bool:
        """Goes past an assignment; whether there is one. Behind ``declare`` and its like only arrays are taken."""
        match = _ASSIGNMENT.match(self.text, self.at)
        if match is None:
            return False
        array = self.text.startswith("(", match.end())
        if words and not (array and _plain(words[0]) in knowledge().declaring):
            return False
        self.at = match.end()
        name, index, appends = match[1], match[2], bool(match[3])
        if array:
            assignments.append(Assignment(name, (), self._array(), appends))
            return True
        value = self.value()
        inside = None if index is None else self.read_text(index, self.line)
        assignments.append(Assignment(name, value, None, appends, inside))
        return True

    def _array(self) -> tuple[Word, ...]:
        missing = Unreadable(self.line, "an array that is not closed")
        self.take()
        return self._all_until(")", self.word, missing)


def _plain(word: Word) -> str:
    """The text of a word without expansions."""
    return "".join(part.text for part in word if isinstance(part, Text | Wildcard))


_READERS: dict[str, Callable[[Parser, int], Command]] = {
    "if": Parser._if,
    "while": Parser._loop,
    "until": Parser._loop,
    "for": Parser._for,
    "select": Parser._for,
    "case": Parser._case,
    "{": Parser._group,
    "(": Parser._subshell,
    "function": Parser._function,
    "[[": Parser._conditional,
}
