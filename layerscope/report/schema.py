"""The JSON Schemas (draft 2020-12) of the JSON documents, made from their types and published beside this module."""

from pathlib import Path
from typing import Any

import msgspec

from layerscope.report.checking.document import CheckDocument
from layerscope.report.comparison.document import ComparisonDocument
from layerscope.report.document import Document
from layerscope.report.json import json_text

REPORT, COMPARISON, CHECK = (Path(__file__).with_name(f"{name}schema.json") for name in ("", "comparison-", "checks-"))

DOCUMENTS: dict[Path, tuple[str, type[msgspec.Struct]]] = {
    REPORT: ("layerscope report, schema version 1", Document),
    COMPARISON: ("layerscope comparison, schema version 1", ComparisonDocument),
    CHECK: ("layerscope check, schema version 1", CheckDocument),
}
"""What each published file is the schema of: a title and the document's type."""


def schema(published: Path) -> dict[str, Any]:
    """The schema that belongs in a published file."""
    title, document = DOCUMENTS[published]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **msgspec.json.schema(document),
    }


if __name__ == "__main__":
    for path in DOCUMENTS:
        path.write_bytes(json_text(schema(path)))
