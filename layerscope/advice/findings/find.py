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

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, compress
from operator import mul

from msgspec import Struct
from msgspec.structs import replace

from layerscope.advice.dockerfile.write import size_text
from layerscope.advice.findings.duplicates import candidates, duplicates
from layerscope.advice.findings.evidence import PATHS_NAMED, category_name, instructions_of
from layerscope.advice.findings.losses import losses
from layerscope.advice.findings.same_content import Sameness
from layerscope.advice.findings.shadowed import same_sized, shadowed
from layerscope.advice.model import Finding, Leak
from layerscope.advice.plan.full_base import FullBase, full_base
from layerscope.advice.plan.refusals import refusal
from layerscope.advice.rules import AdviceRule, advice_rules
from layerscope.advice.secrets.find import held_in_files, secrets_in_files, secrets_in_texts
from layerscope.attribution.catalogue import Rule
from layerscope.attribution.catalogue import rule as catalogue_rule
from layerscope.attribution.model import Attribution, Component
from layerscope.core.names import absolute, printable
from layerscope.core.vocabulary import Category, Confidence, Ecosystem
from layerscope.filesystem.merged import Filesystem
from layerscope.history.history import History
from layerscope.layers.contents import Contents
from layerscope.needs.model import Runtime

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
_ONLY_IF_FOLLOWED = (Category.OS, Category.RUNTIME, Category.DEPENDENCY, Category.UNKNOWN)
_NAMED = 3


def find_waste(
    filesystem: Filesystem,
    history: History,
    attribution: Attribution,
    runtime: Runtime,
    contents: Contents | None = None,
    leaks: Sequence[Leak] = (),
    thorough: bool = False,
) -> tuple[Finding, ...]:
    """All findings: secrets first, then the most bytes first.

    Where the need cannot be followed to its end, nothing is called unreached that code might read. ``contents`` may be None
    where the image has none; ``leaks`` are the credentials that were masked in its texts. Contents of compressed layers are
    compared only if the search is ``thorough``: each of them is inflated once more for it.
    """
    lost = losses(filesystem)
    held = held_in_files(filesystem, attribution, contents)
    secret = frozenset(item.entry for item in held)
    hidden = [loss for loss in lost if loss.entry not in secret]
    needed = {filesystem.holder(need.entry) for need in runtime.needs}
    found = [*_live(filesystem, history, attribution, runtime, needed | secret)]
    taken = secret.union(*(finding.entries for finding in found))
    alike = same_sized(filesystem, hidden)
    possible = candidates(filesystem, taken)
    sameness = Sameness(filesystem, contents, thorough)
    sameness.prepare([*possible, *alike, *(other for others in alike.values() for other in others)])
    found += shadowed(filesystem, history, attribution, lost=hidden, alike=alike, sameness=sameness)
    found += duplicates(filesystem, history, attribution, possible, sameness)
    found += _symbols(filesystem, history, runtime, taken.union(*(finding.entries for finding in found)))
    found.sort(key=lambda finding: (-finding.size, finding.rule, finding.category, finding.layers))
    secrets = [
        *secrets_in_files(filesystem, history, attribution, held, {loss.entry: loss for loss in lost}),
        *secrets_in_texts(history, leaks),
    ]
    return (*secrets, *found)


class _Wasted(Struct, frozen=True):
    """Entries of one component that the program does not need, and their bytes."""

    size: int
    component: int
    entries: list[int]


def _live(
    filesystem: Filesystem, history: History, attribution: Attribution, runtime: Runtime, exempt: Collection[int]
) -> Iterable[Finding]:
    """Findings over live entries by what they are, but for the exempt ones."""
    followed = not refusal(attribution, runtime)
    full = full_base(filesystem, history, attribution)
    beyond = full.entries if full is not None else frozenset()
    groups: dict[tuple[str, Category], list[_Wasted]] = {}
    for component, entries in _by_component(filesystem, attribution, exempt).items():
        owner = attribution.components[component]
        if owner.category not in CONFIDENCE:
            continue
        of_base = [entry for entry in entries if entry in beyond] if beyond and owner.category == Category.OS else []
        rest = [entry for entry in entries if entry not in beyond] if of_base else entries
        if of_base:
            groups.setdefault((_FULL_BASE, Category.OS), []).append(_wasted(filesystem, component, of_base))
        if rest and (followed or owner.category not in _ONLY_IF_FOLLOWED):
            groups.setdefault((_rule_of(owner), owner.category), []).append(_wasted(filesystem, component, rest))
    places = {row.component: row.paths for row in attribution.sizes}
    for (identity, category), parts in groups.items():
        confidence = CONFIDENCE[category] if identity != _FULL_BASE or followed else Confidence.UNKNOWN
        found = _by_rule(
            filesystem,
            history,
            attribution,
            identity=identity,
            category=category,
            confidence=confidence,
            wasted=parts,
            places=places,
        )
        yield _beside_slim(found, full) if identity == _FULL_BASE and full is not None else found


