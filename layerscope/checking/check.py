"""The gate itself: each rule that somebody set, asked of one image."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from layerscope.analysis import Analysis
from layerscope.checking import offences
from layerscope.checking.catalogue import LIMITS, RULES
from layerscope.checking.ignoring import Excused, excused, is_secret
from layerscope.checking.model import OFFENCES_KEPT, Limit, Offence, Outcome, Rule, Verdict
from layerscope.checking.selectors import entries_of, takes_finding
from layerscope.checking.settings import Forbidden, Settings
from layerscope.core.names import printable

_Measured = tuple[Limit | None, Callable[[], tuple[list[Offence], int]], str]
"""What was measured (None where it cannot be), what to blame when it is too much, and why it cannot be measured."""


def check(analysis: Analysis, settings: Settings, today: date, reference: Analysis | None = None) -> Verdict:
    """Asks every rule that is set. ``today`` decides which ignores hold; ``reference`` is the image of ``against``, which the
    caller opens.

    A part of either image that could not be read fails, and so does a rule that cannot be measured: what is not known is never
    passed, so that rules which hold for the rest of a damaged image are skipped. What is ignored counts neither as shadowed nor
    as removable, forbidden or secret; the image's sizes and dive's numbers stay what they are, and only a rule as a whole can
    be ignored for them.
    """
    forgiven = excused(analysis, settings.ignore, today)
    outcomes = [_readable(analysis, reference)]
    outcomes += _limits(analysis, settings, forgiven, reference)
    outcomes += [_forbidden(analysis, item, forgiven) for item in settings.forbid]
    outcomes += _secrets(analysis, settings, forgiven)
    outcomes = [_unless_ignored(outcome, forgiven) for outcome in outcomes]
    if outcomes[0].status == "FAIL":
        outcomes = [_unsure(outcome) for outcome in outcomes]
    refused = (*settings.refused, *forgiven.refused)
    notices = (*settings.notices, *forgiven.notices, *refused)
    return Verdict(
        analysis=analysis,
        outcomes=tuple(outcomes),
        notices=notices,
        reference=reference,
        ignored=forgiven.findings(analysis),
        refused=refused,
    )


def _unless_ignored(outcome: Outcome, forgiven: Excused) -> Outcome:
    item = forgiven.checks.get(outcome.rule.id)
    if item is None or outcome.rule.id == "readable":
        return outcome
    until = f" until {item.until}" if item.until else ""
    return _skipped(outcome.rule, f"ignored{until}: {printable(item.reason)}", item.origin, outcome.about)


def _unsure(outcome: Outcome) -> Outcome:
    """What seems to hold for an image of which a part is unknown."""
    told = "holds for what could be read, which is not all of the image"
    return _skipped(outcome.rule, told, outcome.origin, outcome.about) if outcome.status == "PASS" else outcome


def _skipped(rule: Rule, sentence: str, origin: str, about: str = "") -> Outcome:
    return Outcome(rule=rule, status="SKIP", sentence=sentence, origin=origin, about=about)


def _readable(analysis: Analysis, reference: Analysis | None) -> Outcome:
    problems = [Offence(what=printable(problem), size=0, name=problem) for problem in analysis.problems]
    if reference is not None:
        name = printable(reference.image.reference)
        problems += [Offence(what=f"{name}: {printable(problem)}", size=0, name=problem) for problem in reference.problems]
    rule = RULES["readable"]
    if not problems:
        return Outcome(rule=rule, status="PASS", sentence=rule.meaning, origin="always")
    sentence = "Parts of the image could not be read, so nothing that is measured here is sure."
    return _failed(rule, sentence, "always", problems, len(problems))


def _failed(
    rule: Rule,
    sentence: str,
    origin: str,
    found: list[Offence],
    count: int,
    measured: Limit | None = None,
    limit: Limit | None = None,
    about: str = "",
) -> Outcome:
    return Outcome(
        rule=rule,
        status="FAIL",
        sentence=sentence,
        origin=origin,
        about=about,
        measured=measured,
        limit=limit,
        offences=tuple(found[:OFFENCES_KEPT]),
        offence_count=count,
    )


def _limits(analysis: Analysis, settings: Settings, forgiven: Excused, reference: Analysis | None) -> Iterator[Outcome]:
    for identity in LIMITS:
        setting = settings.limits.get(identity)
        if setting is None:
            continue
        rule = RULES[identity]
        if setting.limit is None:
            yield _skipped(rule, "switched off", setting.origin)
        elif identity == "max-growth" and reference is None:
            yield _skipped(rule, "no reference image was given (--against)", setting.origin)
        else:
            yield _judged(rule, setting.limit, setting.origin, _measure(rule.id, setting.limit, analysis, forgiven, reference))


def _judged(rule: Rule, limit: Limit, origin: str, measured: _Measured) -> Outcome:
    value, blame, why_not = measured
    if value is None:
        return _failed(rule, why_not, origin, [], 0, limit=limit)
    holds = value.value >= limit.value if rule.at_least else value.value <= limit.value
    if holds:
        return Outcome(rule=rule, status="PASS", sentence=rule.meaning, origin=origin, measured=value, limit=limit)
    found, count = blame()
    return _failed(rule, rule.meaning, origin, found=found, count=count, measured=value, limit=limit)


def _measure(identity: str, limit: Limit, analysis: Analysis, forgiven: Excused, reference: Analysis | None) -> _Measured:
    """What a rule with a threshold measures, in the threshold's unit."""
    if identity in _OF_DIVE:
        value = getattr(analysis.dive, _OF_DIVE[identity])
        return Limit(value, limit.unit), lambda: offences.wasted_by_dive(analysis), ""
    stored = analysis.sizes.stored
    if identity == "max-size":
        return Limit(stored, "bytes"), lambda: _counted(offences.all_components(analysis)), ""
    if identity == "max-compressed-size":
        known = analysis.sizes.compressed
        why = "The source does not know the layers' compressed sizes: check the image in a registry or an OCI layout."
        return None if known is None else Limit(known, "bytes"), lambda: _counted(offences.compressed_layers(analysis)), why
    if identity == "max-growth" and reference is not None:
        before = reference.sizes.stored
        why = "The reference image stores nothing, so there is no share to grow by."
        return _part(stored - before, before, limit), lambda: _counted(offences.grown(analysis, reference)), why
    if identity == "max-shadowed":
        lost = offences.shadowed(analysis, forgiven)
        return _part(sum(lost.values()), stored, limit), lambda: (offences.of_paths(analysis, lost.items()), len(lost)), ""
    found = offences.of_findings(analysis, offences.removable(analysis), forgiven)
    return _part(sum(item.size for item in found), stored, limit), lambda: _counted(found), ""


