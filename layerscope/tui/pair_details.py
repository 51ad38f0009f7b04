"""What is said about a row of a comparison: below it in a few lines, and of both sides at length on a page."""

from rich.text import Text

from layerscope.comparison.model import Comparison, ComponentGap, ConfigPair, PathState
from layerscope.comparison.tree import FAT, LEAN, PairTree
from layerscope.core.names import absolute, printable
from layerscope.core.vocabulary import Category
from layerscope.report.comparison.sections import component_title
from layerscope.tui import details
from layerscope.tui.rows.pair_columns import SIDE_NAMES, PairColumns
from layerscope.tui.text import counted, signed, size
from layerscope.tui.theme import CATEGORY_SIGNS
from layerscope.tui.widgets.pair.gaps import component_sign, config_sign

_STATES = {
    PathState.SAME: "the same on both sides",
    PathState.CHANGED: "~ changed",
    PathState.ONLY_FAT: "− only in the fat image",
    PathState.ONLY_LEAN: "+ only in the lean image",
    PathState.MOVED_FROM: "→ moved",
    PathState.MOVED_TO: "→ moved",
    PathState.INSIDE: "› something inside differs",
    PathState.PERMISSIONS: "≈ the same content, another mode or owner",
}


def of_row(columns: PairColumns, row: int) -> Text:
    """A row of both trees in three lines."""
    pair = columns.pair
    path = absolute(pair.tree.path(row))
    sizes = " → ".join(size(pair.sizes[side][row]) if pair.has(row, side) else "–" for side in (FAT, LEAN))
    facts = [state_text(columns, row), sizes]
    if pair.churn[row]:
        facts.append(change_text(pair, row))
    text = Text(path, style="bold")
    text.append("\n" + " · ".join(facts), style="not bold")
    if pair.tree.ends[row] > row + 1:
        text.append("\n" + counts_text(pair.counts(row)), style="not bold")
    else:
        for side in (FAT, LEAN):
            if (entry := columns.entries[side][row]) >= 0:
                owner = details.component_text(columns.analysis(side), entry)
                text.append(f"\n{SIDE_NAMES[side]}: {owner}", style="not bold")
    return text


def change_text(pair: PairTree, row: int) -> str:
    """``−866 MB``; ``±0: −5 kB and +5 kB`` where some of what is below loses and some gains."""
    losses, gains = pair.losses_and_gains(row)
    change = signed(gains - losses)
    return f"{change}: {signed(-losses)} and {signed(gains)}" if losses and gains else change


def state_text(columns: PairColumns, row: int) -> str:
    """How a row compares, in words."""
    if columns.pair.is_unverified(row) and columns.pair.states[row] == PathState.SAME:
        return "? of one size, its content could not be compared"
    text = _STATES[PathState(columns.pair.states[row])]
    elsewhere = columns.elsewhere(row)
    if elsewhere is None:
        return text
    return f"{text} {'to' if columns.pair.states[row] == PathState.MOVED_FROM else 'here from'} {absolute(elsewhere)}"


_COUNTED = {
    PathState.ONLY_FAT: "only in fat",
    PathState.ONLY_LEAN: "only in lean",
    PathState.CHANGED: "changed",
    PathState.MOVED_FROM: "moved from here",
    PathState.MOVED_TO: "moved here",
    PathState.SAME: "the same",
}


def counts_text(counts: dict[PathState, int]) -> str:
    """What is below a directory: ``26,704 only in fat, 115 changed``."""
    parts = (f"{counts[state]:,} {what}" for state, what in _COUNTED.items() if counts[state])
    return f"names below: {', '.join(parts) or 'none'}"


def page_of_row(columns: PairColumns, row: int) -> Text:
    """Both sides of a row at length: what it is, whether and why it stays, who owns it, where it comes from."""
    pair, path = columns.pair, columns.pair.tree.path(row)
    text = Text(state_text(columns, row), style="bold")
    if pair.churn[row]:
        text.append(f", {change_text(pair, row)}")
    for side in (FAT, LEAN):
        reference = printable(columns.analysis(side).image.reference)
        text.append(f"\n\n{SIDE_NAMES[side].capitalize()}: {reference}\n", style="bold underline")
        if pair.has(row, side):
            text.append(ownership(columns, side, row) + "\n", style="not bold")
            text.append_text(details.why(columns.analysis(side), path))
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


def of_component(gap: ComponentGap) -> Text:
    """A component on both sides."""
    text = Text(component_title(gap), style="bold")
    where = {"−": "only in the fat image", "+": "only in the lean image", "~": "on both sides", " ": "the same on both sides"}
    category = gap.category if gap.category in CATEGORY_SIGNS else Category.UNKNOWN
    facts = [f"{CATEGORY_SIGNS[category]} {gap.category}", where[component_sign(gap)], f"{size(gap.fat)} → {size(gap.lean)}"]
    if gap.gap:
        facts.append(signed(-gap.gap))
    text.append("\n" + " · ".join(facts), style="not bold")
    text.append("\nBytes are live and shadowed ones. Enter goes to its files.", style="not bold")
    return text


def component_path(comparison: Comparison, gap: ComponentGap) -> bytes | None:
    """Where a component lies, on the fat side rather than on the lean one; None when nobody knows."""
    purpose = gap.category, gap.name, gap.ecosystem
    for analysis in (comparison.fat, comparison.lean):
        for owned in analysis.attribution.sizes:
            if analysis.attribution.components[owned.component].purpose == purpose and owned.paths:
                return owned.paths[0]
    return None


def of_config(pair: ConfigPair) -> Text:
    """A key of the configuration, both values whole."""
    text = Text(printable(pair.key), style="bold")
    if config_sign(pair) == " ":
        text.append(f"\n{printable(pair.fat or '')}", style="not bold")
        return text
    for name, value in (("fat", pair.fat), ("lean", pair.lean)):
        text.append(f"\n{name}: {'–' if value is None else printable(value)}", style="not bold")
    return text


def headings(comparison: Comparison) -> tuple[str, str]:
    """The titles of both trees."""
    return tuple(  # type: ignore[return-value]
        f"{name}: {printable(side.image.reference)} · {counted(side.sizes.files, 'file')}, {size(side.sizes.live)} live"
        for name, side in (("fat", comparison.fat), ("lean", comparison.lean))
    )
