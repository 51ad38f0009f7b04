"""The JSON Schema (draft 2020-12) of the report; published beside this module as schema.json."""

from pathlib import Path
from typing import Any

import msgspec

from layerscope.report.document import Document

PUBLISHED = Path(__file__).with_name("schema.json")


def schema() -> dict[str, Any]:
    """The schema, made from the document's types."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "layerscope report, schema version 1",
        **msgspec.json.schema(Document),
    }


def text() -> bytes:
    """The schema as the file that is published."""
    return msgspec.json.format(msgspec.json.encode(schema()), indent=2) + b"\n"


if __name__ == "__main__":
    PUBLISHED.write_bytes(text())
