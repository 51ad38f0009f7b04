"""How an outcome of the gate is worded, alike in every format."""

from typing import Any

import pytest

from layerscope.analysis import Analysis
from layerscope.checking.model import Limit, Offence, Outcome, Rule, Status, Unit
from layerscope.report.checking.wording import (
    OFFENCES_TOLD,
    comparison,
    offence_line,
    offence_lines,
    sentence,
    summary_line,
    title,
    verdict_line,
    way_out,
)
from tests.support.gate import judged


def compared(measured: float, limit: float, unit: Unit, status: Status, at_least: bool = False) -> str:
    rule = Rule("x", "x", "x", (unit,), at_least)
    return comparison(
        Outcome(rule=rule, status=status, sentence="", origin="", measured=Limit(measured, unit), limit=Limit(limit, unit))
    )


@pytest.mark.parametrize(
    ("measured", "limit", "unit", "status", "shown"),
    [
        (0.9844212134184309, 0.9, "ratio", "PASS", "0.984 ≥ 0.9"),
        (0.9844212134184309, 0.99, "ratio", "FAIL", "0.984 < 0.99"),
        (0.89996, 0.9, "ratio", "FAIL", "0.89996 < 0.9"),
        (1.0, 1.0, "ratio", "PASS", "1 ≥ 1"),
        (32_025, 50_000, "bytes", "PASS", "32 kB ≤ 50 kB"),
        (50_001, 50_000, "bytes", "FAIL", "50,001 B > 50,000 B"),
        (0.7796, 0.1, "share", "FAIL", "78 % > 10 %"),
        (0.10001, 0.1, "share", "FAIL", "10.001 % > 10 %"),
        (-0.5, 0.05, "share", "PASS", "-50 % ≤ 5 %"),
    ],
)
def test_numbers_that_differ_look_different(measured: float, limit: float, unit: Unit, status: Status, shown: str) -> None:
    assert compared(measured, limit, unit, status, at_least=unit == "ratio") == shown


def outcome(**facts: Any) -> Outcome:
    """One that failed without a number."""
    rule = Rule("forbidden", "forbidden", "what must not be there", ("count",), False)
    return Outcome(**{"rule": rule, "status": "FAIL", "sentence": "It is there.", "origin": "", **facts})


def offence(size: int, rule: str = "LS201") -> Offence:
    return Offence(what="Go build cache", size=size, rule=rule)


def test_a_rule_says_what_it_was_asked_about() -> None:
    assert title(outcome(about="toolchain")) == "forbidden: toolchain"
    assert title(outcome()) == "forbidden"


def test_a_sentence_has_the_numbers_where_there_are_any() -> None:
    assert sentence(outcome()) == "forbidden: It is there."
    assert sentence(outcome(measured=Limit(3, "count"))) == "forbidden: 3. It is there."
    assert sentence(outcome(measured=Limit(0, "count"))) == "forbidden: none. It is there."


def test_an_offence_is_a_line_with_its_size_rule_and_place() -> None:
    assert offence_line(offence(206_000_000), "Dockerfile:2") == "  206 MB  LS201 Go build cache (Dockerfile:2)"
    assert offence_line(offence(0, "")) == "Go build cache"


def test_the_largest_offences_are_named_and_the_others_counted(image: Analysis) -> None:
    many = outcome(offences=tuple(map(offence, range(9, 0, -1))), offence_count=1009)
    lines = offence_lines(judged(image), many)
    assert len(lines) == OFFENCES_TOLD + 1
    assert lines[-1] == "and 1,004 more"


def test_the_last_line_counts_the_rules_and_names_those_that_failed(image: Analysis) -> None:
    failed = judged(image, max_waste=0)
    assert verdict_line(failed).startswith(f"FAIL: 1 of {len(failed.outcomes)} rules failed")
    assert summary_line(failed).endswith(f"; failed: {title(next(o for o in failed.outcomes if o.status == 'FAIL'))}")
    assert verdict_line(judged(image, max_size="1GB")).startswith("PASS: ")


def test_an_image_that_keeps_the_rules_needs_no_way_out(image: Analysis) -> None:
    assert way_out(judged(image, max_size="1GB")) == ""
