"""The file tree: a virtual tree over columnar rows, as quick with a million rows as with ten."""

from rich.text import Text

from layerscope.analysis import Analysis
from layerscope.core.names import printable
from layerscope.core.vocabulary import CATEGORIES
from layerscope.layers.index import Kind
from layerscope.tui import details
from layerscope.tui.details import More
from layerscope.tui.keys import help_page
from layerscope.tui.rows.tree_columns import ADDED, CHANGED, DELETED, MARKS, NOTHING, UNCHANGED, TreeColumns
from layerscope.tui.rows.visible_rows import VisibleRows
from layerscope.tui.text import bar, size
from layerscope.tui.theme import CATEGORY, CATEGORY_SIGNS
from layerscope.tui.widgets.trees.rows import Piece
from layerscope.tui.widgets.trees.tree_rows import TreeRows

_SIGNS = (*(CATEGORY_SIGNS[category] for category in CATEGORIES), " ")
_STYLES = (*(CATEGORY + category for category in CATEGORIES), "rows--dim")
_MARK_STYLES = {UNCHANGED: "rows--dim", ADDED: "rows--good", CHANGED: "rows--mark", DELETED: "rows--bad"}
_TARGETS = {
    Kind.SYMLINK: " → ",
    Kind.HARDLINK: " = /",
    Kind.WHITEOUT: " deleted here",
    Kind.OPAQUE: " emptied here",
    Kind.DEVICE: " device",
    Kind.FIFO: " named pipe",
}
_CATEGORY_FROM = 64
_BAR_FROM = 88
_BAR_WIDTH = 10


class Tree(TreeRows):
    """Shows one :class:`TreeColumns` through :class:`VisibleRows`; both are made elsewhere and handed in."""

    BINDING_GROUP_TITLE = "File tree"
    HELP = help_page("File tree")

    columns: TreeColumns

    def __init__(self, analysis: Analysis) -> None:
        super().__init__("tree")
        self._analysis = analysis

    def show(self, columns: TreeColumns, visible: VisibleRows) -> None:
        """Shows another tree, from its top."""
        self.columns = columns
        self.show_rows(visible)

    def empty_text(self) -> str:
        if not self.is_loaded:
            return " Reading the tree …"
        is_filtered = self.visible_rows.match_count is not None
        return " Nothing matches the filter." if is_filtered else " This layer stores no files."

    def details(self) -> Text:
        return Text() if self.row is None else details.of_row(self._analysis, self.columns, self.row)

    def more_details(self) -> More | None:
        return None if self.row is None else details.inside_of_row(self._analysis, self.columns, self.row)

    def marks(self, row: int) -> list[Piece]:
        columns = self.columns
        marks: list[Piece] = []
        if columns.of_layer:
            marks.append((MARKS[columns.changes[row]], _MARK_STYLES[columns.changes[row]]))
        if not columns.kept[row]:
            return [*marks, ("· " if columns.shadowed[row] else "  ", "rows--bad")]
        is_leaf = columns.tree.ends[row] == row + 1
        return [*marks, ("✓ ", "rows--good") if is_leaf else ("› ", "rows--dim")]

    def is_directory(self, row: int) -> bool:
        return self._kind(row) == Kind.DIRECTORY or self.visible_rows.is_directory(row)

    def _kind(self, row: int) -> int:
        entry = self.columns.tree.entries[row]
        return self._analysis.filesystem.kinds[entry] if entry >= 0 else Kind.DIRECTORY

    def target(self, row: int) -> str:
        kind = Kind(self._kind(row))
        if kind not in _TARGETS:
            return ""
        return _TARGETS[kind] + printable(self._analysis.filesystem.link(self.columns.tree.entries[row]))

    def right(self, row: int, width: int) -> list[Piece]:
        tree = self.columns.tree
        stored, style = tree.sizes[row], _STYLES[self.columns.categories[row]]
        pieces: list[Piece] = [(f" {size(stored) if stored else '–':>7} ", "rows--plain" if stored else "rows--dim")]
        if width >= _BAR_FROM:
            pieces.append((bar(stored, tree.sizes[0], _BAR_WIDTH) + " ", style))
        return [*pieces, *self._category(row, width)]

    def _category(self, row: int, width: int) -> list[Piece]:
        """What most of the bytes are, in 20 cells where there is room, else by its sign."""
        category, share = self.columns.categories[row], self.columns.shares[row]
        if width < _CATEGORY_FROM:
            return [(f"{_SIGNS[category]} ", _STYLES[category])]
        if category == NOTHING:
            return [(" " * 20, "rows--dim")]
        name = f"{_SIGNS[category]} {CATEGORIES[category]:<14}"
        return [(name, _STYLES[category]), (f"{share:>2}% " if share < 100 else "    ", "rows--dim")]
