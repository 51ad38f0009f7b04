"""What is said about the row under the cursor: a headline and facts, as text that no markup parser ever sees."""

from collections.abc import Callable, Iterable, Iterator

from rich.text import Text

from layerscope.advice.model import Finding
from layerscope.advice.why import KIND_NAMES, Explanation, Step, explain, look_inside, may_be_binary
from layerscope.analysis import Analysis
from layerscope.attribution.model import Component, ComponentSize
from layerscope.core.errors import LayerscopeError
from layerscope.core.names import absolute, printable
from layerscope.core.units import counted, percent
from layerscope.core.vocabulary import Category
from layerscope.layers.index import Kind
from layerscope.report.text.inside import blocks, short
from layerscope.report.wording import instruction_of, visible
from layerscope.sources.image import Progress
from layerscope.tui.rows.tree_columns import MARK_NAMES, TreeColumns
from layerscope.tui.text import size
from layerscope.tui.theme import CATEGORY_SIGNS

More = Callable[[Progress], Text]
"""Reads what is not known yet. Its progress raises Cancelled once the answer is no longer wanted."""

_KINDS = KIND_NAMES | {
    Kind.WHITEOUT: "whiteout: deletes this path",
    Kind.OPAQUE: "opaque marker: empties this directory",
}


def headed(head: str, *lines: str) -> Text:
    """A bold headline with the lines that are not empty."""
    return Text("\n").join([Text(head, style="bold"), *(Text(line) for line in lines if line)])


def of_row(analysis: Analysis, columns: TreeColumns, row: int) -> Text:
    """A row of the file tree: what it is, who owns it, where it comes from, whether it stays."""
    tree, entry = columns.tree, columns.tree.entries[row]
    path = absolute(tree.path(row))
    if entry < 0 or analysis.filesystem.kinds[entry] == Kind.DIRECTORY:
        share = percent(tree.sizes[row], tree.sizes[0])
        below = f"{counted(tree.files[row], 'name')}, {size(tree.sizes[row])} ({share} of this tree)"
        return headed(path + ("" if path == "/" else "/"), below, fate(analysis, columns, row))
    facts = f"{file_facts(analysis, columns, row)} · {owner_text(analysis.attribution.component_of(entry))}"
    layer = analysis.filesystem.layers[entry]
    return headed(path, facts, fate(analysis, columns, row), f"layer {layer}: {instruction_text(analysis, layer)}")


def inside_of_row(analysis: Analysis, columns: TreeColumns, row: int) -> More | None:
    """Reads what is inside the program or library of a row, in a line; None for a row that looks like none."""
    filesystem, entry = analysis.filesystem, columns.tree.entries[row]
    if entry < 0 or not may_be_binary(filesystem, entry):
        return None
    holder = filesystem.holder(entry)

    def read(progress: Progress) -> Text:
        details = analysis.contents.details(filesystem.layers[holder], filesystem.row(holder), progress)
        return Text(f"inside: {short(details)}" if details is not None else "")

    return read


def inside_of_path(analysis: Analysis, path: bytes) -> More:
    """Reads what is inside the program or library that a path leads to, at length; empty for everything else."""

    def read(progress: Progress) -> Text:
        details = look_inside(path, analysis.filesystem, analysis.contents, progress)
        text = Text()
        for title, lines in blocks(details) if details is not None else ():
            text.append(f"\n{title.capitalize()}", style="bold")
            text.append("".join(f"\n  {line}" for line in lines) + "\n", style="not bold")
        return text

    return read


def file_facts(analysis: Analysis, columns: TreeColumns, row: int) -> str:
    """Size, kind, mode, and what its layer and the later ones did to it."""
    filesystem, entry = analysis.filesystem, columns.tree.entries[row]
    parts = [size(filesystem.sizes[entry]), _KINDS[Kind(filesystem.kinds[entry])], f"{filesystem.mode(entry):04o}"]
    if columns.of_layer and (name := MARK_NAMES.get(columns.changes[row])):
        parts.append(name)
    if filesystem.sizes[entry] and not filesystem.stored_live[entry]:
        parts.append("shadowed: a later layer overwrites or deletes it")
    return " · ".join(parts)


def owner_text(component: Component) -> str:
    """A component in one line: sign, category, name, rule."""
    rule = f" ({component.rule})" if component.rule else ""
    return f"{CATEGORY_SIGNS[component.category]} {component.category} · {printable(component.title)}{rule}"


def instruction_text(analysis: Analysis, layer: int) -> str:
    """What made the layer, in one printable line."""
    if problem := analysis.image.layers[layer].problem:
        return f"unreadable: {visible(problem)}"
    return visible(instruction_of(analysis, layer))


def fate(analysis: Analysis, columns: TreeColumns, row: int) -> str:
    """Whether the recommendation keeps a row, in a few words."""
    if not analysis.recommendation.dockerfile:
        return ""
    if not columns.kept[row]:
        return "dropped by the recommendation · w: why"
    if columns.tree.ends[row] > row + 1:
        return "› something below is kept · w: why"
    return "✓ kept by the recommendation · w: why"


