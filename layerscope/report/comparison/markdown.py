"""A comparison as GitHub Flavored Markdown, to be pasted into a pull request."""

from layerscope.comparison.model import Comparison
from layerscope.core.names import printable
from layerscope.report.comparison.sections import Section, headline, sections
from layerscope.report.escaping import code, prose, row, table
from layerscope.report.wording import visible

_WIDTH = 80


def render(comparison: Comparison) -> str:
    """The whole comparison; every name from the images is escaped, and every table of bytes adds up."""
    fat, lean = (code(printable(side.image.reference)) for side in (comparison.fat, comparison.lean))
    lines = [f"# Comparison: {fat} and {lean}", "", f"**{prose(headline(comparison), inside=True)}**", ""]
    for notice in comparison.notices:
        lines += [f"> {prose(visible(notice))}", ""]
    for section in sections(comparison):
        lines += _section(section)
    return "\n".join(lines).rstrip() + "\n"


def _section(section: Section) -> list[str]:
    lines = [f"## {section.title}", ""]
    if section.rows:
        named = [name.startswith("`") for name in section.head.split("|")]
        rows = [row(*(_cell(cell, is_name) for cell, is_name in zip(cells, named, strict=True))) for cells in section.rows]
        lines += table(section.head.replace("`", ""), rows)
    bullet = "- " if len(section.lines) > 1 or not section.rows else ""
    lines += [f"{bullet}{prose(line, inside=bool(bullet))}" for line in section.lines]
    return [*lines, ""] if section.lines else lines


def _cell(cell: str, named: bool) -> str:
    return code(cell, _WIDTH) if named and not cell.startswith("(") else prose(cell, inside=True)
