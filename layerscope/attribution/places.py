"""The catalogue's rules made ready for one image: ``$APP``, ``~`` and ENV filled in, the strongest first."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from layerscope.attribution.catalogue import STRENGTHS, Rule
from layerscope.attribution.globs import Matcher, alternatives, literally, name_pattern, specificity

_VARIABLE = re.compile(r"\$([A-Z_]+)")
_HOMES = ("/root", "/home/*")


class Places(NamedTuple):
    """Globs in order with the rule of each: ``matcher.find`` gives a position in ``rules``, -1 for none."""

    matcher: Matcher
    rules: tuple[Rule, ...]


def places_for_unowned(rules: Iterable[Rule], roots: Sequence[str], environment: Mapping[str, str]) -> Places:
    """The rules for files that no package owns.

    ``tree`` rules come first, ``rest`` rules last, and among equals the more specific glob.
    """

    def strength(rule: Rule) -> int:
        return STRENGTHS.index(rule.strength)

    return _places(((strength(rule), rule) for rule in rules), roots, environment)


def places_for_owned(rules: Iterable[Rule], roots: Sequence[str], environment: Mapping[str, str]) -> Places:
    """The rules for files that a package owns: those that always claim them come before those that refine."""

    def strength(rule: Rule) -> int:
        return (0 if rule.strength == "tree" else 1) if rule.claims == "always" else 2

    return _places(((strength(rule), rule) for rule in rules if rule.claims != "unowned"), roots, environment)


def _places(strengths: Iterable[tuple[int, Rule]], roots: Sequence[str], environment: Mapping[str, str]) -> Places:
    ordered: list[tuple[int, int, int, str, str, Rule]] = []
    for strength, rule in strengths:
        for glob in _filled_in(rule.globs, roots, environment):
            literal, length = specificity(glob)
            ordered.append((strength, -literal, -length, rule.id, glob, rule))
    ordered.sort(key=lambda item: item[:5])
    trees = sum(item[0] == 0 for item in ordered)
    return Places(Matcher([item[4] for item in ordered], trees), tuple(item[5] for item in ordered))


def _filled_in(globs: Iterable[str], roots: Sequence[str], environment: Mapping[str, str]) -> Iterator[str]:
    for written in globs:
        for glob in alternatives(written):
            if glob.startswith("~/"):
                yield from (home + glob[1:] for home in _HOMES)
            elif glob.startswith("$APP/"):
                yield from (f"/{literally(root)}{glob[4:]}" for root in roots)
            elif variable := _VARIABLE.match(glob):
                value = environment.get(variable[1], "").rstrip("/")
                if value.startswith("/") and value.count("/") > 1:
                    yield literally(value) + glob[variable.end() :]
            else:
                yield glob


class PackageRules:
    """The rules that name packages: an exact name before a glob, a more specific glob before another."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._exact: dict[str, Rule] = {}
        globs: list[tuple[tuple[int, int], str, Rule]] = []
        for rule in rules:
            for written in rule.packages:
                for glob in alternatives(written):
                    if re.search(r"[*?\[]", glob):
                        globs.append((specificity(glob), name_pattern(glob), rule))
                    else:
                        self._exact[glob] = rule
        globs.sort(key=lambda item: item[0], reverse=True)
        self._rules = [rule for _, _, rule in globs]
        self._pattern = re.compile("|".join(f"({pattern})" for _, pattern, _ in globs)) if globs else None

    def of(self, package: str) -> Rule | None:
        """The rule for a package's files, None when it is just a part of the operating system."""
        exact = self._exact.get(package)
        if exact is not None or self._pattern is None:
            return exact
        match = self._pattern.fullmatch(package)
        return self._rules[match.lastindex - 1] if match and match.lastindex else None
