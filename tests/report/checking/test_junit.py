"""JUnit's XML, read back by a parser of its own."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite

from layerscope.analysis import Analysis
from layerscope.checking.model import Verdict
from layerscope.report.checking import junit
from tests.support.gate import LINES, hostile, judged, located


def suite_of(verdict: Verdict, with_lines: bool = False) -> TestSuite:
    (suite,) = JUnitXml.fromstring(junit.render(verdict, located(verdict.analysis) if with_lines else None))
    assert isinstance(suite, TestSuite)
    return suite


def cases(suite: TestSuite) -> dict[str, TestCase]:
    return {str(case.name): case for case in suite}


def test_a_case_a_rule_with_its_outcome(image: Analysis) -> None:
    verdict = judged(image, max_waste=0, max_size="1GB", max_growth="5%", forbid=["cache"])
    suite = suite_of(verdict)
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (6, 2, 0, 1)
    found = {name: [type(result) for result in case.result] for name, case in cases(suite).items()}
    assert found == {
        "every part of the image was read": [],
        "removable bytes": [Failure],
        "image size": [],
        "growth against the reference image": [Skipped],
        "forbidden: cache": [Failure],
        "no credentials": [],
    }


def test_a_failure_says_what_is_to_blame_and_where(image: Analysis) -> None:
    (failure,) = cases(suite_of(judged(image, max_waste=0), with_lines=True))["removable bytes"].result
    assert failure.type == "max-waste"
    assert "90 kB > 0 B" in failure.message
    assert failure.text.splitlines()[0].strip() == f"40 kB  LS201 Go build cache (Dockerfile:{LINES['make']})"


def test_a_skip_says_why(image: Analysis) -> None:
    (skipped,) = cases(suite_of(judged(image, max_size=False)))["image size"].result
    assert skipped.message == "switched off"


def test_hostile_names_are_visible_and_well_formed(tmp_path: Path) -> None:
    content = junit.render(hostile(tmp_path))
    suite = suite_of(hostile(tmp_path))
    assert suite.failures == suite.tests == 8
    texts = "\n".join(result.text or "" for case in suite for result in case.result)
    for shown in ("x[/foo].txt", "esc\\x1b[31m.txt", "new\\nline", "a&b<c>\"d'", "rtl\\u{202e}", "<b>&]]>"):
        assert shown in texts
    assert not {"\x1b", "\u202e", "\ufffe", "\uffff"} & set(content.decode())


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_any_text_can_be_put_into_xml(text: str) -> None:
    from xml.etree import ElementTree as ET

    element = ET.Element("x", {"a": junit.xml_text(text)})
    element.text = junit.xml_text(text)
    ET.fromstring(ET.tostring(element, encoding="utf-8"))
