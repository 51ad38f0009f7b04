"""The file tree: a virtual tree over columnar rows, as quick with a million rows as with ten."""

from layerscope.core.names import printable
from layerscope.core.vocabulary import CATEGORIES
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.tui.rows.tree_columns import MARKS, NOTHING, TreeColumns
from layerscope.tui.rows.visible_rows import VisibleRows
from layerscope.tui.text import bar, shorten, size
from layerscope.tui.theme import CATEGORY_SIGNS
from layerscope.tui.widgets.trees.rows import Piece
from layerscope.tui.widgets.trees.tree_rows import TreeRows, indent, justified

_SIGNS = tuple(CATEGORY_SIGNS[category] for category in CATEGORIES)
_STYLES = tuple(f"category--{category}" for category in CATEGORIES)
_CATEGORY_FROM = 64
_BAR_FROM = 88
_BAR_WIDTH = 10


class Tree(TreeRows):
    """Shows one :class:`TreeColumns` through a :class:`VisibleRows`; both are made elsewhere and handed in."""

    BINDING_GROUP_TITLE = "File tree"
    HELP = r"""
    ## File tree

    `/` shows only what matches part of a path, or a regular expression: `\.so(\.\d+)*$`.

    Before each name: `+` added, `~` changed, `-` deleted by this layer; `·` shadowed, stored but not in the final
    filesystem; `✓` kept by the recommendation, `›` on the way to something kept. Behind it: bytes, and what they are.
    """

    def __init__(self) -> None:
        super().__init__("tree")
        self._columns: TreeColumns | None = None
        self._filesystem: Filesystem | None = None
        self._total = 0

    def show(self, filesystem: Filesystem, columns: TreeColumns, visible: VisibleRows) -> None:
        """Shows another tree, from its top."""
        self._filesystem, self._columns = filesystem, columns
        self._total = columns.tree.sizes[0] if len(columns.tree) else 0
        self.show_rows(visible)

    @property
    def columns(self) -> TreeColumns | None:
        """What is shown; None while nothing is."""
        return self._columns

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
        left.append((indent(tree.depths[row], width) + arrow, "rows--dim"))
        room = width - sum(len(text) for text, _ in left) - sum(len(text) for text, _ in right)
        name = printable(tree.names[row]) + ("/" if directory else "")
        target = _target(filesystem, entry, kind)
        name = shorten(name, room)
        target = shorten(target, room - len(name))
        style = "rows--mark" if visible.is_match(row) else "rows--strong" if directory else "rows--plain"
        left += [(name, style), (target, "rows--dim")]
        return justified(left, right, width)

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

    def arrow_end(self, row: int) -> int:
        columns = self._columns
        return 0 if columns is None else (5 if columns.of_layer else 4) + 2 * (columns.tree.depths[row] - 1)


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
