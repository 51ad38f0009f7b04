"""The packages of the operating system that instructions asked for by name: the words of ``apt-get install`` and its like."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import dropwhile, takewhile

from msgspec import Struct

from layerscope.core.expressions import expression
from layerscope.core.tables import read_table
from layerscope.history.instructions import Instruction

_COMMANDS = expression(r"&&|\|\||\\n|[;|&(){}\n]")
_BEFORE = expression(r"-\S*|\w+=\S*|sudo|env|exec|time|command|then|do|else|if|!|\\")
"""What may stand in front of a package manager in its command."""
_PACKAGE = expression(r"(?P<name>[A-Za-z0-9][A-Za-z0-9+._-]*[A-Za-z0-9+])(?:[=:/~<>@!].*)?")
_FILE = expression(r"(?:.*/)?(?P<name>[a-z0-9][a-z0-9+.-]+)_[^/]*\.deb")
_END = expression(r"\d*[<>].*|#.*")


class Manager(Struct, frozen=True):
    """A row of ``installs.toml``, which says what the fields mean."""

    commands: tuple[str, ...]
    values: tuple[str, ...]


class Asked(Struct, frozen=True):
    """A package that an instruction asked for, and the command that did ("apt-get install")."""

    name: str
    command: str


@cache
def _managers() -> dict[str, Manager]:
    return read_table(__file__, "installs.toml", dict[str, Manager])


def asked_packages(instructions: Iterable[Instruction]) -> tuple[Asked, ...]:
    """The packages that RUN instructions asked for by name, each once, without versions, architectures and releases. What a
    variable stands for is not known."""
    texts = (item.text for item in instructions if item.keyword == "RUN")
    commands = (part.split() for text in texts for part in _COMMANDS.split(text.removeprefix("RUN ")))
    found = {asked.name: asked for words in commands for asked in _asked(words)}
    return tuple(found.values())


def _asked(words: list[str]) -> Iterator[Asked]:
    """The packages that one command asks for."""
    name, *rest = [*dropwhile(_BEFORE.fullmatch, words), ""]
    manager = _managers().get(name.rpartition("/")[2])
    if manager is None:
        return
    plain = _without_options(takewhile(lambda word: not _END.fullmatch(word), rest), manager)
    verb = next(plain, "")
    if verb in manager.commands:
        yield from (Asked(package, f"{name.rpartition('/')[2]} {verb}") for package in filter(None, map(_package, plain)))


def _without_options(words: Iterable[str], manager: Manager) -> Iterator[str]:
    """The words that are neither options nor their values."""
    remaining = iter(words)
    for word in remaining:
        if word in manager.values:
            next(remaining, None)
        elif not word.startswith("-") and word not in ("", "\\"):
            yield word.strip("\"'")


def _package(word: str) -> str:
    """The name of the package in a word, "" where it is none: a variable, a glob, one that apt is to remove."""
    match = _FILE.fullmatch(word) or _PACKAGE.fullmatch(word)
    return match["name"] if match else ""
