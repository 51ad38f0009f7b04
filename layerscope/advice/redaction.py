"""Credentials in the configuration and the history of an image, masked before anything else reads them.

Builders record ENV, build arguments and the text of every instruction as they are. :func:`redacted` is the one place where
that is undone: what comes after it (instructions, reports, the recommended Dockerfile, the terminal app) only ever sees
``NAME=•••``. Which names and shapes stand for credentials is data, in ``secrets.toml``.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import chain
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from layerscope.advice.rules import document
from layerscope.layers.outline import literal
from layerscope.sources.image import Image

MASK = "•••"
"""Stands for a credential wherever a text from the image is shown."""

_QUOTES_BEFORE = 2000
_SETTING_BEFORE = 400
_MOST_KNOWN = 500
_SHORTEST_KNOWN = 6
_LONGEST_PLAIN = 12
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
_PATH = re.compile(r"\.{0,2}/\S*\Z")
_IN_QUOTES = re.compile(r"[^\s\"']+")
_SCHEME = re.compile(r"\s{1,4}\S+")
_URL = re.compile(r"(://[^/\s:@]{0,200}:|://(?=[^/\s:@]{16}))([^/\s\"']+)(?=@)")
_CURL = re.compile(r"(\bcurl\b[^;&|]{0,100}?\s(?:-u|--user)[\s=]{0,4}[^\s:]{1,100}:)(\S+)")
_NETRC = re.compile(r"(\blogin\s{1,4}\S{1,100}\s{1,4}password\s{1,4})([^\s\"'\\]+)")
_SCHEMES = frozenset(("bearer", "basic", "token", "digest"))


class Leak(Struct, frozen=True):
    """A credential that the configuration or the history tells everybody.

    ``where`` is the keyword of an instruction: ENV, ARG, LABEL, or where its text stands (CMD, RUN …). ``name`` is what it is
    called, "" when only its shape gives it away. ``index`` counts history entries from 0; None for the configuration.
    """

    where: str
    name: str
    index: int | None = None


class _Span(NamedTuple):
    """A stretch of a text that is a credential, and its name, "" for none."""

    start: int
    end: int
    name: str


def redacted(image: Image) -> tuple[Image, tuple[Leak, ...]]:
    """The image with the credentials in its configuration, history and annotations masked, and where they were."""
    config = image.config
    masker = _Masker(_texts(image))
    leaks: list[Leak] = []
    env = tuple(_masked_setting(masker, entry, leaks) for entry in config.env)
    labels = dict(_masked_label(masker, name, text, leaks) for name, text in config.labels.items())
    entrypoint = _masked_words(masker, config.entrypoint, "ENTRYPOINT", leaks)
    command = _masked_words(masker, config.cmd, "CMD", leaks)
    healthcheck = config.healthcheck
    if healthcheck is not None:
        healthcheck = replace(healthcheck, test=_masked_words(masker, healthcheck.test, "HEALTHCHECK", leaks))
    history = []
    for index, entry in enumerate(config.history):
        masked = masker.mask(entry.created_by)
        if masked != entry.created_by:
            leaks += _leaks_of(masker, entry.created_by, index)
        history.append(replace(entry, created_by=masked, comment=masker.mask(entry.comment)))
    if not leaks:
        return image, ()
    safe = replace(
        config, env=env, labels=labels, entrypoint=entrypoint, cmd=command, healthcheck=healthcheck, history=tuple(history)
    )
    annotations = {name: masker.mask(text) for name, text in image.annotations.items()}
    return replace(image, config=safe, annotations=annotations), tuple(dict.fromkeys(leaks))


@lru_cache(maxsize=4096)
def is_credential(name: str) -> bool:
    """Whether a setting of that name is a credential, by ``secrets.toml``."""
    wanted = name.upper().replace("-", "_").replace(".", "_")
    secret, public = _names()
    return secret.has(wanted) and not public.has(wanted)


class _Names(NamedTuple):
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
    return re.compile("|".join(f"(?:{pattern})" for pattern in document("secrets.toml")["tokens"].values()))


def _texts(image: Image) -> Iterator[str]:
    """Every text of an image that may hold a credential."""
    config = image.config
    yield from (f"ENV {entry}" for entry in config.env)
    yield from (entry.created_by for entry in config.history)
    yield from (f"LABEL {name}={text}" for name, text in config.labels.items())
    yield from chain(config.entrypoint, config.cmd, config.healthcheck.test if config.healthcheck else ())


class _Masker:
    """Masks texts. What is a credential in one of them is masked in all."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._spans = {text: spans_of(text) for text in texts}
        values = {text[span.start : span.end].strip("\"'") for text, spans in self._spans.items() for span in spans}
        self._known = sorted(filter(_telling, values), key=lambda value: (-len(value), value))[:_MOST_KNOWN]

    def spans(self, text: str) -> list[_Span]:
        """As :func:`spans_of`, which is asked once for each text."""
        known = self._spans.get(text)
        return spans_of(text) if known is None else known

    def mask(self, text: str) -> str:
        """The text without credentials. A path alone is not searched for known values: it may well be called like one."""
        for value in self._known if not _PATH.match(text) else ():
            text = text.replace(value, MASK)
        parts: list[str] = []
        at = 0
        for span in self.spans(text):
            parts += [text[at : span.start], MASK]
            at = span.end
        return "".join(parts) + text[at:] if parts else text


def _telling(value: str) -> bool:
    """Whether a value is masked wherever it occurs: one that could be an ordinary word or number is not."""
    plain = value.isalpha() or value.isdigit()
    return MASK not in value and len(value) >= (_LONGEST_PLAIN if plain else _SHORTEST_KNOWN)


def spans_of(text: str) -> list[_Span]:
    """The stretches of a text that are credentials, in order, none in another. Linear in the length of the text."""
    found = [_Span(match.start(), match.end(), "") for match in _tokens().finditer(text)]
    for pattern in (_URL, _CURL, _NETRC):
        found += [_Span(match.start(2), match.end(2), "") for match in pattern.finditer(text) if literal(match[2])]
    listed = _listed_until(text)
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


def _listed_until(text: str) -> int:
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


def _span(text: str, name: str, start: int, end: int) -> list[_Span]:
    return [_Span(start, end, name)] if literal(text[start:end]) and MASK not in text[start:end] else []


def _disjoint(spans: list[_Span]) -> list[_Span]:
    """The spans in order; one that begins inside another makes that one longer."""
    found: list[_Span] = []
    for span in sorted(spans):
        if found and span.start < found[-1].end:
            last = found[-1]
            found[-1] = _Span(last.start, max(last.end, span.end), last.name or span.name)
        else:
            found.append(span)
    return found


def _masked_setting(masker: _Masker, entry: str, leaks: list[Leak]) -> str:
    """An entry of ENV, masked."""
    name, _, text = entry.partition("=")
    if is_credential(name) and literal(text):
        leaks.append(Leak("ENV", name))
        return f"{name}={MASK}"
    masked = masker.mask(text)
    if masked != text:
        leaks.append(Leak("ENV", name))
    return f"{name}={masked}" if "=" in entry else entry


def _masked_label(masker: _Masker, name: str, text: str, leaks: list[Leak]) -> tuple[str, str]:
    masked = MASK if is_credential(name) and literal(text) else masker.mask(text)
    if masked != text:
        leaks.append(Leak("LABEL", name))
    return name, masked


def _masked_words(masker: _Masker, words: tuple[str, ...], where: str, leaks: list[Leak]) -> tuple[str, ...]:
    """The words of a command line, masked; a credential may be the word behind its name."""
    found: list[str] = []
    before = ""
    for word in words:
        flag = before.lstrip("-") if before.startswith("-") and "=" not in before else ""
        named = bool(flag) and is_credential(flag) and literal(word) and not word.startswith("-")
        found.append(MASK if named else masker.mask(word))
        if found[-1] != word:
            leaks.append(Leak(where, flag if named else next((span.name for span in masker.spans(word) if span.name), "")))
        before = word
    return tuple(found)


def _leaks_of(masker: _Masker, text: str, index: int) -> Iterator[Leak]:
    """The credentials in a history line, by their names."""
    listed = _listed_until(text)
    whole = _LISTED.match(text)
    keyword = whole[0].split()[-1] if whole else "RUN"
    spans = masker.spans(text)
    for span in spans:
        name = span.name or (_setting_before(text, span.start) if span.start < listed else "")
        yield Leak("ARG" if span.start < listed and not whole else keyword, name, index)
    if not spans:
        yield Leak(keyword, "", index)


def _setting_before(text: str, at: int) -> str:
    """The name of the setting in whose value a position lies, "" when none is near."""
    match = _SETTING.search(text[max(0, at - _SETTING_BEFORE) : at])
    return match["name"] if match else ""
