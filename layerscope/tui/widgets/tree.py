"""The file tree: a virtual tree over columnar rows, as quick with a million rows as with ten."""

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.binding import Binding, BindingType

from layerscope.attribution.model import CATEGORIES
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.names import printable
from layerscope.tui.text import bar, shorten, size
from layerscope.tui.theme import CATEGORY_SIGNS
from layerscope.tui.tree_columns import MARKS, NOTHING, TreeColumns
from layerscope.tui.visible_rows import BY_NAME, BY_SIZE, VisibleRows
from layerscope.tui.widgets.rows import Piece, Rows

_SIGNS = tuple(CATEGORY_SIGNS[category] for category in CATEGORIES)
_STYLES = tuple(f"category--{category}" for category in CATEGORIES)
_CATEGORY_FROM = 64
_BAR_FROM = 88
_BAR_WIDTH = 10


class Tree(Rows):
    """Shows one :class:`TreeColumns` through a :class:`VisibleRows`; both are made elsewhere and handed in."""

    BINDING_GROUP_TITLE = "File tree"
    HELP = """
    ## File tree

    Before each name: `+` added, `~` changed, `-` deleted by this layer; `·` shadowed, stored but not in the final
    filesystem; `✓` kept by the recommendation, `›` on the way to something kept. Behind it: bytes, and what they are.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", "unfold", "Open", False, id="tree.open", tooltip="Open the directory, or go into it"),
        Binding("left,h", "fold", "Close", False, id="tree.close", tooltip="Close the directory, or go up to it"),
        Binding("s", "sort", "Sort", id="tree.sort", tooltip="Order by size or by name"),
        Binding("E", "open_all", "Open all", id="tree.open_all", tooltip="Open every directory"),
        Binding("C", "close_all", "Close all", id="tree.close_all", tooltip="Close every directory"),
    ]

    def __init__(self) -> None:
        super().__init__("tree")
        self._columns: TreeColumns | None = None
        self._visible: VisibleRows | None = None
        self._filesystem: Filesystem | None = None
        self._total = 0

    def show(self, filesystem: Filesystem, columns: TreeColumns, visible: VisibleRows) -> None:
        """Shows another tree, from its top."""
        self._filesystem, self._columns, self._visible = filesystem, columns, visible
        self._total = columns.tree.sizes[0] if len(columns.tree) else 0
        self.scroll_to(0, 0, animate=False, force=True, immediate=True)
        self.set_reactive(Tree.cursor, 0)
        self.changed()
        self.post_message(self.Highlighted(self, 0))

    @property
    def columns(self) -> TreeColumns | None:
        """What is shown; None while nothing is."""
        return self._columns

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
        return None if row is None or self._columns is None else self._columns.tree.path(row)

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
        if self._visible is None or self._columns is None:
            return False
        tree, row = self._columns.tree, 0
        for name in path.split(b"/") if path else ():
            found = next((child for child in tree.children(row) if tree.names[child] == name), None)
            if found is None:
                return False
            row = found
        position = self._visible.reveal(row)
        self._moved_to(position)
        return position is not None

    def row_count(self) -> int:
        return 0 if self._visible is None else len(self._visible)

    def empty_text(self) -> str:
        if self._visible is None:
            return " Reading the tree …"
        return " Nothing matches the filter." if self._visible.match_count is not None else " This layer stores no files."

    def pieces(self, position: int, width: int) -> list[Piece]:
        visible, columns, filesystem = self._visible, self._columns, self._filesystem
        if visible is None or columns is None or filesystem is None:
            return []
        row = visible.rows[position]
        tree = columns.tree
        entry = tree.entries[row]
        right = self._right(columns, row, width)
        left = _marks(columns, row)
        kind = filesystem.kinds[entry] if entry >= 0 else Kind.DIRECTORY
        directory = visible.is_directory(row) or kind == Kind.DIRECTORY
        arrow = ("▼ " if visible.is_open(row) else "▶ ") if visible.is_directory(row) else "  "
        left.append(("  " * min(tree.depths[row] - 1, max(4, width // 6)) + arrow, "rows--dim"))
        room = width - sum(len(text) for text, _ in left) - sum(len(text) for text, _ in right)
        name = printable(tree.names[row]) + ("/" if directory else "")
        target = _target(filesystem, entry, kind)
        name = shorten(name, room)
        target = shorten(target, room - len(name))
        style = "rows--mark" if visible.is_match(row) else "rows--strong" if directory else "rows--plain"
        left += [(name, style), (target, "rows--dim")]
        return _justify(left, right, width)

    def _right(self, columns: TreeColumns, row: int, width: int) -> list[Piece]:
        stored = columns.tree.sizes[row]
        category = columns.categories[row]
        pieces: list[Piece] = [(f" {size(stored) if stored else '–':>7} ", "rows--plain" if stored else "rows--dim")]
        style = _STYLES[category] if category != NOTHING else "rows--dim"
        if width >= _BAR_FROM:
            pieces.append((bar(stored, self._total, _BAR_WIDTH) + " ", style))
        if width < _CATEGORY_FROM:
            pieces.append((_SIGNS[category] + " " if category != NOTHING else "  ", style))
        elif category == NOTHING:
            pieces.append((" " * 20, style))
        else:
            share = columns.shares[row]
            pieces.append((f"{_SIGNS[category]} {CATEGORIES[category]:<14}", style))
            pieces.append((f"{share:>2}% " if share < 100 else "    ", "rows--dim"))
        return pieces

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
            if offset is not None and self._visible.is_directory(row) and offset.x <= self._arrow_end(row):
                self.action_choose()

    def _arrow_end(self, row: int) -> int:
        columns = self._columns
        return 0 if columns is None else (5 if columns.of_layer else 4) + 2 * (columns.tree.depths[row] - 1)

    def _moved_to(self, position: int | None) -> None:
        self.changed()
        before = self.cursor
        self.cursor = position or 0
        self.show_cursor()
        if self.cursor == before:
            self.post_message(self.Highlighted(self, self.cursor))


def _marks(columns: TreeColumns, row: int) -> list[Piece]:
    change = MARKS[columns.changes[row]] if columns.of_layer else ""
    pieces: list[Piece] = [(change, ("rows--dim", "rows--good", "rows--mark", "rows--bad")[" +~-".find(change)])]
    if columns.kept[row]:
        whole = columns.tree.ends[row] == row + 1
        pieces.append(("✓ " if whole else "› ", "rows--good" if whole else "rows--dim"))
    else:
        pieces.append(("· " if columns.shadowed[row] else "  ", "rows--bad"))
    return pieces


def _target(filesystem: Filesystem, entry: int, kind: int) -> str:
    if entry < 0:
        return ""
    if kind == Kind.SYMLINK:
        return " → " + printable(filesystem.link(entry))
    if kind == Kind.HARDLINK:
        return " = /" + printable(filesystem.link(entry))
    if kind == Kind.WHITEOUT:
        return " deleted here"
    if kind == Kind.OPAQUE:
        return " emptied here"
    return {Kind.DEVICE: " device", Kind.FIFO: " named pipe"}.get(Kind(kind), "")


def _justify(left: list[Piece], right: list[Piece], width: int) -> list[Piece]:
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
