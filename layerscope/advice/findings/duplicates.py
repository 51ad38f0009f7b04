"""Findings about content that is stored more than once, at several paths or by several layers.

Hard links are one content and no duplicates. Sizes are compared first, then a piece, and only what is still alike is hashed
(``same_content``). Of each content the lowest layer's copy counts as the one that has to be there.
"""

from collections.abc import Collection, Iterable, Iterator

from layerscope.advice.dockerfile.write import size_text
from layerscope.advice.findings.evidence import FILES_TOLD, category_name, instructions_of, largest, places
from layerscope.advice.findings.same_content import Sameness
from layerscope.advice.model import Finding
from layerscope.advice.rules import advice_rules
from layerscope.attribution.model import Attribution
from layerscope.core.names import absolute
from layerscope.core.vocabulary import Category, Confidence
from layerscope.filesystem.merged import Filesystem
from layerscope.history.history import History

SMALLEST = 4096
"""Bytes from which on a file is worth comparing."""

_PLACES_TOLD = 3


def candidates(filesystem: Filesystem, taken: Collection[int]) -> list[int]:
    """The live entries that may be duplicates: those that no other finding took, and whose size others have too."""
    sizes, live = filesystem.sizes, filesystem.stored_live
    by_size: dict[int, list[int]] = {}
    for entry in [entry for entry, size in enumerate(sizes) if size >= SMALLEST]:
        if live[entry] and entry not in taken:
            by_size.setdefault(sizes[entry], []).append(entry)
    return [entry for members in by_size.values() if len(members) > 1 for entry in members]


def duplicates(
    filesystem: Filesystem, history: History, attribution: Attribution, entries: Iterable[int], sameness: Sameness
) -> Iterator[Finding]:
    """One finding for each category, over all copies but the first of each content among ``entries``."""
    ordered = list(entries)
    groups: dict[Category, list[list[int]]] = {}
    for alike in map(sorted, sameness.groups(ordered)):
        groups.setdefault(attribution.component_of(alike[1]).category, []).append(alike)
    unread = sum(not sameness.comparable(entry) for entry in ordered)
    for category, contents in groups.items():
        yield _finding(filesystem, history, category, contents, unread)


def _finding(filesystem: Filesystem, history: History, category: Category, contents: list[list[int]], unread: int) -> Finding:
    rule = advice_rules()["LS403"]
    copies = [entry for alike in contents for entry in alike[1:]]
    layers = tuple(sorted({filesystem.layers[entry] for alike in contents for entry in alike}))
    contents.sort(key=lambda alike: -filesystem.sizes[alike[0]] * (len(alike) - 1))
    evidence = [rule.why, *(_told(filesystem, alike) for alike in contents[:FILES_TOLD])]
    evidence.append(f"compared: files of at least {SMALLEST:,} bytes that are in no other finding, by size and then by hash")
    if unread:
        evidence.append(f"{unread:,} files of equal sizes lie in compressed layers and were not compared")
    return Finding(
        rule=rule.id,
        title=f"{category_name(category)} {rule.title}",
        category=category,
        size=sum(filesystem.sizes[entry] for entry in copies),
        confidence=Confidence.UNKNOWN,
        layers=layers,
        instructions=instructions_of(history, layers),
        paths=places(filesystem, largest(filesystem, copies)),
        evidence=tuple(evidence),
        remedy=rule.remedy,
        entries=tuple(copies),
    )


def _told(filesystem: Filesystem, alike: list[int]) -> str:
    """One content, and where it lies."""
    where = [f"{absolute(filesystem.paths[entry])} (layer {filesystem.layers[entry]})" for entry in alike[:_PLACES_TOLD]]
    more = f" and {len(alike) - _PLACES_TOLD} more" if len(alike) > _PLACES_TOLD else ""
    return f"{size_text(filesystem.sizes[alike[0]])} each: {', '.join(where)}{more}"
