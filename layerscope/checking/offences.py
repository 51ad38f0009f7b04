"""What makes a rule fail, the largest first: paths, components, findings, layers."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from heapq import nsmallest

from layerscope.advice.findings.evidence import instructions_of, largest, layers_by_bytes, places
from layerscope.advice.model import Finding
from layerscope.analysis import Analysis
from layerscope.checking.ignoring import Excused
from layerscope.checking.model import OFFENCES_KEPT, REMOVABLE, Offence
from layerscope.core.names import absolute, printable
from layerscope.filesystem.dive import wasted_paths


def sorted_offences(offences: Iterable[Offence]) -> list[Offence]:
    """The largest first."""
    return sorted(offences, key=lambda item: (-item.size, item.rule, item.what))


def of_findings(analysis: Analysis, findings: Iterable[Finding], forgiven: Excused) -> list[Offence]:
    """The findings that are not ignored, with what is left of their bytes."""
    found = []
    for finding in findings:
        size = forgiven.size(analysis, finding)
        if size is not None:
            found.append(_of_finding(analysis, finding, size, forgiven.cover(finding).entries))
    return sorted_offences(found)


def removable(analysis: Analysis) -> list[Finding]:
    """The findings that a multi-stage build leaves behind for sure."""
    return [finding for finding in analysis.findings if finding.confidence in REMOVABLE and finding.size]


def _of_finding(analysis: Analysis, finding: Finding, size: int, forgiven: Collection[int]) -> Offence:
    left = [entry for entry in finding.entries if entry not in forgiven]
    ordered = layers_by_bytes(analysis.filesystem, left) or finding.layers
    paths = (
        places(analysis.filesystem, largest(analysis.filesystem, left)) if len(left) < len(finding.entries) else finding.paths
    )
    instructions = instructions_of(analysis.history, ordered) if finding.entries else finding.instructions
    return Offence(what=finding.title, size=size, rule=finding.rule, paths=paths, layers=ordered, instructions=instructions)


def of_paths(analysis: Analysis, sizes: Iterable[tuple[bytes, int]]) -> list[Offence]:
    """Paths with their bytes; each says which layers have it, the largest copy first."""
    chosen = nsmallest(OFFENCES_KEPT, sizes, key=lambda item: (-item[1], item[0]))
    entries: dict[bytes, list[int]] = {path: [] for path, _ in chosen}
    for entry, path in enumerate(analysis.filesystem.paths):
        if path in entries:
            entries[path].append(entry)
    offences = []
    for path, size in chosen:
        layers = layers_by_bytes(analysis.filesystem, entries[path])
        instructions = instructions_of(analysis.history, layers)
        offences.append(
            Offence(
                what=absolute(path),
                size=size,
                rule="",
                paths=(path,),
                layers=layers,
                instructions=instructions,
                name=absolute(path),
            )
        )
    return offences


def wasted_by_dive(analysis: Analysis) -> tuple[list[Offence], int]:
    """The paths that dive calls wasted, the largest, and how many there are."""
    wasted = wasted_paths(analysis.filesystem)
    return of_paths(analysis, wasted), len(wasted)


def shadowed(analysis: Analysis, forgiven: Excused) -> dict[bytes, int]:
    """The bytes of each path that some layer stores and the final filesystem does not show."""
    filesystem = analysis.filesystem
    found: dict[bytes, int] = defaultdict(int)
    for entry, (size, live) in enumerate(zip(filesystem.sizes, filesystem.stored_live, strict=True)):
        if size and not live and entry not in forgiven.entries:
            found[filesystem.paths[entry]] += size
    return found


def of_components(analysis: Analysis, entries: Iterable[int], whole: bool = True) -> list[Offence]:
    """The owners of some entries, each with the bytes that these entries store, live or shadowed. ``whole`` says that they are
    all that the owners have, so that their directories can be named."""
    filesystem, attribution = analysis.filesystem, analysis.attribution
    known = {row.component: row.paths for row in attribution.sizes} if whole else {}
    members: dict[int, list[int]] = defaultdict(list)
    for entry in entries:
        members[attribution.owner[entry]].append(entry)
    found = []
    for number, owned in members.items():
        component = attribution.components[number]
        layers = layers_by_bytes(analysis.filesystem, owned)
        size = sum(filesystem.sizes[entry] for entry in owned)
        paths = known.get(number) or places(filesystem, largest(filesystem, owned))
        told = instructions_of(analysis.history, layers)
        found.append(
            Offence(
                what=printable(component.title),
                size=size,
                rule=component.rule,
                paths=paths,
                layers=layers,
                instructions=told,
                name=component.name,
            )
        )
    return sorted_offences(found)


def all_components(analysis: Analysis) -> list[Offence]:
    """Every component of the image, whole."""
    return of_components(analysis, range(len(analysis.filesystem)))


def grown(analysis: Analysis, reference: Analysis) -> list[Offence]:
    """The components that store more than they do in the reference image, each with the difference."""
    before: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in reference.attribution.sizes:
        before[reference.attribution.components[row.component].purpose] += row.stored
    now: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for row in analysis.attribution.sizes:
        now[analysis.attribution.components[row.component].purpose].append(row.component)
    sizes = {row.component: row for row in analysis.attribution.sizes}
    found = []
    for purpose, numbers in now.items():
        rows = [sizes[number] for number in numbers]
        more = sum(row.stored for row in rows) - before[purpose]
        if more > 0:
            component, layers = analysis.attribution.components[numbers[0]], rows[0].layers
            told = instructions_of(analysis.history, layers)
            found.append(
                Offence(
                    what=printable(component.title),
                    size=more,
                    rule=component.rule,
                    paths=rows[0].paths,
                    layers=layers,
                    instructions=told,
                    name=component.name,
                )
            )
    return sorted_offences(found)


def compressed_layers(analysis: Analysis) -> list[Offence]:
    """The layers by what a registry stores of them."""
    offences = []
    for number, layer in enumerate(analysis.image.layers):
        told = instructions_of(analysis.history, (number,))
        what = f"layer {number}: {told[0]}"
        offences.append(Offence(what=what, size=layer.compressed_size or 0, layers=(number,), instructions=told, name=told[0]))
    return sorted_offences(offences)
