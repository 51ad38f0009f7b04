"""The JSON Schemas (draft 2020-12) of the report and of a comparison; published beside this module."""

from pathlib import Path
from typing import Any

import msgspec

from layerscope.report.comparison.document import ComparisonDocument
from layerscope.report.document import Document

PUBLISHED = Path(__file__).with_name("schema.json")
PUBLISHED_COMPARISON = Path(__file__).with_name("comparison-schema.json")


def schema() -> dict[str, Any]:
    """The report's schema, made from the document's types."""
    return _schema("layerscope report, schema version 1", Document)


def comparison_schema() -> dict[str, Any]:
    """The same of a comparison."""
    return _schema("layerscope comparison, schema version 1", ComparisonDocument)


def _schema(title: str, document: type[msgspec.Struct]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **msgspec.json.schema(document),
    }


def text(made: dict[str, Any] | None = None) -> bytes:
    """A schema, the report's for None, as the file that is published."""
    return msgspec.json.format(msgspec.json.encode(schema() if made is None else made), indent=2) + b"\n"


if __name__ == "__main__":
    PUBLISHED.write_bytes(text())
    PUBLISHED_COMPARISON.write_bytes(text(comparison_schema()))
