"""The outcomes of a gate as data: the JSON document of schema version 1."""

from typing import Literal

from msgspec import Struct

from layerscope import __version__
from layerscope.checking.model import Offence, Outcome, Status, Unit, Verdict
from layerscope.core.names import printable
from layerscope.report.checking.wording import title
from layerscope.report.facts import Bytes, Count, facts_of
from layerscope.report.json import json_text
from layerscope.report.sarif.located import Located
from layerscope.report.wording import visible


class Checked(Struct, frozen=True, kw_only=True):
    """The image that was judged. ``size`` is what its layers store, ``removable`` what findings call dead or build-only."""

    reference: str
    platform: str
    manifest_digest: str | None
    config_digest: str | None
    size: Bytes
    compressed_size: Bytes | None
    removable: Bytes


class Lines(Struct, frozen=True):
    """Lines of the Dockerfile, counted from 1, both included."""

    path: str
    start: Count
    end: Count


class OffenceFacts(Struct, frozen=True, kw_only=True):
    """What makes a rule fail. ``rule`` is one of the catalogue, or empty."""

    what: str
    bytes: Bytes
    rule: str
    paths: list[str]
    layers: list[Count]
    instructions: list[str]
    lines: list[Lines]


class OutcomeFacts(Struct, frozen=True, kw_only=True):
    """One rule. ``unit`` is that of ``measured`` and ``threshold``, null where nothing was measured; a ratio or share of 1 is
    100 %. ``offences`` are the largest of ``offence_count``."""

    id: str
    rule: str
    title: str
    status: Status
    sentence: str
    origin: str
    unit: Unit | None
    measured: float | int | None
    threshold: float | int | None
    offences: list[OffenceFacts]
    offence_count: Count


class CheckDocument(Struct, frozen=True, kw_only=True):
    """What layerscope's gate says of an image. ``against`` is the reference image; ``problems`` are the parts that could not be
    read."""

    schema_version: Literal[1]
    layerscope: str
    image: Checked
    against: str | None
    passed: bool
    outcomes: list[OutcomeFacts]
    notices: list[str]
    problems: list[str]


def render(verdict: Verdict, located: Located | None = None) -> bytes:
    """The document as JSON text."""
    return json_text(document(verdict, located))


def document(verdict: Verdict, located: Located | None = None) -> CheckDocument:
    """The outcomes as data."""
    image, reference = verdict.analysis.image, verdict.reference
    return CheckDocument(
        schema_version=1,
        layerscope=__version__,
        image=Checked(
            reference=printable(image.reference),
            platform=printable(str(image.config.platform)),
            manifest_digest=image.manifest_digest,
            config_digest=image.config_digest,
            size=verdict.size,
            compressed_size=verdict.analysis.sizes.compressed,
            removable=verdict.removable,
        ),
        against=None if reference is None else printable(reference.image.reference),
        passed=verdict.passed,
        outcomes=[_outcome(verdict, outcome, located) for outcome in verdict.outcomes],
        notices=[visible(notice) for notice in verdict.notices],
        problems=[visible(problem) for problem in verdict.analysis.problems],
    )


def _outcome(verdict: Verdict, outcome: Outcome, located: Located | None) -> OutcomeFacts:
    known = outcome.measured or outcome.limit
    return facts_of(
        OutcomeFacts,
        outcome,
        visible,
        rule=outcome.rule.id,
        title=title(outcome),
        unit=known and known.unit,
        measured=outcome.measured and outcome.measured.value,
        threshold=outcome.limit and outcome.limit.value,
        offences=[_offence(verdict, offence, located) for offence in outcome.offences],
    )


def _offence(verdict: Verdict, offence: Offence, located: Located | None) -> OffenceFacts:
    spans = located.spans(verdict.analysis, offence.layers, offence.instructions) if located else ()
    lines = [Lines(located.path, span.start, span.end) for span in spans] if located else []
    return facts_of(OffenceFacts, offence, visible, bytes=offence.size, lines=lines)
