"""The catalogue's rules made ready for one image: ``$APP``, ``~`` and ENV filled in, the strongest first."""

import math
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress
from operator import itemgetter
from typing import NamedTuple

from layerscope.attribution.catalogue import STRENGTHS, Rule
from layerscope.attribution.packages.registry import SYSTEMS
from layerscope.attribution.rules.globs import Matcher
from layerscope.attribution.rules.patterns import WILD, alternatives, name_pattern, specificity
from layerscope.core.names import path_bytes
from layerscope.layers.index import LayerIndex

_ANYWHERE = ("/", "**/")
_VARIABLE = re.compile(r"\$[A-Z_]+")
_NO_PROJECTS = (
    *(b"usr/share/", b"usr/lib", b"usr/include/", b"usr/bin", b"usr/sbin", b"etc/", b"var/lib/", b"lib", b"proc/", b"sys/"),
    *(b"usr/local/go/", b"usr/local/lib/", b"usr/local/include/", b"usr/local/rustup/", b"opt/java/", b"opt/conda/"),
)


UNOWNED, OWNED = 0, 1
"""The views of a directory's state: the rules for files that no package owns, and those for files that one owns."""


class Places(NamedTuple):
    """The rules' globs, ready to be walked. What ``matcher.find`` and the view ``UNOWNED`` answer are positions in ``rules``,
    what the view ``OWNED`` answers positions in ``owned``; -1 for none."""

    matcher: Matcher
    rules: tuple[Rule, ...]
    owned: tuple[Rule, ...]


def names_beside(rules: Iterable[Rule]) -> dict[str, int]:
    """A bit for each name or ending that a rule asks to lie beside something."""
    names = sorted({name for rule in rules for name in rule.beside})
    return {name: 1 << number for number, name in enumerate(names)}


def directories_beside(indexes: Iterable[LayerIndex], names: Mapping[str, int]) -> dict[bytes, int]:
    """The directories in which, in any layer, one of those names lies, each with the bits of what is there.

    Where no project lies (the system's own directories, installed libraries) nobody looks.
    """
    bits = {(name[1:] if name.startswith("*") else "/" + name).encode(): bit for name, bit in names.items()}
    endings = tuple(bits)
    last = tuple({ending.lstrip(b"/")[-5:] for ending in endings})
    found: dict[bytes, int] = {}
    for index in indexes if endings else ():
        searched = [not (path.startswith(_NO_PROJECTS) or _is_library(path)) for path in index.directories]
        for path in compress(index.paths, map(searched.__getitem__, index.parents)):
            if path.endswith(last) and (b"/" + path).endswith(endings):
                directory = path.rpartition(b"/")[0]
                bit = sum(bit for ending, bit in bits.items() if (b"/" + path).endswith(ending))
                found[directory] = found.get(directory, 0) | bit
    return found


def _is_library(directory: bytes) -> bool:
    """Whether a directory lies where package managers of languages install."""
    return directory.find(b"node_modules") >= 0 or directory.find(b"-packages/") >= 0


_Rank = tuple[int, int, int, str, str]
"""How a glob of a rule is sorted: by strength, by how much it says, then by the rule's id and the glob."""


def places_for(rules: Sequence[Rule], roots: Iterable[bytes], environment: Mapping[str, str]) -> Places:
    """The rules for one image, whose application lies in ``roots``.

    For files that no package owns, ``tree`` rules come first, ``rest`` rules last; for the others, ``tree`` rules, then those
    that always claim files, then those that refine. Among equals the more specific glob comes first.
    """
    anchors = _anchors(rules, roots, environment)
    placed = sorted(_ranked(rules, anchors), key=itemgetter(0))
    owned = sorted(
        ((_strength_if_owned(rule), *rank[1:]), number, rule)
        for number, (rank, rule) in enumerate(placed)
        if rule.claims != "unowned"
    )
    ranks = [-1] * len(placed)
    for position, (_, number, _) in enumerate(owned):
        ranks[number] = position
    bits = names_beside(rules)
    conditions = {number: sum(bits[name] for name in rule.beside) for number, (_, rule) in enumerate(placed) if rule.beside}
    trees = sum(rank[0] == 0 for rank, _ in placed)
    matcher = Matcher([rank[4] for rank, _ in placed], trees, conditions, anchors, (ranks,))
    return Places(matcher, tuple(rule for _, rule in placed), tuple(rule for _, _, rule in owned))


