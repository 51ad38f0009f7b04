"""GitLab's Code Quality report: its fields, its severities, and fingerprints that stay."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from layerscope.analysis import Analysis
from layerscope.checking.model import Verdict
from layerscope.report.checking import gitlab
from layerscope.report.checking.gitlab import offence_parts
from tests.support.gate import LINES, hostile, judged, located, outcome, shop


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return shop(tmp_path_factory.mktemp("shop"), [("app/.env", b"API_TOKEN=abc123def456\n")])


def issues(verdict: Verdict, with_lines: bool = False) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(gitlab.render(verdict, located(verdict.analysis) if with_lines else None))
    return found


def test_every_issue_has_what_gitlab_reads(tmp_path: Path) -> None:
    found = issues(hostile(tmp_path))
    assert found
    for issue in found:
        assert list(issue) == ["description", "check_name", "severity", "location", "fingerprint"]
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["location"]["path"]
        assert issue["location"]["lines"]["begin"] >= 1
        assert not {"\x1b", "\n", "\u202e"} & set(issue["description"])
    assert len({issue["fingerprint"] for issue in found}) == len(found)


def test_each_offence_is_an_issue_at_its_line(image: Analysis) -> None:
    found = [
        issue for issue in issues(judged(image, max_waste=0), with_lines=True) if issue["check_name"] == "layerscope/max-waste"
    ]
    assert [(issue["location"]["path"], issue["location"]["lines"]["begin"]) for issue in found] == [
        ("Dockerfile", LINES["make"]),
        ("Dockerfile", LINES["COPY"]),
        ("Dockerfile", LINES["FROM"]),
    ]
    assert found[0]["description"].endswith("40 kB  LS201 Go build cache")


def test_credentials_are_critical_and_what_could_not_be_read_blocks(image: Analysis) -> None:
    found = {issue["check_name"]: issue["severity"] for issue in issues(judged(replace(image, problems=("x",)), max_size=1))}
    assert found == {"layerscope/readable": "blocker", "layerscope/max-size": "major", "layerscope/secrets": "critical"}


def test_without_a_dockerfile_the_image_stands_for_the_path(image: Analysis) -> None:
    assert issues(judged(image))[0]["location"] == {"path": image.image.reference, "lines": {"begin": 1}}


def test_a_rule_that_blames_nothing_is_an_issue_too(image: Analysis) -> None:
    (issue,) = issues(judged(image, max_compressed_size=1, secrets=False))
    assert issue["check_name"] == "layerscope/max-compressed-size"


def test_a_gate_that_passes_has_no_issues(image: Analysis) -> None:
    assert gitlab.render(judged(image, max_size="1GB", secrets=False)) == b"[]\n"


def test_a_newer_version_in_another_layer_is_the_same_issue(image: Analysis) -> None:
    offence = outcome(judged(image, max_size=1), "max-size").offences[0]
    newer = replace(offence, what=f"{offence.what} 2.0", size=7, layers=(9,))
    assert offence_parts("max-size", newer) == offence_parts("max-size", offence)
    assert offence_parts("max-waste", offence) != offence_parts("max-size", offence)


def test_fingerprints_stay_when_sizes_and_lines_change(image: Analysis, tmp_path: Path) -> None:
    larger = shop(tmp_path, [("app/.env", b"API_TOKEN=abc123def456\nMORE=1\n")])
    before, after = (
        {issue["fingerprint"] for issue in issues(judged(item, max_waste=0), with_lines=lines)}
        for item, lines in ((image, True), (larger, False))
    )
    assert before == after
