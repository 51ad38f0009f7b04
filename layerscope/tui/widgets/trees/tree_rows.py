"""Rows of a tree that open and close: what every tree on screen does alike, whatever its rows look like."""

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.binding import Binding, BindingType

from layerscope.tui.rows.visible_rows import BY_NAME, BY_SIZE, VisibleRows
from layerscope.tui.widgets.trees.rows import Piece, Rows


class TreeRows(Rows):
    """One cursor over a :class:`VisibleRows`, which is made elsewhere and handed in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", "unfold", "Open", False, id="tree.open", tooltip="Open the directory, or go into it"),
        Binding("left,h", "fold", "Close", False, id="tree.close", tooltip="Close the directory, or go up to it"),
        Binding("s", "sort", "Sort", id="tree.sort", tooltip="Order by size or by name"),
        Binding("E", "open_all", "Open all", id="tree.open_all", tooltip="Open every directory"),
        Binding("C", "close_all", "Close all", id="tree.close_all", tooltip="Close every directory"),
    ]

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._visible: VisibleRows | None = None

    def show_rows(self, visible: VisibleRows) -> None:
        """Shows another tree, from its top."""
        self._visible = visible
        self.scroll_to(0, 0, animate=False, force=True, immediate=True)
        self.set_reactive(TreeRows.cursor, 0)
        self.changed()
        self.post_message(self.Highlighted(self, 0))

    @property
    def visible_rows(self) -> VisibleRows | None:
        """The rows on show."""
        return self._visible

    @property
    def row(self) -> int | None:
        """The tree's row under the cursor."""
        if self._visible is None or not len(self._visible):
            return None
        return self._visible.rows[min(self.cursor, len(self._visible) - 1)]

    @property
    def path(self) -> bytes | None:
        """The path under the cursor."""
        row = self.row
        return None if row is None or self._visible is None else self._visible.tree.path(row)

    def filter(self, rows: list[int] | None) -> None:
        """Shows only what leads to ``rows`` and is below them; None shows everything again, the cursor on the same row."""
        if self._visible is None:
            return
        row = self.row
        self._visible.filter(rows)
        if rows:
            self._moved_to(self._visible.first_match())
        else:
            self._moved_to(None if row is None else self._visible.reveal(row))

    def reveal(self, path: bytes) -> bool:
        """Puts the cursor on ``path``, opening what is above it; False when the tree has no such path."""
        if self._visible is None:
            return False
        tree, row = self._visible.tree, 0
        for name in path.split(b"/") if path else ():
            found = next((child for child in tree.children(row) if tree.names[child] == name), None)
            if found is None:
                return False
            row = found
        return self.reveal_row(row)

    def reveal_row(self, row: int) -> bool:
        """Puts the cursor on a row, opening what is above it; False, and nothing moves, when a filter hides it."""
        position = None if self._visible is None else self._visible.reveal(row)
        if position is None:
            return False
        self._moved_to(position)
        return True

    def limit(self, allowed: bytes | None) -> None:
        """Shows only rows that are allowed, the cursor on the same row where it still is on show."""
        if self._visible is None:
            return
        row = self.row
        self._visible.limit(allowed)
        self._moved_to(None if row is None else self._visible.position_of(row))

    def row_count(self) -> int:
        return 0 if self._visible is None else len(self._visible)

    def arrow_end(self, row: int) -> int:
        """The column of a directory's arrow: a click up to there opens it."""
        raise NotImplementedError

    def action_choose(self) -> None:
        if self._visible is not None and len(self._visible):
            if self._visible.toggle(self.cursor):
                self.changed()
            else:
                super().action_choose()

    def action_unfold(self) -> None:
        row = self.row
        if row is None or self._visible is None or not self._visible.is_directory(row):
            return
        if self._visible.is_open(row):
            self.cursor += 1
        else:
            self.action_choose()

    def action_fold(self) -> None:
        row = self.row
        if row is None or self._visible is None:
            return
        if self._visible.is_directory(row) and self._visible.is_open(row):
            self.action_choose()
        elif (above := self._visible.parent_position(self.cursor)) is not None:
            self.cursor = above

    def action_sort(self) -> None:
        if self._visible is None:
            return
        row = self.row
        self._visible.sort(BY_NAME if self._visible.order == BY_SIZE else BY_SIZE)
        self._moved_to(None if row is None else self._visible.position_of(row))

    def action_open_all(self) -> None:
        if self._visible is not None:
            row = self.row
            self._visible.open_all()
            self._moved_to(None if row is None else self._visible.position_of(row))

    def action_close_all(self) -> None:
        if self._visible is not None:
            self._visible.close_all()
            self._moved_to(None)

    def on_click(self, event: events.Click) -> None:
        position = self._position_at(event)
        super().on_click(event)
        if position is not None and event.chain == 1 and self._visible is not None:
            row = self._visible.rows[position]
            offset = event.get_content_offset(self)
            if offset is not None and self._visible.is_directory(row) and offset.x <= self.arrow_end(row):
                self.action_choose()

    def _moved_to(self, position: int | None) -> None:
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
