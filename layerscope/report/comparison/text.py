"""A comparison as plain text for a terminal."""

from layerscope.comparison.model import Comparison
from layerscope.core.names import printable
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
    longest = _NARROW if sum(head.startswith("`") for head in heads) > 1 else _WIDTH
    cells = [[head.lstrip(">`") for head in heads], *([_cut(cell, longest) for cell in row] for row in section.rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    right = [head.startswith(">") for head in heads]
    return [
        _INDENT
        + "  ".join(
            cell.rjust(width) if aligned else cell.ljust(width) for cell, width, aligned in zip(row, widths, right, strict=True)
        )
        for row in cells
    ]


def _cut(cell: str, longest: int) -> str:
    return cell if len(cell) <= longest else cell[: longest - 1] + "…"
