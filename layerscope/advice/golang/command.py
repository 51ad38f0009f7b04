"""A recorded ``go build``, read by a grammar of known words and said again in words of our own.

Nothing of the history is copied: what the grammar of ``command.toml`` does not have is not said, and then the command as a
whole is not repeated.
"""

import posixpath
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import takewhile

from msgspec import Struct

from layerscope.core.expressions import expression
from layerscope.core.tables import read_table
from layerscope.start.options import CommandLine, Grammar, read_options

_TOKEN = expression(r"(?:[\w./@%+,:=-]|'[^'\\]*'|\"[^\"\\$`]*\")+|&&|\s+", re.ASCII)
_QUOTED = expression(r"'([^']*)'|\"([^\"]*)\"")
_ASSIGNMENT = expression(r"([A-Z][A-Z0-9_]*)=(.*)\Z", re.DOTALL)
_PATH = expression(r"[\w.+/-]{1,200}\Z", re.ASCII)
_OUTPUT, _LINKER = "-o", "-ldflags"


class Unknown(ValueError):
    """The command has words that are not known."""


class _Known(Struct, frozen=True, kw_only=True):
    """``command.toml``."""

    dropped: tuple[str, ...]
    plain: frozenset[str]
    valued: dict[str, str]
    variables: dict[str, str]
    forgotten: frozenset[str]
    linker: frozenset[str]
    linked: str

    @property
    def options(self) -> Grammar:
        """The flags of ``go build``, with one dash."""
        return Grammar(values=frozenset((*self.valued, _OUTPUT, _LINKER)), flags=self.plain)


@cache
def _known() -> _Known:
    return read_table(__file__, "command.toml", _Known)


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

    def command(self, program: str, strips: bool) -> str:
        """The command that builds ``program``, an absolute path: without C library or modules from elsewhere, and without
        symbols if it ``strips`` or did so before."""
        variables = {"CGO_ENABLED": "0", "GOPROXY": "off", **self.variables}
        said = [f"{name}={value}" for name, value in variables.items()]
        words = dict.fromkeys((*(("-s", "-w") if strips else ()), *self.linker))
        linker = [f'-ldflags="{" ".join(words)}"'] if words else []
        return " ".join([*said, "go build", *self.flags, *linker, f"-o {program}", *self.packages])


def is_plain_path(path: str) -> bool:
    """Whether a path is one word in a shell, and no flag."""
    return bool(_PATH.match(path)) and not path.startswith("-")


def known_flags(text: str) -> bool:
    """Whether GOFLAGS says only what may be said again."""
    return _is_known("GOFLAGS", text)


def read_build(command: str, directory: str) -> GoBuild:
    """The one build in a command that a shell ran in ``directory``; :class:`Unknown` for whatever else stands in it."""
    _require(directory.startswith("/") and is_plain_path(directory), directory)
    variables: dict[str, str] = {}
    found: list[GoBuild] = []
    for words in _steps(command):
        match words:
            case ["cd", path] if is_plain_path(path):
                directory = posixpath.normpath(posixpath.join(directory, path))
            case ["export", first, *others]:
                variables |= map(_read_assignment, (first, *others))
            case _ if not _is_dropped(words):
                found.append(_read_go(words, directory, variables))
    _require(len(found) == 1, command)
    return found[0]


def _require(holds: object, text: str) -> None:
    """Refuses a text of which something does not hold."""
    if not holds:
        raise Unknown(text)


def _steps(command: str) -> Iterator[list[str]]:
    """The words of each command between ``&&``; nothing else joins commands, and no word has anything that a shell expands."""
    tokens = _TOKEN.findall(command)
    _require("".join(tokens) == command, command)
    words: list[str] = []
    for piece in (*tokens, "&&"):
        if piece == "&&":
            _require(words, command)
            yield words
            words = []
        elif not piece.isspace():
            words.append(_QUOTED.sub(lambda quoted: quoted[1] or quoted[2] or "", piece))


def _is_dropped(words: Sequence[str]) -> bool:
    return any(f"{' '.join(words)} ".startswith(f"{known} ") for known in _known().dropped)


def _read_assignment(word: str) -> tuple[str, str]:
    found = _ASSIGNMENT.match(word)
    if found is None or not (_is_known(found[1], found[2]) or found[1] in _known().forgotten):
        raise Unknown(word)
    return found[1], found[2]


def _is_known(name: str, value: str) -> bool:
    return name in _known().variables and re.fullmatch(_known().variables[name], value, re.ASCII) is not None


def _read_go(words: list[str], directory: str, exported: dict[str, str]) -> GoBuild:
    """``[env] NAME=value… go build [flags] [packages]``."""
    rest = words[1:] if words[0] == "env" else words
    assignments = list(takewhile(_ASSIGNMENT.match, rest))
    variables = exported | dict(map(_read_assignment, assignments))
    rest = rest[len(assignments) :]
    _require(rest[:2] in (["go", "build"], ["go", "install"]), " ".join(words))
    given = [re.sub(r"^--", "-", word) for word in rest[2:]]
    _require(given[-1:] not in ([_OUTPUT], [_LINKER]), " ".join(words))  # without a value
    line = read_options(given, _known().options)
    output, installs = line.value((_OUTPUT,)), rest[1] == "install"
    _require(not output or (is_plain_path(output) and not installs), output)
    return GoBuild(
        directory=directory,
        installs=installs,
        output=output,
        packages=_packages(line.arguments),
        flags=tuple(_flags(line)),
        linker=tuple(_linker_words(line.value((_LINKER,)))),
        variables={name: value for name, value in variables.items() if name not in _known().forgotten},
    )


def _packages(words: tuple[str, ...]) -> tuple[str, ...]:
    """One package, or files of one."""
    plain = all(is_plain_path(word) and "..." not in word for word in words)
    _require(plain and (len(words) < 2 or all(word.endswith(".go") for word in words)), " ".join(words))
    return words


def _flags(line: CommandLine) -> Iterator[str]:
    """The flags as they are said again. Go knows no letters that are joined in one word."""
    known = _known()
    for name, value, word in line.options:
        _require(word.partition("=")[0] == name, word)
        if name in known.plain:
            _require(word == name, word)
            yield name
        elif name not in (_OUTPUT, _LINKER):
            _require(re.fullmatch(known.valued.get(name, "(?!)"), value, re.ASCII), word)
            yield f'{name}="{value}"' if " " in value else f"{name}={value}"


def _linker_words(text: str) -> Iterator[str]:
    words = iter(text.split(" "))
    for word in filter(None, words):
        name, equals, value = word.partition("=")
        if name == "-X":
            value = value if equals else next(words, "")
            _require(re.fullmatch(_known().linked, value, re.ASCII), text)
            yield f"-X={value}"
        else:
            _require(word in _known().linker, text)
            yield word
