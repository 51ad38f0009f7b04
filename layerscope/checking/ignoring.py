"""What the gate closes its eyes to, as of today."""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from layerscope.advice.dockerfile import size_text
from layerscope.advice.model import Finding
from layerscope.analysis import Analysis
from layerscope.checking.selectors import entries_of, takes_finding
from layerscope.checking.settings import Ignore
from layerscope.names import printable

_PARTIAL = "LS790"
"""The rule whose findings count only a part of their entries' bytes."""


class Excused(Struct, frozen=True, eq=False):
    """``entries`` whose bytes nobody is blamed for, the ``ignores`` that hold today, those of the gate's rules in ``checks``,
    and ``notices``: a sentence about each, what it covers and why, or that it expired or matches nothing."""

    entries: frozenset[int]
    ignores: tuple[Ignore, ...]
    checks: dict[str, Ignore]
    notices: tuple[str, ...]

    def size(self, analysis: Analysis, finding: Finding) -> int | None:
        """What is left of a finding's bytes; None when all of it is ignored."""
        if any(item.selector is not None and takes_finding(item.selector, finding) for item in self.ignores):
            return None
        left = [entry for entry in finding.entries if entry not in self.entries]
        if len(left) == len(finding.entries):
            return finding.size
        if not left:
            return None
        if finding.rule == _PARTIAL:
            return finding.size
        gone = sum(analysis.filesystem.sizes[entry] for entry in finding.entries if entry in self.entries)
        return max(finding.size - gone, 0)

    def findings(self, analysis: Analysis) -> dict[int, str]:
        """The findings that are ignored as a whole, by their position, each with the first reason that fits."""
        found: dict[int, str] = {}
        for number, finding in enumerate(analysis.findings if self.ignores else ()):
            if self.size(analysis, finding) is None:
                found[number] = next(item.reason for item in self.ignores if self._fits(item, analysis, finding))
        return found

    def _fits(self, item: Ignore, analysis: Analysis, finding: Finding) -> bool:
        if item.selector is None:
            return False
        return takes_finding(item.selector, finding) or not entries_of(item.selector, analysis).isdisjoint(finding.entries)


def _told(analysis: Analysis, item: Ignore, entries: Iterable[int], findings: int) -> str:
    """What an ignore covers today, until when, and why."""
    until = f" until {item.until}" if item.until else ""
    size = sum(analysis.filesystem.sizes[entry] for entry in entries)
    if size:
        return f"covers {size_text(size)}{until} ({printable(item.reason)})"
    if findings or entries:
        return f"covers what has no bytes{until} ({printable(item.reason)})"
    return "matches nothing in this image"


def excused(analysis: Analysis, ignores: Iterable[Ignore], today: date) -> Excused:
    """What is ignored in this image today."""
    entries: set[int] = set()
    active: list[Ignore] = []
    checks: dict[str, Ignore] = {}
    notices: list[str] = []
    for item in ignores:
        where = f"{item.origin}: the ignore of {printable(item.text)}"
        if item.expired(today):
            notices.append(f"{where} expired on {item.until} and no longer ignores anything ({printable(item.reason)})")
        elif item.selector is None:
            checks[item.check] = item
        else:
            taken = entries_of(item.selector, analysis)
            found = sum(takes_finding(item.selector, finding) for finding in analysis.findings)
            notices.append(f"{where} {_told(analysis, item, taken, found)}")
            entries |= taken
            active.append(item)
    return Excused(frozenset(entries), tuple(active), checks, tuple(notices))
