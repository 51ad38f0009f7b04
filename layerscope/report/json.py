"""JSON as every report writes it."""

from msgspec import json


def json_text(value: object) -> bytes:
    """A document as text (RFC 8259), indented, ending in a newline."""
    return json.format(json.encode(value), indent=2) + b"\n"
