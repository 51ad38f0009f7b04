"""Which copies are better put together by the prepared stage than said one by one."""

from collections.abc import Iterator, Sequence
from itertools import chain, filterfalse
from operator import attrgetter

from layerscope.advice.delivery.model import Copy
from layerscope.advice.plan.copies import FEW_LINES, is_link, parent_of
from layerscope.core.grouping import grouped
from layerscope.filesystem.directories import SHARED_DIRECTORIES
from layerscope.filesystem.merged import Filesystem

_MOST_LINES = 60
"""From more lines on, all single files are put together: each line is a layer, and engines stack no more than 125 of them."""

_MANY = 12
"""From so many lines out of a directory of the system on, what they name is put together."""


def loose(filesystem: Filesystem, copies: Sequence[Copy]) -> frozenset[Copy]:
    """The copies that are better put together: links, names of one content that would be stored several times, and what lies
    in directories of which many lines copy a small part."""
    in_place = [copy for copy in copies if copy.source == copy.target]
    links = [copy for copy in in_place if is_link(filesystem, copy.source[1:])]
    files = _files(filesystem, in_place, frozenset(links))
    if len(copies) > _MOST_LINES:
        return frozenset(chain(links, files))
    return frozenset(chain(links, _same(filesystem, files), _beside(files)))


def _files(filesystem: Filesystem, copies: Sequence[Copy], links: frozenset[Copy]) -> list[Copy]:
    """The copies of single files."""
    others = filterfalse(links.__contains__, copies)
    return [copy for copy in others if not filesystem.has_below(copy.source[1:])]


def _same(filesystem: Filesystem, files: Sequence[Copy]) -> Iterator[Copy]:
    """The names of one content."""
    names = grouped(files, lambda copy: filesystem.holder(filesystem.visible[copy.source[1:]]))
    return chain.from_iterable(group for group in names.values() if len(group) > 1)


def _beside(files: Sequence[Copy]) -> Iterator[Copy]:
    """The files out of one directory, where they are many."""
    directories = grouped(map(attrgetter("source"), files), parent_of)
    many = {directory for directory, group in directories.items() if len(group) >= _most_lines(directory)}
    return (copy for copy in files if parent_of(copy.source) in many)


def _most_lines(directory: bytes) -> int:
    return _MANY if directory in SHARED_DIRECTORIES else FEW_LINES
