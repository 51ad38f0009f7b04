"""What in a text is a credential: told by the name that it is given to, or by its own shape.

The texts are lines of an image's history, words of command lines, and the user's Dockerfile. Names and shapes are data, in
``secrets.toml``. Every pattern here takes time in proportion to the text, whatever the text is.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from msgspec import Struct

from layerscope.advice.model import MASK
from layerscope.advice.rules import document
from layerscope.layers.outline import literal

_QUOTES_BEFORE = 2000
_SETTING_BEFORE = 400
_NAME = re.compile(r"(?<![\w.])(?P<name>[A-Za-z_][\w.-]{0,100})(?:\s?=\s?|[\"']?\s{0,4}:\s{1,4}|[\"']?\s{0,4}:(?=[\"']))[\"']?")
_FLAG = re.compile(r"(?<!\S)--?(?P<name>[A-Za-z][\w-]{0,100})\s+(?=[^\s-])")
_SPACED = re.compile(r"(?:.{0,200}?#\(nop\)\s{0,4})?ENV\s{1,4}(?P<name>[A-Za-z_]\w{0,100})\s{1,4}(?!\S*=)", re.DOTALL)
_LISTED = re.compile(r"(?:.{0,200}?#\(nop\)\s{0,4})?(?:ENV|ARG|LABEL)\s", re.DOTALL)
_ARGUMENTS = re.compile(
    r"(?:RUN )?\|\d{1,4}\s(?P<list>.*?)(?=\s(?:/\S{0,200}sh|cmd|powershell|pwsh|busybox)\S{0,20}\s{1,4}[-/s]|\Z)", re.DOTALL
)
_IN_LIST = re.compile(r".*?(?=\s[A-Za-z_][\w.-]{0,100}=|\s# buildkit|\Z)", re.DOTALL)
_IN_SHELL = re.compile(r"(?:\"(?:[^\"\\]|\\.)*(?:\"|\Z)|'[^']*(?:'|\Z)|\\.|[^\s;&|<>()\"'\\])+", re.DOTALL)
_SETTING = re.compile(r"(?<![\w.-])(?P<name>[A-Za-z_][\w.-]{0,100})=\S{0,300}\Z")
_IN_QUOTES = re.compile(r"[^\s\"']+")
_SCHEME = re.compile(r"\s{1,4}\S+")
_URL = re.compile(r"(://[^/\s:@]{0,200}:|://(?=[^/\s:@]{16}))([^/\s\"']+)(?=@)")
_CURL = re.compile(r"(\bcurl\b[^;&|]{0,100}?\s(?:-u|--user)[\s=]{0,4}[^\s:]{1,100}:)(\S+)")
_NETRC = re.compile(r"(\blogin\s{1,4}\S{1,100}\s{1,4}password\s{1,4})([^\s\"'\\]+)")
_SCHEMES = frozenset(("bearer", "basic", "token", "digest"))


class Span(Struct, frozen=True, order=True, gc=False):
    """A stretch of a text that is a credential, and its name, "" for none."""

    start: int
    end: int
    name: str


@lru_cache(maxsize=4096)
def is_credential(name: str) -> bool:
    """Whether a setting of that name is a credential, by ``secrets.toml``."""
    wanted = name.upper().replace("-", "_").replace(".", "_")
    secret, public = _names()
    return secret.has(wanted) and not public.has(wanted)


class _Names(Struct, frozen=True):
    """Names with a star in front, behind, both or none, sorted by that: no pattern has to be compiled."""

    inside: tuple[str, ...]
    endings: tuple[str, ...]
    beginnings: tuple[str, ...]
    whole: frozenset[str]

    @classmethod
    def of(cls, patterns: Iterable[str]) -> "_Names":
        """Sorts patterns."""
        known = tuple(patterns)
        return cls(
            tuple(item.strip("*") for item in known if item[0] == item[-1] == "*"),
            tuple(item[1:] for item in known if item[0] == "*" != item[-1]),
            tuple(item[:-1] for item in known if item[0] != "*" == item[-1]),
            frozenset(item for item in known if "*" not in item),
        )

    def has(self, name: str) -> bool:
        """Whether one of the patterns takes a name."""
        return (
            name in self.whole
            or name.endswith(self.endings)
            or name.startswith(self.beginnings)
            or any(part in name for part in self.inside)
        )


@cache
def _names() -> tuple[_Names, _Names]:
    names = document("secrets.toml")["names"]
    return _Names.of(names["secret"]), _Names.of(names["public"])


@cache
def _tokens() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in (token["shape"] for token in document("secrets.toml")["token"])))


def spans_of(text: str) -> list[Span]:
    """The stretches of a text that are credentials, in order, none in another. Linear in the length of the text."""
    found = [Span(match.start(), match.end(), "") for match in _tokens().finditer(text)]
    for pattern in (_URL, _CURL, _NETRC):
        found += [Span(match.start(2), match.end(2), "") for match in pattern.finditer(text) if literal(match[2])]
    listed = listed_until(text)
    if match := _SPACED.match(text):
        found += _span(text, match["name"], match.end(), len(text))
    at = 0
    for match in _NAME.finditer(text):
        if match.start() >= at and is_credential(match["name"]):
            end = _end(text, match.end(), listed)
            found += _span(text, match["name"], match.end(), end)
            at = end
    for match in _FLAG.finditer(text, listed):
        if is_credential(match["name"]):
            found += _span(text, match["name"], match.end(), _end(text, match.end(), 0))
    return _disjoint(found)


def listed_until(text: str) -> int:
    """How far a text is a list of names and values without quotes, as builders record ENV, ARG and build arguments."""
    if arguments := _ARGUMENTS.match(text):
        return arguments.end()
    return len(text) if _LISTED.match(text) else 0


def _end(text: str, start: int, listed: int) -> int:
    """Where the value ends that begins at ``start``; up to ``listed`` the text is a list."""
    if start < listed:
        match = _IN_LIST.match(text, start, listed)
        return match.end() if match else start
    if text[start - 1 : start] in ("'", '"'):
        closing = text.find(text[start - 1], start)
        return closing if closing >= 0 else len(text)
    match = (_IN_QUOTES if _open_quote(text, start) else _IN_SHELL).match(text, start)
    end = match.end() if match else start
    if text[start:end].casefold() in _SCHEMES and (more := _SCHEME.match(text, end)):
        return more.end()
    return end


def _open_quote(text: str, at: int) -> bool:
    """Whether a quoted stretch goes on at ``at``, as far as can be told from a little of what stands before."""
    before = text[max(0, at - _QUOTES_BEFORE) : at]
    return before.count('"') % 2 == 1 or before.count("'") % 2 == 1


def _span(text: str, name: str, start: int, end: int) -> list[Span]:
    return [Span(start, end, name)] if literal(text[start:end]) and MASK not in text[start:end] else []


def _disjoint(spans: list[Span]) -> list[Span]:
    """The spans in order; one that begins inside another makes that one longer."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start < found[-1].end:
            last = found[-1]
            found[-1] = Span(last.start, max(last.end, span.end), last.name or span.name)
        else:
            found.append(span)
    return found


def keyword_of(text: str) -> str:
    """ENV, ARG or LABEL, where a history line is one of these; "" for any other."""
    match = _LISTED.match(text)
    return match[0].split()[-1] if match else ""


def setting_before(text: str, at: int) -> str:
    """The name of the setting in whose value a position lies, "" when none is near."""
    match = _SETTING.search(text[max(0, at - _SETTING_BEFORE) : at])
    return match["name"] if match else ""