def _strength_if_owned(rule: Rule) -> int:
    return (0 if rule.strength == "tree" else 1) if rule.claims == "always" else 2


def _ranked(rules: Iterable[Rule], anchors: Mapping[str, Sequence[str | bytes]]) -> Iterator[tuple[_Rank, Rule]]:
    """Each glob of each rule with its rank, but for those that begin with a place that the image does not have."""
    lengths = {name: min(map(len, places), default=0) for name, places in anchors.items()}
    for rule in rules:
        strength = STRENGTHS.index(rule.strength)
        condition = min((len(name.lstrip("*")) for name in rule.beside), default=0)
        for glob, (literal, length) in rule.endings:
            more = condition
            if not glob.startswith(_ANYWHERE):
                anchor = glob.partition("/")[0]
                if not lengths.get(anchor):
                    continue
                more += lengths[anchor] - len(anchor) + 1
            yield (strength, -literal - more, -length - more, rule.id, glob), rule


def _anchors(
    rules: Iterable[Rule], roots: Iterable[bytes], environment: Mapping[str, str]
) -> dict[str, tuple[str | bytes, ...]]:
    """What ``~``, ``$APP`` and ``$NAME`` stand for; a variable that is no directory below another stands for nothing."""
    anchors: dict[str, tuple[str | bytes, ...]] = {"~": ("root", "home/*"), "$APP": tuple(roots)}
    for name in {match[0] for rule in rules for glob in rule.globs if (match := _VARIABLE.match(glob))} - anchors.keys():
        value = posixpath.normpath(environment.get(name[1:], ""))
        found = value.startswith("/") and value.count("/") > 1
        anchors[name] = (path_bytes(value.lstrip("/")),) if found else ()
    return anchors


class _PackageGlob(NamedTuple):
    """A glob for names that begin with ``first`` and end with ``last``; with a ``pattern`` where that does not say it all."""

    first: str
    last: str
    pattern: str
    rule: Rule

    def takes(self, name: str) -> bool:
        """Whether the glob takes a name."""
        if not name.startswith(self.first):
            return False
        if self.pattern:
            return re.fullmatch(self.pattern, name, re.DOTALL) is not None
        return name.endswith(self.last) and len(name) >= len(self.first) + len(self.last)


class PackageRules:
    """The rules that name packages: an exact name before a glob, a more specific glob before another."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._exact: dict[str, Rule] = {}
        found: list[tuple[tuple[int, int], str, Rule]] = []
        for rule in rules:
            for written in rule.packages:
                for glob in alternatives(written):
                    if WILD.search(glob):
                        found.append((specificity(glob), glob, rule))
                    else:
                        self._exact[glob] = rule
        ranked = enumerate(sorted(found, key=itemgetter(0), reverse=True))
        self._by_beginning: dict[tuple[str, str], list[tuple[int, _PackageGlob]]] = {}
        for rank, (_, written, rule) in ranked:
            ready = _package_glob(written, rule)
            self._by_beginning.setdefault((_system(written), ready.first), []).append((rank, ready))
        self._lengths = sorted({len(first) for _, first in self._by_beginning})
        self._known: dict[str, Rule | None] = {}

    def of(self, package: str) -> Rule | None:
        """The rule for a package's files, None when there is none. A library has its system in front: ``npm:typescript``."""
        if package not in self._known:
            self._known[package] = self._exact.get(package) or self._of_globs(package)
        return self._known[package]

    def _of_globs(self, package: str) -> Rule | None:
        system = _system(package)
        best: float = math.inf
        found = None
        for length in self._lengths:
            for rank, glob in self._by_beginning.get((system, package[:length]), ()):
                if rank < best and glob.takes(package):
                    best, found = rank, glob.rule
                    break
        return found


def _package_glob(glob: str, rule: Rule) -> _PackageGlob:
    first, last = WILD.split(glob, maxsplit=1)[0], glob.rpartition("*")[2]
    if glob == f"{first}*{last}" and not WILD.search(last):
        return _PackageGlob(first, last, "", rule)
    return _PackageGlob(first, "", name_pattern(glob), rule)


def _system(package: str) -> str:
    """The system in front of a package's name, "" for a package of the operating system."""
    system, colon, _ = package.partition(":")
    return system if colon and system in SYSTEMS else ""
