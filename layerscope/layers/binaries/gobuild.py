"""How a Go program was built: the lines that ``go version -m`` prints, without the values of variables set at link time."""

import re
from collections.abc import Iterable
from typing import NamedTuple, TypeVar

from layerscope.core.expressions import expression
from layerscope.core.limits import BINARY_PACKAGES
from layerscope.core.names import path_text
from layerscope.layers.binaries.goinformation import Place, build_strings, search

_Value = TypeVar("_Value")

_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPE = expression(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))")

_ARGUMENT = expression(r"'[^']*(?:'|$)|\"[^\"]*(?:\"|$)|\S+")
_SETS = expression(r"((?:.*?[=\s])??--?X[=\s]\s*[^=\s]*)=", re.DOTALL)
_NAMES_VARIABLE = expression(r"(?:^|=)--?X$")


class GoModule(NamedTuple):
    """A module of the build: its path, its version, and by what it was replaced (``path`` or ``path version``), or ""."""

    path: str
    version: str
    replaced_by: str = ""


class GoBuild(NamedTuple):
    """The build information: Go's version, the path of the main package, its module, dependencies, and settings.

    Of settings that set variables (``-X`` of linker flags, ``-D`` of others) only the names are kept: values can be secrets.
    """

    version: str = ""
    path: str = ""
    main: GoModule | None = None
    dependencies: tuple[GoModule, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()


def go_build(content: bytes, position: int | None, place: Place) -> GoBuild | None:
    """The build information at this offset, or, when it is None, wherever it is found.

    None when there is none, or when it is damaged.
    """
    if position is None:
        position = search(content)
    if position is None:
        return None
    version, lines = build_strings(memoryview(content), position, place)
    if not version:
        return None
    return _parse(path_text(version), path_text(lines))


def _parse(version: str, lines: str) -> GoBuild:
    records = [line.partition("\t")[::2] for line in lines.split("\n", BINARY_PACKAGES)[:BINARY_PACKAGES]]
    modules = _modules(records)
    return GoBuild(
        version,
        (_values("path", records) or [""])[-1],
        next(reversed(_values("mod", modules)), None),
        tuple(_values("dep", modules)),
        tuple(map(_setting, _values("build", records))),
    )


def _values(word: str, records: Iterable[tuple[str, _Value]]) -> list[_Value]:
    return [value for key, value in records if key == word]


def _modules(records: Iterable[tuple[str, str]]) -> list[tuple[str, GoModule]]:
    """The main module and the dependencies, each with its word, and with what replaces it."""
    modules: list[tuple[str, GoModule]] = []
    for word, rest in records:
        path, version = (*rest.split("\t"), "")[:2]
        if word in ("mod", "dep"):
            modules.append((word, GoModule(path, version)))
        elif word == "=>" and modules:
            kind, module = modules[-1]
            modules[-1] = kind, module._replace(replaced_by=f"{path} {version}".strip())
    return modules


def _setting(text: str) -> tuple[str, str]:
    """Name and value of a build setting, without the values of variables that it sets."""
    quoted = re.match(r'"((?:[^"\\]|\\.)*)"|`([^`]*)`', text)
    if quoted:
        name, value = _unquote(quoted.group()), text[quoted.end() + 1 :]
    else:
        name, _, value = text.partition("=")
    value = _unquote(value)
    if name == "-ldflags":
        value = without_values(value)
    elif name.startswith(("CGO_", "-asmflags", "-gcflags")):
        value = re.sub(r"(-D\s*['\"]?\w+)=.*?(?=\s-|$)", r"\1=…", value, flags=re.DOTALL)
    return name, value


def _unquote(text: str) -> str:
    """The text that Go's strconv.Quote wrote."""
    if len(text) < 2 or text[0] not in '"`' or text[-1] != text[0]:
        return text
    return text[1:-1] if text[0] == "`" else _ESCAPE.sub(_unescape, text[1:-1])


def _unescape(match: re.Match[str]) -> str:
    byte, short, long, octal, letter = match.groups()
    if letter:
        return _ESCAPES.get(letter, letter)
    code = int(octal, 8) if octal else int(byte or short or long, 16)
    return chr(code) if code <= 0x10FFFF else "\ufffd"


def without_values(flags: str) -> str:
    """Linker flags with ``…`` in place of the values that ``-X name=value`` sets.

    Go splits flags at white space, except inside of an argument that begins with a quote. Whatever is neither a flag nor stands
    behind one is hidden as well: it can only be the rest of a value.
    """
    kept: list[str] = []
    before = ""
    for argument in (part.strip("'\"") for part in _ARGUMENT.findall(flags)):
        before = _without_value(argument, before)
        kept.append(f"'{before}'" if re.search(r"\s", before) else before)
    return " ".join(kept)


def _without_value(argument: str, before: str) -> str:
    if _NAMES_VARIABLE.search(before):
        return argument.partition("=")[0] + "=…"
    if sets := _SETS.match(argument):
        return sets[1] + "=…"
    is_flag = argument.startswith("-") or _NAMES_VARIABLE.search(argument)
    belongs_to_flag = before.startswith("-") and "=" not in before
    return argument if is_flag or belongs_to_flag else "…"
