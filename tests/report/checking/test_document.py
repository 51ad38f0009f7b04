"""The gate's own formats: lines for people, and a JSON document with a published schema."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from layerscope.analysis import Analysis
from layerscope.checking.model import Verdict
from layerscope.report.checking import text as text_report
from layerscope.report.checking.document import render
from layerscope.report.schema import CHECK
from tests.support.gate import LINES, STORED, hostile, judged, located

CONTRACT = {
    "": "schema_version layerscope image against passed outcomes notices problems",
    "image": "reference platform manifest_digest config_digest size compressed_size removable",
    "outcomes": "id rule title status sentence origin unit measured threshold offences offence_count",
    "offences": "what bytes rule paths layers instructions lines",
}
"""Every key that scripts may rely on."""


def loaded(verdict: Verdict, with_lines: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render(verdict, located(verdict.analysis) if with_lines else None))
    return found


class TestText:
    def test_a_line_a_rule_what_is_to_blame_and_the_verdict(self, image: Analysis) -> None:
        text = text_report.render(judged(image, max_waste=0, max_size="1GB", max_growth="5%"), located(image))
        lines = text.splitlines()[1:]
        assert lines == [
            "PASS  every part of the image was read",
            "FAIL  removable bytes                     90 kB > 0 B  (settings)",
            f"           40 kB  LS201 Go build cache (Dockerfile:{LINES['make']})",
            f"           30 kB  LS402 {image.findings[1].title} (Dockerfile:{LINES['COPY']})",
            f"           20 kB  LS401 {image.findings[2].title} (Dockerfile:{LINES['FROM']})",
            "PASS  image size                          130 kB ≤ 1 GB  (settings)",
            "SKIP  growth against the reference image  no reference image was given (--against)  (settings)",
            "PASS  no credentials                      none  (default)",
            "FAIL: 1 of 4 rules failed, 1 skipped; image size 130 kB, 90 kB of it removable",
        ]

    def test_colour_says_nothing_that_words_do_not(self, image: Analysis) -> None:
        verdict = judged(image, max_waste=0, max_size=False)
        coloured = text_report.render(verdict, colour=True)
        assert "\x1b[1;31mFAIL\x1b[0m" in coloured
        for code in ("\x1b[1;31m", "\x1b[32m", "\x1b[2m", "\x1b[0m"):
            coloured = coloured.replace(code, "")
        assert coloured == text_report.render(verdict)

    def test_hostile_names_are_visible(self, tmp_path: Path) -> None:
        text = text_report.render(hostile(tmp_path))
        assert all(character.isprintable() or character == "\n" for character in text)
        assert "esc\\x1b[31m.txt" in text
        assert "note  note: 100%\\nof" in text


class TestJson:
    def test_documents_validate_against_it(self, image: Analysis, tmp_path: Path) -> None:
        schema = json.loads(CHECK.read_bytes())
        for verdict in (judged(image), judged(image, image, max_growth="5%", max_waste="10%"), hostile(tmp_path)):
            jsonschema.validate(loaded(verdict, with_lines=True), schema)
            jsonschema.validate(loaded(verdict), schema)

    def test_the_keys_are_those_of_the_contract(self, image: Analysis) -> None:
        document = loaded(judged(image, max_waste=0))
        assert list(document) == CONTRACT[""].split()
        assert list(document["image"]) == CONTRACT["image"].split()
        for outcome in document["outcomes"]:
            assert list(outcome) == CONTRACT["outcomes"].split()
            for offence in outcome["offences"]:
                assert list(offence) == CONTRACT["offences"].split()

    def test_what_it_says(self, image: Analysis) -> None:
        document = loaded(judged(image, image, max_waste="10%", max_growth=0), with_lines=True)
        assert document["passed"] is False
        assert document["image"]["size"] == STORED
        assert document["against"] == image.image.reference
        waste = next(item for item in document["outcomes"] if item["id"] == "max-waste")
        assert (waste["status"], waste["unit"], waste["threshold"]) == ("FAIL", "share", 0.1)
        assert waste["measured"] == pytest.approx(90_000 / STORED)
        assert waste["offences"][0] == {
            "what": "Go build cache",
            "bytes": 40_000,
            "rule": "LS201",
            "paths": ["/root/.cache/go-build/aa/object"],
            "layers": [3],
            "instructions": ["RUN make --quiet"],
            "lines": [{"path": "Dockerfile", "start": LINES["make"], "end": LINES["make"] + 1}],
        }
