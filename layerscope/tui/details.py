"""What is said about the row under the cursor: a headline and facts, as text that no markup parser ever sees."""

from collections.abc import Iterable

from rich.text import Text

from layerscope.advice.model import Finding
from layerscope.advice.why import KIND_NAMES, explain, look_inside, may_be_binary
from layerscope.analysis import Analysis
from layerscope.attribution.model import Component
from layerscope.core.errors import LayerscopeError
from layerscope.core.names import absolute, printable
from layerscope.core.vocabulary import Category
from layerscope.layers.index import Kind
from layerscope.report.text.inside import blocks, short
from layerscope.report.wording import visible
from layerscope.sources.image import Progress
from layerscope.tui.rows.tree_columns import MARK_NAMES, TreeColumns
from layerscope.tui.text import counted, percent, size
from layerscope.tui.theme import CATEGORY_SIGNS
from layerscope.tui.widgets.details import More
from layerscope.tui.widgets.layers import instruction_text

_KINDS = KIND_NAMES | {
    Kind.WHITEOUT: "whiteout: deletes this path",
    Kind.OPAQUE: "opaque marker: empties this directory",
}


def _text(head: str, *lines: str) -> Text:
    return Text("\n").join([Text(head, style="bold"), *(Text(line) for line in lines if line)])


def of_row(analysis: Analysis, columns: TreeColumns, row: int) -> Text:
    """A row of the file tree: what it is, who owns it, where it comes from, whether it stays."""
    tree, entry = columns.tree, columns.tree.entries[row]
    path = absolute(tree.path(row))
    if entry < 0 or analysis.filesystem.kinds[entry] == Kind.DIRECTORY:
        share = percent(tree.sizes[row], tree.sizes[0])
        below = f"{counted(tree.files[row], 'name')}, {size(tree.sizes[row])} ({share} of this tree)"
        return _text(path + ("" if path == "/" else "/"), below, fate(analysis, columns, row))
    facts = f"{file_facts(analysis, columns, row)} · {component_text(analysis, entry)}"
    layer = analysis.filesystem.layers[entry]
    return _text(path, facts, fate(analysis, columns, row), f"layer {layer}: {instruction_text(analysis, layer)}")


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


def component_text(analysis: Analysis, entry: int) -> str:
    """The owner of an entry: sign, category, component, rule."""
    return owner_text(analysis.attribution.component_of(entry))


def owner_text(component: Component) -> str:
    """A component in one line."""
    rule = f" ({component.rule})" if component.rule else ""
    return f"{CATEGORY_SIGNS[component.category]} {component.category} · {printable(component.title)}{rule}"


def fate(analysis: Analysis, columns: TreeColumns, row: int) -> str:
    """Whether the recommendation keeps a row, in a few words."""
    if not analysis.recommendation.dockerfile:
        return ""
    if not columns.kept[row]:
        return "left behind by the recommendation · w: why"
    if columns.tree.ends[row] > row + 1:
        return "› something below is kept · w: why"
    return "✓ kept by the recommendation · w: why"


def of_layer(analysis: Analysis, layer: int | None) -> Text:
    """A layer, or the whole image when ``layer`` is None."""
    if layer is None:
        sizes = analysis.sizes
        shares = [f"{size(sizes.live)} live", f"{size(sizes.shadowed)} shadowed", counted(sizes.files, "file")]
        if sizes.compressed is not None:
            shares.append(f"{size(sizes.compressed)} compressed")
        if sizes.engine is not None:
            shares.append(f"{size(sizes.engine)} says the engine")
        dive = analysis.dive
        score = f"dive's score: efficiency {dive.efficiency:.1%}, wasted {size(dive.wasted_bytes)}"
        return _text(printable(analysis.image.reference), " · ".join(shares), score, *problems(analysis))
    stored = analysis.layer_sizes[layer]
    parts = [f"{size(stored.stored)} in {counted(stored.files, 'file')}"]
    if stored.shadowed:
        parts.append(f"·{size(stored.shadowed)} of it shadowed by later layers")
    if layer < analysis.history.base_layers:
        parts.append(f"base image {printable(analysis.history.base_reference)}".strip())
    return _text(
        f"Layer {layer}",
        instruction_text(analysis, layer),
        " · ".join(parts),
        _shares(analysis.attribution.by_layer[layer]),
    )


