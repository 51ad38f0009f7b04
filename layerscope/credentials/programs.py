"""Credentials by their place on the command line of a known program."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from msgspec import Struct, field

from layerscope.core.expressions import expression
from layerscope.credentials.knowledge import Positional, Program, knowledge
from layerscope.credentials.names import is_credential
from layerscope.credentials.options import credential_at, signs_of, single_option, value_within
from layerscope.credentials.quoting import end_of, next_at, quoted_end, unquoted, word_end
from layerscope.credentials.spans import Span, may_be_credential
from layerscope.credentials.values import literal
from layerscope.credentials.words import AROUND, ENDS, Word, split_words

_NAMES = expression(r"[\w.+-]+")
_HEREDOC = expression(r"<<-?\s{0,4}[\"']?(?P<end>[A-Za-z_]\w{0,40})[\"']?[^\n]{0,400}\n")
_USER = expression(r"[^\s:/]{1,64}:(?!//)")
_OPTION = expression(r"[-/].", re.DOTALL)
_MOST_RUNNING = 4
_MOST_ARGUMENTS = 60
_PRINTERS = frozenset(("echo", "printf"))


class _Running(Struct, kw_only=True):
    """A program whose options are read, and the arguments that it got so far. ``shouted`` is whether its name is in capitals,
    as its options then are too; ``valued`` whether the next word is the value of an option that is no credential."""

    program: Program
    quote: str
    shouted: bool
    arguments: list[str] = field(default_factory=list)
    letters: set[str] = field(default_factory=set)
    valued: bool = False

    def spelling(self, bare: str) -> str:
        """A word as the program is known to take it."""
        folded = bare.casefold()
        return folded if self.shouted and len(folded) == len(bare) else bare

    def note(self, option: str) -> None:
        """Notes an option that carries no credential."""
        self.valued = "=" not in option and option.strip(AROUND) in self.program.valued
        self.letters.update(() if option.startswith("--") else option[1:])

    def has(self, wanted: Positional) -> bool:
        """Whether the last argument is the one that is wanted."""
        if not self.letters.issuperset(wanted.letters) or not self.letters.isdisjoint(wanted.without):
            return False
        before = len(self.arguments) - wanted.take
        if not wanted.after:
            return before == 0
        words = self.arguments[max(before - len(wanted.after), 0) : max(before, 0)]
        return len(words) == len(wanted.after) and all(map(_takes, wanted.after, words))


class _Expected(Struct, frozen=True):
    """The next word is the value of an option, with the credential behind ``sign``."""

    program: Program
    sign: str = ""


class _Printed(Struct, frozen=True):
    """What ``echo`` or ``printf``, which stands at ``start``, prints."""

    start: int
    words: list[Word]


@cache
def _by_name() -> Mapping[str, tuple[Program, ...]]:
    found: dict[str, tuple[Program, ...]] = {}
    for program in knowledge().program:
        for name in program.names:
            found[name] = (*found.get(name, ()), program)
    return found


def spans_by_program(text: str, folded: str) -> Iterator[Span]:
    """The credentials that programs are given by options, as arguments, or on their input."""
    if _by_name().keys().isdisjoint(_NAMES.findall(folded.replace(".exe", ""))):
        return
    reader = _Reader(text)
    for word in split_words(text):
        reader.take(word)
    yield from reader.found


class _Reader:
    """Reads words in their order and finds what is given to the programs among them."""

    def __init__(self, text: str) -> None:
        self.found: list[Span] = []
        self._text = text
        self._running: list[_Running] = []
        self._expected: _Expected | None = None
        self._printed: _Printed | None = None
        self._piped: Sequence[Word] = ()
        self._here = False
        self._done = 0

    def take(self, word: Word) -> None:
        """The next word."""
        if word.start < self._done:
            return
        if word.text not in ENDS:
            self._take_word(word)
        elif not self._is_quoted(word):
            self._end_command(word)

    def _take_word(self, word: Word) -> None:
        if self._printed is not None:
            self._printed.words.append(word)
        expected, self._expected = self._expected, None
        if expected is not None and not word.unquoted()[1].startswith(("--", "$(", "`")):
            self._take_value(word.start, expected)
        else:
            self._take_other(word)

    def _is_quoted(self, end: Word) -> bool:
        """Whether what would end a command stands in an argument of the program, or behind a backslash."""
        inside = self._running and end.quote not in ("", self._running[0].quote)
        return bool(inside) or (end.text == "\n" and self._text[end.start - 1 : end.start] == "\\")

    def _end_command(self, end: Word) -> None:
        printed, self._printed, self._piped = self._printed, None, ()
        self._running, self._expected, self._here = [], None, False
        match printed, end.text:
            case _Printed(words=words), "|":
                self._piped = words
            case _Printed(start=start), ";" if self._text[start] in "({":
                self._printed = printed

    def _take_other(self, word: Word) -> None:
        """A word that is no expected value."""
        if self._here:
            self._take_input((word,))
        self._here = word.text == "<<<"
        if not self._here and not any(self._is_read(running, word) for running in reversed(self._running)):
            self._begin(word)

    def _begin(self, word: Word) -> None:
        """Begins to read the options of a program, where the word is the name of one."""
        name = word.name
        if name in _PRINTERS and self._printed is None:
            self._printed = _Printed(word.start, [])
        for program in _by_name().get(name, ()):
            if all(running.program is not program for running in self._running):
                new = _Running(program=program, quote=word.quote, shouted=word.text.isupper())
                self._running = [*self._running[-_MOST_RUNNING:], new]
            if "" in program.stdin:
                self._take_stdin(word.start)

    def _is_read(self, running: _Running, word: Word) -> bool:
        """Reads a word as an option or an argument of a program; whether it is one."""
        start, bare = word.unquoted()
        bare = running.spelling(bare)
        if _OPTION.match(bare) and self._is_option(running, start, bare):
            return True
        if bare.startswith("-"):
            running.note(bare)
            return running.valued
        if running.valued:
            running.valued = False
            return True
        return self._is_argument(running, bare, word)

    def _is_option(self, running: _Running, start: int, bare: str) -> bool:
        """Reads an option that carries a credential; whether it is one."""
        program, flag = running.program, bare.rstrip(AROUND)
        if program.subcommands and set(program.subcommands).isdisjoint(running.arguments):
            return False
        if flag in program.stdin:
            self._take_stdin(start)
            return True
        sign = signs_of(program).get(single_option(program, flag))
        if sign is not None:
            self._expected = _Expected(program, sign)
            return True
        at, sign = value_within(program, bare)
        if at:
            self._take_value(start + at, _Expected(program, sign))
        return at > 0

    def _is_argument(self, running: _Running, bare: str, word: Word) -> bool:
        """Takes an argument; whether it, or the one behind it, is a credential."""
        program, arguments = running.program, running.arguments
        text = bare.strip(AROUND)
        if len(arguments) > _MOST_ARGUMENTS:
            return False
        arguments.append(text)
        if program.settings and _is_name(text):
            self._expected = _Expected(program)
            return True
        wanted = next(filter(running.has, program.words), None)
        if wanted is not None:
            self._take_value(word.start, _Expected(program, wanted.pair))
        return wanted is not None

    def _take_value(self, start: int, expected: _Expected) -> None:
        """Takes a value that begins at ``start``."""
        text, quote = self._text, self._text[start : start + 1]
        if quote in ('"', "'"):
            start, end = start + 1, quoted_end(text, quote, start + 1)
        else:
            end = word_end(text, start)
        start, end = unquoted(text, start, end)
        self._done = max(self._done, end)
        at = credential_at(expected.program, text[start:end], expected.sign)
        if at >= 0 and may_be_credential(text[start + at : end]):
            self.found.append(Span(start + at, end, ""))

    def _take_stdin(self, at: int) -> None:
        """Takes what a program reads: what was printed into it, and the lines of a heredoc behind ``at``."""
        self._take_input(self._piped)
        match = _HEREDOC.search(self._text, at, at + 600)
        if match is not None:
            end = next_at(self._text, "\n" + match["end"], match.end() - 1, len(self._text))
            self._done = max(self._done, end)
            lines = re.finditer(r"\S+", self._text[match.end() : end])
            self._take_input(Word(line.start() + match.end(), line[0], "") for line in lines)

    def _take_input(self, words: Iterable[Word]) -> None:
        """Takes the words that a program reads a credential from."""
        for word in words:
            start, bare = word.unquoted()
            end = word_end(self._text, start)
            start = end_of(_USER, self._text, start, end)
            if not bare.startswith(("-", "%")) and word.name not in _by_name() and literal(self._text[start:end]):
                self.found.append(Span(start, end, ""))


def _is_name(text: str) -> bool:
    """Whether an argument is the name of a setting that is a credential."""
    return "=" not in text and is_credential(re.split(r"[/:]", text)[-1])


def _takes(pattern: str, word: str) -> bool:
    return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern
