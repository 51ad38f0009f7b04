"""What makes a rule fail, the largest first: paths, components, findings, layers."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from heapq import nsmallest
from itertools import filterfalse

from msgspec.structs import replace

from layerscope.advice.findings.evidence import instructions_of, largest, layers_by_bytes, places
from layerscope.advice.model import Finding
from layerscope.analysis import Analysis
from layerscope.attribution.model import Component
from layerscope.checking.ignoring import Excused
from layerscope.checking.model import OFFENCES_KEPT, REMOVABLE, Offence
from layerscope.core.names import absolute, printable
from layerscope.filesystem.dive import wasted_paths
from layerscope.layers.index import Kind

_NOTHING = (Kind.DIRECTORY, Kind.WHITEOUT, Kind.OPAQUE)


def sorted_offences(offences: Iterable[Offence]) -> list[Offence]:
    """The largest first."""
    return sorted(offences, key=lambda item: (-item.size, item.rule, item.what))


def _with_instructions(analysis: Analysis, offence: Offence) -> Offence:
    return replace(offence, instructions=instructions_of(analysis.history, offence.layers))


def of_findings(analysis: Analysis, findings: Iterable[Finding], forgiven: Excused) -> list[Offence]:
    """The findings that are not ignored, with what is left of their bytes."""
    sizes = ((finding, forgiven.size(analysis, finding)) for finding in findings)
    left = ((finding, size, forgiven.cover(finding).entries) for finding, size in sizes if size is not None)
    return sorted_offences(_of_finding(analysis, finding, size, entries) for finding, size, entries in left)


def removable(analysis: Analysis) -> list[Finding]:
    """The findings that a multi-stage build drops for sure."""
    return [finding for finding in analysis.findings if finding.confidence in REMOVABLE and finding.size]


def _of_finding(analysis: Analysis, finding: Finding, size: int, forgiven: Collection[int]) -> Offence:
    left = list(filterfalse(forgiven.__contains__, finding.entries))
    whole = Offence(
        what=finding.title,
        size=size,
        rule=finding.rule,
        paths=finding.paths,
        layers=layers_by_bytes(analysis.filesystem, left) or finding.layers,
        instructions=finding.instructions,
    )
    if len(left) < len(finding.entries):
        whole = replace(whole, paths=places(analysis.filesystem, largest(analysis.filesystem, left)))
    return _with_instructions(analysis, whole) if finding.entries else whole


def of_paths(analysis: Analysis, sizes: Iterable[tuple[bytes, int]]) -> list[Offence]:
    """Paths with their bytes; each says which layers have it, the largest copy first."""
    chosen = nsmallest(OFFENCES_KEPT, sizes, key=lambda item: (-item[1], item[0]))
    entries: dict[bytes, list[int]] = {path: [] for path, _ in chosen}
    for entry, path in enumerate(analysis.filesystem.paths):
        if path in entries:
            entries[path].append(entry)
    return [_of_path(analysis, path, size, entries[path]) for path, size in chosen]


def _of_path(analysis: Analysis, path: bytes, size: int, entries: list[int]) -> Offence:
    shown, layers = absolute(path), layers_by_bytes(analysis.filesystem, entries)
    return _with_instructions(analysis, Offence(what=shown, size=size, paths=(path,), layers=layers, name=shown))


def wasted_by_dive(analysis: Analysis) -> tuple[list[Offence], int]:
    """The paths that dive calls wasted, the largest, and how many there are."""
    wasted = wasted_paths(analysis.filesystem)
    return of_paths(analysis, wasted), len(wasted)


def shadowed_bytes(analysis: Analysis, forgiven: Excused) -> dict[bytes, int]:
    """The bytes of each path that some layer stores and the final filesystem does not show."""
    filesystem = analysis.filesystem
    found: dict[bytes, int] = defaultdict(int)
    for entry, (size, live) in enumerate(zip(filesystem.sizes, filesystem.stored_live, strict=True)):
        if size and not live and entry not in forgiven.entries:
            found[filesystem.paths[entry]] += size
    return found


def files(analysis: Analysis, entries: Iterable[int]) -> list[int]:
    """The entries that are something: no directories, and nothing that only deletes."""
    return [entry for entry in entries if analysis.filesystem.kinds[entry] not in _NOTHING]


def of_components(analysis: Analysis, entries: Iterable[int], whole: bool = True) -> list[Offence]:
    """The owners of some entries, each with the bytes that these entries store, live or shadowed. ``whole`` says that they are
    all that the owners have, so that their directories can be named."""
    filesystem, attribution = analysis.filesystem, analysis.attribution
    known = {row.component: row.paths for row in attribution.sizes} if whole else {}
    members: dict[int, list[int]] = defaultdict(list)
    for entry in entries:
        members[attribution.owner[entry]].append(entry)
    return sorted_offences(
        _of_component(
            analysis,
            attribution.components[number],
            sum(map(filesystem.sizes.__getitem__, owned)),
            known.get(number) or places(filesystem, largest(filesystem, owned)),
            layers_by_bytes(filesystem, owned),
        )
        for number, owned in members.items()
    )


def _of_component(
    analysis: Analysis, component: Component, size: int, paths: tuple[bytes, ...], layers: tuple[int, ...]
) -> Offence:
    what, name = printable(component.title), component.name
    return _with_instructions(
        analysis, Offence(what=what, size=size, rule=component.rule, paths=paths, layers=layers, name=name)
    )


def all_components(analysis: Analysis) -> list[Offence]:
    """Every component of the image, whole."""
    return of_components(analysis, range(len(analysis.filesystem)))


def grown(analysis: Analysis, reference: Analysis) -> list[Offence]:
    """The components that store more than they do in the reference image, each with the difference."""
    more = _stored(analysis)
    more.subtract(_stored(reference))
    components, sizes = analysis.attribution.components, analysis.attribution.sizes
    first = {components[row.component].purpose: row for row in reversed(sizes)}
    return sorted_offences(
        _of_component(analysis, components[row.component], more[purpose], row.paths, row.layers)
        for purpose, row in first.items()
        if more[purpose] > 0
    )


def _stored(analysis: Analysis) -> Counter[tuple[str, str, str]]:
    """What the components of each purpose store."""
    found: Counter[tuple[str, str, str]] = Counter()
    for row in analysis.attribution.sizes:
        found[analysis.attribution.components[row.component].purpose] += row.stored
    return found


def compressed_layers(analysis: Analysis) -> list[Offence]:
    """The layers by what a registry stores of them."""
    layers = enumerate(analysis.image.layers)
    found = (Offence(what="", size=layer.compressed_size or 0, layers=(number,)) for number, layer in layers)
    located = [_with_instructions(analysis, offence) for offence in found]
    return sorted_offences(
        replace(item, what=f"layer {item.layers[0]}: {item.instructions[0]}", name=item.instructions[0]) for item in located
    )
