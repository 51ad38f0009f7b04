"""A verdict adds up what its rules say."""

from layerscope.analysis import Analysis
from layerscope.checking.model import Outcome, Rule, Verdict
from tests.support.gate import STORED

RULE = Rule("forbid", "forbidden", "What must not be in any layer.")


def outcome(status: str, about: str = "") -> Outcome:
    return Outcome(rule=RULE, status=status, sentence="", origin="settings", about=about)  # type: ignore[arg-type]


def test_one_failed_rule_fails_the_image(image: Analysis) -> None:
    passed, skipped, failed = map(outcome, ("PASS", "SKIP", "FAIL"))
    assert Verdict(analysis=image, outcomes=(passed, skipped)).passed
    verdict = Verdict(analysis=image, outcomes=(passed, failed, failed))
    assert not verdict.passed
    assert [verdict.count(status) for status in ("PASS", "FAIL", "SKIP")] == [1, 2, 0]


def test_an_outcome_is_named_by_its_rule_and_what_that_was_asked_about() -> None:
    assert [outcome("PASS").id, outcome("PASS", "toolchain").id] == ["forbid", "forbid:toolchain"]


def test_what_is_removable_is_so_whatever_is_ignored(image: Analysis) -> None:
    verdict = Verdict(analysis=image, outcomes=(), ignored=dict.fromkeys(range(len(image.findings)), "known"))
    assert verdict.removable == sum(item.size for item in image.findings if item.confidence in ("dead", "build-only"))
    assert verdict.size == STORED
