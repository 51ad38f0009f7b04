"""Why one path of an image is kept or dropped: its owner, where it comes from, the proof, and what the layers did to it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from layerscope.advice.delivery.files import reason, step_text
from layerscope.advice.findings.evidence import instructions_of
from layerscope.advice.golang.build import of_c_library
from layerscope.advice.ground import Ground
from layerscope.advice.model import Recommendation
from layerscope.advice.plan.copies import ancestors
from layerscope.attribution.catalogue import rule as catalogue_rule
from layerscope.attribution.model import Component
from layerscope.core.errors import PathNotFound
from layerscope.core.names import absolute, parse, printable
from layerscope.core.paths import normal_path
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
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

_REMOVALS = (Kind.WHITEOUT, Kind.OPAQUE)
_SMALLEST_BINARY = 128


_MADE = "it is made, with its mode and its owner"


class Verdict(StrEnum):
    """What becomes of a path."""

    KEPT = "kept"
    PROVIDED = "provided"
    """The new base has its own."""
    DROPPED = "dropped"
    SHADOWED = "shadowed"
    """It is not in the final filesystem any more."""
    UNDECIDED = "undecided"
    """No image is recommended."""


class Deed(StrEnum):
    """What a layer does to a path."""

    STORES = "stores"
    STORES_AGAIN = "stores again"
    DELETES = "deletes"


class Step(Struct, frozen=True):
    """What one layer did to the path; ``size`` in bytes; ``live`` if it is still what the final filesystem shows.
    ``instruction`` is "unattributed" where the history does not say."""

    layer: int
    instruction: str
    what: Deed
    size: int
    live: bool


class Explanation(Struct, frozen=True, kw_only=True):
    """The answer about one path.

    ``size`` is the bytes stored for it, or below it for a directory; ``kept_size`` is what of them is kept. ``proof`` leads
    from what asks for it back to the config, one line a step; ``reason`` says why. ``owner`` is its component, None for a
    directory that several own. ``leads_to`` is where symbolic links lead from there, b"" where there are none.
    """

    path: bytes
    kind: str
    verdict: Verdict
    size: int = 0
    kept_size: int = 0
    owner: Component | None = None
    reason: str
    proof: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    leads_to: bytes = b""


def explain(path: str, ground: Ground, recommendation: Recommendation) -> Explanation:
    """Explains one path, as it is written or as :func:`layerscope.core.names.absolute` shows it.

    A symbolic link is explained by what it leads to. Raises :class:`PathNotFound` when no layer has anything there.
    """
    filesystem, wanted = ground.filesystem, normal_path(parse(path))
    steps = tuple(_steps(ground, wanted))
    traced = filesystem.trace(wanted)
    if traced.entry is None and not filesystem.has_below(traced.path):
        return _missing(ground, wanted, path, steps)
    if traced.entry is None or filesystem.kinds[traced.entry] == Kind.DIRECTORY:
        found = _named(_directory(ground, recommendation, traced.path, steps), wanted, recommendation)
    else:
        found = replace(_file(ground, recommendation, wanted, traced.entry), steps=steps)
    return replace(found, path=wanted, leads_to=traced.path if traced.path != wanted else b"")


def _missing(ground: Ground, wanted: bytes, path: str, steps: tuple[Step, ...]) -> Explanation:
    """A path with nothing at its end: a link that leads nowhere, or what only layers have."""
    if wanted in ground.filesystem.visible:
        return _dangling(ground, wanted, steps)
    if not steps:
        raise PathNotFound(printable(path), f"the image has no {printable(path)}", "see its files with layerscope IMAGE")
    return _shadowed(ground, wanted, steps)


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


def _need_of(ground: Ground, asks: Callable[[Need], bool]) -> Need | None:
    """The first need that asks for something."""
    return next(filter(asks, ground.runtime.needs), None)


def _proof(need: Need | None) -> tuple[str, ...]:
    return tuple(map(step_text, need.because)) if need is not None else ()


def _kind_name(filesystem: Filesystem, entry: int) -> str:
    return KIND_NAMES.get(Kind(filesystem.kinds[entry]), "file")


def _file(ground: Ground, recommendation: Recommendation, wanted: bytes, entry: int) -> Explanation:
    """Something that is no directory, at the path that is asked for or behind links."""
    filesystem = ground.filesystem
    holder = filesystem.holder(entry)
    owner, size = ground.attribution.component_of(holder), filesystem.sizes[holder]
    need = _need_of(ground, lambda need: need.entry == entry or wanted in need.asked)
    judged = _judge(ground, wanted, entry, recommendation)
    verdict, because = judged or (Verdict.DROPPED, dropped_because(owner, ground.runtime))
    return Explanation(
        path=wanted,
        kind=_kind_name(filesystem, filesystem.visible.get(wanted, entry)),
        verdict=verdict,
        size=size,
        kept_size=size if verdict == Verdict.KEPT else 0,
        owner=owner,
        reason=because,
        proof=_proof(need),
    )


def _judge(ground: Ground, wanted: bytes, entry: int, recommendation: Recommendation) -> tuple[Verdict, str] | None:
    """The verdict on a file and its reason, as the new image's file system has it; None for one that nothing needs."""
    need = _need_of(ground, lambda need: need.entry == entry or wanted in need.asked)
    if not recommendation.dockerfile:
        return Verdict.UNDECIDED, _undecided(recommendation)
    if entry in recommendation.kept:
        return _judge_kept(ground, wanted, entry, recommendation)
    return _judge_needed(need, wanted, recommendation) if need is not None else None