def _beside_slim(finding: Finding, full: FullBase) -> Finding:
    """The finding about a full base, with the names of both variants."""
    told = f"The base is {printable(full.reference)}, and there is {printable(full.slim)}"
    title = f"what {printable(full.slim)} leaves out: {finding.title}"
    return replace(finding, title=title, evidence=(*finding.evidence, told))


def _by_component(filesystem: Filesystem, attribution: Attribution, exempt: Collection[int]) -> dict[int, list[int]]:
    """The live entries with content of each component, without the exempt ones."""
    owner = attribution.owner
    found: list[list[int]] = [[] for _ in attribution.components]
    for entry in compress(range(len(filesystem)), map(mul, filesystem.sizes, filesystem.stored_live)):
        found[owner[entry]].append(entry)
    for component in {owner[entry] for entry in exempt}:
        found[component] = [entry for entry in found[component] if entry not in exempt]
    return {component: entries for component, entries in enumerate(found) if entries}


def _wasted(filesystem: Filesystem, component: int, entries: list[int]) -> _Wasted:
    return _Wasted(sum(map(filesystem.sizes.__getitem__, entries)), component, entries)


def _rule_of(owner: Component) -> str:
    return owner.rule or WITHOUT_RULE.get(owner.category, _UNREACHED)


def _by_rule(
    filesystem: Filesystem,
    history: History,
    attribution: Attribution,
    identity: str,
    category: Category,
    confidence: Confidence,
    wasted: Iterable[_Wasted],
    places: Mapping[int, Sequence[bytes]],
) -> Finding:
    """One finding over components, with what the rule of the catalogue or of advice says about it. ``places`` are where each
    component lies."""
    parts = sorted(wasted, key=lambda part: (-part.size, part.component))
    known = catalogue_rule(identity)
    fallback = advice_rules().get(identity, advice_rules()[_UNREACHED])
    rule: AdviceRule | Rule = known or fallback
    entries = tuple(chain.from_iterable(part.entries for part in parts))
    layers = tuple(sorted(set(map(filesystem.layers.__getitem__, entries))))
    exceptions = (f"Except: {rule.exceptions}",) if rule.exceptions else ()
    return Finding(
        rule=rule.id,
        title=_title(attribution, parts, category),
        category=category,
        size=sum(part.size for part in parts),
        confidence=confidence,
        layers=layers,
        instructions=instructions_of(history, layers),
        paths=tuple(dict.fromkeys(path for part in parts for path in places.get(part.component, ())))[:PATHS_NAMED],
        evidence=(rule.why, *exceptions),
        remedy=rule.remedy or fallback.remedy,
        entries=entries,
    )


def _title(attribution: Attribution, parts: list[_Wasted], category: Category) -> str:
    """The largest components by name: "gcc-12 12.2.0-14, g++-12 12.2.0-14 and 9 more"."""
    owners = (attribution.components[part.component] for part in parts)
    names = list(dict.fromkeys(printable(owner.title) for owner in owners))
    told = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    return told or category_name(category)


def _symbols(filesystem: Filesystem, history: History, runtime: Runtime, taken: Collection[int]) -> Iterable[Finding]:
    rule = advice_rules()["LS790"]
    for program in runtime.programs:
        holder = filesystem.holder(program.entry)
        if program.strippable <= 0 or program.ecosystem not in (Ecosystem.GO, Ecosystem.C) or holder in taken:
            continue
        told = f"{absolute(program.path)} is {size_text(filesystem.sizes[holder])}, measured in its ELF sections"
        layers = (filesystem.layers[holder],)
        yield Finding(
            rule=rule.id,
            title=f"{rule.title} of {absolute(program.path)}",
            category=Category.APPLICATION,
            size=program.strippable,
            confidence=Confidence.BUILD_ONLY,
            layers=layers,
            instructions=instructions_of(history, layers),
            paths=(program.path,),
            evidence=(rule.why, told),
            remedy=rule.remedy,
            entries=(holder,),
        )
