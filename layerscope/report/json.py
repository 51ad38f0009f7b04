"""The report, or its recommendation alone, as JSON text (RFC 8259), indented, ending in a newline."""

from msgspec import Struct, json

from layerscope.analysis import Analysis
from layerscope.report.document import document, recommendation_facts


def render(analysis: Analysis) -> bytes:
    """The whole document."""
    return _text(document(analysis))


def render_recommendation(analysis: Analysis) -> bytes:
    """The recommendation object alone."""
    return _text(recommendation_facts(analysis.recommendation))


def _text(value: Struct) -> bytes:
    return json.format(json.encode(value), indent=2) + b"\n"
