"""Findings about credentials that an image still holds: in files, also deleted ones, and in its configuration and history.

Nothing here ever sees a value: files are judged by their outline, texts are masked before (``redaction``).
"""

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, partial
from itertools import compress, starmap
from operator import attrgetter

import msgspec
from msgspec import Struct

from layerscope.advice.findings.evidence import (
    FILES_NAMED,
    Claim,
    file_text,
    finding_of,
    largest,
    layer_text,
    listed,
    stored_by,
)
from layerscope.advice.findings.losses import Loss
from layerscope.advice.ground import Ground
from layerscope.advice.model import Finding
from layerscope.advice.rules import advice_rules, document
from layerscope.advice.secrets.redaction import Leak
from layerscope.attribution.model import Component
from layerscope.core.expressions import expression
from layerscope.core.grouping import grouped
from layerscope.core.limits import SECRET_FILE_BYTES, SECRET_LAYER_BYTES
from layerscope.core.names import absolute, printable
from layerscope.core.vocabulary import Category, Confidence
from layerscope.credentials.names import is_credential
from layerscope.filesystem.merged import Filesystem
from layerscope.history.history import History
from layerscope.history.instructions import Instruction
from layerscope.layers.contents import Contents
from layerscope.layers.keep import which_may_hold_secrets

IN_ENV, IN_ARG, IN_TEXT = "LS810", "LS811", "LS812"

_RULES_OF_TEXTS = {"ENV": IN_ENV, "ARG": IN_ARG}
_MOST_NAMED = 6
_SETTING = expression(r"^(.*)=\*$", re.MULTILINE)
"""A setting with a value, in an outline."""


class Held(Struct, frozen=True):
    """A file that holds a credential: the entry that stores it, the rule that finds it, and the names of settings in it."""

    entry: int
    rule: str
    names: tuple[str, ...]


class _FileRule(Struct, frozen=True, kw_only=True):
    """A rule of ``secrets.toml`` about files."""

    id: str
    paths: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    content: tuple[str, ...] = ()
    settings: bool = False

    def names(self, path: str) -> bool:
        """Whether files at this path are the rule's."""
        return _any_takes(self.paths, path) and not _any_takes(self.without, path)

    def finds(self, outline: str, credentials: tuple[str, ...]) -> bool:
        """Whether the outline of a file, or the settings in it that are credentials, are what the rule looks for."""
        by_name = bool(credentials) if self.settings else not self.content
        return by_name or any(re.search(pattern, outline) for pattern in self.content)


@cache
def _file_rules() -> tuple[_FileRule, ...]:
    rules: tuple[_FileRule, ...] = msgspec.convert(document("secrets.toml")["rule"], tuple[_FileRule, ...])
    return tuple(rule for rule in rules if rule.paths)


@cache
def _public() -> tuple[str, ...]:
    return tuple(document("secrets.toml")["public"]["paths"])


def _any_takes(globs: Iterable[str], path: str) -> bool:
    return any(map(partial(fnmatch.fnmatchcase, path), globs))


def held_in_files(ground: Ground, contents: Contents | None) -> list[Held]:
    """The files of all layers that hold credentials, also those that later layers hide."""
    filesystem, attribution = ground.filesystem, ground.attribution
    own = bytes(not _is_shipped(component) for component in attribution.components)
    entries = list(compress(range(len(filesystem)), map(own.__getitem__, attribution.owner)))
    positions = which_may_hold_secrets(list(map(filesystem.paths.__getitem__, entries)))
    suspects = _with_contents(filesystem, filter(filesystem.sizes.__getitem__, map(entries.__getitem__, positions)), contents)
    return list(filter(None, starmap(partial(_judge, filesystem), suspects)))


def _with_contents(
    filesystem: Filesystem, entries: Iterable[int], contents: Contents | None
) -> Iterator[tuple[int, Contents | None]]:
    """Each entry, and what to read it from, as long as there is little to read of its layer."""
    left = dict.fromkeys(range(len(filesystem.indexes)), SECRET_LAYER_BYTES)
    for entry in entries:
        size, layer = filesystem.sizes[entry], filesystem.layers[entry]
        readable = contents if size <= min(SECRET_FILE_BYTES, left[layer]) else None
        left[layer] -= size if readable is not None else 0
        yield entry, readable


def _is_shipped(component: Component) -> bool:
    """Whether a package or a toolchain brought the files, so that everybody has them."""
    return bool(component.package) or component.category == Category.TOOLCHAIN


def _rules_of(path: str) -> list[_FileRule]:
    """The rules about files at a path, none where everybody has them."""
    rules = [rule for rule in _file_rules() if rule.names(path)]
    return [] if rules and _any_takes(_public(), path) else rules


def _judge(filesystem: Filesystem, entry: int, contents: Contents | None) -> Held | None:
    rules = _rules_of(absolute(filesystem.paths[entry]))
    if not rules:
        return None
    outline = _outline(filesystem, contents, entry)
    credentials = tuple(filter(is_credential, _SETTING.findall(outline)))
    found = (Held(entry, rule.id, credentials) for rule in rules if rule.finds(outline, credentials))
    return next(found, None)


