"""Credentials in the configuration, the history and the annotations of an image, masked before anything else reads them.

Builders record ENV, build arguments and the text of every instruction as they are. :func:`redacted` is the one place where
that is undone: what comes after it (instructions, reports, the recommended Dockerfile, the terminal app) only ever sees
``NAME=•••``.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, count

from msgspec import Struct
from msgspec.structs import replace

from layerscope.credentials.masking import cover, distinctive, hide, spans_of_words
from layerscope.credentials.names import is_credential
from layerscope.credentials.settings import keyword_of, listed_until, setting_before
from layerscope.credentials.spans import MASK, Span, spans_of
from layerscope.credentials.values import literal
from layerscope.sources.image import Config, Healthcheck, HistoryEntry, Image


class Leak(Struct, frozen=True):
    """A credential that the configuration or the history shows to everybody.

    ``where`` is the keyword of an instruction: ENV, ARG, LABEL, or where its text stands (CMD, RUN …). ``name`` is what it is
    called, "" when only its shape gives it away. ``index`` counts history entries from 0; None for the configuration.
    """

    where: str
    name: str
    index: int | None = None


def redacted(image: Image) -> tuple[Image, tuple[Leak, ...]]:
    """The image with the credentials in its configuration, history and annotations masked, and where they were.

    What is a credential in one of its texts is masked in all.
    """
    masker = _Masker(image)
    config = masker.config(image.config)
    annotations = dict(masker.setting("annotation", name, text) for name, text in image.annotations.items())
    if not masker.leaks:
        return image, ()
    return replace(image, config=config, annotations=annotations), tuple(dict.fromkeys(masker.leaks))


class _Masker:
    """Masks the texts of one image, and notes where credentials were."""

    def __init__(self, image: Image) -> None:
        self.leaks: list[Leak] = []
        self._spans = {text: spans_of(text) for text in _texts(image)}
        words = (zip(each, spans_of_words(each), strict=True) for each in _lists(image.config))
        self._known = distinctive(_covered_by(chain(self._spans.items(), *words)))

    def config(self, config: Config) -> Config:
        """The configuration, masked."""
        return replace(
            config,
            env=tuple(map(self._entry, config.env)),
            labels=dict(self.setting("LABEL", name, text) for name, text in config.labels.items()),
            entrypoint=self._words("ENTRYPOINT", config.entrypoint),
            cmd=self._words("CMD", config.cmd),
            shell=self._words("SHELL", config.shell),
            healthcheck=self._healthcheck(config.healthcheck),
            user=self._text("USER", config.user),
            working_dir=self._text("WORKDIR", config.working_dir),
            stop_signal=self._text("STOPSIGNAL", config.stop_signal),
            exposed_ports=tuple(map(partial(self._text, "EXPOSE"), config.exposed_ports)),
            volumes=tuple(map(partial(self._text, "VOLUME"), config.volumes)),
            history=tuple(map(self._history, count(), config.history)),
        )

    def setting(self, where: str, name: str, text: str) -> tuple[str, str]:
        """A label or an annotation, masked."""
        safe = MASK if is_credential(name) and literal(text) else self._covered(text)
        shown = self._covered(name)
        if (shown, safe) != (name, text):
            self.leaks.append(Leak(where, shown))
        return shown, safe

    def _entry(self, entry: str) -> str:
        """An entry of ENV."""
        name, sign, text = entry.partition("=")
        shown, safe = self.setting("ENV", name, text)
        return f"{shown}{sign}{safe}"

    def _text(self, where: str, text: str, index: int | None = None) -> str:
        safe = self._covered(text)
        if safe != text:
            self.leaks.append(Leak(where, _first_name(spans_of(text)), index))
        return safe

    def _words(self, where: str, words: tuple[str, ...]) -> tuple[str, ...]:
        """The words of a command line; a credential may be the word behind its name."""
        found: list[str] = []
        for word, spans in zip(words, spans_of_words(words), strict=True):
            found.append(hide(cover(word, spans), self._known))
            if found[-1] != word:
                self.leaks.append(Leak(where, _first_name(spans)))
        return tuple(found)

    def _healthcheck(self, check: Healthcheck | None) -> Healthcheck | None:
        return replace(check, test=self._words("HEALTHCHECK", check.test)) if check is not None else None

    def _history(self, index: int, entry: HistoryEntry) -> HistoryEntry:
        line = self._covered(entry.created_by)
        if line != entry.created_by:
            self.leaks += _leaks_of(entry.created_by, self._spans.get(entry.created_by) or (), index)
        return replace(
            entry,
            created_by=line,
            comment=self._text("comment", entry.comment, index),
            author=self._text("author", entry.author, index),
        )

    def _covered(self, text: str) -> str:
        spans = self._spans.get(text)
        return hide(cover(text, spans_of(text) if spans is None else spans), self._known)


def _first_name(spans: Iterable[Span]) -> str:
    return next((span.name for span in spans if span.name), "")


def _covered_by(texts: Iterable[tuple[str, Iterable[Span]]]) -> set[str]:
    """The stretches of texts that are credentials."""
    return {text[span.start : span.end] for text, spans in texts for span in spans}


def _texts(image: Image) -> Iterator[str]:
    """Every text of an image, one by one, that may hold a credential; with its name where it has one."""
    config = image.config
    yield from (f"ENV {entry}" for entry in config.env)
    yield from (f"LABEL {name}={text}" for name, text in (*config.labels.items(), *image.annotations.items()))
    for entry in config.history:
        yield from filter(None, (entry.created_by, entry.comment, entry.author))


def _lists(config: Config) -> Iterator[Sequence[str]]:
    """The command lines of a configuration."""
    yield from (config.entrypoint, config.cmd, config.shell)
    if config.healthcheck is not None:
        yield config.healthcheck.test


def _leaks_of(text: str, spans: Sequence[Span], index: int) -> Iterator[Leak]:
    """The credentials in a history line, by their names."""
    listed = listed_until(text)
    keyword = keyword_of(text)
    for span in spans:
        name, where = (setting_before(text, span.start), "ARG") if span.start < listed else ("", "RUN")
        yield Leak(keyword or where, span.name or name, index)
    if not spans:
        yield Leak(keyword or "RUN", "", index)
