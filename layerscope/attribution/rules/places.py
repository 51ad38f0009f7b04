"""The catalogue's rules made ready for one image: ``$APP``, ``~`` and ENV filled in, the strongest first."""

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, compress, count, repeat
from operator import itemgetter
from typing import NamedTuple

from layerscope.attribution.catalogue import STRENGTHS, Rule
from layerscope.attribution.packages.registry import SYSTEMS
from layerscope.attribution.rules.globs import NONE, Matcher
from layerscope.attribution.rules.patterns import WILD, NameGlob, alternatives, name_glob, specificity
from layerscope.attribution.rules.remembered import Remembered
from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes
from layerscope.layers.index import LayerIndex

_ANYWHERE = ("/", "**/")
_LIBRARIES = (b"node_modules", b"-packages/")
"""What is in the paths of directories that package managers of languages fill."""

_PLACE = expression(r"//?([^/]+/.+)", re.DOTALL)
_VARIABLE = expression(r"\$[A-Z_]+")
_NO_PROJECTS = (
    *(b"usr/share/", b"usr/lib", b"usr/include/", b"usr/bin", b"usr/sbin", b"etc/", b"var/lib/", b"lib", b"proc/", b"sys/"),
    *(b"usr/local/go/", b"usr/local/lib/", b"usr/local/include/", b"usr/local/rustup/", b"opt/java/", b"opt/conda/"),
)

UNOWNED, OWNED = 0, 1
"""The orders of a matcher's globs: that for files which no package owns, and that for files which one owns."""


class Places(NamedTuple):
    """The rules' globs, ready to be walked: the ranks that ``matcher`` answers in the order :data:`UNOWNED` are those of
    ``unowned``, in the order :data:`OWNED` those of ``owned``. ``by_id`` has all rules."""

    matcher: Matcher
    unowned: tuple[Rule, ...]
    owned: tuple[Rule, ...]
    by_id: Mapping[str, Rule]

    def rule(self, order: int, rank: int) -> Rule | None:
        """The rule of a rank in one of the orders, None where no glob took the file."""
        return None if rank == NONE else (self.unowned, self.owned)[order][rank]


def names_beside(rules: Iterable[Rule]) -> dict[str, int]:
    """A bit for each name or ending that a rule asks to lie beside something."""
    names = sorted({name for rule in rules for name in rule.beside})
    return {name: 1 << number for number, name in enumerate(names)}


def directories_beside(indexes: Iterable[LayerIndex], names: Mapping[str, int]) -> dict[bytes, int]:
    """The directories in which, in any layer, one of those names lies, each with the bits of what is there.

    The system's own directories and installed libraries are left out: no project lies there.
    """
    found: defaultdict[bytes, int] = defaultdict(int)
    for directory, bit in _met(indexes, {_ending(name): bit for name, bit in names.items()}):
        found[directory] |= bit
    return found


def _met(indexes: Iterable[LayerIndex], bits: Mapping[bytes, int]) -> Iterator[tuple[bytes, int]]:
    """The directory and the bit of each file whose path has one of these endings."""
    tails = tuple({ending.lstrip(b"/")[-5:] for ending in bits})
    for path in _outside_libraries(indexes):
        if path.endswith(tails):
            directory, _, name = path.rpartition(b"/")
            yield from ((directory, bit) for ending, bit in bits.items() if (b"/" + name).endswith(ending))


def _ending(name: str) -> bytes:
    """How the absolute path of a file ends that has a name, or an ending (``*.csproj``)."""
    return path_bytes(name[1:] if name.startswith("*") else "/" + name)


def _outside_libraries(indexes: Iterable[LayerIndex]) -> Iterator[bytes]:
    """The paths outside of the system's directories and of those that package managers of languages fill."""
    for index in indexes:
        searched = [not (path.startswith(_NO_PROJECTS) or any(map(path.count, _LIBRARIES))) for path in index.directories]
        yield from compress(index.paths, map(searched.__getitem__, index.parents))


_Rank = tuple[int, int, int, str, str]
"""How a glob of a rule is sorted: by strength, by how much it says, then by the rule's id and the glob."""


def places_for(rules: Sequence[Rule], roots: Iterable[bytes], environment: Mapping[str, str]) -> Places:
    """The rules for one image, whose application lies in ``roots``.

    For files that no package owns, ``tree`` rules come first, ``rest`` rules last; for the others, ``tree`` rules, then those
    that always claim files, then those that refine. Among equals the more specific glob comes first.
    """
    places = _placed(_Known(rules), tuple(_anchors(rules, roots, environment).items()))
    return places._replace(matcher=places.matcher.unasked())


class _Known:
    """Rules as what is made of them is remembered by: the same ones are one object, and need not be compared."""

    __slots__ = ("rules",)

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = rules

    def __hash__(self) -> int:
        return id(self.rules)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and self.rules is other.rules


_MOST_PLACED = 8
"""For so many images the rules stay ready: an application lies in few places, and tags of one image have the same."""


