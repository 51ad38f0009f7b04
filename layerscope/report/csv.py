"""The attribution as CSV (RFC 4180): a header, then one row a component; the sizes add up to what the layers store."""

import csv
import io

from layerscope.analysis import Analysis
from layerscope.report.document import Attributed, document

COLUMNS = ("category", "component", "version", "ecosystem", "rule", "live", "shadowed", "files", "layers", "paths")
"""As in the JSON document. Layers are separated by a space, paths by ``; ``."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render(analysis: Analysis) -> str:
    """The whole table, its lines ended by CR LF. Text that a spreadsheet would run as a formula begins with an apostrophe."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(owned) for owned in document(analysis).attribution)
    return lines.getvalue()


def _row(owned: Attributed) -> list[str | int]:
    return [
        _text(owned.category),
        _text(owned.component),
        _text(owned.version),
        _text(owned.ecosystem),
        _text(owned.rule),
        owned.live,
        owned.shadowed,
        owned.files,
        " ".join(map(str, owned.layers)),
        _text("; ".join(owned.paths)),
    ]


def _text(text: str) -> str:
    """The text, so that no spreadsheet takes it for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA) else text
