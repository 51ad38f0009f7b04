"""The outcomes of a gate for GitHub Actions: workflow commands that become annotations, and a summary of the job."""

from layerscope.checking.model import Outcome, Verdict
from layerscope.core.names import absolute, printable
from layerscope.core.units import size
from layerscope.report.checking import text as text_report
from layerscope.report.checking.wording import OFFENCES_TOLD, comparison, offence_lines, sentence, title, verdict_line
from layerscope.report.escaping import code, prose, row, table
from layerscope.report.sarif.located import Located
from layerscope.report.wording import visible

_PATHS_TOLD = 2


def render(verdict: Verdict, located: Located | None = None) -> str:
    """The lines of the text format for whoever reads the log, and after them an annotation for each rule that failed, at the
    Dockerfile's line where it is known, and one for each notice."""
    lines = [_harmless(line) for line in text_report.render(verdict, located).splitlines()]
    lines += [_annotation(verdict, outcome, located) for outcome in verdict.outcomes if outcome.status == "FAIL"]
    lines += [command("warning", {"title": "layerscope check"}, visible(notice)) for notice in verdict.notices]
    return "\n".join(lines) + "\n"


def _annotation(verdict: Verdict, outcome: Outcome, located: Located | None) -> str:
    properties = {}
    spans = [
        span
        for offence in outcome.offences
        if located is not None
        for span in located.spans(verdict.analysis, offence.layers, offence.instructions)[:1]
    ]
    if located is not None and outcome.rule.id != "readable":
        properties = {"file": located.path, "line": str(spans[0].start if spans else 1)}
        properties |= {"endLine": str(spans[0].end)} if spans else {}
    properties["title"] = f"layerscope: {title(outcome)}"
    return command("error", properties, "\n".join([sentence(outcome), *offence_lines(verdict, outcome, located)]))


def command(name: str, properties: dict[str, str], message: str) -> str:
    """One workflow command, on one line. A comma or colon would end a property, a percent sign begin an escape."""
    told = ",".join(f"{key}={_data(value).replace(':', '%3A').replace(',', '%2C')}" for key, value in properties.items())
    return f"::{name} {told}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _harmless(line: str) -> str:
    """A line that the runner takes for no command: it looks for ``##[`` anywhere, and for ``::`` at the beginning."""
    line = line.replace("##[", "##\\x5b")
    return line.replace("::", "\\x3a:", 1) if line.lstrip().startswith("::") else line


def summary(verdict: Verdict) -> str:
    """The summary of the job, as GitHub Flavored Markdown."""
    lines = [f"### layerscope check {code(printable(verdict.analysis.image.reference))}", ""]
    lines += [f"**{prose(verdict_line(verdict), inside=True)}**", ""]
    rows = [
        row(
            outcome.status,
            prose(title(outcome), inside=True),
            prose(comparison(outcome) or visible(outcome.sentence), inside=True),
            prose(visible(outcome.origin), inside=True),
        )
        for outcome in verdict.outcomes
    ]
    lines += table("|rule|measured|set by", rows)
    for outcome in verdict.outcomes:
        if outcome.offences:
            lines += _blamed(outcome)
    lines += [f"- {prose(visible(notice))}" for notice in verdict.notices]
    return "\n".join(lines).rstrip() + "\n"


def _blamed(outcome: Outcome) -> list[str]:
    rows = [
        row(
            size(offence.size) if offence.size else "",
            offence.rule,
            prose(visible(offence.what), inside=True),
            ", ".join(code(absolute(path), 60) for path in offence.paths[:_PATHS_TOLD]),
        )
        for offence in outcome.offences[:OFFENCES_TOLD]
    ]
    more = f": the largest of {outcome.offence_count:,}" if outcome.offence_count > len(rows) else ""
    return [f"**{prose(title(outcome), inside=True)}**{more}", "", *table(">size|rule|what|where", rows)]
