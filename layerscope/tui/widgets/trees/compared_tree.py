"""One side of a comparison as a tree; its partner shows the other side of the same rows, always in step."""

from textual.containers import Container

from layerscope.comparison.model import PathState
from layerscope.comparison.tree import LEAN
from layerscope.core.names import absolute, printable
from layerscope.core.vocabulary import CATEGORIES
from layerscope.layers.index import Kind
from layerscope.tui.rows.pair_columns import SIDE_NAMES, PairColumns
from layerscope.tui.rows.tree_columns import NOTHING
from layerscope.tui.rows.visible_rows import VisibleRows
from layerscope.tui.text import shorten, signed, size
from layerscope.tui.theme import CATEGORY, CATEGORY_SIGNS
from layerscope.tui.widgets.trees.rows import Piece
from layerscope.tui.widgets.trees.tree_rows import TreeRows, indent, justified

_STYLES = {
    "−": "rows--bad",
    "+": "rows--good",
    "~": "rows--mark",
    "→": "rows--mark",
    "≈": "rows--mark",
}
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
    HELP = r"""
    ## Both trees

    `/` shows only what matches part of a path, or a regular expression: `\.so(\.\d+)*$`.

    Before each name: `−` only in the fat image, `+` only in the lean one, `~` changed, `→` moved, `≈` another mode or owner,
    `?` of one size but not compared, `›` something below differs. `╌╌╌` stands where the other side has something and this one
    has nothing. At the right of the lean tree is the change, from fat to lean: `−` is what the lean image has less, `+` what it
    has more. So it is in every view and every report that people read; only JSON has fat − lean.

    `n` and `N` go from difference to difference, the largest first; `1` `2` `3` show only one kind of them, `0` all; `z` hides
    what differs by less than 1 kB, then by less than 1 MB; `x` swaps the sides. A directory counts by all that files below it
    lose and gain, so one where both cancel out stays.
    """

    def __init__(self, side: int) -> None:
        super().__init__(f"{SIDE_NAMES[side]}-tree")
        self.side = side
        self._columns: PairColumns | None = None
        self._partner: ComparedTree | None = None
        self._following = False

    def pair_with(self, partner: "ComparedTree") -> None:
        """Keeps in step with the tree of the other side from now on."""
        self._partner, partner._partner = partner, self

    def show(self, columns: PairColumns, visible: VisibleRows) -> None:
        """Shows a comparison, from its top."""
        self._columns = columns
        self.show_rows(visible)

    @property
    def columns(self) -> PairColumns | None:
        """What is shown; None while nothing is."""
        return self._columns

    def empty_text(self) -> str:
        if self._visible is None:
            return " Reading the trees …"
        if self._visible.is_narrowed:
            return " Nothing matches the filter: 0 and z show everything."
        return " Neither image stores any file."

    def pieces(self, position: int, width: int) -> list[Piece]:
        visible, columns = self._visible, self._columns
        if visible is None or columns is None:
            return []
        row = visible.rows[position]
        pair = columns.pair
        space = indent(pair.tree.depths[row], width)
        right = self._right(columns, row, width)
        if not pair.has(row, self.side):
            ghost = "╌" * min(len(pair.tree.names[row]), _GHOST)
            return justified([(f"  {space}  {ghost}", "rows--dim")], right, width)
        sign = columns.sign(row)
        arrow = ("▼ " if visible.is_open(row) else "▶ ") if visible.is_directory(row) else "  "
        left: list[Piece] = [(sign + " ", _STYLES.get(sign, "rows--dim")), (space + arrow, "rows--dim")]
        kind = columns.kind(self.side, row)
        directory = kind == Kind.DIRECTORY
        room = width - sum(len(text) for text, _ in left) - sum(len(text) for text, _ in right)
        name = shorten(printable(pair.tree.names[row]) + ("/" if directory else ""), room)
        left.append((name, "rows--mark" if visible.is_match(row) else "rows--strong" if directory else "rows--plain"))
        left.append((shorten(self._target(columns, row, kind), room - len(name)), "rows--dim"))
        return justified(left, right, width)

    def _target(self, columns: PairColumns, row: int, kind: int) -> str:
        elsewhere = columns.elsewhere(row)
        if elsewhere is not None:
            return f" {'←' if self.side == LEAN else '→'} {absolute(elsewhere)}"
        entry = columns.entries[self.side][row]
        if entry >= 0 and kind in (Kind.SYMLINK, Kind.HARDLINK):
            link = printable(columns.filesystem(self.side).link(entry))
            return f" → {link}" if kind == Kind.SYMLINK else f" = /{link}"
        return ""

    def _right(self, columns: PairColumns, row: int, width: int) -> list[Piece]:
        pair = columns.pair
        named = _NAMED if width >= _NAMED_FROM else 2
        pieces: list[Piece] = []
        if pair.has(row, self.side):
            stored = pair.sizes[self.side][row]
            pieces.append((f" {size(stored) if stored else '–':>7} ", "rows--plain" if stored else "rows--dim"))
            category = columns.categories[self.side][row]
            name = CATEGORIES[category] if category != NOTHING else ""
            label = f"{CATEGORY_SIGNS[name]} {name}" if name else ""
            pieces.append((label.ljust(named) if named > 2 else label[:1].ljust(2), CATEGORY + name if name else "rows--dim"))
        else:
            pieces.append((" " * (9 + named), ""))
        if self.side == LEAN:
            gap = pair.gap(row)
            same = not gap and pair.states[row] in (PathState.SAME, PathState.PERMISSIONS)
            style = "rows--dim" if not gap else "rows--bad" if gap > 0 else "rows--good"
            pieces.append((f"{'=' if same else signed(-gap):>8} ", style))
        return pieces

    def arrow_end(self, row: int) -> int:
        return 0 if self._columns is None else 3 + 2 * (self._columns.pair.tree.depths[row] - 1)

    # In step: what changes here changes in the partner, which never answers back.

    def changed(self) -> None:
        super().changed()
        if self._partner is not None and not self._following:
            self._partner._follow_rows()

    def _follow_rows(self) -> None:
        self._following = True
        self.changed()
        self._following = False

    def watch_cursor(self, old: int, new: int) -> None:
        super().watch_cursor(old, new)
        if self._partner is not None and self._partner.cursor != new:
            self._partner.cursor = new

    def watch_hover(self, old: int, new: int) -> None:
        super().watch_hover(old, new)
        if self._partner is not None:
            self._partner.hover = new

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if self._partner is not None and not self._following:
            self._partner._follow_scroll(new_value)

    def _follow_scroll(self, y: float) -> None:
        self._following = True
        self.scroll_to(y=y, animate=False, force=True, immediate=True)
        self._following = False

    def on_focus(self) -> None:
        super().on_focus()
        self._draw_both()

    def on_blur(self) -> None:
        super().on_blur()
        self._draw_both()

    def _draw_both(self) -> None:
        """The cursor looks alike on both sides, whichever has the focus."""
        for tree in (self, self._partner):
            if tree is not None:
                tree.notify_style_update()
                tree.refresh()
