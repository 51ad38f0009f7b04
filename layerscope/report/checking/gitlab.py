"""The outcomes of a gate as GitLab's Code Quality report: a JSON array of what is to blame."""

from typing import Any

from layerscope.checking.model import Offence, Outcome, Verdict
from layerscope.core.names import printable
from layerscope.report.checking.wording import offence_line, sentence
from layerscope.report.json import json_text
from layerscope.report.sarif.fingerprints import unique
from layerscope.report.sarif.located import Located

_SEVERITIES = {"readable": "blocker", "secrets": "critical"}


def render(verdict: Verdict, located: Located | None = None) -> bytes:
    """An issue for each offence of each rule that failed, or for the rule itself where it blames nothing. Without a Dockerfile
    the image's name stands for the path, as GitLab shows no issue without one."""
    issues: list[tuple[tuple[str, ...], dict[str, Any]]] = []
    for outcome in verdict.outcomes:
        if outcome.status == "FAIL":
            issues += [_issue(verdict, outcome, offence, located) for offence in outcome.offences or (None,)]
    names = unique(parts for parts, _ in issues)
    told = [{**issue, "fingerprint": name} for name, (_, issue) in zip(names, issues, strict=True)]
    return json_text(told)


def _issue(
    verdict: Verdict, outcome: Outcome, offence: Offence | None, located: Located | None
) -> tuple[tuple[str, ...], dict[str, Any]]:
    reference = printable(verdict.analysis.image.reference)
    told, line = sentence(outcome), 1
    if offence is not None:
        told += f" {offence_line(offence).strip()}"
        spans = located.spans(verdict.analysis, offence.layers, offence.instructions) if located else ()
        line = spans[0].start if spans else 1
    return offence_parts(outcome.id, offence) if offence is not None else (outcome.id,), {
        "description": told,
        "check_name": f"layerscope/{outcome.rule.id}",
        "severity": _SEVERITIES.get(outcome.rule.id, "major"),
        "location": {"path": located.path if located else reference, "lines": {"begin": line}},
    }


def offence_parts(check: str, offence: Offence) -> tuple[str, ...]:
    """What an offence is, whatever its size, its version or the number of its layer."""
    return check, offence.rule, offence.name, *offence.instructions
