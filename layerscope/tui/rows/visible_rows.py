"""Which rows of a file tree are on show, in which order: plain data, no terminal.

The rows on show are one ``array('I')`` of row numbers of a :class:`FileTree`. Opening a directory
splices its rows in, closing it takes them out and keeps them, so that opening it again is one copy. Each open directory knows
how many rows are on show below it. All walks are iterative: depth is as unbounded as width.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator

from layerscope.filesystem.tree import FileTree
from layerscope.tui.rows.orders import WIDE, WholeOrder, whole_by_name, whole_by_size

BY_SIZE = "size"
BY_NAME = "name"


class VisibleRows:
    """The rows on show of ``tree``. The root is always open and is not shown itself.

    ``rows`` are row numbers from top to bottom, ``positions`` below are indexes into it. ``order`` is :data:`BY_SIZE` (largest
    first, names break ties) or :data:`BY_NAME`.
    """

    def __init__(self, tree: FileTree, order: str = BY_SIZE) -> None:
        self.tree = tree
        self.order = order
        self.rows: array[int] = array("I")
        self.match_count: int | None = None
        self._allowed: bytes | None = None
        self._shown: bytearray | None = None
        self._matched: bytearray | None = None
        self._open_before_filter: bytearray | None = None
        self._sorted: dict[int, array[int]] = {}
        self._directories = directories(tree)
        self._whole: dict[str, WholeOrder] = {}
        self.close_all()

    @classmethod
    def prepared(cls, tree: FileTree) -> "VisibleRows":
        """As a screen shows them first, with wide directories ordered ahead of time; for the thread that made the tree."""
        rows = cls(tree)
        for row, count in Counter(tree.parents).items():
            if count >= WIDE:
                rows.children(row)
        rows.open_largest()
        return rows

    def __len__(self) -> int:
        return len(self.rows)

    def is_directory(self, row: int) -> bool:
        """Whether the row is shown as one that opens."""
        return bool(self._directories[row])

    def is_open(self, row: int) -> bool:
        """Whether the directory's children are on show."""
        return bool(self._open[row])

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter or a limit is in force."""
        return self._shown is not None or self._allowed is not None

    def is_match(self, row: int) -> bool:
        """Whether the filter names this very row."""
        return self._matched is not None and bool(self._matched[row])

    def prepare_orders(self) -> None:
        """Orders the whole tree in both ways ahead of time, so that opening all, or another order, is mostly a copy.

        Meant for a thread beside the screen that shows the rows already.
        """
        self._whole = {BY_NAME: whole_by_name(self.tree), BY_SIZE: whole_by_size(self.tree)}

    def first_match(self) -> int | None:
        """The topmost row on show that the filter names."""
        return next((position for position, row in enumerate(self.rows) if self.is_match(row)), None)

    def position_of(self, row: int) -> int | None:
        """Where a row is on show, None when it is not."""
        try:
            return self.rows.index(row)
        except ValueError:
            return None

    def parent_position(self, position: int) -> int | None:
        """Where the row's directory is on show; None at the top level."""
        parent = self.tree.parents[self.rows[position]]
        if not parent:
            return None
        start = position
        while start > 0:  # Most directories are a few rows up: look in growing stretches.
            low = max(0, start - 64 - 8 * (position - start))
            try:
                return self.rows.index(parent, low, start)
            except ValueError:
                start = low
        return None

    def toggle(self, position: int) -> bool:
        """Opens or closes the directory at ``position``; False when the row is no directory."""
        row = self.rows[position]
        if not self._directories[row]:
            return False
        if self._open[row]:
            self._close(position, row)
        else:
            self._unfold(position, row)
        return True

    def open_largest(self, share: float = 0.6, levels: int = 4) -> None:
        """Opens the way to where most bytes are: the largest directory while it holds ``share`` of the whole tree."""
        row, sizes = 0, self.tree.sizes
        for _ in range(levels):
            row = max(self.children(row), key=sizes.__getitem__, default=0)
            if not row or not self._directories[row] or sizes[row] < share * sizes[0]:
                return
            self._open_at(self.position_of(row))

    def open_all(self) -> None:
        """Opens every directory."""
        self._open[:] = self._directories
        self._rebuild()

    def close_all(self) -> None:
        """Closes every directory but the root."""
        self._open = bytearray(len(self.tree))
        self._open[0] = 1
        self._rebuild()

    def sort(self, order: str) -> None:
        """Orders the children of every directory anew; what is open stays open."""
        if order != self.order:
            self.order = order
            self._rebuild(another_order=True)

    def reveal(self, row: int) -> int | None:
        """Opens what is needed to show ``row``; its position, None when a filter hides it."""
        ancestors = [row]
        while above := self.tree.parents[ancestors[-1]]:
            ancestors.append(above)
        for ancestor in reversed(ancestors[1:]):
            if not self._open_at(self.position_of(ancestor)):
                return None
        return self.position_of(row)

    def _open_at(self, position: int | None) -> bool:
        """Opens the directory at a position unless it is open; False where there is none."""
        if position is None:
            return False
        if not self._open[self.rows[position]]:
            self.toggle(position)
        return True

    def limit(self, allowed: bytes | None) -> None:
        """Shows only the rows with a 1 in ``allowed``, of what the filter shows; None shows all of that again.

        ``allowed`` must allow the directories above each row that it allows. What is open stays open.
        """
        self._allowed = allowed
        self._rebuild(another_order=True)

    def filter(self, matches: Iterable[int] | None) -> None:
        """Shows only the rows in ``matches``, what leads to them, and what is below them; None shows everything again. What
        :meth:`limit` does not allow is no match.

        The directories that lead to a match are opened.
        """
        if matches is None:
            self._shown = self._matched = self.match_count = None
            self._open, self._open_before_filter = self._open_before_filter or self._open, None
        else:
            self._open_before_filter = self._open_before_filter or self._open
            self._show_matches(row for row in matches if self._allowed is None or self._allowed[row])
        self._rebuild(another_order=True)

    def _show_matches(self, matches: Iterable[int]) -> None:
        shown, opened, matched = (bytearray(len(self.tree)) for _ in range(3))
        parents, ends = self.tree.parents, self.tree.ends
        opened[0] = 1
        for row in matches:
            matched[row] = shown[row] = 1
            end = ends[row]
            if end - row > 1 and not shown[row + 1]:
                shown[row:end] = b"\x01" * (end - row)
            above = parents[row]
            while not opened[above]:
                opened[above] = shown[above] = 1
                above = parents[above]
        self.match_count = matched.count(1)
        self._shown, self._open, self._matched = shown, opened, matched

    def children(self, row: int) -> "array[int]":
        """The children of a directory that are on show when it is open, in the present order."""
        whole = self._whole_order()
        if whole is not None and row in whole.wide:
            return whole.wide[row]
        return self._sorted.get(row) or self._order_children(row)

    def _whole_order(self) -> WholeOrder | None:
        """The order of the whole tree, where it is known and all of it may be shown."""
        return None if self.is_narrowed else self._whole.get(self.order)

    def _order_children(self, row: int) -> "array[int]":
        children = self.tree.children(row)
        for shown in (self._shown, self._allowed):
            if shown is not None:
                children = [child for child in children if shown[child]]
        if self.order == BY_SIZE:
            children.sort(key=self.tree.sizes.__getitem__, reverse=True)
        found = array("I", children)
        if len(children) > 16:
            self._sorted[row] = found
        return found

    def _close(self, position: int, row: int) -> None:
        count = self._below[row]
        self._folded[row] = self.rows[position + 1 : position + 1 + count]
        del self.rows[position + 1 : position + 1 + count]
        self._open[row] = 0
        self._count_above(row, -count)

    def _unfold(self, position: int, row: int) -> None:
        rows = self._folded.pop(row, None)
        self._open[row] = 1
        if rows is None:
            rows = self._walk(row)
        self.rows[position + 1 : position + 1] = rows
        self._below[row] = len(rows)
        self._count_above(row, len(rows))

    def _count_above(self, row: int, change: int) -> None:
        parents, below = self.tree.parents, self._below
        while row:
            row = parents[row]
            below[row] += change

    def _rebuild(self, another_order: bool = False) -> None:
        """Walks through all that is open; with ``another_order`` the children of no directory are as they were."""
        if another_order:
            self._sorted.clear()
        self._folded: dict[int, array[int]] = {}
        self._below = array("I", bytes(4 * len(self.tree)))
        self.rows = self._walk(0)

    def _walk(self, top: int) -> "array[int]":
        """The rows on show below ``top``, and, for each open directory among them, how many rows are on show below it."""
        rows: array[int] = array("I")
        whole = self._whole_order()
        waiting = [(top, 0, self._add_rows(top, rows, whole))]
        while waiting:
            directory, began, opened = waiting[-1]
            inner = next(opened, None)
            if inner is None:
                self._below[directory] = len(rows) - began
                waiting.pop()
            else:
                waiting.append((inner, len(rows), self._add_rows(inner, rows, whole)))
        return rows

    def _add_rows(self, directory: int, rows: "array[int]", whole: WholeOrder | None) -> Iterator[int]:
        """Adds what is on show in a directory to ``rows``. Yields each open directory once it is added, so that its content can
        be added before what follows it."""
        is_open, first, end = self._open, directory + 1, self.tree.ends[directory]
        if whole is not None and is_open[first:end] == self._directories[first:end]:
            rows.extend(whole.below(directory))  # Everything below is open.
            self._below[first:end] = whole.counts[first:end]
            return
        children = self.children(directory)
        added = 0
        if is_open.find(1, first, end) >= 0:  # In most directories, and in every wide one, nothing is open.
            for step, child in enumerate(children, 1):
                if is_open[child]:
                    rows.extend(children[added:step])
                    added = step
                    yield child
        rows.extend(children[added:])


def directories(tree: FileTree) -> bytearray:
    """One byte a row: 1 where something is below the row."""
    flags = bytearray(len(tree))
    for parent in set(tree.parents):
        flags[parent] = 1
    return flags
