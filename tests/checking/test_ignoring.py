"""What is ignored is not counted, and what every ignore covers is said."""

from datetime import date

import pytest
from msgspec.structs import replace

from layerscope.analysis import Analysis
from layerscope.checking.check import check
from layerscope.checking.files import defaults
from layerscope.checking.settings import from_table
from layerscope.core import units
from tests.support.gate import CACHE, DATA, REMOVED, STORED, judged, outcome, said


def test_one_is_ignored_by_its_rule_or_its_path_and_the_other_still_fails(leaky: Analysis) -> None:
    for what in ("LS801", "/app/.env", "dotenv"):
        failed = outcome(judged(leaky, ignore=[{"what": what, "reason": "a dummy"}]), "secrets")
        assert [offence.rule for offence in failed.offences] == ["LS810"]
    assert outcome(judged(leaky, ignore=[{"what": "LS8", "reason": "dummies"}]), "secrets").status == "PASS"


@pytest.mark.parametrize("what", ["/app/data", "/app/*", "/app"])
def test_paths_count_no_longer_as_shadowed_and_what_is_covered_is_said(what: str, image: Analysis) -> None:
    verdict = judged(image, max_shadowed=REMOVED, ignore=[{"what": what, "reason": "known"}])
    assert outcome(verdict, "max-shadowed").status == "PASS"
    assert verdict.notices == (f"settings: the ignore of {what} covers {units.size(2 * DATA)} (known)",)


@pytest.mark.parametrize("what", ["LS201", "Go build cache", "/root/.cache", "cache"])
def test_findings_count_no_longer_as_removable(what: str, image: Analysis) -> None:
    before = outcome(judged(image, max_waste=0), "max-waste").measured
    verdict = judged(image, max_waste=0, ignore=[{"what": what, "reason": "known"}])
    after = outcome(verdict, "max-waste").measured
    assert before is not None
    assert after is not None
    assert before.value - after.value == CACHE
    assert list(verdict.ignored.values()) == ["known"]


def test_nor_as_forbidden(image: Analysis) -> None:
    ignore = [{"what": "/root/.cache/go-build", "reason": "known"}]
    assert outcome(judged(image, forbid=["cache"], ignore=ignore), "forbid:cache").status == "PASS"


def test_sizes_and_dives_numbers_stay_what_they_are(image: Analysis) -> None:
    ignore = [{"what": "/app", "reason": "known"}]
    verdict = judged(image, max_size=STORED - 1, highest_wasted_bytes=1, ignore=ignore)
    assert said(verdict)["max-size"] == said(verdict)["highest-wasted-bytes"] == "FAIL"


def test_a_rule_of_the_gate_is_skipped_with_the_reason(image: Analysis) -> None:
    ignore = [{"what": "max-size", "reason": "until the rewrite", "until": date(2026, 12, 31)}]
    skipped = outcome(judged(image, max_size=1, ignore=ignore), "max-size")
    assert skipped.status == "SKIP"
    assert skipped.sentence == "ignored until 2026-12-31: until the rewrite"


def test_that_everything_was_read_cannot_be_ignored(image: Analysis) -> None:
    damaged = replace(image, problems=("layer 1: cut off",))
    verdict = judged(damaged, ignore=[{"what": "readable", "reason": "no"}])
    assert said(verdict)["readable"] == "FAIL"
    assert "PASS" not in said(verdict).values()
    assert not verdict.passed


def test_the_last_day_counts_and_the_day_after_it_fails_and_says_so(image: Analysis) -> None:
    def on(day: date) -> tuple[str, tuple[str, ...]]:
        table = {"forbid": ["cache"], "ignore": [{"what": "LS201", "reason": "known", "until": date(2026, 6, 1)}]}
        verdict = check(image, defaults(from_table(table, "gate.toml")), day)
        return said(verdict)["forbid:cache"], verdict.notices

    covers = "gate.toml: the ignore of LS201 covers 40 kB until 2026-06-01 (known)"
    assert on(date(2026, 6, 1)) == ("PASS", (covers,))
    status, notices = on(date(2026, 6, 2))
    assert status == "FAIL"
    assert notices == ("gate.toml: the ignore of LS201 expired on 2026-06-01 and no longer ignores anything (known)",)


def test_an_ignore_of_nothing_is_said(image: Analysis) -> None:
    verdict = judged(image, ignore=[{"what": "LS101", "reason": "known"}])
    assert verdict.notices == ("settings: the ignore of LS101 matches nothing in this image",)
