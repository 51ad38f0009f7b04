"""The JSON Schemas that are published with the package."""

from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from layerscope.report.json import json_text
from layerscope.report.schema import DOCUMENTS, schema


@pytest.mark.parametrize("published", DOCUMENTS, ids=lambda path: path.name)
class TestPublished:
    def test_it_is_made_from_the_documents_types(self, published: Path) -> None:
        assert published.read_bytes() == json_text(schema(published)), "run python -m layerscope.report.schema"

    def test_it_is_a_schema_of_its_draft(self, published: Path) -> None:
        jsonschema.Draft202012Validator.check_schema(schema(published))

    def test_what_versions_of_msgspec_and_python_do_differently_does_not_show(
        self, published: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(msgspec.json, "schema", lambda document, make=msgspec.json.schema: made_otherwise(make(document)))
        assert published.read_bytes() == json_text(schema(published))


def made_otherwise(part: Any) -> Any:
    """A schema as another msgspec makes it: descriptions keep their indentation, alternatives come in another order."""
    if isinstance(part, list):
        return [made_otherwise(item) for item in part]
    if not isinstance(part, dict):
        return part
    other = {key: made_otherwise(value) for key, value in part.items()}
    if isinstance(part.get("description"), str):
        other["description"] = part["description"].replace("\n", "\n    ")
    if isinstance(part.get("anyOf"), list):
        other["anyOf"].reverse()
    return other
