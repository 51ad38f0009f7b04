"""The waste in an image: bytes that the program does not need, each in exactly one finding."""

from collections.abc import Iterable
from itertools import compress

from msgspec import Struct, field

from layerscope.advice.dockerfile import size_text
from layerscope.advice.honesty import refusal
from layerscope.advice.model import Finding
from layerscope.advice.rules import AdviceRule, advice_rules
from layerscope.attribution.catalogue import rule as catalogue_rule
from layerscope.attribution.model import Attribution, ComponentSize
from layerscope.filesystem.merged import Filesystem
from layerscope.names import absolute, printable
from layerscope.runtime.model import Runtime
from layerscope.sources.history import History

CONFIDENCE = {
    "cache": "dead",
    "toolchain": "build-only",
    "source": "build-only",
    "intermediate": "build-only",
    "dev-dependency": "build-only",
    "docs": "unreached",
    "os": "unreached",
    "runtime": "unreached",
    "dependency": "unreached",
    "unknown": "unknown",
}
"""How sure it is that live bytes of a category are not needed; the application's own are never waste."""

_ONLY_IF_FOLLOWED = ("os", "runtime", "dependency", "unknown")
_NAMED = 3
_PATHS = 8


def find_waste(filesystem: Filesystem, history: History, attribution: Attribution, runtime: Runtime) -> tuple[Finding, ...]:
    """All findings, the most bytes first; no byte is in two of them.

    Shadowed bytes are found by how they were lost, live ones by what they are: by their component's rule, without what the
    program needs. Where the need cannot be followed to its end, nothing is called unreached that code might read.
    """
    found = [*_shadowed(filesystem, history, attribution), *_live(filesystem, history, attribution, runtime)]
    found += _symbols(filesystem, history, runtime)
    return tuple(sorted(found, key=lambda finding: (-finding.size, finding.rule, finding.category)))


class _Shadowed(Struct):
    """Shadowed entries of one category, lost in one way."""

    size: int = 0
    entries: list[int] = field(default_factory=list)


def _shadowed(filesystem: Filesystem, history: History, attribution: Attribution) -> Iterable[Finding]:
    groups: dict[tuple[str, str], _Shadowed] = {}
    sizes, visible = filesystem.sizes, filesystem.visible
    lost = (entry for entry in compress(range(len(filesystem)), sizes) if not filesystem.stored_live[entry])
    for entry in lost:
        now = visible.get(filesystem.paths[entry])
        again = now is not None and sizes[filesystem.holder(now)] == sizes[entry]
        group = groups.setdefault(("LS402" if again else "LS401", attribution.component_of(entry).category), _Shadowed())
        group.size += sizes[entry]
        group.entries.append(entry)
    for (identity, category), group in groups.items():
        rule = advice_rules()[identity]
        largest = sorted(group.entries, key=lambda entry: (-sizes[entry], filesystem.paths[entry]))
        layers = {filesystem.layers[entry] for entry in group.entries}
        evidence = (rule.why, *(_lost(filesystem, entry) for entry in largest[:_NAMED]))
        paths = tuple(dict.fromkeys(filesystem.paths[entry] for entry in largest))[:_PATHS]
        title = f"{_category_name(category)} {rule.title}"
        yield _finding(rule, title, category, group.size, "dead", layers, history, paths, evidence)


def _lost(filesystem: Filesystem, entry: int) -> str:
    """Where an entry was stored, and what became of it."""
    path = filesystem.paths[entry]
    layer, now = filesystem.layers[entry], filesystem.visible.get(path)
    became = f"layer {filesystem.layers[now]} stores it again" if now is not None else "a later layer deletes it"
    return f"{absolute(path)}: {size_text(filesystem.sizes[entry])} in layer {layer}; {became}"


class _Live(Struct):
    """Components of one rule, with the bytes of theirs that the program does not need."""

    size: int = 0
    rows: list[tuple[int, ComponentSize]] = field(default_factory=list)


def _live(filesystem: Filesystem, history: History, attribution: Attribution, runtime: Runtime) -> Iterable[Finding]:
    needed = _needed_bytes(filesystem, attribution, runtime)
    followed = not refusal(attribution, runtime)
    groups: dict[tuple[str, str], _Live] = {}
    for row in attribution.sizes:
        component = attribution.components[row.component]
        wasted = row.live - needed.get(row.component, 0)
        if component.category not in CONFIDENCE or wasted <= 0 or (component.category in _ONLY_IF_FOLLOWED and not followed):
            continue
        group = groups.setdefault((component.rule, component.category), _Live())
        group.size += wasted
        group.rows.append((wasted, row))
    for (identity, category), group in groups.items():
        group.rows.sort(key=lambda item: -item[0])
        layers = {layer for _, row in group.rows for layer in row.layers}
        paths = tuple(dict.fromkeys(path for _, row in group.rows for path in row.paths))[:_PATHS]
        title = _title(attribution, group.rows, category)
        yield _by_catalogue(identity, title, category, group.size, layers, history, paths)


def _by_catalogue(
    identity: str, title: str, category: str, size: int, layers: set[int], history: History, paths: tuple[bytes, ...]
) -> Finding:
    rule = catalogue_rule(identity) if identity else None
    fallback = advice_rules()["LS990"]
    why, remedy = (rule.why, rule.remedy) if rule else (fallback.why, fallback.remedy)
    evidence = (why, *((f"Except: {rule.exceptions}",) if rule and rule.exceptions else ()))
    told = AdviceRule(rule.id if rule else fallback.id, "", "", why, remedy or fallback.remedy)
    return _finding(told, title, category, size, CONFIDENCE[category], layers, history, paths, evidence)


def _finding(
    rule: AdviceRule,
    title: str,
    category: str,
    size: int,
    confidence: str,
    layers: set[int],
    history: History,
    paths: tuple[bytes, ...],
    evidence: tuple[str, ...],
) -> Finding:
    ordered = tuple(sorted(layers))
    made_by = {item.layer: item.text for item in history.instructions if item.layer is not None}
    instructions = tuple(made_by.get(layer, "unattributed") for layer in ordered)
    return Finding(rule.id, title, category, size, confidence, ordered, instructions, paths, evidence, rule.remedy)


def _needed_bytes(filesystem: Filesystem, attribution: Attribution, runtime: Runtime) -> dict[int, int]:
    """Bytes of each component that the program needs: each stored content once, however many names lead to it."""
    needed: dict[int, int] = {}
    for entry in {filesystem.holder(need.entry) for need in runtime.needs}:
        if filesystem.stored_live[entry]:
            component = attribution.owner[entry]
            needed[component] = needed.get(component, 0) + filesystem.sizes[entry]
    return needed


def _title(attribution: Attribution, rows: list[tuple[int, ComponentSize]], category: str) -> str:
    """The largest components by name: "gcc-12 12.2.0-14, g++-12 12.2.0-14 and 9 more"."""
    names = []
    for _, row in rows:
        component = attribution.components[row.component]
        names.append(printable(f"{component.name} {component.version}".strip()))
    names = list(dict.fromkeys(names))
    told = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    return told or _category_name(category)


def _category_name(category: str) -> str:
    return {"os": "operating system", "docs": "documentation", "unknown": "unknown files"}.get(category, category)


def _symbols(filesystem: Filesystem, history: History, runtime: Runtime) -> Iterable[Finding]:
    rule = advice_rules()["LS790"]
    for program in runtime.programs:
        if program.strippable <= 0 or program.ecosystem not in ("go", "c"):
            continue
        holder = filesystem.holder(program.entry)
        evidence = (
            rule.why,
            f"{absolute(program.path)} is {size_text(filesystem.sizes[holder])}, measured in its ELF sections",
        )
        title = f"{rule.title} of {absolute(program.path)}"
        layers = {filesystem.layers[holder]}
        yield _finding(rule, title, "application", program.strippable, "build-only", layers, history, (program.path,), evidence)
