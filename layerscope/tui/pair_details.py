"""What is said about a row of a comparison: below it in a few lines, and of both sides at length on a page."""

from collections.abc import Iterator

from rich.text import Text

from layerscope.comparison.model import Comparison, ComponentGap, ConfigPair, PathState
from layerscope.comparison.tree import FAT, LEAN, PairTree
from layerscope.core.names import absolute, printable
from layerscope.core.units import counted
from layerscope.report.comparison.sections import component_title
from layerscope.tui import details
from layerscope.tui.details import headed
from layerscope.tui.rows.pair_columns import SIDE_NAMES, STATES, PairColumns
from layerscope.tui.text import signed, size
from layerscope.tui.theme import CATEGORY_SIGNS, shown_category

_COUNTED = {
    PathState.ONLY_FAT: "only in fat",
    PathState.ONLY_LEAN: "only in lean",
    PathState.CHANGED: "changed",
    PathState.MOVED_FROM: "moved from here",
    PathState.MOVED_TO: "moved here",
    PathState.SAME: "the same",
}
_PLACES = {"−": "only in the fat image", "+": "only in the lean image", "~": "on both sides", " ": "the same on both sides"}


def of_row(columns: PairColumns, row: int) -> Text:
    """A row of both trees in three lines."""
    pair = columns.pair
    sizes = " → ".join(size(pair.sizes[side][row]) if pair.has(row, side) else "–" for side in (FAT, LEAN))
    facts = [state_text(columns, row), sizes, change_text(pair, row)]
    below = [counts_text(pair.counts(row))] if pair.tree.ends[row] > row + 1 else _owners(columns, row)
    return headed(absolute(pair.tree.path(row)), " · ".join(filter(None, facts)), *below)


def _owners(columns: PairColumns, row: int) -> Iterator[str]:
    for side in (FAT, LEAN):
        if (entry := columns.entries[side][row]) >= 0:
            yield f"{SIDE_NAMES[side]}: {details.owner_text(columns.analysis(side).attribution.component_of(entry))}"


def change_text(pair: PairTree, row: int) -> str:
    """``−866 MB``; ``±0: −5 kB and +5 kB`` where some of what is below loses and some gains; empty where nothing does."""
    losses, gains = pair.losses_and_gains(row)
    if losses and gains:
        return f"{signed(gains - losses)}: {signed(-losses)} and {signed(gains)}"
    return signed(gains - losses) if losses or gains else ""


def state_text(columns: PairColumns, row: int) -> str:
    """How a row compares, in words."""
    state = PathState(columns.pair.states[row])
    if state == PathState.SAME and columns.pair.is_unverified(row):
        return "? of one size, its content could not be compared"
    text, elsewhere = " ".join(STATES[state]).strip(), columns.elsewhere(row)
    if elsewhere is None:
        return text
    return f"{text} {'to' if state == PathState.MOVED_FROM else 'here from'} {absolute(elsewhere)}"


def counts_text(counts: dict[PathState, int]) -> str:
    """What is below a directory: ``26,704 only in fat, 115 changed``."""
    parts = (f"{counts[state]:,} {what}" for state, what in _COUNTED.items() if counts[state])
    return f"names below: {', '.join(parts) or 'none'}"


def page_of_row(columns: PairColumns, row: int) -> Text:
    """Both sides of a row at length: what it is, whether and why it stays, who owns it, where it comes from."""
    pair, path = columns.pair, columns.pair.tree.path(row)
    text = Text(", ".join(filter(None, (state_text(columns, row), change_text(pair, row)))), style="bold")
    for side in (FAT, LEAN):
        analysis = columns.analysis(side)
        text.append(f"\n\n{SIDE_NAMES[side].capitalize()}: {printable(analysis.image.reference)}\n", style="bold underline")
        if pair.has(row, side):
            text.append(ownership(columns, side, row) + "\n", style="not bold")
            text.append_text(details.why(analysis, path))
        else:
            text.append("Nothing has this path.", style="not bold")
    return text


def ownership(columns: PairColumns, side: int, row: int) -> str:
    """Mode, user and group of a row on a side that has it."""
    filesystem, entry = columns.filesystem(side), columns.entries[side][row]
    if entry < 0:
        return "no layer lists this directory"
    user, group = filesystem.owner(entry)
    return f"mode {filesystem.mode(entry):04o}, user {user}, group {group}"


def component_sign(gap: ComponentGap) -> str:
    """How a component compares: on one side only, of another size or version, or alike."""
    if gap.fat and not gap.lean:
        return "−"
    if gap.lean and not gap.fat:
        return "+"
    return "~" if gap.gap or gap.fat_version != gap.lean_version else " "


def of_component(gap: ComponentGap) -> Text:
    """A component on both sides."""
    facts = [
        f"{CATEGORY_SIGNS[shown_category(gap.category)]} {gap.category}",
        _PLACES[component_sign(gap)],
        f"{size(gap.fat)} → {size(gap.lean)}",
        signed(-gap.gap) if gap.gap else "",
    ]
    explained = "Bytes are live and shadowed ones. Enter goes to its files."
    return headed(component_title(gap), " · ".join(filter(None, facts)), explained)


def component_path(comparison: Comparison, gap: ComponentGap) -> bytes | None:
    """Where a component lies, on the fat side rather than on the lean one; None where that is unknown."""
    purpose = gap.category, gap.name, gap.ecosystem
    return next(
        (
            owned.paths[0]
            for side in (comparison.fat, comparison.lean)
            for owned in side.attribution.sizes
            if owned.paths and side.attribution.components[owned.component].purpose == purpose
        ),
        None,
    )


def config_sign(pair: ConfigPair) -> str:
    """How a key of the configuration compares."""
    if pair.fat == pair.lean:
        return " "
    return "−" if pair.lean is None else "+" if pair.fat is None else "~"


def of_config(pair: ConfigPair) -> Text:
    """A key of the configuration, both values whole."""
    if pair.fat == pair.lean:
        return headed(printable(pair.key), printable(pair.fat or ""))
    fat, lean = ("–" if value is None else printable(value) for value in (pair.fat, pair.lean))
    return headed(printable(pair.key), f"fat: {fat}", f"lean: {lean}")


def headings(comparison: Comparison) -> tuple[str, str]:
    """The titles of both trees."""
    fat, lean = (
        f"{name}: {printable(side.image.reference)} · {counted(side.sizes.files, 'file')}, {size(side.sizes.live)} live"
        for name, side in (("fat", comparison.fat), ("lean", comparison.lean))
    )
    return fat, lean
