"""The JSON Schemas that are published with the package."""

from pathlib import Path

import jsonschema
import pytest

from layerscope.report.json import json_text
from layerscope.report.schema import DOCUMENTS, schema


@pytest.mark.parametrize("published", DOCUMENTS, ids=lambda path: path.name)
class TestPublished:
    def test_it_is_made_from_the_documents_types(self, published: Path) -> None:
        assert published.read_bytes() == json_text(schema(published)), "run python -m layerscope.report.schema"

    def test_it_is_a_schema_of_its_draft(self, published: Path) -> None:
        jsonschema.Draft202012Validator.check_schema(schema(published))
