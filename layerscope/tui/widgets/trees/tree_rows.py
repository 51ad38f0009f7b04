"""Rows of a tree that open and close: what every tree on screen does alike, whatever its rows look like."""

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.binding import BindingType

from layerscope.core.names import printable
from layerscope.filesystem.tree import file_tree
from layerscope.tui.keys import keys
from layerscope.tui.rows.visible_rows import BY_NAME, BY_SIZE, VisibleRows
from layerscope.tui.text import shorten
from layerscope.tui.widgets.trees.rows import Piece, Rows

_NOTHING_YET = VisibleRows(file_tree((), (), ()))


class TreeRows(Rows):
    """One cursor over :class:`VisibleRows`, which are made elsewhere and handed in. Subclasses say what is beside a name."""

    BINDINGS: ClassVar[list[BindingType]] = keys("tree")

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.visible_rows = _NOTHING_YET

    def marks(self, row: int) -> list[Piece]:
        """The signs before a name, always in as many cells."""
        raise NotImplementedError

    def right(self, row: int, width: int) -> list[Piece]:
        """What stands at the right."""
        raise NotImplementedError

    def is_directory(self, row: int) -> bool:
        """Whether a name gets a slash."""
        raise NotImplementedError

    def target(self, row: int) -> str:
        """What stands behind a name: where it leads to, or what is strange about it."""
        raise NotImplementedError

    def show_rows(self, visible: VisibleRows) -> None:
        """Shows another tree, from its top."""
        self.visible_rows = visible
        self.scroll_to(0, 0, animate=False, force=True, immediate=True)
        self.set_reactive(TreeRows.cursor, 0)
        self.changed()
        self.post_message(self.Highlighted(self, 0))

    @property
    def is_loaded(self) -> bool:
        """Whether a tree is shown."""
        return self.visible_rows is not _NOTHING_YET

    @property
    def row(self) -> int | None:
        """The tree's row under the cursor."""
        rows = self.visible_rows.rows
        return rows[min(self.cursor, len(rows) - 1)] if rows else None

    @property
    def path(self) -> bytes | None:
        """The path under the cursor."""
        return None if self.row is None else self.visible_rows.tree.path(self.row)

    def filter(self, rows: list[int] | None) -> None:
        """Shows only what leads to ``rows`` and is below them; None shows everything again, the cursor on the same row."""
        row = self.row
        self.visible_rows.filter(rows)
        if rows:
            self._move_to(self.visible_rows.first_match())
        else:
            self._move_to(None if row is None else self.visible_rows.reveal(row))

    def reveal(self, path: bytes) -> bool:
        """Puts the cursor on ``path``, opening what is above it; False when the tree has no such path."""
        tree, row = self.visible_rows.tree, 0
        for name in path.split(b"/") if path else ():
            found = next((child for child in tree.children(row) if tree.names[child] == name), None)
            if found is None:
                return False
            row = found
        return self.reveal_row(row)

    def reveal_row(self, row: int) -> bool:
        """Puts the cursor on a row, opening what is above it; False, and nothing moves, when a filter hides it."""
        position = self.visible_rows.reveal(row)
        if position is None:
            return False
        self._move_to(position)
        return True

    def limit(self, allowed: bytes | None) -> None:
        """Shows only rows that are allowed, the cursor on the same row where it still is on show."""
        row = self.row
        self.visible_rows.limit(allowed)
        self._stay_on(row)

    def row_count(self) -> int:
        return len(self.visible_rows)

    def pieces(self, position: int, width: int) -> list[Piece]:
        visible = self.visible_rows
        row = visible.rows[position]
        left, right = [*self.marks(row), (self._arrow(row, width), "rows--dim")], self.right(row, width)
        room = width - sum(len(text) for text, _ in (*left, *right))
        is_directory = self.is_directory(row)
        name = shorten(printable(visible.tree.names[row]) + ("/" if is_directory else ""), room)
        style = "rows--mark" if visible.is_match(row) else "rows--strong" if is_directory else "rows--plain"
        target = shorten(self.target(row), room - len(name))
        return justified([*left, (name, style), (target, "rows--dim")], right, width)

    def _arrow(self, row: int, width: int) -> str:
        """The space before a name, and the arrow of one that opens."""
        opens = self.visible_rows.is_directory(row)
        arrow = "  " if not opens else "▼ " if self.visible_rows.is_open(row) else "▶ "
        return indent(self.visible_rows.tree.depths[row], width) + arrow

    def action_choose(self) -> None:
        if self.row is not None and self.visible_rows.toggle(self.cursor):
            self.changed()
        else:
            super().action_choose()

    def action_unfold(self) -> None:
        if self.row is None or not self.visible_rows.is_directory(self.row):
            return
        if self.visible_rows.is_open(self.row):
            self.cursor += 1
        else:
            self.action_choose()

    def action_fold(self) -> None:
        if self.row is None:
            return
        if self.visible_rows.is_open(self.row):
            self.action_choose()
        elif (above := self.visible_rows.parent_position(self.cursor)) is not None:
            self.cursor = above

    def action_sort(self) -> None:
        row = self.row
        self.visible_rows.sort(BY_NAME if self.visible_rows.order == BY_SIZE else BY_SIZE)
        self._stay_on(row)

    def action_open_all(self) -> None:
        row = self.row
        self.visible_rows.open_all()
        self._stay_on(row)

    def action_close_all(self) -> None:
        self.visible_rows.close_all()
        self._move_to(None)

    def on_click(self, event: events.Click) -> None:
        position = self._position_at(event)
        super().on_click(event)
        offset = event.get_content_offset(self)
        if position is not None and offset is not None and event.chain == 1 and self._is_on_arrow(position, offset.x):
            self.action_choose()

    def _is_on_arrow(self, position: int, column: int) -> bool:
        """Whether a click there, or before it, opens the row."""
        row, width = self.visible_rows.rows[position], self.scrollable_content_region.width
        end = sum(len(text) for text, _ in self.marks(row)) + len(self._arrow(row, width))
        return self.visible_rows.is_directory(row) and column < end

    def _stay_on(self, row: int | None) -> None:
        self._move_to(None if row is None else self.visible_rows.position_of(row))

    def _move_to(self, position: int | None) -> None:
        self.changed()
        before = self.cursor
        self.cursor = position or 0
        self.show_cursor()
        if self.cursor == before:
            self.post_message(self.Highlighted(self, self.cursor))


def indent(depth: int, width: int) -> str:
    """The space before a name ``depth`` directories down, never so much that no name fits."""
    return "  " * min(depth - 1, max(4, width // 6))


def justified(left: list[Piece], right: list[Piece], width: int) -> list[Piece]:
    """Both ends of a row of ``width`` cells; what of the left one does not fit is cut off."""
    room = width - sum(cell_len(text) for text, _ in right)
    used = sum(cell_len(text) for text, _ in left)
    if used < room:
        return [*left, (" " * (room - used), ""), *right]
    fitting: list[Piece] = []
    for text, style in left:
        cells = cell_len(text)
        if cells > room:
            fitting.append((set_cell_size(text, max(0, room)), style))
            break
        fitting.append((text, style))
        room -= cells
    return [*fitting, *right]
