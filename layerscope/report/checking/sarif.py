"""The outcomes of a gate as SARIF 2.1.0, together with the findings of the image."""

from itertools import chain
from typing import Any

from layerscope.checking.model import Outcome, Verdict
from layerscope.report.checking.wording import offence_lines, sentence, title
from layerscope.report.sarif.findings import Result, RuleText, described, log, message, places, result_of
from layerscope.report.sarif.located import Located
from layerscope.report.wording import visible


def render(verdict: Verdict, located: Located | None = None) -> bytes:
    """The rules that failed, as errors, and behind them the findings of the image; what is ignored is suppressed, with the
    reason."""
    analysis = verdict.analysis
    results = [_result(verdict, outcome, located) for outcome in verdict.outcomes if outcome.status == "FAIL"]
    for number, finding in enumerate(analysis.findings):
        result = result_of(analysis, finding, located)
        if number in verdict.ignored:
            result["suppressions"] = [{"kind": "external", "justification": visible(verdict.ignored[number])}]
        results.append(result)
    asked = {outcome.rule.id: outcome.rule for outcome in verdict.outcomes}
    rules = {
        identity: described(
            identity, RuleText(name=identity, subject=rule.title, why=rule.meaning, tags=("gate",)), level="error"
        )
        for identity, rule in asked.items()
    }
    return log(analysis, results, rules)


def _result(verdict: Verdict, outcome: Outcome, located: Located | None) -> Result:
    lines = [*sentence(outcome).split("\n"), *map(str.strip, offence_lines(verdict, outcome))]
    return {
        "ruleId": outcome.rule.id,
        "level": "error",
        "message": {"text": "\n".join(map(message, lines))},
        **_places(verdict, outcome, located),
        "properties": {
            "rule": title(outcome),
            "setBy": visible(outcome.origin),
            "measured": outcome.measured and outcome.measured.value,
            "threshold": outcome.limit and outcome.limit.value,
        },
        "identity": (outcome.id,),
    }


def _places(verdict: Verdict, outcome: Outcome, located: Located | None) -> dict[str, Any]:
    """All layers that the outcome blames; instructions and paths of the largest offence."""
    if not outcome.offences:
        return places(verdict.analysis, located, (), (), ())
    first = outcome.offences[0]
    layers = tuple(dict.fromkeys(chain.from_iterable(offence.layers for offence in outcome.offences)))
    return places(verdict.analysis, located, layers, () if first.layers else first.instructions, first.paths)
