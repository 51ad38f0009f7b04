"""Why one path of an image is kept or dropped: its owner, where it comes from, the proof, and what the layers did to it."""

from typing import TYPE_CHECKING

from msgspec import Struct

from layerscope.advice.golang.build import of_c_library
from layerscope.advice.model import Recommendation
from layerscope.advice.plan.copies import ancestors, reason, told_step
from layerscope.attribution.catalogue import rule as catalogue_rule
from layerscope.attribution.model import Attribution, Component
from layerscope.core.errors import PathNotFound
from layerscope.core.names import absolute, parse, printable
from layerscope.filesystem.merged import Filesystem
from layerscope.history.history import History
from layerscope.layers.index import Kind
from layerscope.needs.ledger import normal
from layerscope.needs.model import Need, Runtime
from layerscope.sources.image import Progress

if TYPE_CHECKING:
    from layerscope.layers.binaries.model import BinaryDetails
    from layerscope.layers.contents import Contents

KIND_NAMES = {
    Kind.REGULAR: "file",
    Kind.DIRECTORY: "directory",
    Kind.SYMLINK: "symbolic link",
    Kind.HARDLINK: "hard link",
    Kind.DEVICE: "device",
    Kind.FIFO: "pipe",
}

_SMALLEST_BINARY = 128


class Step(Struct, frozen=True):
    """What one layer did to the path: ``stores``, ``stores again`` or ``deletes``; ``size`` in bytes; ``live`` if it is still
    what the final filesystem shows. ``instruction`` is "unattributed" where the history does not say."""

    layer: int
    instruction: str
    what: str
    size: int
    live: bool


class Explanation(Struct, frozen=True, kw_only=True):
    """The answer about one path.

    ``verdict`` is ``kept``, ``provided`` (by the new base), ``dropped``, ``shadowed`` (not in the final filesystem any more) or
    ``undecided`` (no image is recommended). ``size`` is the bytes stored for it, or below it for a directory; ``kept_size`` is
    what of them is kept. ``proof`` leads from what asks for it back to the config, one line a step; ``reason`` says why.
    ``owner`` is its component, None for a directory that several own.
    """

    path: bytes
    kind: str
    verdict: str
    size: int
    kept_size: int
    owner: Component | None
    reason: str
    proof: tuple[str, ...]
    steps: tuple[Step, ...]
    leads_to: bytes = b""


def explain(
    path: str,
    filesystem: Filesystem,
    attribution: Attribution,
    runtime: Runtime,
    recommendation: Recommendation,
    history: History,
) -> Explanation:
    """Explains one path, as it is written or as :func:`layerscope.core.names.absolute` shows it.

    A symbolic link is explained by what it leads to. Raises :class:`PathNotFound` when no layer has anything there.
    """
    wanted = normal(parse(path))
    steps = _steps(filesystem, history, wanted)
    traced = filesystem.trace(wanted)
    # some layers list files without the directories above them
    if traced.entry is None and not filesystem.has_below(traced.path):
        return _gone(filesystem, attribution, path, wanted, steps)
    if traced.entry is None or filesystem.kinds[traced.entry] == Kind.DIRECTORY:
        return _directory(
            filesystem, attribution, runtime, recommendation=recommendation, wanted=wanted, real=traced.path, steps=steps
        )
    entry = traced.entry
    owner = attribution.component_of(filesystem.holder(entry))
    size = filesystem.sizes[filesystem.holder(entry)]
    need = next((need for need in runtime.needs if need.entry == entry or wanted in need.asked), None)
    verdict, because = _verdict(entry, need, owner, runtime, recommendation)
    kept = size if verdict == "kept" else 0
    leads_to = traced.path if traced.path != wanted else b""
    kind = KIND_NAMES.get(Kind(filesystem.kinds[filesystem.visible.get(wanted, entry)]), "file")
    return Explanation(
        path=wanted,
        kind=kind,
        verdict=verdict,
        size=size,
        kept_size=kept,
        owner=owner,
        reason=because,
        proof=_proof(need),
        steps=steps,
        leads_to=leads_to,
    )


