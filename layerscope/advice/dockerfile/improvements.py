"""What belongs into the builder itself, beside the boundary: each with its bytes, or with the reason."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from operator import itemgetter

from layerscope.advice.ground import Ground
from layerscope.advice.remarks import Code, Remark, remark
from layerscope.advice.rules import document
from layerscope.attribution.catalogue import rule
from layerscope.attribution.model import Attribution
from layerscope.core import units
from layerscope.core.expressions import expression
from layerscope.core.names import printable
from layerscope.core.vocabulary import Category, Ecosystem
from layerscope.filesystem.merged import Filesystem
from layerscope.history.instructions import Instruction
from layerscope.layers.index import Kind, LayerIndex

_EVERYTHING = expression(r"\A(?:COPY|ADD)(?: --\S+)* (?:\.|\./|dir:\S+)(?: in)? ")
_USELESS = (Category.CACHE, Category.DEV_DEPENDENCY)
_CACHES = 1_000_000


def improvements(ground: Ground) -> tuple[Remark, ...]:
    """The most bytes first, then what has reasons and no bytes."""
    own = [item for item in ground.history.instructions if item.index >= ground.history.base_instructions]
    counted = sorted((*_useless(ground.attribution), *_not_ignored(ground.filesystem, own)), key=itemgetter(0), reverse=True)
    return (*map(itemgetter(1), counted), *_sources_first(own), *_at_the_end(ground))


def _useless(attribution: Attribution) -> Iterator[tuple[int, Remark]]:
    """Caches and dependencies for development, which builds need not leave behind."""
    for identity, size in _useless_by_rule(attribution).items():
        known = rule(identity)
        if known is not None and known.remedy and size >= _CACHES:
            about = known.component or known.name
            yield size, remark(Code.USELESS_FILES, component=about, remedy=known.remedy, size=units.size(size))


def _useless_by_rule(attribution: Attribution) -> Counter[str]:
    sizes: Counter[str] = Counter()
    for row in attribution.sizes:
        component = attribution.components[row.component]
        if component.category in _USELESS:
            sizes[component.rule] += row.stored
    return sizes


def _not_ignored(filesystem: Filesystem, own: Iterable[Instruction]) -> Iterator[tuple[int, Remark]]:
    """What a COPY of everything brought that no program reads, by the names that a .dockerignore should have."""
    sizes: Counter[bytes] = sum(map(_ignorable, map(filesystem.indexes.__getitem__, _copied_whole(own))), Counter())
    if sizes:
        names = ", ".join(printable(name) for name, _ in sizes.most_common())
        yield sizes.total(), remark(Code.NOT_IGNORED, names=names, size=units.size(sizes.total()))


def _copied_whole(own: Iterable[Instruction]) -> set[int]:
    """The layers that a COPY of everything made."""
    return {item.layer for item in own if item.layer is not None and _EVERYTHING.match(item.text)}


def _ignorable(index: LayerIndex) -> Counter[bytes]:
    """The bytes of a layer's files below names that no program reads."""
    ignored = frozenset(map(str.encode, document("building.toml")["ignored"]))
    sizes: Counter[bytes] = Counter()
    for path, size, kind in zip(index.paths, index.sizes, index.kinds, strict=True):
        name = next(filter(ignored.__contains__, path.split(b"/")), None) if kind == Kind.REGULAR else None
        if name is not None:
            sizes[name] += size
    return sizes


def _sources_first(own: Iterable[Instruction]) -> Iterator[Remark]:
    """A COPY of everything in front of the command that fetches dependencies: every change of a source fetches them again."""
    everything = ""
    for item in own:
        if _EVERYTHING.match(item.text):
            everything = item.text
        elif everything and item.keyword == "RUN" and (files := _dependency_files(item.text)):
            yield remark(Code.SOURCES_FIRST, files=printable(files), instruction=everything[:80])
            return


def _dependency_files(command: str) -> str:
    """The files that say which dependencies a command fetches, "" when it fetches none."""
    for row in document("building.toml")["fetch"]:
        if found := re.search(row["command"], command):
            return str(row["files"].format(*found.groups()))
    return ""


def _at_the_end(ground: Ground) -> Iterator[Remark]:
    """What the program itself is: its user, and its symbols."""
    if ground.config.user.strip().partition(":")[0] in ("", "root", "0"):
        yield remark(Code.RUNS_AS_ROOT)
    if linked := sum(program.strippable for program in ground.with_symbols(Ecosystem.GO, Ecosystem.C)):
        yield remark(Code.SYMBOLS, size=units.size(linked))
