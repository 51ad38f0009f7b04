"""What a gate asks of an image, and what it answers."""

from typing import Literal

from msgspec import Struct

from layerscope.analysis import Analysis
from layerscope.core.vocabulary import Confidence

Status = Literal["PASS", "FAIL", "SKIP"]
Unit = Literal["ratio", "bytes", "share", "count"]
"""``ratio`` and ``share`` are between 0 and 1 and shown as 0.98 and as 98 %, ``bytes`` and ``count`` are integers."""

REMOVABLE = (Confidence.DEAD, Confidence.BUILD_ONLY)
"""The confidence of findings that a multi-stage build drops for sure."""

OFFENCES_KEPT = 50
"""Offences of one rule that are kept, the largest first; how many there are is counted all the same."""


class Limit(Struct, frozen=True):
    """A threshold in one of the units."""

    value: int | float
    unit: Unit


class Rule(Struct, frozen=True):
    """A rule of the gate. ``id`` is the name of its setting and of its option, ``units`` what its threshold may be given in;
    ``at_least`` says that the threshold is the least that is allowed, not the most. ``meaning`` says in one sentence what is
    measured."""

    id: str
    title: str
    meaning: str
    units: tuple[Unit, ...] = ()
    at_least: bool = False

    def holds(self, value: float, limit: float) -> bool:
        """Whether a value is within a limit."""
        return value >= limit if self.at_least else value <= limit


class Offence(Struct, frozen=True, kw_only=True):
    """What makes a rule fail: a path, a component, a finding, a layer or a part that could not be read.

    ``what`` is printable. ``size`` is bytes, 0 for what has none. ``layers`` store it, the one with the most bytes first;
    ``instructions`` made them, or are themselves the offence. ``rule`` is one of ``layerscope rule``, "" for none. ``name`` is
    what it is called in every build, without version or number, "" where its rule and instructions tell it from others.
    """

    what: str
    size: int
    rule: str = ""
    paths: tuple[bytes, ...] = ()
    layers: tuple[int, ...] = ()
    instructions: tuple[str, ...] = ()
    name: str = ""


class Outcome(Struct, frozen=True, kw_only=True):
    """What one rule says of an image.

    ``about`` is what the rule was asked about where it can be asked more than once ("toolchain" of ``forbid``), else "".
    ``measured`` is None where nothing was measured; ``limit`` is None for a rule without a threshold. ``origin`` says who set
    the rule (``.dive-ci``, ``--max-size``, ``default``). ``offences`` are there when it failed, the largest first, of
    ``offence_count`` in all.
    """

    rule: Rule
    status: Status
    sentence: str
    origin: str
    about: str = ""
    measured: Limit | None = None
    limit: Limit | None = None
    offences: tuple[Offence, ...] = ()
    offence_count: int = 0

    @property
    def id(self) -> str:
        """What distinguishes this outcome from every other: ``max-size``, ``forbid:toolchain``."""
        return f"{self.rule.id}:{self.about}" if self.about else self.rule.id


class Verdict(Struct, frozen=True, eq=False, kw_only=True):
    """All that the gate says of an image. ``notices`` are sentences about the settings themselves: an ignore that expired.
    ``reference`` is the image of ``--against``. ``ignored`` are the analysis' findings, by their position, that are ignored as
    a whole, each with the reason. ``refused`` are those of the notices that say what files of the checkout may not set."""

    analysis: Analysis
    outcomes: tuple[Outcome, ...]
    notices: tuple[str, ...] = ()
    reference: Analysis | None = None
    ignored: dict[int, str] = {}
    refused: tuple[str, ...] = ()

    @property
    def removable(self) -> int:
        """The bytes that findings call dead or build-only, whatever is ignored."""
        return sum(item.size for item in self.analysis.findings if item.confidence in REMOVABLE)

    @property
    def passed(self) -> bool:
        """Whether no rule failed."""
        return all(outcome.status != "FAIL" for outcome in self.outcomes)

    @property
    def size(self) -> int:
        """The bytes that the image's layers store."""
        return self.analysis.sizes.stored

    def count(self, status: Status) -> int:
        """How many rules ended so."""
        return sum(outcome.status == status for outcome in self.outcomes)
