"""The outcomes of a gate as lines for a terminal or a log."""

from layerscope.checking.model import Outcome, Verdict
from layerscope.core.names import printable
from layerscope.report.checking.wording import comparison, offence_lines, title, verdict_line, way_out
from layerscope.report.sarif.located import Located
from layerscope.report.wording import visible

_COLOURS = {"PASS": "\x1b[32m", "FAIL": "\x1b[1;31m", "SKIP": "\x1b[2m"}
_PLAIN = "\x1b[0m"
_INDENT = " " * 8


def render(verdict: Verdict, located: Located | None = None, colour: bool = False) -> str:
    """A line a rule, what is to blame below those that failed, and the verdict at the end. The first word says it; colours only
    say it once more."""
    width = max(len(title(outcome)) for outcome in verdict.outcomes)
    lines = [printable(verdict.analysis.image.reference)]
    for outcome in verdict.outcomes:
        lines.append(f"{_status(outcome.status, colour)}  {title(outcome):<{width}}  {_told(outcome)}".rstrip())
        lines += [_INDENT + line for line in offence_lines(verdict, outcome, located)]
    lines += [f"note  {visible(notice)}" for notice in verdict.notices]
    lines += [f"help  {advice}"] if (advice := way_out(verdict)) else []
    word, colon, rest = verdict_line(verdict).partition(":")
    return "\n".join([*lines, _status(word, colour) + colon + rest]) + "\n"


def _status(word: str, colour: bool) -> str:
    return f"{_COLOURS[word]}{word}{_PLAIN}" if colour else word


def _told(outcome: Outcome) -> str:
    """What was measured, or why nothing was, and who set the rule."""
    compared = comparison(outcome)
    if outcome.status == "SKIP" or (outcome.status == "FAIL" and not compared):
        compared = visible(outcome.sentence)
    return f"{compared}  ({visible(outcome.origin)})" if outcome.origin != "always" else compared
