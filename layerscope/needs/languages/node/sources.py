"""What a JavaScript or TypeScript source asks for by literal names, read from its tokens.

No grammar is needed for that: comments, strings and regular expressions are recognised, so that what looks like a request
inside them is none. Names that a source makes at run time (``require(name)``) are noticed as such.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from layerscope.core.expressions import expression
from layerscope.core.names import path_text

_STRING = rb"""'(?:[^'\\\n]|\\.)*+'|"(?:[^"\\\n]|\\.)*+"|`(?:[^`\\$]|\\.|\$(?!\{))*+`"""
_COMMENT = rb"""//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"""
_TOKEN = expression(
    rb"(?P<comment>" + _COMMENT + rb")"
    rb"|(?P<request>(?<![\w$.])(?:(?:__)?require(?:\.resolve)?|import(?:\.meta\.resolve)?)\s*+\(\s*+"
    rb"(?:(?:" + _COMMENT + rb")\s*+)*+(?P<argument>(?:" + _STRING + rb")(?=\s*+[,)]))?+)"
    rb"|(?<![\w$.])(?:from|import)\s*+(?P<source>'[^'\\\n]*+'|\"[^\"\\\n]*+\")"
    rb"|(?P<string>" + _STRING + rb")"
    rb"|(?P<open>(?:'(?:[^'\\\n]|\\.)*+|\"(?:[^\"\\\n]|\\.)*+))"
    rb"|(?P<expression>(?<=[(,=:\[!&|?{};+])\s{0,64}+/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n]){1,64}+\]|[^/\\\n\[]){1,256}+/)",
    re.DOTALL,
)
"""Strings and comments that have no end reach to the end of their line or file, so that nothing is looked at twice."""

_PATH = expression(rb"\.{0,2}/?[\w@][\w@./+-]*\.[cm]?[jt]sx?\Z|\.{1,2}/[\w@./+-]+\Z")
_STARTERS = expression(rb"\bchild_process\b|[\"'](?:execa|zx|shelljs|cross-spawn|tinyexec|nano-spawn|dockerode)[\"'/]")
_STARTED = expression(
    rb"(?:\b(?:exec|execSync|execFile|execFileSync|spawn|spawnSync|execa|execaSync|execaCommand|which|whichSync)\(\s*|(?<![\w$])\$)"
    rb"([\"'`])([\w./+-][^\"'`\\]{0,500})"
)
_CALLED = expression(rb"\w\(\s*[\"']([\w.+-]{2,64})[\"']\s*,\s*\[")
_WORD = expression(rb"[\w./+-]{2,200}\Z")
_ABSOLUTE = expression(rb"/[\w.@+~-][^\0\n]{1,1000}\Z")
_BEGINNING = expression(rb"`(/[\w./@+-]{1,500}/)\$\{")
_DEFINITION = expression(rb"(?:function|async)\s*\Z")
_LONGEST_NAME = 1024


class Named(NamedTuple):
    """``started`` are command lines that are started, ``words`` other strings that may be programs, ``paths`` are absolute."""

    started: tuple[str, ...]
    words: tuple[str, ...]
    paths: tuple[str, ...]


class Requests(NamedTuple):
    """``modules`` are what is required or imported by name, ``paths`` other strings that may name a source (workers, forked
    processes). ``computed`` says that a name is made at run time; ``named`` is what it names besides."""

    modules: tuple[str, ...]
    paths: tuple[str, ...]
    computed: bool
    named: Named


def requests(source: bytes) -> Requests:
    """What a source asks for, in its order."""
    modules: dict[bytes, None] = {}
    strings: dict[bytes, None] = {}
    computed = False
    for found in _TOKEN.finditer(source):
        match found.lastgroup:
            case "request" if found["argument"] is None:
                computed = computed or not _is_definition(source, found)
            case "request":
                modules[found["argument"]] = None
            case "source":
                modules[found["source"]] = None
            case "string":
                strings[found["string"]] = None
    paths = dict.fromkeys(filter(_is_path, strings))
    names = (name for name in _texts(modules) if 0 < len(name) < _LONGEST_NAME)
    return Requests(tuple(names), _texts(paths), computed, _named(source, [text[1:-1] for text in strings]))


def _named(source: bytes, strings: list[bytes]) -> Named:
    """What a source starts, and the absolute paths that it names."""
    starts = _STARTERS.search(source) is not None
    started = [match[2].partition(b"${")[0] for match in _STARTED.finditer(source)] if starts else []
    words = [*(filter(_WORD.match, strings) if starts else ()), *_CALLED.findall(source)]
    absolute = [*filter(_ABSOLUTE.match, strings), *_BEGINNING.findall(source)]
    return Named(_unique(started), _unique(words), _unique(absolute))


def _unique(texts: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(path_text, texts)))


def _is_path(literal: bytes) -> bool:
    return len(literal) < _LONGEST_NAME and _PATH.match(literal[1:-1]) is not None


def _is_definition(source: bytes, found: "re.Match[bytes]") -> bool:
    """Whether ``require(…) {`` is a function of that name, or the brackets are empty."""
    if _DEFINITION.search(source, max(0, found.start() - 16), found.start()):
        return True
    return source[found.end() : found.end() + 1] == b")"


def _texts(literals: Iterable[bytes]) -> tuple[str, ...]:
    """What is between the quotes, each text once."""
    return tuple(dict.fromkeys(path_text(literal[1:-1]) for literal in literals))
