"""A comparison for people, section by section: headings, tables and sentences, before any markup.

The terminal's text and the markdown are two ways to write the same sections down. All cells and lines are printable.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct

from layerscope.comparison.directories import Move, Place, moved_together, only_in_fat, only_in_lean
from layerscope.comparison.model import Comparison, ComponentGap, PathState
from layerscope.comparison.paths import kinds_of
from layerscope.core.names import absolute, printable
from layerscope.core.units import bar, counted, duration, percent, rate, signed, signed_duration, size
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.report.wording import visible

COMPONENTS_SHOWN = 15
"""Rows of the component table; the rest is one row more, so that the sum stays exact."""

PLACES_SHOWN = 12
CHANGED_SHOWN = 10
MOVES_SHOWN = 8
PERMISSIONS_SHOWN = 8
FINDINGS_SHOWN = 10
CONFIG_SHOWN = 30


CHANGE = "A change is from fat to lean: − is what lean has less, + what it has more."
"""What the sign of a change means wherever people read one. Data has gaps and deltas instead: fat - lean."""

Row = tuple[str, ...]
Item = TypeVar("Item")


class Section(Struct, frozen=True):
    """A heading, a table and the lines after it, any of which may be empty.

    ``head`` names the columns, separated by ``|``: one that begins with ``>`` is aligned to the right, one that begins with a
    backtick holds names and commands of the image, but for what stands in parentheses.
    """

    title: str
    head: str = ""
    rows: tuple[Row, ...] = ()
    lines: tuple[str, ...] = ()


def headline(comparison: Comparison) -> str:
    """The whole answer in one line: ``879 MB → 12.3 MB: 98.6 % less (866 MB)``."""
    fat, lean = (side.sizes.stored for side in (comparison.fat, comparison.lean))
    gap = comparison.gap
    if gap > 0:
        return f"{size(fat)} → {size(lean)}: {percent(gap, fat)} less ({size(gap)})"
    return f"{size(fat)} → {size(lean)}: {f'{size(-gap)} more' if gap else 'the same size'}"


def sections(comparison: Comparison) -> list[Section]:
    """All sections that have anything to say, in the order of reading."""
    return _filled(comparison, _EVERY)


def about_the_pair(comparison: Comparison) -> list[Section]:
    """The sections about both images as a whole: what else changes, the cluster, the layers, what could not be read."""
    return _filled(comparison, (_notes, _impact, _layers, _problems))


def _filled(comparison: Comparison, makers: Sequence[Callable[[Comparison], Section]]) -> list[Section]:
    return [section for make in makers if (section := make(comparison)).rows or section.lines]


def _first(items: Sequence[Item], shown: int, row: Callable[[Item], Row], rest: Callable[[Sequence[Item]], Row]) -> list[Row]:
    """A row for each of the first items, and one for all the others together, so that the table still adds up."""
    others = items[shown:]
    return [*map(row, items[:shown]), *([rest(others)] if others else [])]


def _bytes(fat: int, lean: int) -> Row:
    return size(fat), size(lean), signed(lean - fat)


def _all(comparison: Comparison) -> Row:
    return _bytes(comparison.fat.sizes.stored, comparison.lean.sizes.stored)


def _categories(comparison: Comparison) -> Section:
    most = max((abs(row.gap) for row in comparison.categories), default=0)
    rows: list[Row] = [(row.category, *_bytes(row.fat, row.lean), bar(abs(row.gap), most)) for row in comparison.categories]
    rows.append(("all", *_all(comparison), ""))
    return Section("The gap, by what the bytes are", "category|>fat|>lean|>change|", tuple(rows), (CHANGE,))


def _components(comparison: Comparison) -> Section:
    telling = [row for row in comparison.components if row.gap or row.fat_version != row.lean_version]
    same = [row for row in comparison.components if row not in telling and row.fat]
    rows = _first(
        telling,
        COMPONENTS_SHOWN,
        lambda row: (component_title(row), row.category, *_bytes(row.fat, row.lean)),
        lambda rest: (counted(len(rest), "more component"), "", *_sums(rest)),
    )
    if same:
        rows.append((f"{counted(len(same), 'component')} without a difference", "", *_sums(same)))
    return Section("Its largest parts", "component|category|>fat|>lean|>change", tuple(rows))


def _sums(rows: Sequence[ComponentGap]) -> Row:
    return _bytes(sum(row.fat for row in rows), sum(row.lean for row in rows))


def component_title(row: ComponentGap) -> str:
    """``openssl 3.0.11 → 3.0.13``; the version alone where both have the same, or only one side has the component."""
    versions = dict.fromkeys(printable(version) for version in (row.fat_version, row.lean_version) if version)
    return f"{printable(row.name)} {' → '.join(versions)}".strip()


_STATES = {
    "only in fat": (PathState.ONLY_FAT,),
    "only in lean": (PathState.ONLY_LEAN,),
    "moved": (PathState.MOVED_FROM, PathState.MOVED_TO),
    "changed": (PathState.CHANGED,),
    "the same": (PathState.SAME,),
}
"""What may become of a path, in words. A file that moved is counted where it was."""


def _paths(comparison: Comparison) -> Section:
    """Every byte once more, by what became of its path."""
    paths = comparison.paths
    rows: list[Row] = []
    for what, states in _STATES.items():
        found = [row for row, state in enumerate(paths.states) if state in states]
        files = sum(paths.states[row] == states[0] and _is_file(comparison, row) for row in found)
        if files:
            fat, lean = (sum(sizes[row] for row in found) for sizes in (paths.fat_sizes, paths.lean_sizes))
            rows.append((what, f"{files:,}", *_bytes(fat, lean)))
    shadowed = comparison.fat.sizes.shadowed, comparison.lean.sizes.shadowed
    if any(shadowed):
        rows.append(("shadowed by later layers", "", *_bytes(*shadowed)))
    rows.append(("all", "", *_all(comparison)))
    return Section("The gap, path by path", "paths|>files|>fat|>lean|>change", tuple(rows), _unverified(comparison))


def _is_file(comparison: Comparison, row: int) -> bool:
    sides = (
        (comparison.fat.filesystem.kinds, comparison.paths.fat[row]),
        (comparison.lean.filesystem.kinds, comparison.paths.lean[row]),
    )
    return any(entry >= 0 and kinds[entry] != Kind.DIRECTORY for kinds, entry in sides)


def _unverified(comparison: Comparison) -> tuple[str, ...]:
    rows = comparison.paths.unverified
    if not rows:
        return ()
    total = size(sum(comparison.paths.fat_sizes[row] for row in rows))
    return (f"Of the same, {counted(len(rows), 'file')} ({total}) agree in size, and could not be read to know their content.",)


def _only_fat(comparison: Comparison) -> Section:
    return _places("Only in fat", only_in_fat(comparison))


def _only_lean(comparison: Comparison) -> Section:
    return _places("Only in lean", only_in_lean(comparison))


def _places(title: str, places: tuple[Place, ...]) -> Section:
    rows = _first(
        places, PLACES_SHOWN, lambda place: (_place(place), *_counts([place])), lambda rest: ("(elsewhere)", *_counts(rest))
    )
    return Section(title, "`path|>bytes|>files", tuple(rows))


def _counts(items: Sequence[Place | Move]) -> Row:
    return size(sum(item.size for item in items)), f"{sum(item.files for item in items):,}"


def _place(place: Place) -> str:
    """``/usr/local/go``; ``/usr/bin/…`` where the other side has the directory too."""
    path = absolute(place.path)
    return path if place.whole else f"{path.rstrip('/')}/…"


def _moved(comparison: Comparison) -> Section:
    rows = _first(
        moved_together(comparison),
        MOVES_SHOWN,
        lambda move: (absolute(move.source), absolute(move.target), *_counts([move])),
        lambda rest: ("(elsewhere)", "", *_counts(rest)),
    )
    return Section("Moved, with the same content", "`in fat|`in lean|>bytes|>files", tuple(rows))


def _changed(comparison: Comparison) -> Section:
    paths = comparison.paths
    fat, lean = paths.fat_sizes, paths.lean_sizes
    changed = [row for row, state in enumerate(paths.states) if state == PathState.CHANGED]
    rows = _first(
        sorted(changed, key=lambda row: -max(fat[row], lean[row])),
        CHANGED_SHOWN,
        lambda row: (absolute(paths.paths[row]), _change(*kinds_of(comparison, row)), *_bytes(fat[row], lean[row])),
        lambda rest: (f"({len(rest):,} more)", "", *_bytes(sum(fat[row] for row in rest), sum(lean[row] for row in rest))),
    )
    return Section("Changed", "`path|what|>fat|>lean|>change", tuple(rows))


def _change(fat: str, lean: str) -> str:
    """``file → symbolic link``; what of it is another one where the kind is the same."""
    if fat != lean:
        return f"{fat} → {lean}"
    return "link target" if fat.endswith("link") else "content"


def _permissions(comparison: Comparison) -> Section:
    paths = comparison.paths
    rows = _first(
        paths.permissions,
        PERMISSIONS_SHOWN,
        lambda row: (
            absolute(paths.paths[row]),
            _owner(comparison.fat.filesystem, paths.fat[row]),
            _owner(comparison.lean.filesystem, paths.lean[row]),
        ),
        lambda rest: (f"({len(rest):,} more)", "", ""),
    )
    return Section("Other permissions or owner", "`path|fat|lean", tuple(rows))


def _owner(filesystem: Filesystem, entry: int) -> str:
    user, group = filesystem.owner(entry)
    return f"{filesystem.mode(entry):04o} {user}:{group}"


def _config(comparison: Comparison) -> Section:
    differing = [pair for pair in comparison.config if pair.fat != pair.lean]
    rows = tuple((printable(pair.key), _value(pair.fat), _value(pair.lean)) for pair in differing[:CONFIG_SHOWN])
    more = (len(differing) - len(rows), "different"), (len(comparison.config) - len(differing), "the same")
    lines = tuple(f"{count:,} more {'are' if count > 1 else 'is'} {how}." for count, how in more if count and rows)
    return Section("Configuration", "`key|`fat|`lean", rows, lines)


def _value(text: str | None) -> str:
    """A value of the configuration: nothing where there is none, quotes where it is empty."""
    return "" if text is None else printable(text) or '""'


def _notes(comparison: Comparison) -> Section:
    return Section("What else changes", lines=tuple(visible(f"{note.title}: {note.text}") for note in comparison.notes))


def _layers(comparison: Comparison) -> Section:
    shared = comparison.shared_layers
    fat, lean = (len(side.image.layers) for side in (comparison.fat, comparison.lean))
    if not shared.count:
        text = f"The {_layer_count(fat)} of fat and the {_layer_count(lean)} of lean have no base in common."
    else:
        packed = f", {size(shared.compressed)} compressed" if shared.compressed is not None else ""
        what = "layer is" if shared.count == 1 else f"{shared.count} layers are"
        text = f"The lowest {what} the same ({size(shared.stored)}{packed}), of {fat} in fat and {lean} in lean."
    return Section("Layers", lines=(text,))


def _layer_count(count: int) -> str:
    return "one layer" if count == 1 else f"{count} layers"


def _impact(comparison: Comparison) -> Section:
    impact = comparison.impact
    fat, lean, saved = impact.fat, impact.lean, impact.saved
    cluster = impact.cluster
    nodes = "each on its own node" if cluster.nodes == cluster.pods else f"on {cluster.nodes:,} nodes"
    rows = (
        ("pulled by a node", *_bytes(fat.pull, lean.pull)),
        ("pulled in all", *_bytes(fat.transfer, lean.transfer)),
        ("time of a pull", duration(fat.seconds), duration(lean.seconds), signed_duration(-saved.seconds)),
        ("kept on all nodes", *_bytes(fat.storage, lean.storage)),
    )
    lines = [
        f"{cluster.pods:,} pods, {nodes}, at {rate(cluster.bandwidth)} each; a layer is pulled and kept once per node. "
        f"Pulls are counted {'compressed, as a registry sends them' if impact.basis == 'compressed' else 'uncompressed'}."
    ]
    if impact.shared:
        lines.append(f"A node that has fat need not pull {size(impact.shared)} of lean.")
    return Section("Impact", "|>fat|>lean|>change", rows, tuple(lines))


def _remaining(comparison: Comparison) -> Section:
    rows = _first(
        comparison.remaining,
        FINDINGS_SHOWN,
        lambda finding: (visible(finding.title), finding.category, size(finding.size), finding.confidence, finding.rule),
        lambda rest: (f"{len(rest)} more", "", size(sum(finding.size for finding in rest)), "", ""),
    )
    lines = () if rows else ("Nothing that its program can do without was found.",)
    return Section("What the lean image still carries", "finding|category|>bytes|confidence|rule", tuple(rows), lines)


def _problems(comparison: Comparison) -> Section:
    return Section("Parts that could not be read", lines=tuple(problems(comparison)))


def problems(comparison: Comparison) -> Iterator[str]:
    """What could not be read of either image, a line each."""
    for side in (comparison.fat, comparison.lean):
        yield from (f"{printable(side.image.reference)}: {visible(problem)}" for problem in side.problems)


_EVERY = (
    _categories,
    _components,
    _paths,
    _only_fat,
    _only_lean,
    _moved,
    _changed,
    _permissions,
    _config,
    _notes,
    _layers,
    _impact,
    _remaining,
    _problems,
)
