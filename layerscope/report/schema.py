"""The JSON Schemas (draft 2020-12) of the JSON documents, made from their types and published beside this module."""

import inspect
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
        **_settled(msgspec.json.schema(document)),
    }


def _settled(part: Any) -> Any:
    """A part of a schema without what depends on the version of msgspec or Python.

    Some keep a docstring's indentation in its description, some do not; some put null first among alternatives, some last.
    """
    if isinstance(part, list):
        return [_settled(item) for item in part]
    if not isinstance(part, dict):
        return part
    settled = {key: _settled(value) for key, value in part.items()}
    if isinstance(part.get("description"), str):
        settled["description"] = inspect.cleandoc(part["description"])
    if isinstance(part.get("anyOf"), list):
        settled["anyOf"] = sorted(settled["anyOf"], key=msgspec.json.encode)
    return settled


if __name__ == "__main__":
    for path in DOCUMENTS:
        path.write_bytes(json_text(schema(path)))
