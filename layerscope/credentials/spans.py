"""The stretches of a text that are credentials: by their name, their shape, the phrase or the option that they stand in."""

from collections.abc import Iterable, Iterator
from functools import cache

from msgspec import Struct

from layerscope.credentials.knowledge import Pattern, expression, knowledge
from layerscope.credentials.values import literal

MASK = "•••"
"""Stands for a credential wherever a text from an image is shown."""


class Span(Struct, frozen=True, order=True, gc=False):
    """A stretch of a text that is a credential, and its name, "" for none."""

    start: int
    end: int
    name: str


def spans_of(text: str) -> list[Span]:
    """The stretches of a text that are credentials, in order, none in another. Linear in the length of the text."""
    from layerscope.credentials.programs import spans_by_program
    from layerscope.credentials.settings import spans_by_name

    folded = text.casefold()
    found = [*_matches(text, folded), *spans_by_name(text), *spans_by_program(text, folded)]
    return disjoint(found)


def _matches(text: str, folded: str) -> Iterator[Span]:
    """What shapes and phrases match."""
    found = [kind for sign, kind in _signs(folded=False) if sign in text]
    found += [kind for sign, kind in _signs(folded=True) if sign in folded]
    for kind in dict.fromkeys(found):
        yield from _of_pattern(kind, text)


@cache
def _signs(folded: bool) -> tuple[tuple[str, Pattern], ...]:
    """What is in every text that a pattern matches, or one of several such signs: those that are looked for in any case, or as
    they are written. Most texts have none."""
    kinds = (*knowledge().shape, *knowledge().phrase)
    return tuple((sign, kind) for kind in kinds if kind.folded is folded for sign in kind.has)


def _of_pattern(kind: Pattern, text: str) -> Iterator[Span]:
    for match in expression(kind.pattern).finditer(text):
        start, end = match.span("value" if match.re.groupindex else 0)
        if MASK not in text[start:end] and (not kind.literal or literal(text[start:end])):
            yield Span(start, end, "")


def may_be_credential(value: str) -> bool:
    """Whether a value can be a credential, and is not masked already."""
    return literal(value) and MASK not in value


def disjoint(spans: Iterable[Span]) -> list[Span]:
    """The spans in order; one that begins inside another makes that one longer."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start < found[-1].end:
            last = found[-1]
            found[-1] = Span(last.start, max(last.end, span.end), last.name or span.name)
        elif span.end > span.start:
            found.append(span)
    return found
