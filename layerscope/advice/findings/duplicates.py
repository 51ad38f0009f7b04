"""Findings about content that is stored more than once, at several paths or by several layers.

Hard links are one content and no duplicates. Sizes are compared first, then a piece, and only what is still alike is hashed
(``same_content``). Of each content the lowest layer's copy counts as the one that has to be there.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain, compress, filterfalse

from layerscope.advice.findings.evidence import FILES_NAMED, Claim, category_name, finding_of, listed, stored_by
from layerscope.advice.findings.same_content import Sameness
from layerscope.advice.ground import Ground
from layerscope.advice.model import Finding
from layerscope.advice.rules import advice_rules
from layerscope.core import units
from layerscope.core.grouping import grouped
from layerscope.core.names import absolute
from layerscope.core.vocabulary import Category, Confidence
from layerscope.filesystem.merged import Filesystem

SMALLEST = 4096
"""Bytes from which on a file is worth comparing."""

_PLACES_NAMED = 3


def candidates(filesystem: Filesystem, taken: Collection[int]) -> list[int]:
    """The live entries that may be duplicates: those that no other finding took, and whose size others have too."""
    large = [entry for entry, size in enumerate(filesystem.sizes) if size >= SMALLEST]
    live = compress(large, map(filesystem.stored_live.__getitem__, large))
    by_size = grouped(filterfalse(taken.__contains__, live), filesystem.sizes.__getitem__)
    return [entry for members in by_size.values() if len(members) > 1 for entry in members]


def duplicates(ground: Ground, entries: Sequence[int], sameness: Sameness) -> Iterator[Finding]:
    """One finding for each category, over all copies but the first of each content among ``entries``."""
    contents_of = grouped(
        map(sorted, sameness.groups(entries)), lambda alike: ground.attribution.component_of(alike[1]).category
    )
    unread = len(entries) - sum(map(sameness.comparable, entries))
    for category, contents in contents_of.items():
        yield _finding(ground, category, contents, unread)


def _finding(ground: Ground, category: Category, contents: list[list[int]], unread: int) -> Finding:
    filesystem, rule = ground.filesystem, advice_rules()["LS403"]
    copies = list(chain.from_iterable(alike[1:] for alike in contents))
    contents.sort(key=lambda alike: -filesystem.sizes[alike[0]] * (len(alike) - 1))
    evidence = [_content(filesystem, alike) for alike in contents[:FILES_NAMED]]
    evidence.append(f"compared: files of at least {SMALLEST:,} bytes that are in no other finding, by size and then by hash")
    if unread:
        evidence.append(f"{unread:,} files of equal sizes lie in compressed layers and were not compared")
    claim = Claim(
        title=f"{category_name(category)} {rule.title}",
        category=category,
        confidence=Confidence.UNKNOWN,
        evidence=evidence,
        layers=stored_by(filesystem, chain.from_iterable(contents)),
    )
    return finding_of(ground, rule, copies, claim)


def _content(filesystem: Filesystem, alike: list[int]) -> str:
    """One content, and where it lies."""
    where = [f"{absolute(filesystem.paths[entry])} (layer {filesystem.layers[entry]})" for entry in alike]
    return f"{units.size(filesystem.sizes[alike[0]])} each: {listed(where, _PLACES_NAMED)}"