@lru_cache(_MOST_PLACED)
def _placed(known: _Known, places: tuple[tuple[str, tuple[str | bytes, ...]], ...]) -> Places:
    rules, anchors = tuple(known.rules), dict(places)
    placed = sorted(_ranked(rules, anchors), key=itemgetter(0))
    unowned = tuple(map(itemgetter(1), placed))
    owned = [number for number, rule in enumerate(unowned) if rule.claims != "unowned"]
    owned.sort(key=lambda number: _rank_if_owned(*placed[number]))
    ranks = dict(zip(owned, count()))
    bits = names_beside(rules)
    matcher = Matcher(
        [rank[-1] for rank, _ in placed],
        closed=sum(rank[0] == 0 for rank, _ in placed),
        conditions=[sum(map(bits.__getitem__, rule.beside)) for rule in unowned],
        anchors=anchors,
        others=(list(map(ranks.get, range(len(placed)), repeat(NONE))),),
    )
    return Places(
        matcher,
        unowned=unowned,
        owned=tuple(map(unowned.__getitem__, owned)),
        by_id={rule.id: rule for rule in rules},
    )


_STRENGTHS_IF_OWNED = (("always", True), ("always", False), ("refines", False))
"""What rules claim, and whether they are trees, in the order of their strength for files that a package owns."""


def _rank_if_owned(rank: _Rank, rule: Rule) -> _Rank:
    """How a glob is sorted among those for files that a package owns."""
    return (_STRENGTHS_IF_OWNED.index((rule.claims, rule.strength == "tree")), *rank[1:])


def _ranked(rules: Iterable[Rule], anchors: Mapping[str, Sequence[str | bytes]]) -> Iterator[tuple[_Rank, Rule]]:
    """Each glob of each rule with its rank, but for those that begin with a place that the image does not have.

    An anchor says as much as the shortest of its places, what has to lie beside as much as the shortest of the names.
    """
    lengths = {"": 0} | {name: min(map(len, places)) - len(name) + 1 for name, places in anchors.items() if places}
    for rule in rules:
        strength = STRENGTHS.index(rule.strength)
        beside = min((len(name.lstrip("*")) for name in rule.beside), default=0)
        for glob, (literal, length) in rule.endings:
            anchor = _anchor(glob)
            if anchor in lengths:
                more = beside + lengths[anchor]
                yield (strength, -literal - more, -length - more, rule.id, glob), rule


def _anchor(glob: str) -> str:
    """The name of the place that a glob begins with, "" when it begins anywhere or at the root."""
    return "" if glob.startswith(_ANYWHERE) else glob.partition("/")[0]


def _anchors(
    rules: Iterable[Rule], roots: Iterable[bytes], environment: Mapping[str, str]
) -> dict[str, tuple[str | bytes, ...]]:
    """What ``~``, ``$APP`` and ``$NAME`` stand for; a variable that is no directory below another stands for nothing."""
    anchors: dict[str, tuple[str | bytes, ...]] = {"~": ("root", "home/*"), "$APP": tuple(roots)}
    for name in _variables(rules) - anchors.keys():
        place = _PLACE.fullmatch(posixpath.normpath(environment.get(name[1:], "")))
        anchors[name] = (path_bytes(place[1]),) if place else ()
    return anchors


def _variables(rules: Iterable[Rule]) -> set[str]:
    """The variables that globs begin with, ``$APP`` among them."""
    globs = chain.from_iterable(rule.globs for rule in rules)
    return {match[0] for match in filter(None, map(_VARIABLE.match, globs))}


class PackageRules:
    """The rules that name packages: an exact name before a glob, a more specific glob before another."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        exact, self._by_beginning = _packages(_Known(rules))
        self._known: Remembered[str, Rule | None] = Remembered(self._of_globs)
        self._known.update(exact)
        self._lengths = sorted({len(first) for _, first in self._by_beginning})

    def of(self, package: str) -> Rule | None:
        """The rule for a package's files, None when there is none. A library has its system in front: ``npm:typescript``."""
        return self._known[package]

    def _of_globs(self, package: str) -> Rule | None:
        system, name = _system(package), path_bytes(package)
        near = (found for length in self._lengths for found in self._by_beginning.get((system, name[:length]), ()))
        taking = ((rank, rule) for rank, glob, rule in near if glob.takes(name))
        return min(taking, default=(0, None), key=itemgetter(0))[1]


_Globs = dict[tuple[str, bytes], list[tuple[int, NameGlob, Rule]]]
"""Globs for packages, each with its rank and its rule, by the system in front and by what they begin with."""


@lru_cache(1)
def _packages(known: _Known) -> tuple[dict[str, Rule], _Globs]:
    """The rules for exact names, and those for globs."""
    named = list(_named(known.rules))
    exact = {name: rule for name, rule in named if not WILD.search(name)}
    by_beginning: defaultdict[tuple[str, bytes], list[tuple[int, NameGlob, Rule]]] = defaultdict(list)
    for rank, (written, rule) in enumerate(sorted((item for item in named if item[0] not in exact), key=_says_more)):
        glob = name_glob(written)
        by_beginning[_system(written), glob.first].append((rank, glob, rule))
    return exact, dict(by_beginning)


def _named(rules: Iterable[Rule]) -> Iterator[tuple[str, Rule]]:
    """The names and globs of packages, each with its rule."""
    for rule in rules:
        for name in chain.from_iterable(map(alternatives, rule.packages)):
            yield name, rule


def _says_more(named: tuple[str, Rule]) -> tuple[int, int]:
    literal, length = specificity(named[0])
    return -literal, -length


def _system(package: str) -> str:
    """The system in front of a package's name, "" for a package of the operating system."""
    system, colon, _ = package.partition(":")
    return system if colon and system in SYSTEMS else ""
