"""Bars of categories: one image as one bar, and two images whose bars grow from the middle."""

from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.widget import Widget

from layerscope.comparison.model import CategoryGap
from layerscope.tui.text import bar, bar_leftwards, size
from layerscope.tui.theme import CATEGORY_SIGNS, category_style

_NAME = 18
_SIZE = 9


class Picture(Widget):
    """A stacked bar, as wide as the widget: each part has its category's colour, sign, name and size where they fit."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"picture--stays", "picture--dim"}
    DEFAULT_CSS = """
    Picture {
        height: 3;
        & > .picture--stays { color: $text-success; text-style: bold; }
        & > .picture--dim { color: $foreground 62%; }
        &:ansi > .picture--dim { color: ansi_default; }
    }
    """

    def __init__(self, parts: tuple[tuple[str, int], ...], stays: int | None, at_least: bool = False) -> None:
        """``parts`` are categories with their bytes, ``stays`` the bytes of the recommended image, None without one;
        ``at_least`` is whether it has more than that."""
        super().__init__(id="picture")
        self._parts = parts
        self._stays = stays
        self._at_least = "at least " if at_least else ""
        self._total = sum(count for _, count in parts)

    def render(self) -> Text:
        width, height = self.size
        if not self._total or width < 8:
            return Text("")
        widths = part_widths([count for _, count in self._parts], width)
        sizes = [size(count) for _, count in self._parts]
        lines = [self._bar(widths, self._names(widths, sizes if height == 1 else None))]
        if height > 1:
            lines.append(self._bar(widths, sizes))
        if height > 2:
            lines.append(self._rest(widths, width))
        return Text("\n", no_wrap=True, end="").join(lines)

    def _names(self, widths: list[int], sizes: list[str] | None) -> list[str]:
        """Signs and names, with the sizes, where they are given and fit."""
        names = [f"{CATEGORY_SIGNS[name]} {name}" for name, _ in self._parts]
        if sizes is None:
            return names
        full = [f"{name} {count}" for name, count in zip(names, sizes, strict=True)]
        return [long if len(long) + 2 <= cells else name for long, name, cells in zip(full, names, widths, strict=True)]

    def _bar(self, widths: list[int], labels: list[str]) -> Text:
        line = Text(no_wrap=True, end="")
        for (name, _), cells, label in zip(self._parts, widths, labels, strict=True):
            line.append(_label(label, name, cells).ljust(cells), category_style(self.app, name, filled=True))
        return line

    def _rest(self, widths: list[int], width: int) -> Text:
        line = Text(no_wrap=True, end="")
        if self._stays is not None:
            line.append(bar(min(self._stays, self._total), self._total, width).rstrip(), self._style("picture--stays"))
            line.append(f" {self._at_least}{size(self._stays)} kept", self._style("picture--stays"))
        legend = self._legend(widths, width - len(line))
        line.append(" " * max(0, width - len(line) - len(legend)))
        return line.append_text(legend)

    def _legend(self, widths: list[int], room: int) -> Text:
        """Names and sizes of the parts that are too small for their names, as many as fit."""
        legend = Text(no_wrap=True, end="")
        for (name, count), cells in zip(self._parts, widths, strict=True):
            piece = f"   {CATEGORY_SIGNS[name]} {name} {size(count)}"
            if cells < len(name) + 4 and count:
                if len(legend) + len(piece) + 2 > room:
                    break
                legend.append(piece, self._style("picture--dim"))
        return legend

    def _style(self, name: str) -> Style:
        return self.get_visual_style(name).rich_style


def _label(label: str, name: str, cells: int) -> str:
    """What of a label fits into so many cells: all of it, of a name the sign, or nothing."""
    if len(label) + 2 <= cells:
        return f" {label}"
    sign = CATEGORY_SIGNS[name]
    return sign if cells >= 2 and label.startswith(sign) else ""


def part_widths(counts: list[int], width: int) -> list[int]:
    """Cells for each count, in proportion, at least one where there is room, and ``width`` in all."""
    total = sum(counts)
    if not total:
        return [0 for _ in counts]
    least = 1 if len(counts) <= width else 0
    exact = [count * (width - least * len(counts)) / total for count in counts]
    cells = [least + int(share) for share in exact]
    by_rest = sorted(range(len(counts)), key=lambda at: int(exact[at]) - exact[at])
    for at in by_rest[: width - sum(cells)]:
        cells[at] += 1
    return cells


class Facing(Widget):
    """The fat image at the left, the lean one at the right, both to one scale; what does not fit is summed in the last line."""

    DEFAULT_CSS = """
    Facing {
        height: auto;
        & > .facing--dim { color: $foreground 62%; }
        &:ansi > .facing--dim { color: ansi_default; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"facing--dim"}

    def __init__(self, gaps: tuple[CategoryGap, ...]) -> None:
        super().__init__(id="facing")
        self._gaps = gaps

    def get_content_height(self, *_: object) -> int:
        return len(self._gaps)

    @property
    def _dim(self) -> Style:
        return self.get_visual_style("facing--dim").rich_style

    def render(self) -> Text:
        width, height = self.size
        rows = fitting(self._gaps, height)
        most = max((max(row.fat, row.lean) for row in rows), default=0)
        reach = (width - _NAME) // 2 - _SIZE
        if reach < 4:
            return Text("")
        return Text("\n", no_wrap=True, end="").join(self._line(row, most, reach) for row in rows)

    def _line(self, row: CategoryGap, most: int, reach: int) -> Text:
        known = row.category in CATEGORY_SIGNS
        style = category_style(self.app, row.category) if known else Style()
        sign = CATEGORY_SIGNS[row.category] if known else "…"
        left = f"{size(row.fat)} {bar_leftwards(row.fat, most, reach).lstrip()}".rjust(reach + _SIZE)
        right = f"{bar(row.lean, most, reach).rstrip()} {size(row.lean)}".lstrip() if row.lean else size(row.lean)
        line = Text(no_wrap=True, end="")
        line.append(left, style if row.fat else self._dim)
        line.append(f" {sign} {row.category:<{_NAME - 4}} ", Style(bold=True) + style)
        line.append(right, style if row.lean else self._dim)
        return line


def fitting(gaps: tuple[CategoryGap, ...], height: int) -> tuple[CategoryGap, ...]:
    """The rows that fit into ``height`` lines; the last one stands for the rest."""
    if len(gaps) <= height or height < 1:
        return gaps
    rest = gaps[height - 1 :]
    others = CategoryGap(f"{len(rest)} others", sum(row.fat for row in rest), sum(row.lean for row in rest))
    return (*gaps[: height - 1], others)
