"""A list of rows that may be a million long: draws only what is on screen, from whatever a subclass says a row is."""

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from layerscope.tui.theme import CATEGORY, category_style

Piece = tuple[str, str]
"""Text, and the style it is drawn with: a component class, ``category--…``, or "" for the plain one."""

_MOVE = Binding.Group("Move", compact=True)


class Rows(ScrollView, can_focus=True, inherit_bindings=False):
    """One cursor over ``row_count()`` rows. Subclasses say what a row looks like in :meth:`pieces`.

    Text of pieces is drawn as it is, never parsed as markup; it must be printable (:mod:`layerscope.core.names`).
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "rows--plain",
        "rows--dim",
        "rows--strong",
        "rows--good",
        "rows--bad",
        "rows--mark",
        "rows--cursor",
        "rows--hover",
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

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", False, id="rows.down", tooltip="One row down", group=_MOVE),
        Binding("up,k", "move(-1)", "Up", False, id="rows.up", tooltip="One row up", group=_MOVE),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", False, id="rows.page_down", tooltip="One page down"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", False, id="rows.page_up", tooltip="One page up"),
        Binding("home,g", "go(0)", "First", False, id="rows.first", tooltip="The first row"),
        Binding("end,G", "go(-1)", "Last", False, id="rows.last", tooltip="The last row"),
        Binding("enter,space", "choose", "Open", False, id="rows.choose", tooltip="Open or choose this row"),
    ]

    cursor: reactive[int] = reactive(0, always_update=False)
    hover: reactive[int] = reactive(-1)

    @dataclass
    class Highlighted(Message):
        """The cursor came to ``position``."""

        rows: "Rows"
        position: int

        @property
        def control(self) -> "Rows":
            return self.rows

    @dataclass
    class Chosen(Message):
        """Somebody pressed enter or space on, or clicked twice on, the row at ``position``."""

        rows: "Rows"
        position: int

        @property
        def control(self) -> "Rows":
            return self.rows

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
        return ""

    def get_content_height(self, _container: Size, _viewport: Size, _width: int) -> int:
        return self.row_count()

    def changed(self) -> None:
        """Draws everything anew after the rows changed; the cursor stays within them."""
        self._strips.clear()
        self.virtual_size = Size(self.scrollable_content_region.width, self.row_count())
        self.cursor = self.validate_cursor(self.cursor)
        self.refresh()

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, self.row_count() - 1))

    def watch_cursor(self, old: int, new: int) -> None:
        self._redraw(old)
        self._redraw(new)
        self.show_cursor()
        if self.row_count():
            self.post_message(self.Highlighted(self, new))

    def watch_hover(self, old: int, new: int) -> None:
        self._redraw(old)
        self._redraw(new)

    def show_cursor(self) -> None:
        """Scrolls until the cursor's row is on screen."""
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True, immediate=True, x_axis=False)

    def notify_style_update(self) -> None:
        self._strips.clear()
        self._styles.clear()
        super().notify_style_update()

    def on_resize(self) -> None:
        self._strips.clear()
        self.virtual_size = Size(self.scrollable_content_region.width, self.row_count())
        self.call_after_refresh(self.show_cursor)

    def on_focus(self) -> None:
        self._strips.clear()
        self._styles.clear()

    def on_blur(self) -> None:
        self._strips.clear()
        self._styles.clear()

    def render_line(self, y: int) -> Strip:
        position = self.scroll_offset.y + y
        width = self.scrollable_content_region.width
        count = self.row_count()
        if position >= count:
            if not count and not y:
                style = self._style("rows--dim", 0)
                return Strip([Segment(self.empty_text(), style)]).adjust_cell_length(width, style)
            return Strip.blank(width, self.rich_style)
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

    def _style(self, name: str, state: int) -> Style:
        style = self._styles.get((name, state))
        if style is None:
            category = name.removeprefix(CATEGORY)
            if category != name:
                return self._styles.setdefault((name, state), self._style("", state) + category_style(self.app, category))
            names = (name or "rows--plain", *(("rows--hover", "rows--cursor")[state - 1 : state] if state else ()))
            style = self.get_visual_style(*names).rich_style
            if self.get_component_styles(names[-1]).text_style.reverse:  # A visual style knows no reverse.
                style += Style(reverse=True)
            self._styles[name, state] = style
        return style

    def _redraw(self, position: int) -> None:
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
        if offset is None:
            return None
        position = self.scroll_offset.y + offset.y
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
