"""Findings about credentials that an image still holds: in files, also deleted ones, and in its configuration and history.

Nothing here ever sees a value: files are judged by their outline, texts are masked before (``redaction``).
"""

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import compress

from msgspec import Struct

from layerscope.advice.dockerfile.write import size_text
from layerscope.advice.findings.evidence import FILES_TOLD, instructions_of, largest, places, told_layer
from layerscope.advice.findings.losses import Loss
from layerscope.advice.model import Finding, Leak
from layerscope.advice.rules import AdviceRule, advice_rules, document
from layerscope.attribution.model import Attribution, Component
from layerscope.core.limits import SECRET_FILE_BYTES, SECRET_LAYER_BYTES
from layerscope.core.names import absolute, printable
from layerscope.core.vocabulary import Category, Confidence
from layerscope.filesystem.merged import Filesystem
from layerscope.history.history import History
from layerscope.layers.contents import Contents
from layerscope.layers.keep import which_may_hold_secrets

IN_ENV, IN_ARG, IN_TEXT = "LS810", "LS811", "LS812"

_NAMES_TOLD = 6


class Held(Struct, frozen=True):
    """A file that holds a credential: the entry that stores it, the rule that tells, and the names of settings in it."""

    entry: int
    rule: str
    names: tuple[str, ...]


class _FileRule(Struct, frozen=True):
    id: str
    paths: tuple[str, ...]
    without: tuple[str, ...]
    content: tuple[str, ...]
    settings: bool


@cache
def _file_rules() -> tuple[_FileRule, ...]:
    rows = [row for row in document("secrets.toml")["rule"] if "paths" in row]
    return tuple(
        _FileRule(
            row["id"], _globs(row["paths"]), _globs(row.get("without", ())), tuple(row.get("content", ())), "settings" in row
        )
        for row in rows
    )


@cache
def _public() -> tuple[str, ...]:
    return _globs(document("secrets.toml")["public"]["paths"])


def _globs(globs: Iterable[str]) -> tuple[str, ...]:
    return tuple(glob.replace("**", "*") for glob in globs)


def _any_takes(globs: Iterable[str], path: str) -> bool:
    return any(fnmatch.fnmatchcase(path, glob) for glob in globs)


def held_in_files(filesystem: Filesystem, attribution: Attribution, contents: Contents | None) -> list[Held]:
    """The files of all layers that hold credentials, also those that later layers hide."""
    own = bytes(not _shipped(component) for component in attribution.components)
    entries = list(compress(range(len(filesystem)), map(own.__getitem__, attribution.owner)))
    found: list[Held] = []
    left = dict.fromkeys(range(len(filesystem.indexes)), SECRET_LAYER_BYTES)
    for position in which_may_hold_secrets([filesystem.paths[entry] for entry in entries]):
        entry = entries[position]
        size, layer = filesystem.sizes[entry], filesystem.layers[entry]
        if size:
            readable = contents if size <= min(SECRET_FILE_BYTES, left[layer]) else None
            left[layer] -= size if readable is not None else 0
            held = _judged(filesystem, readable, entry)
            found += [held] if held is not None else []
    return found


def _shipped(component: Component) -> bool:
    """Whether a package or a toolchain brought the files, so that everybody has them."""
    return bool(component.package) or component.category == Category.TOOLCHAIN


def _judged(filesystem: Filesystem, contents: Contents | None, entry: int) -> Held | None:
    path = absolute(filesystem.paths[entry])
    rules = [rule for rule in _file_rules() if _any_takes(rule.paths, path) and not _any_takes(rule.without, path)]
    if not rules or _any_takes(_public(), path):
        return None
    from layerscope.credentials.names import is_credential

    outline = _outline(filesystem, contents, entry)
    names = tuple(line.removesuffix("=*") for line in outline.split("\n") if line.endswith("=*"))
    credentials = tuple(name for name in names if is_credential(name))
    for rule in rules:
        if rule.content or rule.settings:
            telling = any(re.search(pattern, outline) for pattern in rule.content) or (rule.settings and credentials)
            if not telling:
                continue
        return Held(entry, rule.id, credentials)
    return None


def _outline(filesystem: Filesystem, contents: Contents | None, entry: int) -> str:
    """What a file says without its values, "" when it is too large (no ``contents`` to read from then) or cannot be read."""
    layer, row = filesystem.layers[entry], filesystem.row(entry)
    picked = filesystem.content(entry)
    if picked is None and contents is not None and contents.plain(layer):
        from layerscope.layers.secret_outline import outline

        picked = outline(contents.stretch(layer, row, 0, SECRET_FILE_BYTES))
    return (picked or b"").decode("utf-8", "replace")


