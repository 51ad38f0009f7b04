"""Credentials told by their place on the command line of a program that is known."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from msgspec import Struct, field

from layerscope.credentials.knowledge import Positional, Program, knowledge
from layerscope.credentials.names import is_credential
from layerscope.credentials.quoting import WORD, quoted_end, unquoted, word_end
from layerscope.credentials.spans import MASK, Span
from layerscope.credentials.values import literal

_PIECE = re.compile(r"(?<=[\"']),(?=[\"'])|\s+|\\.|[\"']|\|\||&&|<<<|[;|`]|[^\s\"'\\;|&<`,]+|.", re.DOTALL)
_NAMES = re.compile(r"[\w.+-]+")
_HEREDOC = re.compile(r"<<-?\s{0,4}[\"']?(?P<end>[A-Za-z_]\w{0,40})[\"']?[^\n]{0,400}\n")
_AROUND = "[](){}\"'$,"
_MOST_RUNNING = 4
_MOST_ARGUMENTS = 60
_PRINTERS = frozenset(("echo", "printf"))
_SEPARATORS = frozenset((";", "|", "||", "&&", "`"))


class _Word(Struct, frozen=True):
    """A run without white space: ``text`` as it is written, ``quote`` the sign inside which it begins, "" outside of any."""

    start: int
    text: str
    quote: str

    @property
    def name(self) -> str:
        """What program it would be."""
        return self.text.rpartition("=")[2].strip(_AROUND).rpartition("/")[2].casefold().removesuffix(".exe")

    def unquoted(self) -> tuple[int, str]:
        """Where it begins behind an opening quote, and its text from there on."""
        bare = self.text.lstrip("\"'[(")
        return self.start + len(self.text) - len(bare), bare


class _Running(Struct, kw_only=True):
    """A program whose options are read, and the arguments that it got so far."""

    program: Program
    quote: str
    arguments: list[str] = field(default_factory=list)
    letters: set[str] = field(default_factory=set)
    shouted: bool = False
    valued: bool = False


@cache
def _by_name() -> Mapping[str, tuple[Program, ...]]:
    found: dict[str, tuple[Program, ...]] = {}
    for program in knowledge().program:
        for name in program.names:
            found[name] = (*found.get(name, ()), program)
    return found


@lru_cache(maxsize=512)
def _options_of(program: Program) -> tuple[str, ...]:
    """The options that have their value behind them."""
    return (*program.options, *program.pairs, *program.prefixed)


def spans_by_program(text: str, folded: str) -> Iterator[Span]:
    """The credentials that programs are given by options, as arguments, or on their input."""
    if _by_name().keys().isdisjoint(_NAMES.findall(folded)):
        return
    reader = _Reader(text)
    for word in _words(text):
        reader.take(word)
    yield from reader.found


def _words(text: str) -> Iterator[_Word]:
    """The words, and what parts commands (a word for each of ``;``, ``|``, ``&&`` and unescaped line breaks)."""
    quote, start, parts, begun_in = "", 0, list[str](), ""
    for match in _PIECE.finditer(text):
        piece = match[0]
        blank = piece.isspace() or (piece == "," and match.end() - match.start() == 1 and text[match.start() - 1] in "\"'")
        if blank or piece in _SEPARATORS:
            if parts:
                yield _Word(start, "".join(parts), begun_in)
                parts = []
            if WORD in piece:
                quote = ""
            if piece in _SEPARATORS or "\n" in piece:
                yield _Word(match.start(), "\n" if "\n" in piece else piece, quote)
            continue
        if not parts:
            start, begun_in = match.start(), quote
        parts.append(piece)
        if piece in ('"', "'"):
            quote = piece if not quote else "" if quote == piece else quote
    if parts:
        yield _Word(start, "".join(parts), begun_in)


class _Reader:
    """Reads words in their order and finds what is given to the programs among them."""

    def __init__(self, text: str) -> None:
        self.found: list[Span] = []
        self._text = text
        self._running: list[_Running] = []
        self._expected: Program | None = None
        self._expected_pair = False
        self._printed: list[_Word] | None = None
        self._printed_at = 0
        self._piped: list[_Word] = []
        self._here = False
        self._done = 0

    def take(self, word: _Word) -> None:
        """The next word."""
        if word.start < self._done:
            return
        if word.text in _SEPARATORS or word.text == "\n":
            self._part(word)
            return
        if self._printed is not None:
            self._printed.append(word)
        expected, self._expected = self._expected, None
        if expected is not None and not word.unquoted()[1].startswith(("--", "$(", "`")):
            self._value(word.start, expected, self._expected_pair)
            return
        if self._here:
            self._given((word,))
            self._here = False
        if word.text == "<<<":
            self._here = True
        elif not any(self._read(running, word) for running in reversed(self._running)):
            self._begin(word)

    def _part(self, word: _Word) -> None:
        """A command ends, unless what ends it stands in an argument of the program."""
        if self._running and word.quote and word.quote != self._running[0].quote:
            return
        if word.text == "\n" and self._text[word.start - 1 : word.start] == "\\":
            return
        self._piped = self._printed or [] if word.text == "|" else []
        grouped = word.text == ";" and self._printed is not None and self._text[self._printed_at] in "({"
        self._printed = self._printed if grouped else None
        self._running, self._expected, self._here = [], None, False

    def _begin(self, word: _Word) -> None:
        name = word.name
        if name in _PRINTERS and self._printed is None:
            self._printed, self._printed_at = [], word.start
        for program in _by_name().get(name, ()):
            if all(running.program is not program for running in self._running):
                self._running = [
                    *self._running[-_MOST_RUNNING:],
                    _Running(program=program, quote=word.quote, shouted=word.text.isupper()),
                ]
            if "" in program.stdin:
                self._given(self._piped)
                self._heredoc(word.start)

    def _read(self, running: _Running, word: _Word) -> bool:
        """Whether a word was an option or an argument of a program."""
        start, bare = word.unquoted()
        bare = bare.casefold() if running.shouted and len(bare.casefold()) == len(bare) else bare
        if bare[:1] in ("-", "/") and len(bare) > 1 and self._option(running, start, bare):
            return True
        if bare.startswith("-"):
            running.valued = bare.split("=")[0].strip(_AROUND) in running.program.valued and "=" not in bare
            running.letters.update(bare[1:] if not bare.startswith("--") else ())
            return running.valued
        if running.valued:
            running.valued = False
            return True
        return self._argument(running, bare, word)

    def _option(self, running: _Running, start: int, bare: str) -> bool:
        program = running.program
        flag = bare.rstrip(_AROUND)
        if program.subcommands and not set(program.subcommands) & set(running.arguments):
            return False
        if flag in program.stdin:
            self._given(self._piped)
            self._heredoc(start)
            return True
        known = _options_of(program)
        if (
            program.cluster
            and flag[-1:].isalpha()
            and f"-{flag[-1]}" in program.pairs
            and not flag[1:-1].strip(program.cluster)
        ):
            flag = f"-{flag[-1]}"
        if flag in known:
            self._expected, self._expected_pair = program, flag in program.pairs
            if flag in program.prefixed:
                self._expected_pair = False
            return True
        for option in (*known, *program.glued):
            if (at := _glued(option, bare, program, option in program.pairs)) > 0:
                self._value(start + at, program, option in program.pairs)
                return True
        return False

    def _argument(self, running: _Running, bare: str, word: _Word) -> bool:
        """Takes an argument; whether it, or the one behind it, is a credential."""
        program, arguments = running.program, running.arguments
        text = bare.strip(_AROUND)
        if len(arguments) > _MOST_ARGUMENTS:
            return False
        arguments.append(text)
        if program.settings and is_credential(re.split(r"[/:]", text)[-1]) and "=" not in text:
            self._expected, self._expected_pair = program, False
            return True
        for wanted in program.words:
            if _stands_there(wanted, arguments, running.letters):
                self._value(word.start, program, bool(wanted.pair), wanted.pair)
                return True
        return False

    def _value(self, start: int, program: Program, pair: bool, sign: str = "") -> None:
        """Takes a value that begins at ``start``; of a pair what follows its sign."""
        text = self._text
        quote = text[start : start + 1]
        start, end = (start + 1, quoted_end(text, quote, start + 1)) if quote in ('"', "'") else (start, word_end(text, start))
        start, end = unquoted(text, start, end)
        self._done = max(self._done, end)
        value = text[start:end]
        if program.prefix and not pair:
            if not value.startswith(program.prefix) and program.prefixed and value.partition(":")[0] in _ELSEWHERE:
                return
            start += len(program.prefix) if value.startswith(program.prefix) else 0
        if pair:
            at = value.find(sign or program.pair)
            if at < 0:
                return
            start += at + 1
        if literal(text[start:end]) and MASK not in text[start:end]:
            self.found.append(Span(start, end, ""))

    def _given(self, words: Sequence[_Word]) -> None:
        """Takes what was printed into a program that reads a credential."""
        for word in words:
            start, bare = word.unquoted()
            end = word_end(self._text, start)
            value = self._text[start:end]
            name = re.match(r"[^\s:/]{1,64}:(?!//)", value)
            start += name.end() if name else 0
            if not bare.startswith(("-", "%")) and word.name not in _by_name() and literal(self._text[start:end]):
                self.found.append(Span(start, end, ""))

    def _heredoc(self, at: int) -> None:
        """Takes the lines of a heredoc that a program reads."""
        match = _HEREDOC.search(self._text, at, at + 600)
        if match is None:
            return
        end = self._text.find("\n" + match["end"], match.end() - 1)
        end = len(self._text) if end < 0 else end
        self._done = max(self._done, end)
        self._given(
            [_Word(line.start() + match.end(), line[0], "") for line in re.finditer(r"\S+", self._text[match.end() : end])]
        )


_ELSEWHERE = frozenset(("env", "file", "fd", "stdin"))


def _glued(option: str, bare: str, program: Program, pair: bool) -> int:
    """Where the value begins that is in one word with an option; 0 when there is none."""
    cluster = program.cluster if pair else ""
    if option.startswith("--") or len(option) > 2 or program.apart:
        return len(option) + 1 if bare.startswith((f"{option}=", f"{option}:")) else 0
    at = len(option)
    if not bare.startswith(option):
        letters = 1
        while cluster and letters < len(bare) and bare[letters] in cluster:
            letters += 1
        if not cluster or bare[:1] != "-" or bare[letters : letters + 1] != option[1:]:
            return 0
        at = letters + 1
    at += bare[at : at + 1] == "="
    return at if bare[at:].strip(_AROUND) else 0


def _stands_there(wanted: Positional, arguments: Sequence[str], letters: set[str]) -> bool:
    """Whether the last of these arguments is the one that is wanted."""
    if not set(wanted.letters) <= letters or set(wanted.without) & letters:
        return False
    before = len(arguments) - wanted.take
    if before < len(wanted.after):
        return False
    words = arguments[before - len(wanted.after) : before]
    if not wanted.after:
        return before == 0
    return all(_takes(pattern, word) for pattern, word in zip(wanted.after, words, strict=True))


def _takes(pattern: str, word: str) -> bool:
    return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern
