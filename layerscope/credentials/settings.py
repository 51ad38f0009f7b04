"""Credentials by the names of settings, in all the ways in which settings are written."""

import re
from collections.abc import Iterator

from layerscope.core.expressions import expression
from layerscope.credentials.names import is_credential, may_name_one, takes_whole_line
from layerscope.credentials.quoting import WORD, end_of, open_quote, quoted_end, word_end
from layerscope.credentials.spans import Span, may_be_credential

_SETTING_BEFORE = 400
_NAME = expression(
    r"(?<![\w.])(?<!\w-)(?P<name>[A-Za-z_][\w.-]{0,100}+)"
    r"(?:(?:\\?[\"'])?[^\S\r\n]{0,4}(?:=>|:=|=(?!=))[^\S\r\n]{0,4}|(?:\\?[\"'])?[^\S\r\n]{0,4}:(?:[^\S\r\n]{1,4}|(?=\\?[\"'])))"
    r"(?:\\?[\"'])?"
)
_FLAG = expression(r"(?<![^\s\"'])--?(?P<name>[A-Za-z][\w-]{0,100}+)[\"']?,?\s+(?=[^\s-])[\"']?")
_ELEMENT = expression(r"<(?P<name>[A-Za-z_][\w.-]{0,100})>\s{0,20}(?=(?P<value>[^<>\s][^<>]{0,4000}?)\s{0,20}</)")
_SPACED = expression(r"(?:.{0,200}?#\(nop\)\s{0,4})?ENV\s{1,4}(?P<name>[A-Za-z_]\w{0,100})\s{1,4}(?!\S*=)", re.DOTALL)
_LISTED = expression(r"(?:.{0,200}?#\(nop\)\s{0,4})?(?:ENV|ARG|LABEL)\s", re.DOTALL)
_ARGUMENTS = expression(
    r"(?:RUN )?\|\d{1,4}\s(?P<list>.*?)(?=\s(?:/\S{0,200}sh|cmd|powershell|pwsh|busybox)\S{0,20}\s{1,4}[-/s]|\Z)", re.DOTALL
)
_IN_LIST = expression(r".*?(?=\s[A-Za-z_][\w.-]{0,100}=|\s# buildkit|\Z)", re.DOTALL)
_SETTING = expression(r"(?<![\w.-])(?P<name>[A-Za-z_][\w.-]{0,100})=\S{0,300}\Z")
_SCHEME = expression(r"[A-Za-z][A-Za-z0-9-]{1,30}[^\S\r\n]{1,4}(?=\S)")
_SHELL_LINE = expression(r"-\w{0,9}c[\"']?,?\s{0,4}[\"']\Z")


def spans_by_name(text: str) -> Iterator[Span]:
    """The values of settings, options and elements that have the name of a credential."""
    for match, end in _values(text) if may_name_one(text) else ():
        value = text[match.end() : end]
        if may_be_credential(value) and WORD not in value:
            yield Span(match.end(), end, match["name"])


def _values(text: str) -> Iterator[tuple[re.Match[str], int]]:
    """What stands before each value that could be a credential by its name, and where the value ends."""
    if match := _SPACED.match(text):
        yield match, len(text)
    yield from _settings(text)
    for match in _named(_FLAG, text):
        yield match, _plain_end(text, match)
    for match in _named(_ELEMENT, text):
        yield match, match.end() + len(match["value"])


def _named(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    return (match for match in pattern.finditer(text) if is_credential(match["name"]))


def _settings(text: str) -> Iterator[tuple[re.Match[str], int]]:
    listed, at = listed_until(text), 0
    for match in _NAME.finditer(text):
        if match.start() >= at and is_credential(match["name"].rstrip(".-")):
            at = _end(text, match, listed)
            yield match, at


def listed_until(text: str) -> int:
    """How far a text is a list of names and values without quotes, as builders record ENV, ARG and build arguments."""
    if arguments := _ARGUMENTS.match(text):
        return arguments.end()
    return len(text) if _LISTED.match(text) else 0


def keyword_of(text: str) -> str:
    """ENV, ARG or LABEL, where a history line is one of these; "" for any other."""
    match = _LISTED.match(text)
    return match[0].split()[-1] if match else ""


def setting_before(text: str, at: int) -> str:
    """The name of the setting in whose value a position lies, "" when none is near."""
    match = _SETTING.search(text[max(0, at - _SETTING_BEFORE) : at])
    return match["name"] if match else ""


def _end(text: str, match: re.Match[str], listed: int) -> int:
    """Where the value ends that begins behind a name; up to ``listed`` the text is a list."""
    start = match.end()
    if start < listed and text[start - 1] == "=" and text[match.start() - 1 : match.start()].isspace():
        return end_of(_IN_LIST, text, start, listed)
    if takes_whole_line(match["name"]):
        return _line_end(text, match)
    return _plain_end(text, match)


def _plain_end(text: str, match: re.Match[str]) -> int:
    """Where a word ends: with the quotes that it stands in."""
    start = match.end()
    if text[start - 1] in "\"'":
        end = quoted_end(text, text[start - 1], start)
        return end - (text[end - 1 : end] == "\\")
    quote = _quote_before(text, match.start())
    return quoted_end(text, quote, start) if quote else word_end(text, start)


def _line_end(text: str, match: re.Match[str]) -> int:
    """Where a header ends: with the quotes that it stands in, else with the word behind the name of a scheme."""
    start = match.end()
    quote = text[start - 1] if text[start - 1] in "\"'" else _quote_before(text, match.start())
    if not quote and text[match.start() - 1 : match.start()] == WORD:
        quote = WORD
    if quote:
        return quoted_end(text, quote, start)
    return word_end(text, end_of(_SCHEME, text, start))


def _quote_before(text: str, start: int) -> str:
    """The quote that a name and its value stand in together, "" for none, or when it holds a whole line for a shell."""
    while text[start - 1 : start] == "-":
        start -= 1
    quote = text[start - 1 : start]
    if quote not in ('"', "'") or not open_quote(text, start) or text[start - 2 : start - 1] == "\\":
        return ""
    return "" if _SHELL_LINE.search(text, max(0, start - 20), start) else quote