def _judge_kept(ground: Ground, wanted: bytes, entry: int, recommendation: Recommendation) -> tuple[Verdict, str]:
    """The verdict on a path whose content crosses: it is kept where it leads there in the new image too."""
    need, tree = _need_of(ground, lambda need: need.entry == entry), recommendation.tree
    why = reason(need) if need is not None else "it is kept by --keep"
    if tree is None or tree.find(wanted).entry == entry:
        return Verdict.KEPT, why
    places = " and ".join(map(absolute, sorted(path for path, known in tree.entries.items() if known == entry)))
    if wanted == ground.filesystem.paths[entry]:
        return Verdict.KEPT, f"{why}; in the new image it is {places}"
    return Verdict.DROPPED, f"nothing asks for it by this name; what it leads to is kept as {places}"


def _judge_needed(need: Need, wanted: bytes, recommendation: Recommendation) -> tuple[Verdict, str]:
    """The verdict on a file that is needed and not kept."""
    if recommendation.rebuilt and of_c_library(need):
        asker = absolute(recommendation.rebuilt)
        return Verdict.DROPPED, f"{asker} asks for it ({reason(need)}), and is built again without the C library"
    base = recommendation.base.reference if recommendation.base else "the new base"
    tree = recommendation.tree
    if tree is not None and wanted in need.asked and not tree.find(wanted).exists:
        return Verdict.DROPPED, f"the program needs it ({reason(need)}), and {base} has nothing there"
    return Verdict.PROVIDED, f"the program needs it ({reason(need)}), and {base} has its own"


def _undecided(recommendation: Recommendation) -> str:
    return "; ".join(risk.text for risk in recommendation.risks) or "no image is recommended"


def dropped_because(owner: Component, runtime: Runtime) -> str:
    """Why nothing of a component crosses the stage boundary, in a sentence."""
    if why := (catalogue_rule(owner.rule) or owner).why:
        return why
    programs = ", ".join(absolute(program.path) for program in runtime.programs)
    whose = f"the package {printable(owner.package)}" if owner.package else printable(owner.name)
    return f"It belongs to {whose}, and nothing leads to it from {programs or 'the command'}."


def _dangling(ground: Ground, wanted: bytes, steps: tuple[Step, ...]) -> Explanation:
    """A symbolic link that leads nowhere."""
    entry = ground.filesystem.visible[wanted]
    return Explanation(
        path=wanted,
        kind=KIND_NAMES[Kind.SYMLINK],
        verdict=Verdict.DROPPED,
        owner=ground.attribution.component_of(entry),
        reason=f"a symbolic link to {printable(ground.filesystem.link(entry))}, where nothing is",
        steps=steps,
    )


def _shadowed(ground: Ground, wanted: bytes, steps: tuple[Step, ...]) -> Explanation:
    """What layers store and the final filesystem does not have."""
    filesystem, last = ground.filesystem, steps[-1]
    stored = (entry for entry, known in enumerate(filesystem.paths) if known == wanted)
    entry = min(stored, key=lambda entry: filesystem.kinds[entry] in _REMOVALS)
    return Explanation(
        path=wanted,
        kind=_kind_name(filesystem, entry),
        verdict=Verdict.SHADOWED,
        size=sum(step.size for step in steps),
        owner=ground.attribution.component_of(entry),
        reason=_hidden_because(last) + _lives_on(filesystem, entry),
        steps=steps,
    )


def _hidden_because(last: Step) -> str:
    deleted = last.what == Deed.DELETES
    return f"layer {last.layer} deletes it" if deleted else "a later layer deletes or replaces a directory above it"


def _lives_on(filesystem: Filesystem, entry: int) -> str:
    """Under which hard link the content of a deleted name is still there, "" where it is not."""
    links = (link for link, holder in filesystem.holders.items() if holder == entry and filesystem.live[link])
    name = next(map(filesystem.paths.__getitem__, links), b"")
    return f"; its content lives on as {absolute(name)}" if name else ""


