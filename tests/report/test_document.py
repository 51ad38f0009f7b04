"""The report as JSON: its published schema, the identities of its numbers, and hostile names."""

import json
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from layerscope.analysis import Analysis, analyze
from layerscope.demo import open_demo
from layerscope.report.document import render, render_recommendation
from layerscope.report.schema import REPORT
from tests.support.analyses import HOSTILE, go_image
from tests.support.comparisons import demo

CONTRACT = {
    "": "schema_version layerscope image sizes layers attribution findings runtime recommendation dive problems",
    "image": "reference source platform manifest_digest config_digest created base",
    "image.base": "reference layers how_known",
    "sizes": "files live shadowed uncompressed compressed engine shared_with_base",
    "layers": "index diff_id digest media_type created_by instruction size compressed_size files shadowed categories",
    "attribution": "category component version ecosystem rule live shadowed files layers paths",
    "findings": "rule title category bytes confidence layers instructions paths evidence remedy",
    "runtime": "entrypoint working_dir user needs unresolved",
    "runtime.needs": "path bytes because",
    "recommendation": (
        "ecosystem boundary base copies packages config predicted_size removed dockerfile risks alternatives rungs"
    ),
    "recommendation.boundary": "instruction_index instruction stage",
    "recommendation.base": "reference size why",
    "recommendation.copies": "source target bytes because",
    "recommendation.alternatives": "base predicted_size gains loses",
    "recommendation.rungs": "rung what bytes",
    "dive": "efficiency wasted_bytes wasted_user_percent",
}
"""Every key that scripts may rely on."""


def loaded(analysis: Analysis) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(render(analysis))
    return document


@pytest.fixture(scope="module")
def fat() -> dict[str, Any]:
    return loaded(demo("fat"))


@pytest.fixture(scope="module")
def lean() -> dict[str, Any]:
    return loaded(demo("lean"))


@pytest.mark.parametrize("path", CONTRACT)
def test_the_keys_are_those_of_the_contract(fat: dict[str, Any], path: str) -> None:
    value: Any = fat
    for key in filter(None, path.split(".")):
        value = value[key]
    for item in value if isinstance(value, list) else [value]:
        assert list(item) == CONTRACT[path].split()
    assert value


def test_documents_validate_against_the_schema(fat: dict[str, Any], lean: dict[str, Any]) -> None:
    schema = json.loads(REPORT.read_bytes())
    for document in (fat, lean, loaded(go_image())):
        jsonschema.validate(document, schema)


@pytest.mark.parametrize("which", ["fat", "lean"])
def test_every_byte_is_counted_once(which: str, request: pytest.FixtureRequest) -> None:
    """Σ layers = live + shadowed = Σ attribution; for every layer and every category too."""
    document = request.getfixturevalue(which)
    sizes, layers, attribution = document["sizes"], document["layers"], document["attribution"]
    assert sum(layer["size"] for layer in layers) == sizes["live"] + sizes["shadowed"]
    assert sum(row["live"] for row in attribution) == sizes["live"]
    assert sum(row["shadowed"] for row in attribution) == sizes["shadowed"]
    assert sum(row["files"] for row in attribution) == sizes["files"]
    assert sum(layer["shadowed"] for layer in layers) == sizes["shadowed"]
    by_category: dict[str, int] = {}
    for layer in layers:
        assert sum(layer["categories"].values()) == layer["size"]
        for category, count in layer["categories"].items():
            by_category[category] = by_category.get(category, 0) + count
    for category, count in by_category.items():
        assert sum(row["live"] + row["shadowed"] for row in attribution if row["category"] == category) == count


def test_paths_are_absolute_and_printable() -> None:
    analysis = go_image()
    findings = tuple(replace(finding, paths=HOSTILE) for finding in analysis.findings)
    document = render(replace(analysis, findings=findings)).decode()
    for finding in json.loads(document)["findings"]:
        assert finding["paths"] == [
            "/app/x[/foo].txt",
            "/app/esc\\x1b[31mred",
            "/app/new\\nline",
            "/app/[@click=app.quit]click[/]",
            "/app/rtl\\u{202e}gpj.exe",
            "/app/\\xff\\xfe",
        ]
    assert not {"\x1b", "\u202e", "\ufffd"} & set(document)


def test_equal_images_give_equal_documents() -> None:
    assert render(analyze(open_demo("lean"))) == render(analyze(open_demo("lean")))


def test_the_recommendation_alone_is_the_same_object(fat: dict[str, Any]) -> None:
    alone = json.loads(render_recommendation(demo("fat")))
    assert alone == fat["recommendation"]