_OF_DIVE = {
    "lowest-efficiency": "efficiency",
    "highest-wasted-bytes": "wasted_bytes",
    "highest-user-wasted-percent": "wasted_user_percent",
}


def _counted(found: list[Offence]) -> tuple[list[Offence], int]:
    return found, len(found)


def _part(part: int, whole: int, limit: Limit) -> Limit | None:
    """Bytes, or their share of the whole where the threshold is one; None when something is to be a share of nothing."""
    if limit.unit != "share":
        return Limit(part, "bytes")
    if not whole:
        return None if part else Limit(0.0, "share")
    return Limit(part / whole, "share")


def _forbidden(analysis: Analysis, item: Forbidden, forgiven: Excused) -> Outcome:
    rule, selector = RULES["forbid"], item.selector
    entries = entries_of(selector, analysis) - forgiven.entries
    found = offences.of_components(analysis, _files(analysis, entries), selector.kind != "path" and not forgiven.entries)
    others = [
        finding for finding in analysis.findings if takes_finding(selector, finding) and entries.isdisjoint(finding.entries)
    ]
    found = offences.sorted_offences((*found, *offences.of_findings(analysis, others, forgiven)))
    about = printable(selector.text)
    if not found:
        return Outcome(
            rule=rule,
            status="PASS",
            sentence=f"Nothing in any layer is {about}.",
            origin=item.origin,
            about=about,
            measured=Limit(0, "bytes"),
        )
    total = Limit(sum(offence.size for offence in found), "bytes")
    sentence = f"The image holds {about}, which is forbidden."
    return _failed(rule, sentence, item.origin, found=found, count=len(found), measured=total, about=about)


def _files(analysis: Analysis, entries: Iterable[int]) -> list[int]:
    """The entries that are something: no directories, and nothing that only deletes."""
    from layerscope.layers.index import Kind

    nothing = (Kind.DIRECTORY, Kind.WHITEOUT, Kind.OPAQUE)
    return [entry for entry in entries if analysis.filesystem.kinds[entry] not in nothing]


def _secrets(analysis: Analysis, settings: Settings, forgiven: Excused) -> Iterator[Outcome]:
    rule = RULES["secrets"]
    wanted, origin = settings.secrets or (True, "default")
    if not wanted:
        yield _skipped(rule, "switched off", origin)
        return
    held = [finding for finding in analysis.findings if is_secret(finding)]
    found = offences.of_findings(analysis, held, forgiven)
    measured = Limit(len(found), "count")
    if not found:
        yield Outcome(
            rule=rule,
            status="PASS",
            sentence="No credential was found in files, configuration or history.",
            origin=origin,
            measured=measured,
        )
        return
    yield _failed(rule, rule.meaning, origin, found=found, count=len(found), measured=measured)
