"""A recorded ``go build``, read by a grammar of known words and said again in words of our own.

Nothing of the history is copied: what the grammar of ``command.toml`` does not have is not said, and then the command as a
whole is not repeated.
"""

import posixpath
import re
from collections.abc import Iterator, Sequence
from functools import cache

from msgspec import Struct

from layerscope.core.tables import read_table

_TOKEN = re.compile(r"(?:[\w./@%+,:=-]|'[^'\\]*'|\"[^\"\\$`]*\")+|&&|\s+", re.ASCII)
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_ASSIGNMENT = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)\Z", re.DOTALL)
_PATH = re.compile(r"[\w.+/-]{1,200}\Z", re.ASCII)


class Unknown(ValueError):
    """The command has words that are not known."""


class _Grammar(Struct, frozen=True, kw_only=True):
    """``command.toml``."""

    dropped: tuple[str, ...]
    plain: frozenset[str]
    valued: dict[str, str]
    variables: dict[str, str]
    forgotten: frozenset[str]
    linker: frozenset[str]
    linked: str


@cache
def _grammar() -> _Grammar:
    return read_table(__file__, "command.toml", _Grammar)


class GoBuild(Struct, frozen=True, kw_only=True):
    """One ``go build``, or ``go install`` where it ``installs``. ``directory`` is where it stands, absolute; ``output`` what
    ``-o`` names, as written, "" without; ``packages`` what is built; ``flags`` and ``variables`` in the order in which they are
    said again; ``linker`` the words of ``-ldflags``."""

    directory: str
    installs: bool = False
    output: str = ""
    packages: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    linker: tuple[str, ...] = ()
    variables: dict[str, str]

    def command(self, program: str) -> str:
        """The command that builds ``program``, an absolute path: without C library, symbols or modules from elsewhere."""
        variables = {"CGO_ENABLED": "0", "GOPROXY": "off", **self.variables}
        said = [f"{name}={value}" for name, value in variables.items()]
        linker = " ".join(dict.fromkeys(("-s", "-w", *self.linker)))
        return " ".join([*said, "go build", *self.flags, f'-ldflags="{linker}"', f"-o {program}", *self.packages])


def is_plain_path(path: str) -> bool:
    """Whether a path is one word in a shell, and no flag."""
    return bool(_PATH.match(path)) and not path.startswith("-")


def known_flags(text: str) -> bool:
    """Whether GOFLAGS says only what may be said again."""
    return _is_known("GOFLAGS", text)


def read_build(command: str, directory: str) -> GoBuild:
    """The one build in a command that a shell ran in ``directory``; :class:`Unknown` for whatever else stands in it."""
    if not directory.startswith("/") or not is_plain_path(directory):
        raise Unknown(directory)
    variables: dict[str, str] = {}
    found: list[GoBuild] = []
    for words in _steps(command):
        if words[0] == "cd" and len(words) == 2 and is_plain_path(words[1]):
            directory = posixpath.normpath(posixpath.join(directory, words[1]))
        elif words[0] == "export" and len(words) > 1:
            variables |= dict(_assigned(word) for word in words[1:])
        elif not _is_dropped(words):
            found.append(_build(words, directory, variables))
    if len(found) != 1:
        raise Unknown(command)
    return found[0]


def _steps(command: str) -> Iterator[list[str]]:
    """The words of each command between ``&&``; nothing else joins commands, and no word has anything that a shell expands."""
    words: list[str] = []
    at = 0
    while at < len(command):
        token = _TOKEN.match(command, at)
        if token is None:
            raise Unknown(command)
        at = token.end()
        if token[0] == "&&":
            yield _some(words, command)
            words = []
        elif not token[0].isspace():
            words.append(_QUOTED.sub(lambda found: found[1] or found[2] or "", token[0]))
    yield _some(words, command)


def _some(words: list[str], command: str) -> list[str]:
    if not words:
        raise Unknown(command)
    return words


def _is_dropped(words: Sequence[str]) -> bool:
    return any(f"{' '.join(words)} ".startswith(f"{known} ") for known in _grammar().dropped)


def _assigned(word: str) -> tuple[str, str]:
    found = _ASSIGNMENT.match(word)
    if found is None or not (_is_known(found[1], found[2]) or found[1] in _grammar().forgotten):
        raise Unknown(word)
    return found[1], found[2]


def _is_known(name: str, value: str) -> bool:
    return name in _grammar().variables and re.fullmatch(_grammar().variables[name], value, re.ASCII) is not None


def _build(words: Sequence[str], directory: str, exported: dict[str, str]) -> GoBuild:
    """``[env] NAME=value… go build [flags] [packages]``."""
    rest = list(words[1:] if words[0] == "env" else words)
    variables = dict(exported)
    while rest and _ASSIGNMENT.match(rest[0]):
        variables |= [_assigned(rest.pop(0))]
    verb, rest = rest[:2], rest[2:]
    if verb not in (["go", "build"], ["go", "install"]):
        raise Unknown(" ".join(words))
    output, linker, flags = "", "", []
    while rest and rest[0].startswith("-"):
        name, value = _flag(rest)
        if name == "-o":
            output = value
        elif name == "-ldflags":
            linker = value
        else:
            flags.append(_said(name, value))
    if not all(map(_is_package, rest)) or (output and (verb[1] == "install" or not is_plain_path(output))):
        raise Unknown(" ".join(words))
    if len(rest) > 1 and not all(word.endswith(".go") for word in rest):
        raise Unknown(" ".join(words))
    kept = {name: value for name, value in variables.items() if name not in _grammar().forgotten}
    return GoBuild(
        directory=directory,
        installs=verb[1] == "install",
        output=output,
        packages=tuple(rest),
        flags=tuple(flags),
        linker=tuple(_linker(linker)),
        variables=kept,
    )


def _flag(words: list[str]) -> tuple[str, str]:
    """Takes the first flag from the words: its name, with one dash, and its value."""
    word = words.pop(0)
    name, equals, value = word.removeprefix("-").partition("=")
    name = f"-{name.removeprefix('-')}"
    if name in _grammar().plain and not equals:
        return name, ""
    if name not in (*_grammar().valued, "-o", "-ldflags") or (not equals and not words):
        raise Unknown(word)
    return name, value if equals else words.pop(0)


def _said(name: str, value: str) -> str:
    if name in _grammar().plain:
        return name
    if not re.fullmatch(_grammar().valued[name], value, re.ASCII):
        raise Unknown(f"{name}={value}")
    return f'{name}="{value}"' if " " in value else f"{name}={value}"


def _linker(text: str) -> Iterator[str]:
    words = text.split(" ")
    while words:
        word = words.pop(0)
        name, equals, value = word.partition("=")
        if name == "-X":
            value = value if equals else (words.pop(0) if words else "")
            if not re.fullmatch(_grammar().linked, value, re.ASCII):
                raise Unknown(text)
            yield f"-X={value}"
        elif word in _grammar().linker:
            yield word
        elif word:
            raise Unknown(text)


def _is_package(word: str) -> bool:
    return is_plain_path(word) and "..." not in word
