"""The outcomes of a gate as SARIF 2.1.0, together with the findings of the image."""

from layerscope.checking.model import Outcome, Verdict
from layerscope.report.checking.wording import offence_lines, sentence, title
from layerscope.report.sarif.findings import Result, described, log, message, places, result_of
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
            identity, identity, rule.title, why=rule.meaning, remedy="", exceptions="", level="error", tags=("gate",)
        )
        for identity, rule in asked.items()
    }
    return log(analysis, results, rules)


def _result(verdict: Verdict, outcome: Outcome, located: Located | None) -> Result:
    blamed = "".join(f"\n{line.strip()}" for line in offence_lines(verdict, outcome))
    first = outcome.offences[:1]
    layers = tuple(dict.fromkeys(layer for offence in outcome.offences for layer in offence.layers))
    instructions = tuple(text for offence in first if not offence.layers for text in offence.instructions)
    return {
        "ruleId": outcome.rule.id,
        "level": "error",
        "message": {"text": "\n".join(message(line) for line in f"{sentence(outcome)}{blamed}".split("\n"))},
        **places(verdict.analysis, located, layers, instructions, tuple(path for offence in first for path in offence.paths)),
        "properties": {
            "rule": title(outcome),
            "setBy": visible(outcome.origin),
            "measured": None if outcome.measured is None else outcome.measured.value,
            "threshold": None if outcome.limit is None else outcome.limit.value,
        },
        "identity": (outcome.id,),
    }
