"""What the gate ignores, as of today."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from msgspec import Struct

from layerscope.advice.model import Finding
from layerscope.advice.rules import SECRETS
from layerscope.analysis import Analysis
from layerscope.checking.selectors import Selector, entries_of, takes_finding
from layerscope.checking.settings import Ignore
from layerscope.core import units
from layerscope.core.names import printable

_PARTIAL = "LS790"
"""The rule whose findings count only a part of their entries' bytes."""


class Cover(Struct, frozen=True, eq=False):
    """``entries`` whose bytes are not held against the image, and the ``ignores`` that say so today."""

    entries: frozenset[int]
    ignores: tuple[Ignore, ...]

    def takes(self, finding: Finding) -> bool:
        """Whether one of the ignores means this finding, wherever its bytes lie."""
        return any(takes_finding(item.selector, finding) for item in self.ignores)


class Excused(Struct, frozen=True, eq=False):
    """What is ignored: ``usual``, for credentials only what a trusted source ignores (``secrets``), and the gate's rules in
    ``checks``. ``notices`` are a sentence about each ignore, what it covers and why, or that it expired or matches nothing;
    ``refused`` about those that would have hidden a credential."""

    usual: Cover
    secrets: Cover
    checks: dict[str, Ignore]
    notices: tuple[str, ...]
    refused: tuple[str, ...]

    @property
    def entries(self) -> frozenset[int]:
        """Whose bytes are not held against the image, credentials aside."""
        return self.usual.entries

    def cover(self, finding: Finding) -> Cover:
        """What is ignored where a finding of this rule is asked for."""
        return self.secrets if is_secret(finding) else self.usual

    def size(self, analysis: Analysis, finding: Finding) -> int | None:
        """What is left of a finding's bytes; None when all of it is ignored."""
        cover = self.cover(finding)
        gone = list(filter(cover.entries.__contains__, finding.entries))
        is_gone = bool(gone) and len(gone) == len(finding.entries)
        if is_gone or cover.takes(finding):
            return None
        return finding.size if finding.rule == _PARTIAL else max(finding.size - _size(analysis, gone), 0)

    def findings(self, analysis: Analysis) -> dict[int, str]:
        """The findings that are ignored as a whole, by their position, each with the first reason that fits."""
        numbered = enumerate(analysis.findings if self.usual.ignores else ())
        whole = {number: finding for number, finding in numbered if self.size(analysis, finding) is None}
        return {number: self._reason(analysis, finding) for number, finding in whole.items()}

    def _reason(self, analysis: Analysis, finding: Finding) -> str:
        selected = ((item, entries_of(item.selector, analysis)) for item in self.cover(finding).ignores)
        return next(item.reason for item, entries in selected if _fits(item.selector, entries, finding))


def is_secret(finding: Finding) -> bool:
    """Whether it is about a credential."""
    return finding.rule.startswith(SECRETS)


def _fits(selector: Selector, entries: set[int], finding: Finding) -> bool:
    return takes_finding(selector, finding) or not entries.isdisjoint(finding.entries)


def _size(analysis: Analysis, entries: Iterable[int]) -> int:
    return sum(map(analysis.filesystem.sizes.__getitem__, entries))


def _name(item: Ignore) -> str:
    return f"{item.origin}: the ignore of {printable(item.selector.text)}"


class _Covered(NamedTuple):
    """What an ignore covers today: entries, so many findings, and credentials that it would hide but must not."""

    item: Ignore
    entries: set[int]
    findings: int
    hidden: int

    def notices(self, analysis: Analysis) -> list[str]:
        """A sentence about it, unless all that it would do is hide credentials."""
        is_idle = self.hidden and not self.entries and not self.findings
        return [] if is_idle else [f"{_name(self.item)} {self.notice(analysis)}"]

    def notice(self, analysis: Analysis) -> str:
        """What it covers, until when, and why."""
        if not self.findings and not self.entries:
            return "matches nothing in this image"
        what = units.size(size) if (size := _size(analysis, self.entries)) else "what has no bytes"
        return f"covers {what}{self.item.term} ({printable(self.item.reason)})"


def excuse(analysis: Analysis, ignores: Iterable[Ignore], today: date) -> Excused:
    """What is ignored in this image today."""
    notices: list[str] = []
    active: list[_Covered] = []
    checks: dict[str, Ignore] = {}
    for item in ignores:
        if item.expired(today):
            notices.append(f"{_name(item)} expired on {item.until} and no longer ignores anything ({printable(item.reason)})")
        elif item.selector.kind == "check":
            checks[item.selector.value] = item
        else:
            active.append(_cover(analysis, item))
            notices += active[-1].notices(analysis)
    hiding = (_name(covered.item) for covered in active if covered.hidden)
    refused = tuple(f"{name} hides no credential; only --config FILE or the command line can" for name in hiding)
    trusted = [covered for covered in active if not covered.item.of_checkout]
    return Excused(_together(active), _together(trusted), checks, tuple(notices), refused)


def _cover(analysis: Analysis, item: Ignore) -> _Covered:
    entries = entries_of(item.selector, analysis)
    secrets = filter(is_secret, analysis.findings if item.of_checkout else ())
    hidden = sum(_fits(item.selector, entries, finding) for finding in secrets)
    findings = sum(takes_finding(item.selector, finding) for finding in analysis.findings)
    return _Covered(item, entries, max(findings - hidden, 0), hidden)


def _together(found: list[_Covered]) -> Cover:
    return Cover(frozenset().union(*(covered.entries for covered in found)), tuple(covered.item for covered in found))
