"""The options of a command line, read by a grammar that is data: one reader for every program that is looked at.

The rules are those of POSIX (XBD 12.2) with long options as GNU has them. What a program knows stands in a TOML table.
"""

from collections import deque
from collections.abc import Collection, Sequence
from typing import NamedTuple

from msgspec import Struct


class Grammar(Struct, frozen=True, kw_only=True):
    """The options that a program knows. A word that fits none of them is an option without a value.

    ``values`` are options with a value: in the next word, behind ``=``, or behind a letter in the same word. ``optional`` are
    the same, but never take a word that is an option. ``attached`` are beginnings of words whose rest is the value.
    ``flags`` have no value; letters among them may be joined in one word. Behind an option of ``last``, everything is an
    argument. ``marks`` are the characters that begin an option; all count as ``-``. ``mixed`` says that options may stand
    behind arguments.
    """

    values: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    attached: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()
    marks: str = "-"
    mixed: bool = False

    def takes_value(self, name: str) -> bool:
        """Whether an option has a value that may be the next word."""
        return name in self.values or name in self.optional

    def knows(self, name: str) -> bool:
        """Whether an option is one of the grammar's."""
        return self.takes_value(name) or name in self.flags or name in self.attached

    def is_option(self, word: str) -> bool:
        """Whether a word is an option, not an argument: by its first character, or a word that the grammar has as it is."""
        return self.knows(word) or (len(word) > 1 and word[0] in self.marks)

    def split(self, word: str) -> tuple[str, str] | None:
        """An option and its value where both stand in one word, None where they do not."""
        for prefix in self.attached:
            if word.startswith(prefix):
                return prefix, word.removeprefix(prefix)
        stem, equals, value = word.partition("=")
        return (stem, value) if equals and (stem.startswith("--") or self.knows(stem)) else None


class Option(NamedTuple):
    """An option, its value ("" without one), and the word that it was read from."""

    name: str
    value: str
    word: str


class CommandLine(NamedTuple):
    """The words of a command behind its name: options in their order, and arguments."""

    options: tuple[Option, ...]
    arguments: tuple[str, ...]

    def has(self, names: Collection[str]) -> bool:
        """Whether one of these options is given."""
        return any(option.name in names for option in self.options)

    def values(self, names: Collection[str]) -> tuple[str, ...]:
        """The values of these options, in their order."""
        return tuple(option.value for option in self.options if option.name in names)

    def value(self, names: Collection[str]) -> str:
        """The value of the last of these options, "" when none is given."""
        return "".join(self.values(names)[-1:])


def read_options(words: Sequence[str], grammar: Grammar) -> CommandLine:
    """Takes the words behind a command's name apart. ``--`` ends the options and is left out."""
    options: list[Option] = []
    arguments: list[str] = []
    pending = deque(words)
    while pending and (word := pending.popleft()) != "--":
        if grammar.is_option(word):
            options += _read_word(word, pending, grammar)
            if options[-1].name in grammar.last:
                break
        else:
            arguments.append(word)
            if not grammar.mixed:
                break
    return CommandLine(tuple(options), (*arguments, *pending))


def _read_word(word: str, pending: deque[str], grammar: Grammar) -> list[Option]:
    """The options in one word; ``pending`` are the words behind it, of which the first may be a value."""
    name = word if grammar.knows(word) else f"-{word[1:]}"
    if grammar.takes_value(name):
        return [Option(name, _take_value(name, pending, grammar), word)]
    if name in grammar.flags:
        return [Option(name, "", word)]
    if parts := grammar.split(name):
        return [Option(*parts, word)]
    return _read_letters(name, pending, grammar) or [Option(name, "", word)]


def _read_letters(word: str, pending: deque[str], grammar: Grammar) -> list[Option]:
    """The letters joined in a word, the last perhaps with a value behind it; none where one of them is not known."""
    found: list[Option] = []
    for position, letter in enumerate(word[1:], 2):
        name = f"-{letter}"
        if grammar.takes_value(name):
            return [*found, Option(name, word[position:] or _take_value(name, pending, grammar), word)]
        if name not in grammar.flags:
            return []
        found.append(Option(name, "", word))
    return found


def _take_value(name: str, pending: deque[str], grammar: Grammar) -> str:
    """Takes the word behind an option where that is its value; "" where there is none."""
    is_left = not pending or (name in grammar.optional and grammar.is_option(pending[0]))
    return "" if is_left else pending.popleft()
