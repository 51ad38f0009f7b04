"""One side of a comparison as a tree; its partner shows the other side of the same rows, always in step."""

from rich.text import Text
from textual import events, on
from textual.containers import Container

from layerscope.comparison.model import PathState
from layerscope.comparison.tree import LEAN
from layerscope.core.names import absolute, printable
from layerscope.core.vocabulary import CATEGORIES
from layerscope.layers.index import Kind
from layerscope.tui import pair_details
from layerscope.tui.keys import help_page
from layerscope.tui.rows.pair_columns import SIDE_NAMES, PairColumns
from layerscope.tui.rows.tree_columns import NOTHING
from layerscope.tui.rows.visible_rows import VisibleRows
from layerscope.tui.text import signed, size
from layerscope.tui.theme import CATEGORY, CATEGORY_SIGNS
from layerscope.tui.widgets.trees.rows import Piece
from layerscope.tui.widgets.trees.tree_rows import TreeRows, indent, justified

_STYLES = {"−": "rows--bad", "+": "rows--good", "~": "rows--mark", "→": "rows--mark", "≈": "rows--mark"}
_GHOST = 12
_NAMED_FROM = 72
_NAMED = 17


class TreePair(Container):
    """Room for both trees; one above the other they get equally many lines, or they could not scroll in step to their end."""

    def on_resize(self) -> None:
        self.set_class(bool(self.outer_size.height % 2), "-odd")


class ComparedTree(TreeRows):
    """Draws one side of :class:`PairColumns`. Cursor, scrolling, opening and order are those of both trees."""

    BINDING_GROUP_TITLE = "Both trees"
    HELP = help_page("Both trees")

    columns: PairColumns

    def __init__(self, side: int) -> None:
        super().__init__(f"{SIDE_NAMES[side]}-tree")
        self.side = side
        self._partner: ComparedTree = self
        self._following = False

    def pair_with(self, partner: "ComparedTree") -> None:
        """Keeps in step with the tree of the other side from now on."""
        self._partner, partner._partner = partner, self

    def show(self, columns: PairColumns, visible: VisibleRows) -> None:
        """Shows a comparison, from its top."""
        self.columns = columns
        self.show_rows(visible)

    def empty_text(self) -> str:
        if not self.is_loaded:
            return " Reading the trees …"
        if self.visible_rows.is_narrowed:
            return " Nothing matches the filter: 0 and z show everything."
        return " Neither image stores any file."

    def details(self) -> Text:
        return Text() if self.row is None else pair_details.of_row(self.columns, self.row)

    def pieces(self, position: int, width: int) -> list[Piece]:
        row = self.visible_rows.rows[position]
        if self.columns.pair.has(row, self.side):
            return super().pieces(position, width)
        tree = self.columns.pair.tree
        ghost = f"  {indent(tree.depths[row], width)}  {'╌' * min(len(tree.names[row]), _GHOST)}"
        return justified([(ghost, "rows--dim")], self.right(row, width), width)

    def marks(self, row: int) -> list[Piece]:
        sign = self.columns.sign(row)
        return [(sign + " ", _STYLES.get(sign, "rows--dim"))]

    def is_directory(self, row: int) -> bool:
        return self.columns.kind(self.side, row) == Kind.DIRECTORY

    def target(self, row: int) -> str:
        elsewhere = self.columns.elsewhere(row)
        if elsewhere is not None:
            return f" {'←' if self.side == LEAN else '→'} {absolute(elsewhere)}"
        kind = self.columns.kind(self.side, row)
        if kind not in (Kind.SYMLINK, Kind.HARDLINK):
            return ""
        link = printable(self.columns.filesystem(self.side).link(self.columns.entries[self.side][row]))
        return f" → {link}" if kind == Kind.SYMLINK else f" = /{link}"

    def right(self, row: int, width: int) -> list[Piece]:
        named = _NAMED if width >= _NAMED_FROM else 2
        stored = self._stored(row, named) if self.columns.pair.has(row, self.side) else [(" " * (9 + named), "")]
        return [*stored, self._change(row)] if self.side == LEAN else stored

    def _stored(self, row: int, named: int) -> list[Piece]:
        """The bytes of this side, and in ``named`` cells what they are."""
        stored, category = self.columns.pair.sizes[self.side][row], self.columns.categories[self.side][row]
        count = (f" {size(stored) if stored else '–':>7} ", "rows--plain" if stored else "rows--dim")
        if category == NOTHING:
            return [count, (" " * named, "rows--dim")]
        name = CATEGORIES[category]
        label = f"{CATEGORY_SIGNS[name]} {name if named > 2 else ''}"
        return [count, (label.ljust(named), CATEGORY + name)]

    def _change(self, row: int) -> Piece:
        gap = self.columns.pair.gap(row)
        if gap:
            return f"{signed(-gap):>8} ", "rows--bad" if gap > 0 else "rows--good"
        is_same = self.columns.pair.states[row] in (PathState.SAME, PathState.PERMISSIONS)
        return f"{'=' if is_same else signed(0):>8} ", "rows--dim"

    # In step: what changes here changes in the partner, which never answers back.

    def changed(self) -> None:
        super().changed()
        if not self._following and self._partner is not self:
            self._partner._follow_rows()

    def _follow_rows(self) -> None:
        self._following = True
        self.changed()
        self._following = False

    def watch_cursor(self, old: int, new: int) -> None:
        super().watch_cursor(old, new)
        self._partner.cursor = new

    def watch_hover(self, old: int, new: int) -> None:
        super().watch_hover(old, new)
        self._partner.hover = new

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if not self._following and self._partner is not self:
            self._partner._follow_scroll(new_value)

    def _follow_scroll(self, y: float) -> None:
        self._following = True
        self.scroll_to(y=y, animate=False, force=True, immediate=True)
        self._following = False

    @on(events.Focus)
    @on(events.Blur)
    def draw_both(self) -> None:
        """The cursor looks alike on both sides, whichever has the focus."""
        for tree in (self, self._partner):
            tree.notify_style_update()
            tree.refresh()
