"""The gate itself: each rule that is set, asked of one image."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from msgspec.structs import replace

from layerscope.analysis import Analysis
from layerscope.checking import offences
from layerscope.checking.catalogue import LIMITS, RULES
from layerscope.checking.ignoring import Excused, excuse, is_secret
from layerscope.checking.model import OFFENCES_KEPT, Limit, Offence, Outcome, Rule, Verdict
from layerscope.checking.selectors import entries_of, takes_finding
from layerscope.checking.settings import Forbidden, Setting, Settings
from layerscope.core.names import printable

_NO_COMPRESSED_SIZE = "The source does not know the layers' compressed sizes: check the image in a registry or an OCI layout."
_NO_REFERENCE_SIZE = "The reference image stores nothing, so there is no share to grow by."


class _Subject(NamedTuple):
    """What is judged: an image, what is ignored in it, and the image of ``against``."""

    analysis: Analysis
    forgiven: Excused
    reference: Analysis | None


class _Measured(NamedTuple):
    """What was measured (None where it cannot be, with ``why_not``). ``blame`` finds what to blame when it is too much: the
    largest offences, and how many there are."""

    value: Limit | None
    blame: Callable[[], tuple[list[Offence], int]]
    why_not: str = ""


def check(analysis: Analysis, settings: Settings, today: date, reference: Analysis | None = None) -> Verdict:
    """Asks every rule that is set. ``today`` decides which ignores hold; ``reference`` is the image of ``against``, which the
    caller opens.

    A part of either image that could not be read fails, and so does a rule that cannot be measured: what is not known is never
    passed, so that rules which hold for the rest of a damaged image are skipped. What is ignored counts neither as shadowed nor
    as removable, forbidden or secret; the image's sizes and dive's numbers stay what they are, and only a rule as a whole can
    be ignored for them.
    """
    forgiven = excuse(analysis, settings.ignore, today)
    subject = _Subject(analysis, forgiven, reference)
    readable = _readable(subject)
    others = [
        *_limits(subject, settings),
        *(_forbidden(subject, item) for item in settings.forbid),
        _secrets(subject, settings),
    ]
    others = [_unless_ignored(outcome, forgiven) for outcome in others]
    if readable.status == "FAIL":
        others = [_unsure(outcome) for outcome in others]
    refused = (*settings.refused, *forgiven.refused)
    return Verdict(
        analysis=analysis,
        outcomes=(readable, *others),
        notices=(*settings.notices, *forgiven.notices, *refused),
        reference=reference,
        ignored=forgiven.findings(analysis),
        refused=refused,
    )


def _unless_ignored(outcome: Outcome, forgiven: Excused) -> Outcome:
    item = forgiven.checks.get(outcome.rule.id)
    if item is None:
        return outcome
    return _skip(outcome.rule, f"ignored{item.term}: {printable(item.reason)}", item.origin, outcome.about)


def _unsure(outcome: Outcome) -> Outcome:
    """What seems to hold for an image of which a part is unknown."""
    sentence = "holds for what could be read, which is not all of the image"
    return _skip(outcome.rule, sentence, outcome.origin, outcome.about) if outcome.status == "PASS" else outcome


def _skip(rule: Rule, sentence: str, origin: str, about: str = "") -> Outcome:
    return Outcome(rule=rule, status="SKIP", sentence=sentence, origin=origin, about=about)


def _fail(passed: Outcome, sentence: str, found: list[Offence], count: int) -> Outcome:
    """An outcome as it is where something is to blame."""
    return replace(passed, status="FAIL", sentence=sentence, offences=tuple(found[:OFFENCES_KEPT]), offence_count=count)


def _fail_if_found(passed: Outcome, sentence: str, found: list[Offence]) -> Outcome:
    return _fail(passed, sentence, found, len(found)) if found else passed


def _readable(subject: _Subject) -> Outcome:
    problems = [Offence(what=printable(problem), size=0, name=problem) for problem in subject.analysis.problems]
    if subject.reference is not None:
        name = printable(subject.reference.image.reference)
        problems += [
            Offence(what=f"{name}: {printable(problem)}", size=0, name=problem) for problem in subject.reference.problems
        ]
    rule = RULES["readable"]
    passed = Outcome(rule=rule, status="PASS", sentence=rule.meaning, origin="always")
    sentence = "Parts of the image could not be read, so nothing that is measured here is sure."
    return _fail_if_found(passed, sentence, problems)


def _limits(subject: _Subject, settings: Settings) -> Iterator[Outcome]:
    return (_limit(subject, RULES[key], settings.limits[key]) for key in LIMITS if key in settings.limits)


def _limit(subject: _Subject, rule: Rule, setting: Setting) -> Outcome:
    if setting.limit is None:
        return _skip(rule, "switched off", setting.origin)
    if rule.id == "max-growth" and subject.reference is None:
        return _skip(rule, "no reference image was given (--against)", setting.origin)
    return _judge(rule, setting.origin, setting.limit, _MEASURES[rule.id](subject, setting.limit))


def _judge(rule: Rule, origin: str, limit: Limit, measured: _Measured) -> Outcome:
    value = measured.value
    passed = Outcome(rule=rule, status="PASS", sentence=rule.meaning, origin=origin, measured=value, limit=limit)
    if value is None:
        return _fail(passed, measured.why_not, [], 0)
    return passed if rule.holds(value.value, limit.value) else _fail(passed, rule.meaning, *measured.blame())


def _dive(subject: _Subject, value: float, limit: Limit) -> _Measured:
    return _Measured(Limit(value, limit.unit), lambda: offences.wasted_by_dive(subject.analysis))


def _size(subject: _Subject, _limit: Limit) -> _Measured:
    stored = Limit(subject.analysis.sizes.stored, "bytes")
    return _Measured(stored, lambda: _with_count(offences.all_components(subject.analysis)))


def _compressed_size(subject: _Subject, _limit: Limit) -> _Measured:
    known = subject.analysis.sizes.compressed
    value = None if known is None else Limit(known, "bytes")
    return _Measured(value, lambda: _with_count(offences.compressed_layers(subject.analysis)), _NO_COMPRESSED_SIZE)


def _growth(subject: _Subject, limit: Limit) -> _Measured:
    analysis, reference = subject.analysis, subject.reference or subject.analysis
    before = reference.sizes.stored
    more = _part(analysis.sizes.stored - before, before, limit)
    return _Measured(more, lambda: _with_count(offences.grown(analysis, reference)), _NO_REFERENCE_SIZE)


def _shadowed_bytes(subject: _Subject, limit: Limit) -> _Measured:
    analysis = subject.analysis
    lost = offences.shadowed_bytes(analysis, subject.forgiven)
    part = _part(sum(lost.values()), analysis.sizes.stored, limit)
    return _Measured(part, lambda: (offences.of_paths(analysis, lost.items()), len(lost)))


def _waste(subject: _Subject, limit: Limit) -> _Measured:
    analysis = subject.analysis
    found = offences.of_findings(analysis, offences.removable(analysis), subject.forgiven)
    part = _part(sum(item.size for item in found), analysis.sizes.stored, limit)
    return _Measured(part, lambda: _with_count(found))


_MEASURES: dict[str, Callable[[_Subject, Limit], _Measured]] = {
    "lowest-efficiency": lambda subject, limit: _dive(subject, subject.analysis.dive.efficiency, limit),
    "highest-wasted-bytes": lambda subject, limit: _dive(subject, subject.analysis.dive.wasted_bytes, limit),
    "highest-user-wasted-percent": lambda subject, limit: _dive(subject, subject.analysis.dive.wasted_user_percent, limit),
    "max-shadowed": _shadowed_bytes,
    "max-waste": _waste,
    "max-size": _size,
    "max-compressed-size": _compressed_size,
    "max-growth": _growth,
}
"""What the rules with a threshold measure, in the threshold's unit."""


