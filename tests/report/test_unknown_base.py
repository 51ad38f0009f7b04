"""A base that neither the catalogue nor an engine knows (``--base``) has an unknown size, never 0 bytes: what is predicted
without it is a lower bound, and every report says so."""

import json
import re
from functools import cache

import jsonschema
import pytest

from layerscope.advice.ground import RecommendOptions
from layerscope.advice.remarks import Code
from layerscope.analysis import Analysis, analyze
from layerscope.demo import open_demo
from layerscope.report import document, markdown
from layerscope.report.html import single
from layerscope.report.schema import REPORT, schema
from layerscope.report.text import recommendation


@cache
def onto(base: str) -> Analysis:
    return analyze(open_demo("fat"), None, RecommendOptions(base=base))


UNKNOWN = "registry.example/team/base:7"


class TestTheRecommendation:
    def test_the_bases_size_is_unknown_and_the_prediction_is_without_it(self) -> None:
        plan = onto(UNKNOWN).recommendation
        assert plan.base is not None
        assert plan.base.size is None
        assert plan.lower_bound
        assert plan.predicted_size == sum(copy.size for copy in plan.copies)
        assert [risk for risk in plan.risks if risk.code == Code.BASE_SIZE_UNKNOWN]

    @pytest.mark.parametrize("base", ["scratch", "alpine:3.19", "alpine:0.1"])
    def test_a_base_of_the_catalogue_is_part_of_the_prediction_whatever_its_tag(self, base: str) -> None:
        plan = onto(base).recommendation
        assert plan.base is not None
        assert plan.base.size is not None
        assert not plan.lower_bound
        assert plan.predicted_size == plan.base.size + sum(copy.size for copy in plan.copies)

    def test_the_dockerfile_promises_no_more(self) -> None:
        assert ": at least 5.15 MB instead of 879 MB." in onto(UNKNOWN).recommendation.dockerfile
        assert ": about 5.15 MB instead of 879 MB." in onto("scratch").recommendation.dockerfile


class TestReports:
    def test_text(self) -> None:
        text = recommendation.render_recommendation(onto(UNKNOWN))
        assert "879 MB → at least 5.15 MB: at most 99.4 % can be dropped (874 MB)" in text
        assert f"Base: {UNKNOWN} (unknown size)" in text
        assert "Predicted size: at least 5.15 MB, and the base, whose size nobody knows" in text
        assert "0 B" not in re.findall(r"Base: .*", text)[0]

    def test_markdown(self) -> None:
        text = markdown.render(onto(UNKNOWN))
        assert f"- base: `{UNKNOWN}`, unknown size: " in text
        assert "- predicted size: at least 5.15 MB (5,149,229 bytes), and the base, whose size nobody knows" in text

    def test_html(self) -> None:
        text = single.render(onto(UNKNOWN))
        assert f"<code>{UNKNOWN}</code>, unknown size: " in text
        assert "<dd>at least 5.15 MB (5,149,229 bytes), and the base, whose size nobody knows</dd>" in text
        assert "at most 99.4" in text

    def test_json_has_null_as_its_schema_allows(self) -> None:
        found = json.loads(document.render(onto(UNKNOWN)))
        jsonschema.Draft202012Validator(schema(REPORT)).validate(found)
        assert found["recommendation"]["base"]["size"] is None
        assert json.loads(document.render_recommendation(onto(UNKNOWN)))["base"]["size"] is None

    def test_with_a_base_that_is_known_nothing_is_hedged(self) -> None:
        for text in (
            recommendation.render_recommendation(onto("scratch")),
            markdown.render(onto("scratch")),
            single.render(onto("scratch")),
        ):
            assert "at least 5" not in text
            assert "unknown size" not in text