def _outline(filesystem: Filesystem, contents: Contents | None, entry: int) -> str:
    """What a file says without its values, "" when it is too large (no ``contents`` to read from then) or cannot be read."""
    layer, row = filesystem.layers[entry], filesystem.row(entry)
    kept = filesystem.content(entry)
    if kept is None and contents is not None and contents.plain(layer):
        from layerscope.layers.secret_outline import outline

        kept = outline(contents.stretch(layer, row, 0, SECRET_FILE_BYTES))
    return (kept or b"").decode("utf-8", "replace")


def secrets_in_files(ground: Ground, held: Iterable[Held], lost: Mapping[int, Loss]) -> Iterator[Finding]:
    """A finding for each rule and category, apart for files that later layers hide (``lost``, by entry)."""
    component_of = ground.attribution.component_of
    groups = grouped(held, lambda item: (item.rule, component_of(item.entry).category, item.entry in lost))
    for (identity, category, gone), group in groups.items():
        members = {item.entry: item for item in group}
        rule, ordered = advice_rules()[identity], largest(ground.filesystem, members)
        more = f" and {len(members) - 1} more" if len(members) > 1 else ""
        hiding = sorted({loss.layer for loss in map(lost.get, members) if loss is not None})
        claim = Claim(
            title=f"{rule.title}: {absolute(ground.filesystem.paths[ordered[0]])}{more}",
            category=category,
            confidence=Confidence.DEAD if gone else Confidence.UNKNOWN,
            evidence=[_file(ground, members[entry], lost.get(entry)) for entry in ordered[:FILES_NAMED]],
            layers=tuple(dict.fromkeys((*stored_by(ground.filesystem, members), *hiding))),
        )
        yield finding_of(ground, rule, list(members), claim)


def _file(ground: Ground, held: Held, loss: Loss | None) -> str:
    """One file, what it holds, and whether it is still there."""
    layer = ground.filesystem.layers[held.entry]
    text = file_text(ground.filesystem, held.entry, layer_text(ground.history, layer))
    if held.names:
        text += f", with a value for {_names(held.names)}"
    if loss is None:
        return f"{text}; it is in the final filesystem"
    verb = "deletes it" if loss.successor < 0 else "replaces it"
    return f"{text}; {layer_text(ground.history, loss.layer)} {verb}, yet it can still be read out of its own layer"


def _names(names: Iterable[str]) -> str:
    return listed(list(map(printable, dict.fromkeys(names))), _MOST_NAMED)


def secrets_in_texts(history: History, leaks: Iterable[Leak]) -> Iterator[Finding]:
    """A finding for ENV, one for build arguments and one for other texts of instructions; they are no bytes of any layer."""
    for identity, members in grouped(leaks, lambda leak: _RULES_OF_TEXTS.get(leak.where, IN_TEXT)).items():
        rule, recorded = advice_rules()[identity], _instructions(history, members)
        yield Finding(
            rule=rule.id,
            title=f"{rule.title}: {_names(leak.name or leak.where for leak in members)}",
            category=Category.APPLICATION,
            size=0,
            confidence=Confidence.BUILD_ONLY if identity == IN_ARG else Confidence.UNKNOWN,
            layers=_layers_of(recorded),
            instructions=tuple(dict.fromkeys(map(attrgetter("text"), recorded))),
            paths=(),
            evidence=(rule.why, *map(_leak, _first_of_each(members))),
            remedy=rule.remedy,
        )


def _layers_of(instructions: Iterable[Instruction]) -> tuple[int, ...]:
    return tuple(sorted({item.layer for item in instructions if item.layer is not None}))


def _first_of_each(leaks: Iterable[Leak]) -> list[Leak]:
    """One leak of each place and name, at most as many as are named."""
    by_place = grouped(leaks, attrgetter("where", "name"))
    return [alike[0] for alike in by_place.values()][:_MOST_NAMED]


def _instructions(history: History, leaks: list[Leak]) -> list[Instruction]:
    """The instructions that leak: those that say it, and those that set what the configuration has."""
    indexes = {leak.index for leak in leaks}
    settings = list(filter(_is_setting, leaks))[:_MOST_NAMED]
    return [item for item in history.instructions if item.index in indexes or any(map(partial(_sets, item.text), settings))]


def _is_setting(leak: Leak) -> bool:
    """Whether it is a setting of the configuration, by its name."""
    return leak.index is None and leak.name != ""


def _sets(text: str, leak: Leak) -> bool:
    return text.startswith(leak.where) and leak.name in text


_SUFFIXES = {"ARG": " as a build argument", "comment": " in its comment", "author": " as its author"}


def _leak(leak: Leak) -> str:
    """Where a credential stands."""
    what = printable(leak.name) if leak.name else "something that is shaped like a credential"
    if leak.where == "annotation":
        return f"an annotation of the manifest holds {what}"
    if leak.index is None:
        return f"{leak.where} of the configuration holds {what}"
    return f"instruction {leak.index} of the history holds {what}{_SUFFIXES.get(leak.where, '')}"
