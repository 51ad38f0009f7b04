"""The outcomes of a gate as JUnit's XML, a test case a rule, as every CI system reads it."""

from xml.etree import ElementTree as ET

from layerscope.checking.model import Outcome, Verdict
from layerscope.core.expressions import expression
from layerscope.core.names import printable
from layerscope.report.checking.wording import offence_lines, sentence, title, verdict_line
from layerscope.report.sarif.located import Located
from layerscope.report.wording import visible

_NO_XML = expression("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no document of XML 1.0 may hold, not even escaped (§2.2)."""


def render(verdict: Verdict, located: Located | None = None) -> bytes:
    """One ``testsuite``; a rule that was skipped is ``skipped``, one that failed a ``failure`` with what is to blame."""
    name = f"layerscope check {printable(verdict.analysis.image.reference)}"
    counts = {
        "tests": str(len(verdict.outcomes)),
        "failures": str(verdict.count("FAIL")),
        "errors": "0",
        "skipped": str(verdict.count("SKIP")),
    }
    root = ET.Element("testsuites", {"name": "layerscope", **counts})
    suite = ET.SubElement(root, "testsuite", {"name": xml_text(name), **counts})
    for outcome in verdict.outcomes:
        _case(suite, verdict, outcome, located)
    notes = [f"note: {visible(notice)}" for notice in verdict.notices]
    ET.SubElement(suite, "system-out").text = xml_text("\n".join([*notes, verdict_line(verdict)]))
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _case(suite: ET.Element, verdict: Verdict, outcome: Outcome, located: Located | None) -> None:
    case = ET.SubElement(suite, "testcase", {"classname": "layerscope.check", "name": xml_text(title(outcome))})
    if outcome.status == "SKIP":
        ET.SubElement(case, "skipped", {"message": xml_text(visible(outcome.sentence))})
    elif outcome.status == "FAIL":
        failure = ET.SubElement(case, "failure", {"message": xml_text(sentence(outcome)), "type": outcome.rule.id})
        failure.text = xml_text("\n".join(offence_lines(verdict, outcome, located)))


def xml_text(text: str) -> str:
    r"""Text that XML 1.0 can hold: what it cannot becomes ``\u{NNNN}``."""
    return _NO_XML.sub(lambda match: f"\\u{{{ord(match.group()):x}}}", text)
