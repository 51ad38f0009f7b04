"""What a shell script is made of (POSIX XCU 2, with bash's additions): words with their expansions, and commands."""

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from layerscope.core.expressions import expression

_FIELD = expression(r"[^ \t\n]+")


class Unreadable(Exception):
    """Text that the shell's grammar does not allow, or that is not known here: the line (counted from 1), and the construct."""

    def __init__(self, line: int, construct: str) -> None:
        super().__init__(f"line {line}: {construct}")
        self.line = line
        self.construct = construct


class Text(NamedTuple):
    """Characters that stand for themselves."""

    text: str
    quoted: bool = False


_WHOLE = ((Text("@"),), (Text("*"),))


class Wildcard(NamedTuple):
    """An unquoted ``*``, ``?`` or ``[``."""

    text: str


class Variable(Struct, frozen=True, kw_only=True):
    """``$name`` or ``${name…}``: ``mark`` is ``!`` or ``#`` in front of the name, ``subscript`` what stands between brackets
    behind it; ``operator`` and ``word`` are the rest (``:-`` and the default)."""

    name: str
    quoted: bool = False
    mark: str = ""
    subscript: "Word" = ()
    operator: str = ""
    word: "Word" = ()

    @property
    def is_whole(self) -> bool:
        """Whether it means all elements of an array."""
        return self.subscript in _WHOLE


class Output(NamedTuple):
    """``$(…)``: what commands print; ``source`` is their text."""

    commands: "Commands"
    source: str
    quoted: bool = False


class Process(NamedTuple):
    """``<(…)`` or ``>(…)``: a path from which the output of commands is read, or by which they get their input."""

    commands: "Commands"


class Unknown(NamedTuple):
    """An expansion whose value is not computed (arithmetic, extended patterns), with the words that are expanded inside."""

    inside: "Word" = ()


Part = Text | Wildcard | Variable | Output | Process | Unknown
Word = tuple[Part, ...]


class Assignment(NamedTuple):
    """``name=value`` or ``name[key]=value``; ``array`` are the words of ``name=(…)``, ``appends`` is true for ``+=``."""

    name: str
    value: Word = ()
    array: tuple[Word, ...] | None = None
    appends: bool = False
    key: Word | None = None


class Redirection(Struct):
    """``operator`` is as written, with the file ``descriptor`` in front of it; ``word`` is the file's name, or the text of a
    here-document, which is filled in when its lines are read."""

    operator: str
    word: Word = ()
    descriptor: str = ""


class Simple(NamedTuple):
    """A simple command; an array that ``declare`` or its like is given stands among the assignments."""

    line: int
    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]


class If(NamedTuple):
    """``branches`` are conditions with their bodies, ``otherwise`` is what stands behind ``else``."""

    line: int
    branches: "tuple[tuple[Commands, Commands], ...]"
    otherwise: "Commands"


class Loop(NamedTuple):
    """``while``, ``until`` and ``for ((…))``."""

    line: int
    condition: "Commands"
    body: "Commands"


class For(NamedTuple):
    """``for`` and ``select``; ``words`` is None where the arguments are gone through."""

    line: int
    name: str
    words: tuple[Word, ...] | None
    body: "Commands"


class Branch(NamedTuple):
    """One of ``case``; ``end`` is ``;;``, ``;&`` (the next body follows) or ``;;&`` (the next patterns are tried)."""

    patterns: tuple[Word, ...]
    body: "Commands"
    end: str


class Case(NamedTuple):
    """``case subject in …``."""

    line: int
    subject: Word
    branches: tuple[Branch, ...]


class Group(NamedTuple):
    """``{ …; }``, or ``( … )`` in a subshell."""

    line: int
    body: "Commands"
    subshell: bool = False


class Function(NamedTuple):
    """A definition."""

    line: int
    name: str
    body: "Commands"


class Gap(NamedTuple):
    """The rest of a script, from a command on that cannot be read; ``construct`` says why."""

    line: int
    construct: str


Command = Simple | If | Loop | For | Case | Group | Function | Gap


class Step(NamedTuple):
    """A command of a list. ``operator`` is the one in front of it (``&&``, ``||``, ``|``, else "")."""

    command: Command
    operator: str = ""
    negated: bool = False
    background: bool = False
    redirections: tuple[Redirection, ...] = ()


Commands = tuple[Step, ...]


def words_of(command: Simple) -> Iterator[Word]:
    """All words of a simple command, with those of its assignments."""
    for assignment in command.assignments:
        yield from (assignment.value, *(assignment.array or ()))
    yield from command.words


def first_word(step: Step) -> str:
    """The word that a simple command begins with, "" where it is no plain one."""
    match step.command:
        case Simple(words=((Text(text=text),), *_)):
            return text
    return ""


def written(word: Word) -> str:
    """About how a word is written in a script."""
    return "".join(map(_written, word))


def _written(part: Part) -> str:
    if isinstance(part, Variable):
        return f"${{{part.name}[{written(part.subscript)}]}}" if part.subscript else f"${part.name}"
    if isinstance(part, Output):
        return f"$({part.source})"
    return part.text if isinstance(part, Text | Wildcard) else "…"


def split_fields(text: str) -> list[str]:
    """The fields of a text (POSIX XCU 2.6.5): blanks and ends of lines divide them, and no other white space does."""
    return _FIELD.findall(text)


def split_key(word: Word) -> tuple[Word, Word] | None:
    """The key and the value of ``[key]=value``; None for a word that is none."""
    if word[:1] != (Wildcard("["),):
        return None
    for place, part in enumerate(word):
        if isinstance(part, Text) and not part.quoted and "]=" in part.text:
            key, _, value = part.text.partition("]=")
            return (*word[1:place], Text(key)), (Text(value), *word[place + 1 :])
    return None
