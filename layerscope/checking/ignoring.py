"""What the gate closes its eyes to, as of today."""

from collections.abc import Iterable
from datetime import date

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
    """``entries`` whose bytes nobody is blamed for, and the ``ignores`` that say so today."""

    entries: frozenset[int]
    ignores: tuple[Ignore, ...]


class Excused(Struct, frozen=True, eq=False):
    """What is ignored: ``usual``, for credentials only what somebody trusted ignores (``secrets``), and the gate's rules in
    ``checks``. ``notices`` are a sentence about each ignore, what it covers and why, or that it expired or matches nothing;
    ``refused`` about those that would have hidden a credential."""

    usual: Cover
    secrets: Cover
    checks: dict[str, Ignore]
    notices: tuple[str, ...]
    refused: tuple[str, ...]

    @property
    def entries(self) -> frozenset[int]:
        """Whose bytes nobody is blamed for, credentials aside."""
        return self.usual.entries

    def cover(self, finding: Finding) -> Cover:
        """What is ignored where a finding of this rule is asked for."""
        return self.secrets if is_secret(finding) else self.usual

    def size(self, analysis: Analysis, finding: Finding) -> int | None:
        """What is left of a finding's bytes; None when all of it is ignored."""
        cover = self.cover(finding)
        if any(item.selector is not None and takes_finding(item.selector, finding) for item in cover.ignores):
            return None
        left = [entry for entry in finding.entries if entry not in cover.entries]
        if len(left) == len(finding.entries):
            return finding.size
        if not left:
            return None
        if finding.rule == _PARTIAL:
            return finding.size
        gone = sum(analysis.filesystem.sizes[entry] for entry in finding.entries if entry in cover.entries)
        return max(finding.size - gone, 0)

    def findings(self, analysis: Analysis) -> dict[int, str]:
        """The findings that are ignored as a whole, by their position, each with the first reason that fits."""
        found: dict[int, str] = {}
        for number, finding in enumerate(analysis.findings if self.usual.ignores else ()):
            if self.size(analysis, finding) is None:
                found[number] = next(
                    item.reason
                    for item in self.cover(finding).ignores
                    if item.selector is not None and _fits(item.selector, entries_of(item.selector, analysis), finding)
                )
        return found


def is_secret(finding: Finding) -> bool:
    """Whether it is about a credential."""
    return finding.rule.startswith(SECRETS)


def _fits(selector: Selector, taken: set[int], finding: Finding) -> bool:
    return takes_finding(selector, finding) or not taken.isdisjoint(finding.entries)


def _told(analysis: Analysis, item: Ignore, entries: Iterable[int], findings: int) -> str:
    """What an ignore covers today, until when, and why."""
    until = f" until {item.until}" if item.until else ""
    size = sum(analysis.filesystem.sizes[entry] for entry in entries)
    if size:
        return f"covers {units.size(size)}{until} ({printable(item.reason)})"
    if findings or entries:
        return f"covers what has no bytes{until} ({printable(item.reason)})"
    return "matches nothing in this image"


def excused(analysis: Analysis, ignores: Iterable[Ignore], today: date) -> Excused:
    """What is ignored in this image today."""
    active: list[tuple[Ignore, set[int]]] = []
    checks: dict[str, Ignore] = {}
    notices: list[str] = []
    refused: list[str] = []
    secrets = [finding for finding in analysis.findings if is_secret(finding)]
    for item in ignores:
        where = f"{item.origin}: the ignore of {printable(item.text)}"
        if item.expired(today):
            notices.append(f"{where} expired on {item.until} and no longer ignores anything ({printable(item.reason)})")
        elif item.selector is None:
            checks[item.check] = item
        else:
            taken = entries_of(item.selector, analysis)
            hidden = sum(_fits(item.selector, taken, finding) for finding in secrets) if item.of_checkout else 0
            found = sum(takes_finding(item.selector, finding) for finding in analysis.findings) - hidden
            if hidden:
                refused.append(f"{where} hides no credential; only --config FILE or the command line can")
            if taken or found > 0 or not hidden:
                notices.append(f"{where} {_told(analysis, item, taken, found)}")
            active.append((item, taken))
    trusted = [(item, taken) for item, taken in active if not item.of_checkout]
    return Excused(_cover(active), _cover(trusted), checks, tuple(notices), tuple(refused))


def _cover(ignores: list[tuple[Ignore, set[int]]]) -> Cover:
    return Cover(frozenset().union(*(taken for _, taken in ignores)), tuple(item for item, _ in ignores))