def look_inside(
    path: bytes, filesystem: Filesystem, contents: "Contents", progress: Progress | None = None
) -> "BinaryDetails | None":
    """What is inside the program or shared library that a path of the final filesystem leads to; None for everything else.

    Only files that may be executed or are called like a shared library are read, which may take seconds in a compressed layer.
    """
    entry = filesystem.trace(path).entry
    if entry is None or not may_be_binary(filesystem, entry):
        return None
    holder = filesystem.holder(entry)
    return contents.details(filesystem.layers[holder], filesystem.row(holder), progress)


def may_be_binary(filesystem: Filesystem, entry: int) -> bool:
    """Whether an entry looks like a program or a shared library, without its being read."""
    holder = filesystem.holder(entry)
    if filesystem.kinds[holder] != Kind.REGULAR or filesystem.sizes[holder] < _SMALLEST_BINARY:
        return False
    return bool(filesystem.mode(holder) & 0o111) or b".so" in filesystem.paths[entry].rpartition(b"/")[2]


def _proof(need: Need | None) -> tuple[str, ...]:
    return tuple(told_step(step) for step in need.because) if need is not None else ()


def _verdict(
    entry: int, need: Need | None, owner: Component, runtime: Runtime, recommendation: Recommendation
) -> tuple[str, str]:
    if not recommendation.dockerfile:
        return "undecided", "; ".join(recommendation.risks) or "no image is recommended"
    if entry in recommendation.kept:
        return "kept", reason(need) if need is not None else "it is kept by --keep"
    if need is not None and recommendation.rebuilt and of_c_library(need):
        return (
            "dropped",
            f"{absolute(recommendation.rebuilt)} asks for it ({reason(need)}), and is built again without the C library",
        )
    if need is not None:
        base = recommendation.base.reference if recommendation.base else "the new base"
        return "provided", f"the program needs it ({reason(need)}), and {base} has its own"
    return "dropped", dropped_because(owner, runtime)


def dropped_because(owner: Component, runtime: Runtime) -> str:
    """Why nothing of a component crosses the stage boundary, in a sentence."""
    rule = catalogue_rule(owner.rule) if owner.rule else None
    why = rule.why if rule else owner.why
    if why:
        return why
    programs = ", ".join(absolute(program.path) for program in runtime.programs)
    whose = f"the package {printable(owner.package)}" if owner.package else printable(owner.name)
    return f"It belongs to {whose}, and nothing leads to it from {programs or 'the command'}."


def _gone(filesystem: Filesystem, attribution: Attribution, path: str, wanted: bytes, steps: tuple[Step, ...]) -> Explanation:
    if wanted in filesystem.visible:
        entry = filesystem.visible[wanted]
        because = f"a symbolic link to {printable(filesystem.link(entry))}, where nothing is"
        return Explanation(
            path=wanted,
            kind="symbolic link",
            verdict="dropped",
            size=0,
            kept_size=0,
            owner=attribution.component_of(entry),
            reason=because,
            proof=(),
            steps=steps,
        )
    if not steps:
        raise PathNotFound(printable(path), f"the image has no {printable(path)}", "see its files with layerscope IMAGE")
    stored = [entry for entry, known in enumerate(filesystem.paths) if known == wanted]
    kept = next((entry for entry in stored if filesystem.kinds[entry] not in (Kind.WHITEOUT, Kind.OPAQUE)), stored[0])
    size = sum(step.size for step in steps)
    last = steps[-1]
    because = (
        f"layer {last.layer} deletes it" if last.what == "deletes" else "a later layer deletes or replaces a directory above it"
    )
    kind = KIND_NAMES.get(Kind(filesystem.kinds[kept]), "file")
    return Explanation(
        path=wanted,
        kind=kind,
        verdict="shadowed",
        size=size,
        kept_size=0,
        owner=attribution.component_of(kept),
        reason=because,
        proof=(),
        steps=steps,
    )


