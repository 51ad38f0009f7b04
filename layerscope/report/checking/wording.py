"""How the outcomes of a gate are worded, alike in every format."""

from layerscope.checking.model import Limit, Offence, Outcome, Verdict
from layerscope.core.units import size
from layerscope.report.sarif.located import Located
from layerscope.report.wording import predicted, visible

OFFENCES_TOLD = 5
"""Offences below a rule that failed; how many more there are is said."""

_FEW_DIGITS, _MOST_DIGITS = 3, 17


def title(outcome: Outcome) -> str:
    """The rule, and what it was asked about: ``forbidden: toolchain``."""
    return f"{outcome.rule.title}: {visible(outcome.about)}" if outcome.about else outcome.rule.title


def comparison(outcome: Outcome) -> str:
    """What was measured against the threshold: ``0.984 ≥ 0.9``, ``78.0 % > 10 %``; "" where nothing was measured.

    Both have as many digits as it takes to see that they differ.
    """
    measured, limit = outcome.measured, outcome.limit
    if measured is None:
        return ""
    if limit is None:
        return quantity(measured) if measured.value else "none"
    signs = ("≥", "<") if outcome.rule.at_least else ("≤", ">")
    sign = signs[outcome.status == "FAIL"]
    digits = range(_FEW_DIGITS, _MOST_DIGITS) if measured.value != limit.value else (_FEW_DIGITS,)
    pairs = ((quantity(measured, count), quantity(limit, count)) for count in digits)
    left, right = next((pair for pair in pairs if pair[0] != pair[1]), (quantity(measured), quantity(limit)))
    return f"{left} {sign} {right}"


def quantity(value: Limit, digits: int = _FEW_DIGITS) -> str:
    """A number in its unit, for people; with more than a few digits, to the last byte."""
    if value.unit == "bytes":
        return size(int(value.value)) if digits <= _FEW_DIGITS else f"{value.value:,} B"
    if value.unit == "count":
        return f"{value.value:,}"
    if value.unit == "share":
        return f"{_trimmed(100 * value.value, digits - 2)} %"
    return _trimmed(value.value, digits)


def _trimmed(value: float, decimals: int) -> str:
    """Without zeros at the end."""
    return f"{value:.{decimals}f}".rstrip("0").rstrip(".")


def sentence(outcome: Outcome) -> str:
    """The whole outcome in one sentence or two."""
    compared = comparison(outcome)
    return (
        f"{title(outcome)}: {compared}. {visible(outcome.sentence)}"
        if compared
        else f"{title(outcome)}: {visible(outcome.sentence)}"
    )


def offence_line(offence: Offence, place: str = "") -> str:
    """One offence: ``206 MB  LS101 Go toolchain 1.22.10 (Dockerfile:2)``."""
    much = f"{size(offence.size):>8}  " if offence.size else ""
    rule = f"{offence.rule} " if offence.rule else ""
    return f"{much}{rule}{visible(offence.what)}{f' ({place})' if place else ''}"


def place_of(verdict: Verdict, offence: Offence, located: Located | None) -> str:
    """``Dockerfile:8``, "" where it is not known."""
    if located is None:
        return ""
    spans = located.spans(verdict.analysis, offence.layers, offence.instructions)
    return f"{located.path}:{spans[0].start}" if spans else ""


def offence_lines(verdict: Verdict, outcome: Outcome, located: Located | None = None) -> list[str]:
    """The largest offences of an outcome, a line each, and how many more there are."""
    told = outcome.offences[:OFFENCES_TOLD]
    lines = [offence_line(offence, place_of(verdict, offence, located)) for offence in told]
    more = outcome.offence_count - len(told)
    return [*lines, f"and {more:,} more"] if more > 0 else lines


def way_out(verdict: Verdict) -> str:
    """What to do about an image that failed for its bytes, "" where nothing is known."""
    plan = verdict.analysis.recommendation
    heavy = any(outcome.status == "FAIL" and outcome.rule.id not in ("readable", "secrets") for outcome in verdict.outcomes)
    if not heavy or not plan.dockerfile or plan.removed <= 0:
        return ""
    return f"layerscope recommend writes the Dockerfile that drops {size(plan.removed)}: {predicted(plan)}"


def verdict_line(verdict: Verdict) -> str:
    """The end of it: ``FAIL: 2 of 5 rules failed, 3 passed; image size 879 MB, 685 MB of it removable``."""
    failed, passed, skipped = (verdict.count(status) for status in ("FAIL", "PASS", "SKIP"))
    asked = failed + passed
    holds = "the one rule holds" if asked == 1 else f"all {asked} rules hold"
    what = f"FAIL: {failed} of {asked} rules failed" if failed else f"PASS: {holds}"
    what += f", {skipped} skipped" if skipped else ""
    removable = f", {size(verdict.removable)} of it removable" if verdict.removable else ""
    return f"{what}; image size {size(verdict.size)}{removable}"


def summary_line(verdict: Verdict) -> str:
    """The end of it with the rules that failed, for a log beside the file that has the rest."""
    failed = ", ".join(title(outcome) for outcome in verdict.outcomes if outcome.status == "FAIL")
    return verdict_line(verdict) + (f"; failed: {failed}" if failed else "")
