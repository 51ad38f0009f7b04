"""A list of rows that may be a million long: draws only what is on screen, from whatever a subclass says a row is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events, on
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from layerscope.tui.details import More
from layerscope.tui.keys import keys
from layerscope.tui.theme import CATEGORY, category_style

Item = TypeVar("Item")

Piece = tuple[str, str]
"""Text, and the style it is drawn with: a component class, ``category--…``, or "" for the plain one."""

_STATES = ("", "rows--hover", "rows--cursor")
"""Styles of a row as it is, under the mouse, and under the cursor."""


class Rows(ScrollView, can_focus=True, inherit_bindings=False):
    """One cursor over ``row_count()`` rows. Subclasses say what a row looks like in :meth:`pieces`.

    Text of pieces is drawn as it is, never parsed as markup; it must be printable (:mod:`layerscope.core.names`).
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"rows--{name}" for name in ("plain", "dim", "strong", "good", "bad", "mark", "cursor", "hover")
    }

    DEFAULT_CSS = """
    Rows {
        background: transparent;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        & > .rows--plain { color: $foreground; }
        & > .rows--dim { color: $foreground 62%; }
        & > .rows--strong { color: $foreground; text-style: bold; }
        & > .rows--good { color: $text-success; text-style: bold; }
        & > .rows--bad { color: $text-error; }
        & > .rows--mark { color: $text-accent; text-style: bold; }
        & > .rows--hover { background: $boost; }
        & > .rows--cursor { background: $panel; text-style: bold; }
        &:focus > .rows--cursor { background: $primary 40%; text-style: bold; }
        &:ansi > .rows--dim { color: ansi_default; text-style: dim; }
        &:ansi > .rows--cursor { text-style: bold underline; }
        &:ansi:focus > .rows--cursor { text-style: reverse; }
        &:nocolor > .rows--cursor { text-style: bold underline; }
        &:nocolor:focus > .rows--cursor { text-style: reverse; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = keys("rows")
    EMPTY: ClassVar[str] = ""

    cursor: reactive[int] = reactive(0, always_update=False)
    hover: reactive[int] = reactive(-1)

    @dataclass
    class AtRow(Message):
        """Something happened at the row at ``position``."""

        rows: "Rows"
        position: int

        @property
        def control(self) -> "Rows":
            return self.rows

    class Highlighted(AtRow):
        """The cursor came to the row."""

    class Chosen(AtRow):
        """Enter or space was pressed on the row, or it was clicked twice."""

    def __init__(self, name: str) -> None:
        """``name`` becomes the widget's ID."""
        super().__init__(id=name)
        self._strips: LRUCache[tuple[int, int, int], Strip] = LRUCache(512)
        self._styles: dict[tuple[str, int], Style] = {}

    def row_count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def pieces(self, position: int, width: int) -> list[Piece]:
        """What the row at ``position`` looks like in ``width`` cells; what is too long is cut off."""
        raise NotImplementedError

    def empty_text(self) -> str:
        """What is shown when there are no rows."""
        return self.EMPTY

    def details(self) -> Text:
        """What is said about the row under the cursor."""
        return Text()

    def more_details(self) -> More | None:
        """Reads what else is to be said about it."""
        return None

    def leads_to(self) -> bytes | None:
        """The path that choosing the row under the cursor goes to."""
        return None

    def get_content_height(self, _container: Size, _viewport: Size, _width: int) -> int:
        return self.row_count()

    def changed(self) -> None:
        """Draws everything anew after the rows changed; the cursor stays within them."""
        self._fit()
        self.cursor = self.validate_cursor(self.cursor)
        self.refresh()

    def _fit(self) -> None:
        self._strips.clear()
        self.virtual_size = Size(self.scrollable_content_region.width, self.row_count())

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, self.row_count() - 1))

    def watch_cursor(self, old: int, new: int) -> None:
        self._redraw(old, new)
        self.show_cursor()
        if self.row_count():
            self.post_message(self.Highlighted(self, new))

    def watch_hover(self, old: int, new: int) -> None:
        self._redraw(old, new)

    def show_cursor(self) -> None:
        """Scrolls until the cursor's row is on screen."""
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True, immediate=True, x_axis=False)

    def notify_style_update(self) -> None:
        self.forget_styles()
        super().notify_style_update()

    def on_resize(self) -> None:
        self._fit()
        self.call_after_refresh(self.show_cursor)

    @on(events.Focus)
    @on(events.Blur)
    def forget_styles(self) -> None:
        """Draws with the styles as they are now."""
        self._strips.clear()
        self._styles.clear()

    def render_line(self, y: int) -> Strip:
        position = self.scroll_offset.y + y
        width = self.scrollable_content_region.width
        if position >= self.row_count():
            return self._line_below(y, width)
        state = 2 if position == self.cursor else 1 if position == self.hover else 0
        key = (position, width, state)
        strip = self._strips.get(key)
        if strip is None:
            segments = [Segment(text, self._style(name, state)) for text, name in self.pieces(position, width) if text]
            strip = Strip(segments)
            if strip.cell_length != width:
                strip = strip.adjust_cell_length(width, self._style("", state))
            self._strips.set(key, strip)
        return strip

    def _line_below(self, y: int, width: int) -> Strip:
        """A line below the last row."""
        if y or self.row_count():
            return Strip.blank(width, self.rich_style)
        style = self._style("rows--dim", 0)
        return Strip([Segment(self.empty_text(), style)]).adjust_cell_length(width, style)

    def _style(self, name: str, state: int) -> Style:
        if (name, state) not in self._styles:
            self._styles[name, state] = self._make_style(name, state)
        return self._styles[name, state]

    def _make_style(self, name: str, state: int) -> Style:
        if name.startswith(CATEGORY):
            return self._style("", state) + category_style(self.app, name.removeprefix(CATEGORY))
        names = [name or "rows--plain", _STATES[state]] if state else [name or "rows--plain"]
        style = self.get_visual_style(*names).rich_style
        is_reverse = self.get_component_styles(names[-1]).text_style.reverse  # A visual style knows no reverse.
        return style + Style(reverse=True) if is_reverse else style

    def _redraw(self, *positions: int) -> None:
        for position in positions:
            if 0 <= position < self.row_count():
                self.refresh_line(position)

    def action_move(self, by: int) -> None:
        self.cursor += by

    def action_page(self, by: int) -> None:
        self.cursor += by * max(1, self.scrollable_content_region.height - 1)

    def action_go(self, to: int) -> None:
        self.cursor = self.row_count() - 1 if to < 0 else to

    def action_choose(self) -> None:
        if self.row_count():
            self.post_message(self.Chosen(self, self.cursor))

    def _position_at(self, event: events.MouseEvent) -> int | None:
        offset = event.get_content_offset(self)
        position = -1 if offset is None else self.scroll_offset.y + offset.y
        return position if 0 <= position < self.row_count() else None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        position = self._position_at(event)
        self.hover = -1 if position is None else position

    def on_leave(self) -> None:
        self.hover = -1

    def on_click(self, event: events.Click) -> None:
        position = self._position_at(event)
        if position is None:
            return
        self.cursor = position
        if event.chain == 2:
            self.action_choose()


class ItemRows(Generic[Item], Rows):
    """A row for each of a list of items."""

    def __init__(self, name: str, items: Sequence[Item]) -> None:
        super().__init__(name)
        self.items = items

    def row_count(self) -> int:
        return len(self.items)

    @property
    def item(self) -> Item:
        """The item under the cursor; there must be one."""
        return self.items[self.cursor]

    def pieces(self, position: int, width: int) -> list[Piece]:
        return self.item_pieces(self.items[position], width)

    def item_pieces(self, item: Item, width: int) -> list[Piece]:
        """What the row of an item looks like."""
        raise NotImplementedError