def secrets_in_files(
    filesystem: Filesystem, history: History, attribution: Attribution, held: Iterable[Held], lost: Mapping[int, Loss]
) -> Iterator[Finding]:
    """A finding for each rule and category, apart for files that later layers hide (``lost``, by entry)."""
    groups: dict[tuple[str, Category, bool], list[Held]] = {}
    for item in held:
        key = item.rule, attribution.component_of(item.entry).category, item.entry in lost
        groups.setdefault(key, []).append(item)
    for (identity, category, gone), members in groups.items():
        rule = advice_rules()[identity]
        names = {item.entry: item.names for item in members}
        ordered = largest(filesystem, names)
        stored_by = sorted({filesystem.layers[entry] for entry in names})
        layers = tuple(dict.fromkeys((*stored_by, *sorted({lost[entry].layer for entry in names if entry in lost}))))
        evidence = [rule.why]
        evidence += [_told_file(filesystem, history, entry, names[entry], lost.get(entry)) for entry in ordered[:FILES_TOLD]]
        yield Finding(
            rule=rule.id,
            title=_title(rule, absolute(filesystem.paths[ordered[0]]), len(names)),
            category=category,
            size=sum(filesystem.sizes[entry] for entry in names),
            confidence=Confidence.DEAD if gone else Confidence.UNKNOWN,
            layers=layers,
            instructions=instructions_of(history, layers),
            paths=places(filesystem, ordered),
            evidence=tuple(evidence),
            remedy=rule.remedy,
            entries=tuple(names),
        )


def _title(rule: AdviceRule, place: str, count: int) -> str:
    return f"{rule.title}: {place}{f' and {count - 1} more' if count > 1 else ''}"


def _told_file(filesystem: Filesystem, history: History, entry: int, names: tuple[str, ...], loss: Loss | None) -> str:
    size, layer = size_text(filesystem.sizes[entry]), told_layer(history, filesystem.layers[entry])
    text = f"{absolute(filesystem.paths[entry])}: {size} in {layer}"
    if names:
        text += f", with a value for {_listed(names)}"
    if loss is None:
        return f"{text}; it is in the final filesystem"
    what = "deletes it" if loss.successor < 0 else "replaces it"
    return f"{text}; {told_layer(history, loss.layer)} {what}, yet it can still be read out of its own layer"


def _listed(names: Iterable[str]) -> str:
    told = [printable(name) for name in dict.fromkeys(names)]
    return ", ".join(told[:_NAMES_TOLD]) + (f" and {len(told) - _NAMES_TOLD} more" if len(told) > _NAMES_TOLD else "")


def secrets_in_texts(history: History, leaks: Iterable[Leak]) -> Iterator[Finding]:
    """A finding for ENV, one for build arguments and one for other texts of instructions; they are no bytes of any layer."""
    groups: dict[str, list[Leak]] = {}
    for leak in leaks:
        groups.setdefault({"ENV": IN_ENV, "ARG": IN_ARG}.get(leak.where, IN_TEXT), []).append(leak)
    for identity, members in groups.items():
        rule = advice_rules()[identity]
        named = list(dict.fromkeys(leak.name or leak.where for leak in members))
        at = {leak.index for leak in members}
        settings = [(leak.where, leak.name) for leak in members if leak.index is None and leak.name][:_NAMES_TOLD]
        recorded = [item for item in history.instructions if item.index in at or _sets(item.text, settings)]
        layers = tuple(sorted({item.layer for item in recorded if item.layer is not None}))
        yield Finding(
            rule=rule.id,
            title=f"{rule.title}: {_listed(named)}",
            category=Category.APPLICATION,
            size=0,
            confidence=Confidence.BUILD_ONLY if identity == IN_ARG else Confidence.UNKNOWN,
            layers=layers,
            instructions=tuple(dict.fromkeys(item.text for item in recorded)),
            paths=(),
            evidence=(rule.why, *(_told_leak(leak) for leak in _first_of_each(members))),
            remedy=rule.remedy,
        )


def _sets(text: str, settings: Iterable[tuple[str, str]]) -> bool:
    """Whether an instruction sets one of these, each a keyword and a name."""
    return any(text.startswith(keyword) and name in text for keyword, name in settings)


def _first_of_each(leaks: Iterable[Leak]) -> list[Leak]:
    """One leak of each name and place, at most as many as are told."""
    found: dict[tuple[str, str], Leak] = {}
    for leak in leaks:
        found.setdefault((leak.where, leak.name), leak)
    return list(found.values())[:_NAMES_TOLD]


def _told_leak(leak: Leak) -> str:
    what = printable(leak.name) if leak.name else "something that is shaped like a credential"
    if leak.where == "annotation":
        return f"an annotation of the manifest holds {what}"
    if leak.index is None:
        return f"{leak.where} of the configuration holds {what}"
    suffix = {"ARG": " as a build argument", "comment": " in its comment", "author": " as its author"}.get(leak.where, "")
    return f"instruction {leak.index} of the history holds {what}{suffix}"