def of_image(analysis: Analysis) -> Text:
    """The whole image."""
    sizes, dive = analysis.sizes, analysis.dive
    shares = [f"{size(sizes.live)} live", f"{size(sizes.shadowed)} shadowed", counted(sizes.files, "file")]
    if sizes.compressed is not None:
        shares.append(f"{size(sizes.compressed)} compressed")
    if sizes.engine is not None:
        shares.append(f"{size(sizes.engine)} says the engine")
    score = f"dive's score: efficiency {dive.efficiency:.1%}, wasted {size(dive.wasted_bytes)}"
    unread = (f"! {visible(problem)}" for problem in analysis.problems)
    return headed(printable(analysis.image.reference), " · ".join(shares), score, *unread)


def of_layer(analysis: Analysis, layer: int) -> Text:
    """A layer: what it stores, and what that is."""
    stored = analysis.layer_sizes[layer]
    parts = [f"{size(stored.stored)} in {counted(stored.files, 'file')}"]
    if stored.shadowed:
        parts.append(f"·{size(stored.shadowed)} of it shadowed by later layers")
    if layer < analysis.history.base_layers:
        parts.append(f"base image {printable(analysis.history.base_reference)}".strip())
    largest = sorted(analysis.attribution.by_layer[layer].items(), key=lambda item: -item[1])
    categories = "   ".join(f"{CATEGORY_SIGNS[name]} {name} {size(count)}" for name, count in largest if count)
    return headed(f"Layer {layer}", instruction_text(analysis, layer), " · ".join(parts), categories)


def of_component(owner: Component, stored: ComponentSize) -> Text:
    """A component: how much, where, and why a program does not need it."""
    facts = [
        f"{CATEGORY_SIGNS[owner.category]} {owner.category}",
        f"{size(stored.live)} live",
        f"·{size(stored.shadowed)} shadowed" if stored.shadowed else "",
        counted(stored.files, "file"),
        _numbers(stored.layers),
        f"package {printable(owner.package)}" if owner.package else "",
        owner.rule,
    ]
    return headed(printable(owner.title), " · ".join(filter(None, facts)), visible(owner.why), _paths(stored.paths))


def of_category(analysis: Analysis, category: Category) -> Text:
    """A category: how much of it each layer stores."""
    layers = [
        f"layer {number}: {size(shares[category])}"
        for number, shares in enumerate(analysis.attribution.by_layer)
        if shares.get(category)
    ]
    return headed(f"{CATEGORY_SIGNS[category]} {category}", " · ".join(layers), "enter shows all of its components, or fewer")


def of_finding(finding: Finding) -> Text:
    """A finding with its evidence and its remedy."""
    facts = f"{size(finding.size)} · {finding.confidence} · {finding.rule} · {_numbers(finding.layers)}"
    remedy = f"Remedy: {visible(finding.remedy)}" if finding.remedy else ""
    return headed(visible(finding.title), facts, remedy, *map(visible, finding.evidence), _paths(finding.paths))


def _paths(paths: Iterable[bytes]) -> str:
    return "  ".join(absolute(path) for path in paths)


def _numbers(layers: tuple[int, ...]) -> str:
    if not layers:
        return "no layer"
    more = " …" if len(layers) > 12 else ""
    return f"{'layer' if len(layers) == 1 else 'layers'} {', '.join(map(str, layers[:12]))}{more}"


_VERDICTS = {
    "kept": "✓ The recommendation keeps it",
    "provided": "✓ The new base brings its own",
    "dropped": "− The recommendation drops it",
    "shadowed": "· A later layer hides it: it is in no final filesystem",
    "undecided": "? No smaller image is recommended",
}


def why(analysis: Analysis, path: bytes) -> Text:
    """Why the recommendation keeps or drops a path, at length: verdict, reason, proof, owner, and what each layer did."""
    try:
        found = explain(absolute(path), analysis.ground, analysis.recommendation)
    except LayerscopeError as error:
        return Text(visible(error.line()))
    text = Text(_VERDICTS.get(found.verdict, found.verdict), style="bold")
    text.append(f"\n{_stored(found)}\n\n{visible(found.reason)}", style="not bold")
    if found.leads_to:
        text.append(f"\nIt leads to {absolute(found.leads_to)}.", style="not bold")
    for title, lines in _sections(found):
        text.append(f"\n\n{title}" if lines else "", style="bold")
        text.append("".join(f"\n  {line}" for line in lines), style="not bold")
    return text


def _stored(found: Explanation) -> str:
    kept = f", {size(found.kept_size)} of it kept" if 0 < found.kept_size < found.size else ""
    return f"{found.kind}, {size(found.size)}{kept}"


def _sections(found: Explanation) -> Iterator[tuple[str, list[str]]]:
    yield "The proof", [f"← {visible(step)}" for step in found.proof]
    yield "What it is", [owner_text(found.owner)] if found.owner is not None else []
    yield "What the layers did", [_step(step) for step in found.steps]


def _step(step: Step) -> str:
    if step.what == "deletes":
        return f"layer {step.layer} deletes: {visible(step.instruction)}"
    shadowed = "" if step.live else ", shadowed"
    return f"layer {step.layer} {step.what} {size(step.size)}{shadowed}: {visible(step.instruction)}"
