"""The waste in an image, and its secrets: what the program does not need, each byte in at most one finding.

Who gets a byte, the first that applies:

1. a credential in a file (LS801 to LS809), whether the file is live or not; those in the configuration and the history (LS810
   to LS812) are no bytes of any layer;
2. content that a later layer hides (LS401 to LS406), by how it was lost;
3. what the program needs is in no finding; of what is left, each file is found by what it is: by its component's rule of
   the catalogue, or, where no rule names it, by its category (LS992, LS690, LS990), or as part of a full base (LS991);
4. of what no finding took, needed or not, each copy of a content but the first (LS403);
5. of a needed program that is in no finding, the symbols that could be stripped (LS790): a part of the file's bytes.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, compress, filterfalse
from operator import attrgetter, mul

from msgspec import Struct
from msgspec.structs import replace

from layerscope.advice.findings.duplicates import candidates, duplicates
from layerscope.advice.findings.evidence import PATHS_NAMED, Claim, category_name, finding_of, listed
from layerscope.advice.findings.losses import losses
from layerscope.advice.findings.same_content import Sameness
from layerscope.advice.findings.shadowed import same_sized, shadowed
from layerscope.advice.ground import Ground
from layerscope.advice.model import Finding
from layerscope.advice.plan.full_base import FullBase, full_base
from layerscope.advice.plan.refusals import refusal
from layerscope.advice.rules import AdviceRule, advice_rules
from layerscope.advice.secrets.find import held_in_files, secrets_in_files, secrets_in_texts
from layerscope.advice.secrets.redaction import Leak
from layerscope.attribution.catalogue import Rule
from layerscope.attribution.catalogue import rule as catalogue_rule
from layerscope.attribution.model import Component
from layerscope.core import units
from layerscope.core.grouping import grouped
from layerscope.core.names import absolute, printable
from layerscope.core.vocabulary import Category, Confidence, Ecosystem
from layerscope.layers.contents import Contents

CONFIDENCE = {
    Category.CACHE: Confidence.DEAD,
    Category.TOOLCHAIN: Confidence.BUILD_ONLY,
    Category.SOURCE: Confidence.BUILD_ONLY,
    Category.INTERMEDIATE: Confidence.BUILD_ONLY,
    Category.DEV_DEPENDENCY: Confidence.BUILD_ONLY,
    Category.DOCS: Confidence.UNREACHED,
    Category.OS: Confidence.UNREACHED,
    Category.RUNTIME: Confidence.UNREACHED,
    Category.DEPENDENCY: Confidence.UNREACHED,
    Category.UNKNOWN: Confidence.UNKNOWN,
}
"""How sure it is that live bytes of a category are not needed; the application's own are never waste."""

WITHOUT_RULE = {Category.TOOLCHAIN: "LS992", Category.DEV_DEPENDENCY: "LS690"}
"""The rule for components of a category that no rule of the catalogue names; LS990 for the others."""

_UNREACHED = "LS990"
_FULL_BASE = "LS991"
_SYMBOLS = "LS790"
_ONLY_IF_FOLLOWED = (Category.OS, Category.RUNTIME, Category.DEPENDENCY, Category.UNKNOWN)
_NAMED = 3


def find_waste(
    ground: Ground, contents: Contents | None = None, leaks: Sequence[Leak] = (), thorough: bool = False
) -> tuple[Finding, ...]:
    """All findings: secrets first, then the most bytes first.

    Where the need cannot be followed to its end, nothing is called unreached that code might read. ``contents`` may be None
    where the image has none; ``leaks`` are the credentials that were masked in its texts. Contents of compressed layers are
    compared only if the search is ``thorough``: each of them is inflated once more for it.
    """
    filesystem = ground.filesystem
    lost = losses(filesystem)
    held = held_in_files(ground, contents)
    secret = frozenset(map(attrgetter("entry"), held))
    hidden = [loss for loss in lost if loss.entry not in secret]
    needed = map(filesystem.holder, map(attrgetter("entry"), ground.runtime.needs))
    found = [*_live(ground, secret.union(needed))]
    alike = same_sized(filesystem, hidden)
    possible = candidates(filesystem, secret.union(_entries_of(found)))
    sameness = Sameness(filesystem, contents, thorough)
    sameness.prepare([*possible, *alike, *chain.from_iterable(alike.values())])
    found += shadowed(ground, hidden, alike, sameness)
    found += duplicates(ground, possible, sameness)
    found += _symbols(ground, chain(secret, _entries_of(found)))
    found.sort(key=lambda finding: (-finding.size, finding.rule, finding.category, finding.layers))
    secrets = secrets_in_files(ground, held, {loss.entry: loss for loss in lost})
    return (*secrets, *secrets_in_texts(ground.history, leaks), *found)


def _entries_of(findings: Iterable[Finding]) -> Iterator[int]:
    return chain.from_iterable(map(attrgetter("entries"), findings))


class _Waste(Struct, frozen=True):
    """Entries of one component that the program does not need, by the rule that finds them, and their bytes."""

    rule: str
    component: int
    entries: list[int]
    size: int

    def may_be_named(self, category: Category, followed: bool) -> bool:
        """Whether it is waste for sure: the program's needs were ``followed``, or its code does not read such files."""
        return followed or self.rule == _FULL_BASE or category not in _ONLY_IF_FOLLOWED


