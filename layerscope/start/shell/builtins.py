"""Commands as a script calls them, and what a shell does itself: those that change what a script knows (POSIX XCU 2.14, with
bash's)."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from layerscope.core.names import printable
from layerscope.start.options import CommandLine, Grammar, read_options
from layerscope.start.programs import knowledge as programs
from layerscope.start.shell.conditions import evaluate
from layerscope.start.shell.image import ShellImage
from layerscope.start.shell.knowledge import knowledge
from layerscope.start.shell.states import UNKNOWN, State, Value
from layerscope.start.shell.tree import Variable, Word, written

_MOST_DIGITS = 6
_ARGUMENTS = ("@", "*", "1")
_MOST_QUOTED = 60


class Call(NamedTuple):
    """A simple command: its expanded words, the ``written`` ones, its line, and the state without and with the assignments in
    front of it."""

    words: list[Value]
    written: tuple[Word, ...]
    line: int
    state: State
    assigned: State

    def given(self) -> frozenset[tuple[str, Value]]:
        """The variables that the assignments in front of it set."""
        return frozenset(self.assigned.variables.items() - self.state.variables.items())

    def read(self, grammar: Grammar | None = None) -> tuple[CommandLine, list[Value]]:
        """The options by the grammar of the first word, or by another one, and the arguments as values."""
        name, *texts = (word.known for word in self.words)
        line = read_options(texts, grammar or knowledge().options[name])
        return line, self.words[len(self.words) - len(line.arguments) :]


class Called(Struct, frozen=True, kw_only=True):
    """A program that a script could start. ``replaces`` the shell (``exec``); ``background`` does not wait for it.

    ``variables`` are those of the script, ``document`` is the text that it gets as its input, where that is known; ``written``
    is how its command is written."""

    words: tuple[Value, ...]
    directory: str
    line: int
    path: str | None
    replaces: bool = False
    background: bool = False
    variables: Mapping[str, Value] = {}
    document: str | None = None
    written: tuple[Word, ...] = ()

    @property
    def is_argument(self) -> bool:
        """Whether the arguments of the script say which program it starts."""
        is_written = self.words[0].known in map(written, self.written)
        return not is_written and any(map(is_argument, self.written))

    @property
    def nameless(self) -> str:
        """What there is to say where nothing tells which program it starts."""
        return nameless(self.written)


def is_argument(word: Word) -> bool:
    """Whether an argument of the script, or all of them, stands in a word."""
    return any(isinstance(part, Variable) and part.name in _ARGUMENTS for part in word)


def nameless(words: tuple[Word, ...]) -> str:
    """What there is to say of a command that starts nobody knows what."""
    return quoting("starts a program whose name is made while it runs", words)


def quoting(what: str, words: tuple[Word, ...]) -> str:
    """What is said of a command, with the command as it is written."""
    text = " ".join(map(written, words))
    shown = printable(text if len(text) <= _MOST_QUOTED else text[:_MOST_QUOTED] + "…")
    return f"{what}: {shown}" if shown else what


def _test(call: Call, image: ShellImage) -> list[State]:
    words = call.words[:-1] if call.words[0].known in ("[", "[[") else call.words
    status = evaluate(words, lambda option, path: image.about(option, path, call.state))
    return [replace(call.state, status=status)]


def _change_directory(call: Call, image: ShellImage) -> list[State]:
    state = call.state
    _, places = call.read()
    place = places[0].text if places else "/root"
    if place is None:
        return [replace(state, status=None)]
    directory = place if place.startswith("/") else f"{state.directory.rstrip('/')}/{place}"
    return [replace(state, directory=directory, status=None if image.about("-d", place, state) is None else True)]


def _set(call: Call, _image: ShellImage) -> list[State]:
    line, _ = call.read(programs().shell)
    changes = line.arguments or any(word.text == "--" for word in call.words)
    return [replace(call.state, arguments=line.arguments if changes else call.state.arguments, status=True)]


def _shift(call: Call, _image: ShellImage) -> list[State]:
    """By a number that cannot be known (``shift $((OPTIND - 1))``), any number of arguments may be gone."""
    arguments = call.state.arguments
    word = call.words[1].text if len(call.words) > 1 else "1"
    if word is None:
        return [replace(call.state, arguments=arguments[count:], status=True) for count in range(len(arguments) + 1)]
    count = int(word) if word.isdecimal() and len(word) < _MOST_DIGITS else 1
    return [replace(call.state, arguments=arguments[count:], status=True)]


def _declare(call: Call, _image: ShellImage) -> list[State]:
    state = call.assigned
    for word in call.words[1:]:
        name, equals, text = word.shown.partition("=")
        if equals:
            state = state.having(name, Value(None, False, text) if word.text is None else Value(text, word.certain))
    return [replace(state, status=True)]


def _unset(call: Call, _image: ShellImage) -> list[State]:
    return [replace(call.state.without({word.known for word in call.words[1:]}), status=True)]


def _read(call: Call, _image: ShellImage) -> list[State]:
    """``read``, ``mapfile`` and ``getopts`` fill variables."""
    line, _ = call.read()
    names = (*line.values(("-a",)), *line.arguments, "REPLY", "MAPFILE", "OPTARG", "OPTIND")
    return [replace(call.state.having_all(dict.fromkeys(names, UNKNOWN)), status=None)]


def _print(call: Call, _image: ShellImage) -> list[State]:
    """``printf -v name`` fills a variable."""
    line, _ = call.read()
    return [replace(call.state.having_all(dict.fromkeys(line.values(("-v",)), UNKNOWN)), status=True)]


def _exit(_call: Call, _image: ShellImage) -> list[State]:
    return []


def _return(call: Call, _image: ShellImage) -> list[State]:
    code = (*call.words, UNKNOWN)[1].text
    return [replace(call.state, status=None if code is None else code == "0")]


BUILTINS: dict[str, Callable[[Call, ShellImage], list[State]]] = {
    **dict.fromkeys(("[", "[[", "test"), _test),
    **dict.fromkeys(("export", "declare", "typeset", "local", "readonly"), _declare),
    **dict.fromkeys(("read", "mapfile", "readarray", "getopts"), _read),
    "cd": _change_directory,
    "set": _set,
    "shift": _shift,
    "unset": _unset,
    "printf": _print,
    "exit": _exit,
    "return": _return,
}
"""The states behind each of these builtins."""

STATUS = {":": True, "true": True, "false": False, "echo": True, "umask": True, "ulimit": True}
"""The status of builtins that change nothing, where it is known."""
