"""What a Dockerfile consists of. Places are offsets in its text, ends excluded; lines count from 0."""

from bisect import bisect_right
from operator import itemgetter

from msgspec import Struct


class Word(Struct, frozen=True):
    """A word as it is written, with its quotes and without continuations, and where it stands."""

    text: str
    start: int
    end: int


class LogicalLine(Struct, frozen=True):
    """Lines joined at their continuations. ``pieces`` has, for each of them, its offset in ``text`` and that in the file."""

    text: str
    pieces: tuple[tuple[int, int], ...]

    def word(self, start: int, end: int) -> Word:
        """A part of ``text`` with its place in the file."""
        first = self.place(start)
        return Word(self.text[start:end], first, self.place(end - 1) + 1 if end > start else first)

    def place(self, at: int) -> int:
        """The offset in the file of the character at an offset in ``text``."""
        inside, outside = self.pieces[bisect_right(self.pieces, at, key=itemgetter(0)) - 1]
        return outside + at - inside


class Heredoc(Struct, frozen=True, kw_only=True):
    """A document within an instruction; its body lies between ``start`` and ``end``, the line that ends it behind them.

    ``descriptor`` is the number in front of ``<<``, 0 without one. ``expands`` is whether variables in the body are replaced,
    ``strips_tabs`` whether the tabs in front of its lines are removed.
    """

    name: str
    descriptor: int
    expands: bool
    strips_tabs: bool
    start: int
    end: int


class Instruction(Struct, frozen=True, kw_only=True):
    """An instruction from the first character of its keyword to the end of its last line, the line break included.

    ``keyword`` is in capitals. ``flags`` are without quotes (``--from=build``). ``arguments`` are what follows them, with its
    quotes and without continuations; they begin at offset ``at`` of the logical line. ``words`` are the arguments as BuildKit
    splits them for this keyword, none where it does not; ``exec_form`` are those of a list in brackets. ``trigger`` is what an
    ONBUILD does.
    """

    keyword: str
    flags: tuple[Word, ...]
    arguments: Word
    at: int
    words: tuple[Word, ...]
    exec_form: tuple[str, ...] | None
    heredocs: tuple[Heredoc, ...]
    trigger: "Instruction | None"
    line: LogicalLine
    start: int
    end: int
    first_line: int
    last_line: int

    def flag(self, name: str) -> str:
        """The value of a flag, ``build`` of ``--from=build``; "" without it."""
        prefix = f"--{name}="
        return next((flag.text.removeprefix(prefix) for flag in self.flags if flag.text.startswith(prefix)), "")

    @property
    def assignments(self) -> tuple[tuple[str, str], ...]:
        """The names and values of ENV, LABEL and ARG, as they are written; a value is "" where there is none."""
        if self.keyword in ("ENV", "LABEL") and self.words and "=" not in self.words[0].text:
            return ((self.words[0].text, self.words[1].text),)
        pairs = (word.text.partition("=") for word in self.words)
        return tuple((name, value) for name, _, value in pairs)


class Dockerfile(Struct, frozen=True, kw_only=True):
    """A whole text, and what was read in it. ``directives`` are the parser's (``escape``, ``syntax``, ``check``)."""

    text: str
    directives: dict[str, str]
    instructions: tuple[Instruction, ...]

    @property
    def escape(self) -> str:
        """The character that escapes others and continues lines."""
        return self.directives.get("escape", "\\")

    @property
    def line_break(self) -> str:
        """What the first line ends with, a line feed where nothing else is known."""
        return "\r\n" if self.text.partition("\n")[0].endswith("\r") else "\n"

    def source(self, instruction: Instruction) -> str:
        """An instruction as it stands in the text."""
        return self.text[instruction.start : instruction.end]
