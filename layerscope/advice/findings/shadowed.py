"""Findings about content that is stored in vain: deleted, overwritten, rewritten, moved or copied again by a later layer."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct, field

from layerscope.advice.dockerfile.write import size_text
from layerscope.advice.findings.evidence import FILES_TOLD, category_name, instructions_of, largest, places, told_layer
from layerscope.advice.findings.losses import Loss
from layerscope.advice.findings.same_content import Sameness
from layerscope.advice.model import Finding
from layerscope.advice.rules import advice_rules
from layerscope.attribution.model import Attribution
from layerscope.core.names import absolute
from layerscope.core.vocabulary import Category, Confidence
from layerscope.filesystem.merged import Filesystem
from layerscope.history.history import History
from layerscope.layers.index import Kind

DELETED, REWRITTEN, OVERWRITTEN, MOVED, COPIED_AGAIN = "LS401", "LS402", "LS404", "LS405", "LS406"

_REGULAR, _HARDLINK = int(Kind.REGULAR), int(Kind.HARDLINK)
_CHANGES_TOLD = 4
_MOST_ALIKE = 4
_VERBS = {
    DELETED: "deletes it",
    REWRITTEN: "stores it again",
    OVERWRITTEN: "overwrites it",
    MOVED: "moves it",
    COPIED_AGAIN: "stores it again",
}


_Change = tuple[int, int, int, int, int, int]
"""Mode, user and group, each before and after."""


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
    found: dict[int, list[int]] = {}
    deleted: dict[int, list[int]] = {}
    for loss in lost:
        if loss.successor < 0:
            deleted.setdefault(loss.layer, []).append(loss.entry)
        elif sizes[holder := filesystem.holder(loss.successor)] == sizes[loss.entry]:
            found[loss.entry] = [holder]
    for layer, entries in deleted.items():
        known = _by_name_and_time(filesystem, layer, {sizes[entry] for entry in entries})
        for entry in entries:
            name, time = _identities(filesystem, entry)
            others = dict.fromkeys((*known.get(name, ()), *known.get(time, ())))
            if others:
                found[entry] = list(others)
    return found


_Identity = tuple[int, bytes] | tuple[int, int]


def _identities(filesystem: Filesystem, entry: int) -> tuple[tuple[int, bytes], tuple[int, int]]:
    """What mv leaves alone of a file: its size with its name, unless it is renamed, and its size with its time."""
    size, layer = filesystem.sizes[entry], filesystem.layers[entry]
    time = filesystem.indexes[layer].mtimes[entry - filesystem.starts[layer]]
    return (size, filesystem.paths[entry].rpartition(b"/")[2]), (size, time)


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


def shadowed(
    filesystem: Filesystem,
    history: History,
    attribution: Attribution,
    lost: Sequence[Loss],
    alike: dict[int, list[int]],
    sameness: Sameness,
) -> Iterator[Finding]:
    """Findings over lost entries, by the way in which they were lost, their category, and the layer that did it.

    What the layers of the base image did is one: nobody who builds on it can change them. ``alike`` is what
    :func:`same_sized` says of the entries.
    """
    copies = frozenset(
        item.layer for item in history.instructions if item.keyword in ("COPY", "ADD") and item.layer is not None
    )
    groups: dict[tuple[str, Category, int], _Group] = {}
    for loss in lost:
        verdict = _verdict(filesystem, loss, alike.get(loss.entry, ()), sameness, loss.layer in copies)
        key = verdict.rule, attribution.component_of(loss.entry).category, max(loss.layer, history.base_layers - 1)
        group = groups.get(key)
        if group is None:
            group = groups[key] = _Group()
        group.entries.append(loss.entry)
        group.hidden_by.add(loss.layer)
        group.notes[verdict.note] += 1
        group.unread += not verdict.compared
    for (identity, category, _), group in groups.items():
        yield _finding(filesystem, history, identity, category, group)


def _verdict(filesystem: Filesystem, loss: Loss, alike: Sequence[int], sameness: Sameness, copied: bool) -> _Verdict:
    entry, successor = loss.entry, loss.successor
    if successor < 0:
        moved = next((other for other in alike if _moved(filesystem, entry, other, sameness)), None)
        return _Verdict(DELETED) if moved is None else _Verdict(MOVED, _place(filesystem, moved))
    if filesystem.kinds[successor] not in (_REGULAR, _HARDLINK):
        return _Verdict(OVERWRITTEN, f"replaced by a {Kind(filesystem.kinds[successor]).name.lower()}")
    if not alike:
        return _Verdict(OVERWRITTEN)
    change, same_time = _change(filesystem, entry, alike[0])
    changed = change[::2] != change[1::2]
    if changed and same_time:
        return _Verdict(REWRITTEN, change, compared=False)
    same = sameness.same(entry, alike[0])
    if not (same_time if same is None else same):
        return _Verdict(OVERWRITTEN, compared=same is not None)
    if changed:
        return _Verdict(REWRITTEN, change, same is not None)
    again = copied or same_time
    return _Verdict(COPIED_AGAIN if again else REWRITTEN, "" if again else "only the time", same is not None)


def _moved(filesystem: Filesystem, entry: int, other: int, sameness: Sameness) -> bool:
    """Whether the other entry is the same file at another place."""
    same = sameness.same(entry, other)
    if same is not None:
        return same
    names = (filesystem.paths[item].rpartition(b"/")[2] for item in (entry, other))
    return len(set(names)) == 1 and _change(filesystem, entry, other)[1]


def _change(filesystem: Filesystem, entry: int, other: int) -> tuple[_Change, bool]:
    """Mode and owner of both, and whether the time of the last change is the same and tells something.

    chmod and chown leave that time alone, so that it stands for the content. 0 stands for nothing: it is what builders set
    that make every build the same.
    """
    layers, starts = filesystem.layers, filesystem.starts
    before, after = filesystem.indexes[layers[entry]], filesystem.indexes[layers[other]]
    row, other_row = entry - starts[layers[entry]], other - starts[layers[other]]
    time = before.mtimes[row]
    mode, user, group = before.modes[row], before.uids[row], before.gids[row]
    change = (mode, after.modes[other_row], user, after.uids[other_row], group, after.gids[other_row])
    return change, time == after.mtimes[other_row] and time > 0


def _told_change(change: str | _Change) -> str:
    """A change in words: "mode 0644 -> 0755, owner 0:0 -> 1000:1000"."""
    if isinstance(change, str):
        return change
    mode, new_mode, user, new_user, group, new_group = change
    told = [f"mode {mode:04o} -> {new_mode:04o}"] if mode != new_mode else []
    if (user, group) != (new_user, new_group):
        told.append(f"owner {user}:{group} -> {new_user}:{new_group}")
    return ", ".join(told)


def _place(filesystem: Filesystem, entry: int) -> str:
    """Where a moved file went: its directory, as whole directories are moved."""
    return f"to {absolute(filesystem.paths[entry].rpartition(b'/')[0])}"


def _finding(filesystem: Filesystem, history: History, identity: str, category: Category, group: _Group) -> Finding:
    rule = advice_rules()[identity]
    ordered = largest(filesystem, group.entries)
    stored_by, hidden_by = sorted({filesystem.layers[entry] for entry in group.entries}), sorted(group.hidden_by)
    layers = tuple(dict.fromkeys((*(layer for layer in stored_by if layer not in group.hidden_by), *hidden_by)))
    evidence = [rule.why]
    if len(hidden_by) > 1:
        evidence.append(f"layers of the base image among themselves: {', '.join(map(str, layers))}")
    else:
        evidence += [f"{told_layer(history, layer)} stores it" for layer in stored_by[:FILES_TOLD]]
        evidence.append(f"{told_layer(history, hidden_by[0])} {_VERBS[identity]}")
    evidence += _told_notes(group)
    evidence += [
        f"{absolute(filesystem.paths[entry])}: {size_text(filesystem.sizes[entry])} in layer {filesystem.layers[entry]}"
        for entry in ordered[:FILES_TOLD]
    ]
    return Finding(
        rule=rule.id,
        title=f"{category_name(category)} {rule.title}",
        category=category,
        size=sum(filesystem.sizes[entry] for entry in group.entries),
        confidence=Confidence.DEAD,
        layers=layers,
        instructions=instructions_of(history, layers),
        paths=places(filesystem, ordered),
        evidence=tuple(evidence),
        remedy=rule.remedy,
        entries=tuple(group.entries),
    )


def _told_notes(group: _Group) -> Iterator[str]:
    told = [(_told_change(note), count) for note, count in group.notes.most_common() if note]
    for note, count in told[:_CHANGES_TOLD]:
        yield f"{note} ({count:,} file{'s' if count > 1 else ''})"
    if len(told) > _CHANGES_TOLD:
        yield f"and {len(told) - _CHANGES_TOLD} other changes"
    if group.unread:
        yield f"judged by sizes and times, without reading the content: {group.unread:,} of {len(group.entries):,}"
