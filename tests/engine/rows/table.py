"""The rows as a table that the README takes."""

from collections.abc import Iterable
from statistics import median

from layerscope.core.units import size
from tests.engine.rows.measuring import Lean, Measured

_HEAD = ("row", "fat", "expert", "ours, from the image", "ours, with -f", "ratio", "predicted", "error", "recall", "precision")


def ratios(measured: Measured) -> tuple[float, ...]:
    """Our larger image beside each expert's; infinite where one of ours is not there."""
    sizes = (measured.image.size, measured.file.size)
    return tuple(max(sizes) / expert if all(sizes) else float("inf") for expert in measured.experts)


def median_ratio(rows: Iterable[Measured]) -> float:
    """The median over all images of experts."""
    return median(ratio for row in rows for ratio in ratios(row))


def render(rows: list[Measured]) -> str:
    """Markdown: a line a row, the median below."""
    lines = [_line(_HEAD), _line(["---"] + ["---:"] * (len(_HEAD) - 1))]
    lines += [_line(_cells(row)) for row in rows]
    lines.append("")
    lines.append(f"Median of ours to the experts': {median_ratio(rows):.2f}.")
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
        " / ".join(f"{ratio:.2f}" for ratio in ratios(row)),
        f"{size(row.image.predicted)} / {size(row.file.predicted)}",
        f"{row.image.error:+.1%} / {row.file.error:+.1%}",
        f"{opened.files - len(opened.lost)} of {opened.files}",
        f"{opened.precision:.0%}: {size(opened.unopened)} of {size(opened.kept)} not opened",
    ]


def _size(lean: Lean) -> str:
    return size(lean.size) if lean.size else "none"