def _shares(categories: dict[Category, int]) -> str:
    largest = sorted(categories.items(), key=lambda item: -item[1])
    return "   ".join(f"{CATEGORY_SIGNS[name]} {name} {size(count)}" for name, count in largest if count)


def problems(analysis: Analysis) -> list[str]:
    """What could not be read."""
    return [f"! {visible(problem)}" for problem in analysis.problems]


def of_component(analysis: Analysis, component: int) -> Text:
    """A component: how much, where, and why a program does not need it."""
    owner = analysis.attribution.components[component]
    row = next(row for row in analysis.attribution.sizes if row.component == component)
    facts = [f"{CATEGORY_SIGNS[owner.category]} {owner.category}", f"{size(row.live)} live"]
    if row.shadowed:
        facts.append(f"·{size(row.shadowed)} shadowed")
    facts += [counted(row.files, "file"), _numbers(row.layers)]
    if owner.package:
        facts.append(f"package {printable(owner.package)}")
    if owner.rule:
        facts.append(owner.rule)
    head = printable(owner.title)
    return _text(head, " · ".join(facts), visible(owner.why), _paths(row.paths))


def of_category(analysis: Analysis, category: Category) -> Text:
    """A category: how much of it each layer stores."""
    layers = [
        f"layer {number}: {size(shares[category])}"
        for number, shares in enumerate(analysis.attribution.by_layer)
        if shares.get(category)
    ]
    return _text(f"{CATEGORY_SIGNS[category]} {category}", " · ".join(layers), "enter shows all of its components, or fewer")


def of_finding(finding: Finding) -> Text:
    """A finding with its evidence and its remedy."""
    facts = f"{size(finding.size)} · {finding.confidence} · {finding.rule} · {_numbers(finding.layers)}"
    evidence = [visible(line) for line in finding.evidence]
    remedy = f"Remedy: {visible(finding.remedy)}" if finding.remedy else ""
    return _text(visible(finding.title), facts, remedy, *evidence, _paths(finding.paths))


def _paths(paths: Iterable[bytes]) -> str:
    return "  ".join(absolute(path) for path in paths)


def _numbers(layers: tuple[int, ...]) -> str:
    if not layers:
        return "no layer"
    return (
        ("layer " if len(layers) == 1 else "layers ")
        + ", ".join(str(layer) for layer in layers[:12])
        + (" …" if len(layers) > 12 else "")
    )


_VERDICTS = {
    "kept": "✓ The recommendation keeps it",
    "provided": "✓ The new base brings its own",
    "dropped": "− The recommendation leaves it behind",
    "shadowed": "· A later layer hides it: it is in no final filesystem",
    "undecided": "? No smaller image is recommended",
}


def why(analysis: Analysis, path: bytes) -> Text:
    """Why the recommendation keeps or drops a path, at length: verdict, reason, proof, owner, and what each layer did."""
    try:
        found = explain(
            absolute(path),
            analysis.filesystem,
            analysis.attribution,
            runtime=analysis.runtime,
            recommendation=analysis.recommendation,
            history=analysis.history,
        )
    except LayerscopeError as error:
        return Text(visible(error.line()))
    text = Text(_VERDICTS.get(found.verdict, found.verdict), style="bold")
    stored = f"{found.kind}, {size(found.size)}"
    if found.size and 0 < found.kept_size < found.size:
        stored += f", {size(found.kept_size)} of it kept"
    text.append(f"\n{stored}\n\n{visible(found.reason)}", style="not bold")
    if found.leads_to:
        text.append(f"\nIt leads to {absolute(found.leads_to)}.", style="not bold")
    if found.proof:
        text.append("\n\nThe proof", style="bold")
        text.append("".join(f"\n  ← {visible(step)}" for step in found.proof), style="not bold")
    if found.owner is not None:
        text.append("\n\nWhat it is", style="bold")
        text.append(f"\n  {owner_text(found.owner)}", style="not bold")
    text.append("\n\nWhat the layers did" if found.steps else "", style="bold")
    for step in found.steps:
        what = step.what if step.what == "deletes" else f"{step.what} {size(step.size)}"
        gone = "" if step.live or step.what == "deletes" else ", shadowed"
        text.append(f"\n  layer {step.layer} {what}{gone}: {visible(step.instruction)}", style="not bold")
    return text