def _live(ground: Ground, exempt: Collection[int]) -> Iterator[Finding]:
    """Findings over live entries by what they are, but for the exempt ones."""
    followed = not refusal(ground)
    full = full_base(ground)
    components = ground.attribution.components
    wastes = _waste(ground, exempt, full.entries if full is not None else frozenset())
    places = {row.component: row.paths for row in ground.attribution.sizes}
    groups = grouped(wastes, lambda waste: (waste.rule, components[waste.component].category))
    for (identity, category), parts in groups.items():
        if parts[0].may_be_named(category, followed):
            found = _by_rule(ground, category, parts, places)
            yield _beside_slim(found, full, followed) if identity == _FULL_BASE and full is not None else found


def _waste(ground: Ground, exempt: Collection[int], beyond: Collection[int]) -> Iterator[_Waste]:
    """What each component stores in vain; what only a full base has, ``beyond``, counts apart."""
    for component, entries in _by_component(ground, exempt).items():
        owner = ground.attribution.components[component]
        groups = _rules_of(owner, entries, beyond) if owner.category in CONFIDENCE else {}
        for identity, members in groups.items():
            yield _Waste(identity, component, members, sum(map(ground.filesystem.sizes.__getitem__, members)))


def _rules_of(owner: Component, entries: list[int], beyond: Collection[int]) -> dict[str, list[int]]:
    """The entries of a component by the rule that finds them; those ``beyond`` a slim base first."""
    rule = owner.rule or WITHOUT_RULE.get(owner.category, _UNREACHED)
    if not beyond or owner.category != Category.OS:
        return {rule: entries}
    of_base = list(filter(beyond.__contains__, entries))
    groups = {_FULL_BASE: of_base, rule: list(filterfalse(beyond.__contains__, entries))}
    return {identity: members for identity, members in groups.items() if members}


def _by_component(ground: Ground, exempt: Collection[int]) -> dict[int, list[int]]:
    """The live entries with content of each component, without the exempt ones."""
    filesystem, owner = ground.filesystem, ground.attribution.owner
    found: list[list[int]] = [[] for _ in ground.attribution.components]
    for entry in compress(range(len(filesystem)), map(mul, filesystem.sizes, filesystem.stored_live)):
        found[owner[entry]].append(entry)
    for component in set(map(owner.__getitem__, exempt)):
        found[component] = list(filterfalse(exempt.__contains__, found[component]))
    return {component: entries for component, entries in enumerate(found) if entries}


def _by_rule(ground: Ground, category: Category, wastes: Iterable[_Waste], places: Mapping[int, tuple[bytes, ...]]) -> Finding:
    """One finding over components, with what their rule of the catalogue or of advice says about it. ``places`` are where each
    component lies."""
    wastes = sorted(wastes, key=lambda waste: (-waste.size, waste.component))
    identity = wastes[0].rule
    fallback = advice_rules().get(identity, advice_rules()[_UNREACHED])
    rule: AdviceRule | Rule = catalogue_rule(identity) or fallback
    members = list(map(attrgetter("component"), wastes))
    claim = Claim(
        title=_titles(ground, members) or category_name(category),
        category=category,
        confidence=CONFIDENCE[category],
        evidence=[f"Except: {rule.exceptions}"] if rule.exceptions else [],
        paths=list(dict.fromkeys(chain.from_iterable(places.get(component, ()) for component in members)))[:PATHS_NAMED],
    )
    found = finding_of(ground, rule, list(chain.from_iterable(map(attrgetter("entries"), wastes))), claim)
    return found if found.remedy else replace(found, remedy=fallback.remedy)


def _titles(ground: Ground, components: Iterable[int]) -> str:
    titles = (printable(ground.attribution.components[component].title) for component in components)
    return listed(list(dict.fromkeys(titles)), _NAMED)


def _beside_slim(finding: Finding, full: FullBase, followed: bool) -> Finding:
    """The finding about a full base, with the names of both variants."""
    slim = printable(full.slim)
    return replace(
        finding,
        title=f"what {slim} leaves out: {finding.title}",
        confidence=finding.confidence if followed else Confidence.UNKNOWN,
        evidence=(*finding.evidence, f"The base is {printable(full.reference)}, and there is {slim}"),
    )


def _symbols(ground: Ground, taken: Iterable[int]) -> Iterator[Finding]:
    """The symbols of each started program that no finding has: it is none of the entries that are ``taken``."""
    filesystem, rule = ground.filesystem, advice_rules()[_SYMBOLS]
    free = {filesystem.holder(program.entry) for program in ground.runtime.programs}.difference(taken)
    for program in ground.runtime.programs:
        holder = filesystem.holder(program.entry)
        if program.strippable > 0 and program.ecosystem in (Ecosystem.GO, Ecosystem.C) and holder in free:
            path = absolute(program.path)
            claim = Claim(
                title=f"{rule.title} of {path}",
                category=Category.APPLICATION,
                confidence=Confidence.BUILD_ONLY,
                evidence=[f"{path} is {units.size(filesystem.sizes[holder])}, measured in its ELF sections"],
                paths=[program.path],
            )
            yield replace(finding_of(ground, rule, [holder], claim), size=program.strippable)
