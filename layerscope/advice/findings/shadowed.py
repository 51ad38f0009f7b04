"""Findings about content that is stored in vain: deleted, overwritten, rewritten, moved or copied again by a later layer."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import filterfalse
from operator import attrgetter
from typing import NamedTuple

from msgspec import Struct, field

from layerscope.advice.findings.evidence import (
    FILES_NAMED,
    Claim,
    category_name,
    file_text,
    finding_of,
    largest,
    layer_text,
    stored_by,
)
from layerscope.advice.findings.losses import Loss
from layerscope.advice.findings.same_content import Sameness
from layerscope.advice.ground import Ground
from layerscope.advice.model import Finding
from layerscope.advice.rules import advice_rules
from layerscope.core import units
from layerscope.core.grouping import grouped
from layerscope.core.names import absolute
from layerscope.core.vocabulary import Category, Confidence
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind

DELETED, REWRITTEN, OVERWRITTEN, MOVED, COPIED_AGAIN = "LS401", "LS402", "LS404", "LS405", "LS406"

_FILES = (int(Kind.REGULAR), int(Kind.HARDLINK))
_CHANGES_NAMED = 4
_MOST_ALIKE = 4
_VERBS = {
    DELETED: "deletes it",
    REWRITTEN: "stores it again",
    OVERWRITTEN: "overwrites it",
    MOVED: "moves it",
    COPIED_AGAIN: "stores it again",
}


_Attributes = tuple[int, tuple[int, int]]
"""What a tar says of a file beside its content: its mode, and its user and group."""


class _Change(NamedTuple):
    """Another mode or another owner."""

    before: _Attributes
    after: _Attributes

    def __str__(self) -> str:
        (mode, owner), (new_mode, new_owner) = self
        changes = [f"mode {mode:04o} -> {new_mode:04o}"] if mode != new_mode else []
        changes += [f"owner {owner[0]}:{owner[1]} -> {new_owner[0]}:{new_owner[1]}"] if owner != new_owner else []
        return ", ".join(changes)


class _Verdict(Struct, frozen=True, gc=False):
    """The rule for a loss, ``note`` what changed, and whether both contents were read."""

    rule: str
    note: str | _Change = ""
    compared: bool = True


def same_sized(filesystem: Filesystem, lost: Sequence[Loss]) -> dict[int, list[int]]:
    """For each lost entry those that the layer which hid it may have made of it: the one at its path, or a few elsewhere that
    have its name or its time.

    Only entries of the same size are named; an entry without any has no key.
    """
    sizes = filesystem.sizes
    replaced = ((loss.entry, filesystem.holder(loss.successor)) for loss in lost if not loss.deleted)
    found = {entry: [holder] for entry, holder in replaced if sizes[entry] == sizes[holder]}
    for layer, losses in grouped(filter(attrgetter("deleted"), lost), attrgetter("layer")).items():
        found |= _by_name_or_time(filesystem, layer, list(map(attrgetter("entry"), losses)))
    return found


def _by_name_or_time(filesystem: Filesystem, layer: int, deleted: Sequence[int]) -> dict[int, list[int]]:
    """For each entry that a layer deletes, those of the layer that have its name or its time, if there are any."""
    known = _by_name_and_time(filesystem, layer, set(map(filesystem.sizes.__getitem__, deleted)))
    found = {}
    for entry in deleted:
        name, time = _identities(filesystem, entry)
        if others := dict.fromkeys((*known.get(name, ()), *known.get(time, ()))):
            found[entry] = list(others)
    return found


_Identity = tuple[int, bytes] | tuple[int, int]


def _identities(filesystem: Filesystem, entry: int) -> tuple[_Identity, _Identity]:
    """What mv leaves alone of a file: its size with its name, unless it is renamed, and its size with its time."""
    size = filesystem.sizes[entry]
    return (size, _name(filesystem, entry)), (size, _attributes_and_time(filesystem, entry)[1])


def _name(filesystem: Filesystem, entry: int) -> bytes:
    return filesystem.paths[entry].rpartition(b"/")[2]


def _attributes_and_time(filesystem: Filesystem, entry: int) -> tuple[_Attributes, int]:
    """The attributes of a file, and when it was changed last."""
    layer = filesystem.layers[entry]
    index, row = filesystem.indexes[layer], entry - filesystem.starts[layer]
    return (index.modes[row], (index.uids[row], index.gids[row])), index.mtimes[row]


def _by_name_and_time(filesystem: Filesystem, layer: int, wanted: Collection[int]) -> dict[_Identity, list[int]]:
    """A few entries of a layer, of the wanted sizes, for each name and for each time."""
    found: dict[_Identity, list[int]] = {}
    for entry, size in enumerate(filesystem.indexes[layer].sizes, filesystem.starts[layer]):
        if size in wanted:
            for identity in _identities(filesystem, entry):
                known = found.setdefault(identity, [])
                if len(known) < _MOST_ALIKE:
                    known.append(entry)
    return found


class _Group(Struct):
    """Losses of one rule and category by one layer, or by the layers of the base image together."""

    entries: list[int] = field(default_factory=list)
    hidden_by: set[int] = field(default_factory=set)
    notes: Counter[str | _Change] = field(default_factory=Counter)
    unread: int = 0

    def add(self, loss: Loss, verdict: _Verdict) -> None:
        """Takes in one more loss."""
        self.entries.append(loss.entry)
        self.hidden_by.add(loss.layer)
        self.notes[verdict.note] += 1
        self.unread += not verdict.compared


def shadowed(ground: Ground, lost: Sequence[Loss], alike: dict[int, list[int]], sameness: Sameness) -> Iterator[Finding]:
    """Findings over lost entries, by the way in which they were lost, their category, and the layer that did it.

    What the layers of the base image did is one: who builds on it cannot change them. ``alike`` is what :func:`same_sized`
    says of the entries.
    """
    history, attribution = ground.history, ground.attribution
    copies = frozenset(item.layer for item in history.instructions if item.keyword in ("COPY", "ADD"))
    groups: defaultdict[tuple[str, Category, int], _Group] = defaultdict(_Group)
    for loss in lost:
        if loss.deleted:
            verdict = _judge_deleted(ground.filesystem, loss, alike.get(loss.entry, ()), sameness)
        else:
            verdict = _judge_replaced(ground.filesystem, loss, loss.entry in alike, sameness, loss.layer in copies)
        key = verdict.rule, attribution.component_of(loss.entry).category, max(loss.layer, history.base_layers - 1)
        groups[key].add(loss, verdict)
    for (identity, category, _), group in groups.items():
        yield _finding(ground, identity, category, group)


def _judge_deleted(filesystem: Filesystem, loss: Loss, alike: Sequence[int], sameness: Sameness) -> _Verdict:
    moved = next((other for other in alike if _is_moved(filesystem, loss.entry, other, sameness)), None)
    if moved is None:
        return _Verdict(DELETED)
    # whole directories are moved, so that the directory says where it went
    return _Verdict(MOVED, f"to {absolute(filesystem.paths[moved].rpartition(b'/')[0])}")


def _is_moved(filesystem: Filesystem, entry: int, other: int, sameness: Sameness) -> bool:
    """Whether the other entry is the same file at another place."""
    same = sameness.same(entry, other)
    if same is not None:
        return same
    times = (_attributes_and_time(filesystem, item)[1] for item in (entry, other))
    return _name(filesystem, entry) == _name(filesystem, other) and _is_same_time(*times)


def _judge_replaced(filesystem: Filesystem, loss: Loss, same_size: bool, sameness: Sameness, copied: bool) -> _Verdict:
    kind = filesystem.kinds[loss.successor]
    if kind not in _FILES:
        return _Verdict(OVERWRITTEN, f"replaced by a {Kind(kind).name.lower()}")
    return _judge_same_size(filesystem, loss, sameness, copied) if same_size else _Verdict(OVERWRITTEN)


def _judge_same_size(filesystem: Filesystem, loss: Loss, sameness: Sameness, copied: bool) -> _Verdict:
    """The verdict on a file that another one of its size replaces."""
    entry, other = loss.entry, filesystem.holder(loss.successor)
    before, time = _attributes_and_time(filesystem, entry)
    after, new_time = _attributes_and_time(filesystem, other)
    same_time = _is_same_time(time, new_time)
    if before != after and same_time:
        return _Verdict(REWRITTEN, _Change(before, after), compared=False)
    same = sameness.same(entry, other)
    compared = same is not None
    if not (same if compared else same_time):
        return _Verdict(OVERWRITTEN, compared=compared)
    return _judge_same(_Change(before, after), copied or same_time, compared)


def _judge_same(change: _Change, again: bool, compared: bool) -> _Verdict:
    """The verdict on the same content, stored ``again`` as it was or by an instruction that changes it."""
    if change.before != change.after:
        return _Verdict(REWRITTEN, change, compared)
    return _Verdict(COPIED_AGAIN if again else REWRITTEN, "" if again else "only the time", compared)


def _is_same_time(time: int, other: int) -> bool:
    """Whether the time of the last change is the same and stands for the content, as chmod and chown leave it alone. 0 stands
    for nothing: builders set it to make every build the same."""
    return time == other > 0


def _finding(ground: Ground, identity: str, category: Category, group: _Group) -> Finding:
    filesystem, rule = ground.filesystem, advice_rules()[identity]
    storing, hiding = stored_by(filesystem, group.entries), sorted(group.hidden_by)
    layers = [*filterfalse(group.hidden_by.__contains__, storing), *hiding]
    if len(hiding) > 1:
        evidence = [f"layers of the base image among themselves: {', '.join(map(str, layers))}"]
    else:
        evidence = [f"{layer_text(ground.history, layer)} stores it" for layer in storing[:FILES_NAMED]]
        evidence.append(f"{layer_text(ground.history, hiding[0])} {_VERBS[identity]}")
    evidence += _notes(group)
    ordered = largest(filesystem, group.entries)[:FILES_NAMED]
    evidence += [file_text(filesystem, entry, f"layer {filesystem.layers[entry]}") for entry in ordered]
    title = f"{category_name(category)} {rule.title}"
    claim = Claim(title=title, category=category, confidence=Confidence.DEAD, evidence=evidence, layers=layers)
    return finding_of(ground, rule, group.entries, claim)


def _notes(group: _Group) -> Iterator[str]:
    """What changed, the most frequent first, and how many contents were not read."""
    notes = [(str(note), count) for note, count in group.notes.most_common() if note]
    for note, count in notes[:_CHANGES_NAMED]:
        yield f"{note} ({units.counted(count, 'file')})"
    if len(notes) > _CHANGES_NAMED:
        yield f"and {len(notes) - _CHANGES_NAMED} other changes"
    if group.unread:
        yield f"judged by sizes and times, without reading the content: {group.unread:,} of {len(group.entries):,}"