def _with_count(found: list[Offence]) -> tuple[list[Offence], int]:
    return found, len(found)


def _part(part: int, whole: int, limit: Limit) -> Limit | None:
    """Bytes, or their share of the whole where the threshold is one; None when something is to be a share of nothing."""
    if limit.unit != "share":
        return Limit(part, "bytes")
    if not whole:
        return None if part else Limit(0.0, "share")
    return Limit(part / whole, "share")


def _forbidden(subject: _Subject, item: Forbidden) -> Outcome:
    analysis, forgiven, selector = subject.analysis, subject.forgiven, item.selector
    entries = entries_of(selector, analysis) - forgiven.entries
    is_whole = selector.kind != "path" and not forgiven.entries
    owners = offences.of_components(analysis, offences.files(analysis, entries), is_whole)
    others = [
        finding for finding in analysis.findings if takes_finding(selector, finding) and entries.isdisjoint(finding.entries)
    ]
    found = offences.sorted_offences((*owners, *offences.of_findings(analysis, others, forgiven)))
    about = printable(selector.text)
    passed = Outcome(
        rule=RULES["forbid"],
        status="PASS",
        sentence=f"Nothing in any layer is {about}.",
        origin=item.origin,
        about=about,
        measured=Limit(sum(offence.size for offence in found), "bytes"),
    )
    return _fail_if_found(passed, f"The image holds {about}, which is forbidden.", found)


def _secrets(subject: _Subject, settings: Settings) -> Outcome:
    rule = RULES["secrets"]
    is_wanted, origin = settings.secrets or (True, "default")
    if not is_wanted:
        return _skip(rule, "switched off", origin)
    held = filter(is_secret, subject.analysis.findings)
    found = offences.of_findings(subject.analysis, held, subject.forgiven)
    sentence = "No credential was found in files, configuration or history."
    passed = Outcome(rule=rule, status="PASS", sentence=sentence, origin=origin, measured=Limit(len(found), "count"))
    return _fail_if_found(passed, rule.meaning, found)
