"""The rows as a table that the README takes."""

from collections.abc import Iterable
from statistics import median

from layerscope.report.units import size
from tests.engine.rows.measuring import Lean, Measured

_HEAD = ("row", "fat", "expert", "ours, from the image", "ours, with -f", "ratio", "predicted", "error", "recall", "precision")


def ratio(measured: Measured) -> float:
    """Our larger image beside the expert's; infinite where one of the two is not there."""
    sizes = (measured.image.size, measured.file.size)
    return max(sizes) / measured.expert if all(sizes) else float("inf")


def median_ratio(rows: Iterable[Measured]) -> float:
    """The median over the rows."""
    return median(map(ratio, rows))


def render(rows: list[Measured]) -> str:
    """Markdown: a line a row, the median below."""
    lines = [_line(_HEAD), _line(["---"] + ["---:"] * (len(_HEAD) - 1))]
    lines += [_line(_cells(row)) for row in rows]
    lines.append("")
    lines.append(f"Median of ours to the expert's: {median_ratio(rows):.2f}.")
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(row: Measured) -> list[str]:
    opened = row.opened
    return [
        row.row.name,
        size(row.fat),
        " / ".join(map(size, row.experts)),
        _size(row.image),
        _size(row.file),
        f"{ratio(row):.2f}",
        f"{size(row.image.predicted)} / {size(row.file.predicted)}",
        f"{row.image.error:+.1%} / {row.file.error:+.1%}",
        f"{opened.files - len(opened.lost)} of {opened.files}",
        f"{opened.precision:.0%}: {size(opened.unopened)} of {size(opened.kept)} not opened",
    ]


def _size(lean: Lean) -> str:
    return size(lean.size) if lean.size else "none"
