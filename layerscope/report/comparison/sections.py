"""What a comparison tells people, section by section: headings, tables and sentences, before any markup.

The terminal's text and the markdown are two ways to write the same sections down. All cells and lines are printable.
"""

from collections.abc import Callable, Iterator

from msgspec import Struct

from layerscope.comparison.directories import Place, moved_together, only_in_fat, only_in_lean
from layerscope.comparison.model import Comparison, ComponentGap, PathState
from layerscope.comparison.paths import kinds_of
from layerscope.core.names import absolute, printable
from layerscope.core.units import bar, duration, percent, rate, signed, signed_duration, size
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
"""What the sign means of every change that people read, in a report or on screen. Data has gaps and deltas: fat - lean."""

Row = tuple[str, ...]


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
    makers: tuple[Callable[[Comparison], Section], ...] = (
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
    return [section for make in makers if (section := make(comparison)).rows or section.lines]


def about_the_pair(comparison: Comparison) -> list[Section]:
    """The sections about both images as a whole: what else changes, the cluster, the layers, what could not be read."""
    made = (make(comparison) for make in (_notes, _impact, _layers, _problems))
    return [section for section in made if section.rows or section.lines]


def _categories(comparison: Comparison) -> Section:
    most = max((abs(row.gap) for row in comparison.categories), default=0)
    rows: list[Row] = [
        (row.category, size(row.fat), size(row.lean), signed(-row.gap), bar(abs(row.gap), most))
        for row in comparison.categories
    ]
    fat, lean = (side.sizes.stored for side in (comparison.fat, comparison.lean))
    rows.append(("all", size(fat), size(lean), signed(-comparison.gap), ""))
    return Section("The gap, by what the bytes are", "category|>fat|>lean|>change|", tuple(rows), (CHANGE,))


def _components(comparison: Comparison) -> Section:
    telling = [row for row in comparison.components if row.gap or row.fat_version != row.lean_version]
    rows: list[Row] = [
        (component_title(row), row.category, size(row.fat), size(row.lean), signed(-row.gap))
        for row in telling[:COMPONENTS_SHOWN]
    ]
    if rest := telling[COMPONENTS_SHOWN:]:
        sums = sum(row.fat for row in rest), sum(row.lean for row in rest)
        rows.append(
            (f"{len(rest)} more component{'s' if len(rest) > 1 else ''}", "", *map(size, sums), signed(sums[1] - sums[0]))
        )
    if same := [row for row in comparison.components if row not in telling and row.fat]:
        total = sum(row.fat for row in same)
        rows.append(
            (
                f"{len(same)} component{'s' if len(same) > 1 else ''} without a difference",
                "",
                size(total),
                size(total),
                signed(0),
            )
        )
    return Section("Its largest parts", "component|category|>fat|>lean|>change", tuple(rows))


def component_title(row: ComponentGap) -> str:
    """``openssl 3.0.11 → 3.0.13``; the version alone where both have the same, or only one side has the component."""
    versions = dict.fromkeys(printable(version) for version in (row.fat_version, row.lean_version) if version)
    return f"{printable(row.name)} {' → '.join(versions)}".strip()


def _paths(comparison: Comparison) -> Section:
    """Every byte once more, by what became of its path."""
    paths = comparison.paths
    kinds = comparison.fat.filesystem.kinds, comparison.lean.filesystem.kinds
    counts = {state: [0, 0, 0] for state in PathState}
    for state, one, other, fat, lean in zip(
        paths.states, paths.fat, paths.lean, paths.fat_sizes, paths.lean_sizes, strict=True
    ):
        sums = counts[PathState(state)]
        sums[0] += _is_file(kinds[0], one) or _is_file(kinds[1], other)
        sums[1] += fat
        sums[2] += lean
    moved = counts[PathState.MOVED_FROM]
    moved[2] += counts[PathState.MOVED_TO][2]
    told = (
        ("only in fat", counts[PathState.ONLY_FAT]),
        ("only in lean", counts[PathState.ONLY_LEAN]),
        ("moved", moved),
        ("changed", counts[PathState.CHANGED]),
        ("the same", counts[PathState.SAME]),
    )
    rows: list[Row] = [
        (what, f"{files:,}", size(fat), size(lean), signed(lean - fat)) for what, (files, fat, lean) in told if files
    ]
    shadowed = comparison.fat.sizes.shadowed, comparison.lean.sizes.shadowed
    if any(shadowed):
        rows.append(("shadowed by later layers", "", *map(size, shadowed), signed(shadowed[1] - shadowed[0])))
    fat, lean = (side.sizes.stored for side in (comparison.fat, comparison.lean))
    rows.append(("all", "", size(fat), size(lean), signed(-comparison.gap)))
    lines: tuple[str, ...] = ()
    if unread := len(paths.unverified):
        total = size(sum(paths.fat_sizes[row] for row in paths.unverified))
        lines = (f"Of the same, {_files(unread)} ({total}) agree in size, and could not be read to know their content.",)
    return Section("The gap, path by path", "paths|>files|>fat|>lean|>change", tuple(rows), lines)


def _is_file(kinds: bytearray, entry: int) -> bool:
    return entry >= 0 and kinds[entry] != Kind.DIRECTORY


def _only_fat(comparison: Comparison) -> Section:
    return _places("Only in fat", only_in_fat(comparison))


def _only_lean(comparison: Comparison) -> Section:
    return _places("Only in lean", only_in_lean(comparison))


def _places(title: str, places: tuple[Place, ...]) -> Section:
    rows: list[Row] = [(_place(place), size(place.size), f"{place.files:,}") for place in places[:PLACES_SHOWN]]
    if rest := places[PLACES_SHOWN:]:
        rows.append(("(elsewhere)", size(sum(place.size for place in rest)), f"{sum(place.files for place in rest):,}"))
    return Section(title, "`path|>bytes|>files", tuple(rows))


def _place(place: Place) -> str:
    """``/usr/local/go``; ``/usr/bin/…`` where the other side has the directory too."""
    path = absolute(place.path)
    return path if place.whole else f"{path.rstrip('/')}/…"


def _moved(comparison: Comparison) -> Section:
    moves = moved_together(comparison)
    rows: list[Row] = [
        (absolute(move.source), absolute(move.target), size(move.size), f"{move.files:,}") for move in moves[:MOVES_SHOWN]
    ]
    if rest := moves[MOVES_SHOWN:]:
        rows.append(
            ("(elsewhere)", "", size(sum(move.size for move in rest)), f"{sum(move.files for move in rest):,}"),
        )
    return Section("Moved, with the same content", "`in fat|`in lean|>bytes|>files", tuple(rows))


def _changed(comparison: Comparison) -> Section:
    paths = comparison.paths
    changed = [row for row, state in enumerate(paths.states) if state == PathState.CHANGED]
    changed.sort(key=lambda row: -max(paths.fat_sizes[row], paths.lean_sizes[row]))
    rows: list[Row] = [
        (
            absolute(paths.paths[row]),
            _change(*kinds_of(comparison, row)),
            size(fat := paths.fat_sizes[row]),
            size(lean := paths.lean_sizes[row]),
            signed(lean - fat),
        )
        for row in changed[:CHANGED_SHOWN]
    ]
    if rest := changed[CHANGED_SHOWN:]:
        sums = sum(paths.fat_sizes[row] for row in rest), sum(paths.lean_sizes[row] for row in rest)
        rows.append((f"({len(rest):,} more)", "", *map(size, sums), signed(sums[1] - sums[0])))
    return Section("Changed", "`path|what|>fat|>lean|>change", tuple(rows))


def _change(fat: str, lean: str) -> str:
    """``file → symbolic link``; what of it is another one where the kind is the same."""
    if fat != lean:
        return f"{fat} → {lean}"
    return "link target" if fat.endswith("link") else "content"


def _permissions(comparison: Comparison) -> Section:
    found = comparison.paths.permissions
    sides = (comparison.fat.filesystem, comparison.paths.fat), (comparison.lean.filesystem, comparison.paths.lean)
    rows: list[Row] = [
        (absolute(comparison.paths.paths[row]), *(_owner(filesystem, entries[row]) for filesystem, entries in sides))
        for row in found[:PERMISSIONS_SHOWN]
    ]
    if rest := len(found) - PERMISSIONS_SHOWN:
        rows += [(f"({rest:,} more)", "", "")] if rest > 0 else []
    return Section("Other permissions or owner", "`path|fat|lean", tuple(rows))


def _owner(filesystem: Filesystem, entry: int) -> str:
    user, group = filesystem.owner(entry)
    return f"{filesystem.mode(entry):04o} {user}:{group}"


def _config(comparison: Comparison) -> Section:
    differing = [pair for pair in comparison.config if pair.fat != pair.lean]
    same = len(comparison.config) - len(differing)
    rows: list[Row] = [
        tuple("" if text is None else printable(text) or '""' for text in (pair.key, pair.fat, pair.lean))
        for pair in differing[:CONFIG_SHOWN]
    ]
    more = (len(differing) - len(rows), "different"), (same, "the same")
    lines = tuple(f"{count:,} more {'are' if count > 1 else 'is'} {how}." for count, how in more if count and rows)
    return Section("Configuration", "`key|`fat|`lean", tuple(rows), lines)


def _notes(comparison: Comparison) -> Section:
    return Section("What else changes", lines=tuple(visible(f"{note.title}: {note.text}") for note in comparison.notes))


def _layers_counted(count: int) -> str:
    return "one layer" if count == 1 else f"{count} layers"


def _layers(comparison: Comparison) -> Section:
    shared = comparison.shared_layers
    counts = tuple(len(side.image.layers) for side in (comparison.fat, comparison.lean))
    if not shared.count:
        text = f"The {_layers_counted(counts[0])} of fat and the {_layers_counted(counts[1])} of lean have no base in common."
    else:
        packed = f", {size(shared.compressed)} compressed" if shared.compressed is not None else ""
        what = "layer is" if shared.count == 1 else f"{shared.count} layers are"
        text = f"The lowest {what} the same ({size(shared.stored)}{packed}), of {counts[0]} in fat and {counts[1]} in lean."
    return Section("Layers", lines=(text,))


def _impact(comparison: Comparison) -> Section:
    impact = comparison.impact
    fat, lean, saved = impact.fat, impact.lean, impact.saved
    nodes = "each on its own node" if impact.nodes == impact.pods else f"on {impact.nodes:,} nodes"
    rows = (
        ("pulled by a node", size(fat.pull), size(lean.pull), signed(-saved.pull)),
        ("pulled in all", size(fat.transfer), size(lean.transfer), signed(-saved.transfer)),
        ("time of a pull", duration(fat.seconds), duration(lean.seconds), signed_duration(-saved.seconds)),
        ("kept on all nodes", size(fat.storage), size(lean.storage), signed(-saved.storage)),
    )
    lines = [
        f"{impact.pods:,} pods, {nodes}, at {rate(impact.bandwidth)} each; a layer is pulled and kept once per node. "
        f"Pulls are counted {'compressed, as a registry sends them' if impact.basis == 'compressed' else 'uncompressed'}."
    ]
    if impact.shared:
        lines.append(f"A node that has fat need not pull {size(impact.shared)} of lean.")
    return Section("Impact", "|>fat|>lean|>change", rows, tuple(lines))


def _remaining(comparison: Comparison) -> Section:
    findings = comparison.remaining
    rows: list[Row] = [
        (visible(finding.title), finding.category, size(finding.size), finding.confidence, finding.rule)
        for finding in findings[:FINDINGS_SHOWN]
    ]
    if rest := findings[FINDINGS_SHOWN:]:
        rows.append((f"{len(rest)} more", "", size(sum(finding.size for finding in rest)), "", ""))
    lines = () if findings else ("Nothing that its program can do without was found.",)
    return Section("What the lean image still carries", "finding|category|>bytes|confidence|rule", tuple(rows), lines)


def _problems(comparison: Comparison) -> Section:
    return Section("Parts that could not be read", lines=tuple(problems(comparison)))


def problems(comparison: Comparison) -> Iterator[str]:
    """What could not be read of either image, a line each."""
    for side in (comparison.fat, comparison.lean):
        yield from (f"{printable(side.image.reference)}: {visible(problem)}" for problem in side.problems)


def _files(count: int) -> str:
    return f"{count:,} file{'s' if count != 1 else ''}"
