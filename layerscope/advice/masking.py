"""The masking of an image's texts: what is a credential in one of them is masked in all."""

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from layerscope.advice.credentials import Span, is_credential, keyword_of, listed_until, setting_before, spans_of
from layerscope.advice.model import MASK, Leak
from layerscope.layers.outline import literal
from layerscope.sources.image import Image

_MOST_KNOWN = 500
_SHORTEST_KNOWN = 6
_LONGEST_PLAIN = 12
_PATH = re.compile(r"\.{0,2}/\S*\Z")


def masked(image: Image, texts: Iterable[str]) -> tuple[Image, tuple[Leak, ...]]:
    """As :func:`layerscope.advice.redaction.redacted`; ``texts`` are all texts of the image that may hold a credential."""
    config = image.config
    masker = _Masker(texts)
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
        line = masker.mask(entry.created_by)
        if line != entry.created_by:
            leaks += _leaks_of(masker, entry.created_by, index)
        history.append(replace(entry, created_by=line, comment=masker.mask(entry.comment)))
    if not leaks:
        return image, ()
    safe = replace(
        config, env=env, labels=labels, entrypoint=entrypoint, cmd=command, healthcheck=healthcheck, history=tuple(history)
    )
    annotations = {name: masker.mask(text) for name, text in image.annotations.items()}
    return replace(image, config=safe, annotations=annotations), tuple(dict.fromkeys(leaks))


class _Masker:
    """Masks texts. What is a credential in one of them is masked in all."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._spans = {text: spans_of(text) for text in texts}
        values = {text[span.start : span.end].strip("\"'") for text, spans in self._spans.items() for span in spans}
        self._known = sorted(filter(_telling, values), key=lambda value: (-len(value), value))[:_MOST_KNOWN]

    def spans(self, text: str) -> list[Span]:
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
    listed = listed_until(text)
    keyword = keyword_of(text)
    spans = masker.spans(text)
    for span in spans:
        name = span.name or (setting_before(text, span.start) if span.start < listed else "")
        yield Leak(keyword or ("ARG" if span.start < listed else "RUN"), name, index)
    if not spans:
        yield Leak(keyword or "RUN", "", index)