def _directory(ground: Ground, recommendation: Recommendation, real: bytes, steps: tuple[Step, ...]) -> Explanation:
    """A directory: how much below it is kept, what owns the most of it, and the proof of its largest kept file."""
    filesystem = ground.filesystem
    below = list(map(filesystem.visible.__getitem__, filesystem.below(real)))
    sizes = {holder: filesystem.sizes[holder] for holder in map(filesystem.holder, below)}
    kept = dict.fromkeys(map(filesystem.holder, filter(recommendation.kept.__contains__, below)))
    owners = _owners(ground, sizes)
    is_made = recommendation.tree is not None and real in recommendation.tree.entries and not kept
    verdict, because = (Verdict.KEPT, _MADE) if is_made else _judge_directory(ground, recommendation, below, owners)
    largest = max(kept, key=sizes.__getitem__, default=-1)
    return Explanation(
        path=real,
        kind=KIND_NAMES[Kind.DIRECTORY],
        verdict=verdict,
        size=sum(sizes.values()),
        kept_size=sum(map(sizes.__getitem__, kept)),
        owner=next(iter(owners)) if len(owners) == 1 else None,
        reason=because,
        proof=_proof(_need_of(ground, lambda need: filesystem.holder(need.entry) == largest)),
        # many layers make and touch a directory of several owners, which says nothing of its content
        steps=tuple(step for step in steps if len(owners) < 2 or step.what == Deed.DELETES),
    )


def _named(found: Explanation, wanted: bytes, recommendation: Recommendation) -> Explanation:
    """The answer about a directory for one of its names: a link to it may not be in the new image."""
    tree = recommendation.tree
    if found.verdict != Verdict.KEPT or tree is None or tree.find(wanted).exists:
        return found
    because = f"nothing asks for it by this name; what it leads to is kept as {absolute(found.path)}"
    return replace(found, verdict=Verdict.DROPPED, kept_size=0, reason=because)


def _owners(ground: Ground, sizes: dict[int, int]) -> dict[Component, int]:
    """The components that own some entries, with their bytes of them."""
    found: Counter[int] = Counter()
    for entry, size in sizes.items():
        found[ground.attribution.owner[entry]] += size
    return {ground.attribution.components[number]: size for number, size in found.items()}


def _judge_directory(
    ground: Ground, recommendation: Recommendation, below: list[int], owners: dict[Component, int]
) -> tuple[Verdict, str]:
    """The verdict on what lies below a directory, and its reason."""
    if not recommendation.dockerfile:
        return Verdict.UNDECIDED, _undecided(recommendation)
    if recommendation.kept.isdisjoint(below):
        return Verdict.DROPPED, _dropped_below(owners, ground.runtime)
    files = [entry for entry in below if ground.filesystem.kinds[entry] != Kind.DIRECTORY]
    return Verdict.KEPT, _kept_below(sum(map(recommendation.kept.__contains__, files)), len(files))


def _kept_below(kept: int, files: int) -> str:
    if files == 1:
        return "the one file below it is kept"
    return f"{kept:,} of the {files:,} files below it {'is' if kept == 1 else 'are'} kept"


def _dropped_below(owners: dict[Component, int], runtime: Runtime) -> str:
    """Why nothing below a directory crosses the stage boundary: its one owner's reason, or the largest one's."""
    total = sum(owners.values())
    if not total:
        return "there is no content in it"
    most, size = max(owners.items(), key=lambda item: item[1])
    why = dropped_because(most, runtime)
    if len(owners) == 1:
        return why
    return f"Nothing below it is needed. The largest part, {size / total:.0%}, is {printable(most.name)}: {why}"


def _steps(ground: Ground, wanted: bytes) -> Iterator[Step]:
    """What each layer did to the path, lowest first; directories above it that a layer deletes count."""
    filesystem = ground.filesystem
    stored_in: list[int] = []
    for layer, row in _touching(filesystem, wanted):
        index = filesystem.indexes[layer]
        if index.kinds[row] not in _REMOVALS:
            deed = Deed.STORES_AGAIN if stored_in else Deed.STORES
            stored_in.append(layer)
        elif stored_in and stored_in[0] < layer:
            deed = Deed.DELETES
        else:
            continue
        (instruction,) = instructions_of(ground.history, (layer,))
        live = bool(filesystem.live[filesystem.starts[layer] + row])
        yield Step(layer, instruction, deed, index.sizes[row], live)


def _touching(filesystem: Filesystem, wanted: bytes) -> Iterable[tuple[int, int]]:
    """The layers and rows that have the path, or delete a directory above it."""
    places = {wanted, *ancestors(wanted)}
    for layer, index in enumerate(filesystem.indexes):
        for row, path in enumerate(index.paths):
            if path in places and (path == wanted or index.kinds[row] in _REMOVALS):
                yield layer, row
