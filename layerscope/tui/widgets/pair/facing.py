"""The categories of two images, facing each other: bars that grow from the middle, one line a category."""

from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.widget import Widget

from layerscope.comparison.model import CategoryGap
from layerscope.tui.text import bar, bar_leftwards, size
from layerscope.tui.theme import CATEGORY_SIGNS, category_style

_NAME = 18
_SIZE = 9


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