def _directory(
    filesystem: Filesystem,
    attribution: Attribution,
    runtime: Runtime,
    recommendation: Recommendation,
    wanted: bytes,
    real: bytes,
    steps: tuple[Step, ...],
) -> Explanation:
    """A directory: how much below it is kept, what owns the most of it, and the proof of its largest kept file."""
    below = [filesystem.visible[path] for path in filesystem.below(real)]
    held = {filesystem.holder(entry): entry for entry in below}
    size = sum(filesystem.sizes[holder] for holder in held)
    kept = [holder for holder, entry in held.items() if entry in recommendation.kept]
    files = [entry for entry in below if filesystem.kinds[entry] != Kind.DIRECTORY]
    kept_size = sum(filesystem.sizes[holder] for holder in kept)
    owners: dict[int, int] = {}
    for holder in held:
        owners[attribution.owner[holder]] = owners.get(attribution.owner[holder], 0) + filesystem.sizes[holder]
    most = attribution.components[max(owners, key=lambda number: owners[number])] if owners else None
    largest = max(kept, key=lambda holder: filesystem.sizes[holder], default=None)
    need = next((need for need in runtime.needs if need.entry == held.get(largest if largest is not None else -1)), None)
    if not recommendation.dockerfile:
        verdict, because = "undecided", "; ".join(recommendation.risks) or "no image is recommended"
    elif kept:
        verdict = "kept"
        because = _kept_below(sum(entry in recommendation.kept for entry in files), len(files))
    else:
        verdict, because = "dropped", _dropped_directory(most, owners, runtime)
    if len(owners) > 1:  # a directory of several owners is made and touched by many layers, which says nothing of its content
        steps = tuple(step for step in steps if step.what == "deletes")
    owner = most if len(owners) == 1 else None
    leads_to = real if real != wanted else b""
    return Explanation(
        path=wanted,
        kind="directory",
        verdict=verdict,
        size=size,
        kept_size=kept_size,
        owner=owner,
        reason=because,
        proof=_proof(need),
        steps=steps,
        leads_to=leads_to,
    )


def _kept_below(kept: int, files: int) -> str:
    if files == 1:
        return "the one file below it is kept"
    return f"{kept:,} of the {files:,} files below it {'is' if kept == 1 else 'are'} kept"


def _dropped_directory(most: Component | None, owners: dict[int, int], runtime: Runtime) -> str:
    """Why nothing below a directory crosses the stage boundary: its one owner's reason, or the largest one's."""
    total = sum(owners.values())
    if most is None or not total:
        return "there is no content in it"
    if len(owners) == 1:
        return dropped_because(most, runtime)
    share = max(owners.values()) / total
    why = dropped_because(most, runtime)
    return f"Nothing below it is needed. The largest part, {share:.0%}, is {printable(most.name)}: {why}"


def _steps(filesystem: Filesystem, history: History, wanted: bytes) -> tuple[Step, ...]:
    """What each layer did to the path, lowest first; directories above it that a layer deletes count."""
    above = set(ancestors(wanted))
    found: list[Step] = []
    made_by = {item.layer: item.text for item in history.instructions if item.layer is not None}
    for layer, index in enumerate(filesystem.indexes):
        start = filesystem.starts[layer]
        for row, path in enumerate(index.paths):
            if path != wanted and path not in above:
                continue
            kind = index.kinds[row]
            if path != wanted and (kind not in (Kind.WHITEOUT, Kind.OPAQUE) or not found):
                continue
            gone = kind in (Kind.WHITEOUT, Kind.OPAQUE)
            if gone and not any(step.layer < layer and step.what != "deletes" for step in found):
                continue
            stored = any(step.what != "deletes" for step in found)
            what = "deletes" if gone else "stores again" if stored else "stores"
            found.append(
                Step(layer, made_by.get(layer, "unattributed"), what, index.sizes[row], bool(filesystem.live[start + row]))
            )
    return tuple(found)
