"""A comparison as plain text for a terminal."""

from layerscope.comparison.model import Comparison
from layerscope.core.names import printable
from layerscope.core.units import cut
from layerscope.report.comparison.sections import Section, headline, sections
from layerscope.report.wording import visible

_INDENT = "    "
_WIDTH, _NARROW = 60, 44
"""Of a cell: where one column holds names of the image, and where several do."""


def render(comparison: Comparison) -> str:
    """The sections of the markdown, with tables that align."""
    fat, lean = (printable(side.image.reference) for side in (comparison.fat, comparison.lean))
    lines = [f"{fat} and {lean}", headline(comparison), ""]
    lines += [f"Note: {visible(notice)}" for notice in comparison.notices]
    lines += [""] if comparison.notices else []
    for section in sections(comparison):
        lines += [f"{section.title}:", *_table(section), *(f"{_INDENT}{line}" for line in section.lines), ""]
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def _table(section: Section) -> list[str]:
    """Rows with their columns aligned; what is long is cut."""
    if not section.rows:
        return []
    heads = section.head.split("|")
    longest = _WIDTH if section.head.count("`") < 2 else _NARROW
    columns = zip(*section.rows, strict=True)
    written = [_column(head, [cut(cell, longest) for cell in column]) for head, column in zip(heads, columns, strict=True)]
    return [_INDENT + "  ".join(row) for row in zip(*written, strict=True)]


def _column(head: str, cells: list[str]) -> list[str]:
    """The column's name and its cells, all as wide as the widest; numbers are aligned to the right."""
    texts = [head.lstrip(">`"), *cells]
    width = max(map(len, texts))
    return [f"{text:{'>' if head.startswith('>') else '<'}{width}}" for text in texts]
