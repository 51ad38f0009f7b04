"""Which rows of a file tree are on show, in which order: plain data, no terminal.

The rows on show are one ``array('I')`` of row numbers of a :class:`FileTree`. Opening a directory
splices its rows in, closing it takes them out and keeps them, so that opening it again is one copy. Each open directory knows
how many rows are on show below it. All walks are iterative: depth is as unbounded as width.
"""

from array import array
from collections.abc import Iterable, Sequence

from layerscope.filesystem.tree import FileTree
from layerscope.tui.rows.orders import WholeOrder, whole_by_name, whole_by_size

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
        self._open = bytearray(len(tree))
        self._open_before_filter: bytearray | None = None
        self._below = array("I", bytes(4 * len(tree)))
        self._folded: dict[int, array[int]] = {}
        self._sorted: dict[int, array[int]] = {}
        self._directories = directories(tree)
        self._whole: dict[str, WholeOrder] = {}
        if len(tree):
            self._open[0] = 1
            self._rebuild()

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

    def prepare(self, width: int = 2000) -> None:
        """Orders directories of at least ``width`` names ahead of time, so that opening one is a copy.

        Meant for the thread that made the tree, before a screen shows it.
        """
        counts: dict[int, int] = {}
        for parent in self.tree.parents:
            counts[parent] = counts.get(parent, 0) + 1
        for row, count in counts.items():
            if count >= width:
                self.children(row)

    def prepare_orders(self) -> None:
        """Orders the whole tree in both ways ahead of time, so that opening all, or another order, is mostly a copy.

        Meant for a thread beside the screen that shows the rows already.
        """
        self._whole = {BY_NAME: whole_by_name(self.tree), BY_SIZE: whole_by_size(self.tree)}

    def first_match(self) -> int | None:
        """The topmost row on show that the filter names."""
        matched = self._matched
        if matched is None:
            return None
        return next((position for position, row in enumerate(self.rows) if matched[row]), None)

    def position_of(self, row: int, near: int | None = None) -> int | None:
        """Where a row is on show, None when it is not; it is looked for before ``near`` first."""
        if near is not None:
            try:
                return self.rows.index(row, 0, near + 1)
            except ValueError:
                pass
        try:
            return self.rows.index(row, near or 0)
        except ValueError:
            return None

    def parent_position(self, position: int) -> int | None:
        """Where the row's directory is on show; None at the top level."""
        parent = self.tree.parents[self.rows[position]]
        if not parent:
            return None
        start = position
        while start > 0:  # Most directories are a few rows up: look in growing stretches.
            width = 64 if start == position else (position - start) * 8
            low = max(0, start - width)
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
        row = 0
        for _ in range(levels):
            children = self.children(row) if self._directories[row] else ()
            row = max(children, key=self.tree.sizes.__getitem__, default=0)
            position = self.position_of(row)
            if position is None or not self._directories[row] or self.tree.sizes[row] < share * self.tree.sizes[0]:
                return
            if not self._open[row]:
                self.toggle(position)

    def open_all(self) -> None:
        """Opens every directory."""
        self._folded.clear()
        self._open[:] = self._directories
        self._rebuild()

    def close_all(self) -> None:
        """Closes every directory but the root."""
        self._folded.clear()
        self._open = bytearray(len(self.tree))
        if len(self.tree):
            self._open[0] = 1
        self._rebuild()

    def sort(self, order: str) -> None:
        """Orders the children of every directory anew; what is open stays open."""
        if order == self.order:
            return
        self.order = order
        self._folded.clear()
        self._sorted.clear()
        self._rebuild()

    def reveal(self, row: int) -> int | None:
        """Opens what is needed to show ``row``; its position, None when a filter hides it."""
        ancestors = []
        above = self.tree.parents[row]
        while above:
            ancestors.append(above)
            above = self.tree.parents[above]
        for ancestor in reversed(ancestors):
            position = self.position_of(ancestor)
            if position is None:
                return None
            if not self._open[ancestor]:
                self.toggle(position)
        return self.position_of(row)

    def limit(self, allowed: bytes | None) -> None:
        """Shows only the rows with a 1 in ``allowed``, of what the filter shows; None shows all of that again.

        ``allowed`` must allow the directories above each row that it allows. What is open stays open.
        """
        self._allowed = allowed
        self._folded.clear()
        self._sorted.clear()
        self._rebuild()

    def filter(self, matches: Iterable[int] | None) -> None:
        """Shows only the rows in ``matches``, what leads to them, and what is below them; None shows everything again. What
        :meth:`limit` does not allow is no match.

        The directories that lead to a match are opened.
        """
        self._folded.clear()
        self._sorted.clear()
        if matches is None:
            self._shown = self._matched = self.match_count = None
            if self._open_before_filter is not None:
                self._open, self._open_before_filter = self._open_before_filter, None
            self._rebuild()
            return
        if self._open_before_filter is None:
            self._open_before_filter = self._open
        tree = self.tree
        shown, opened, matched = bytearray(len(tree)), bytearray(len(tree)), bytearray(len(tree))
        parents, ends = tree.parents, tree.ends
        count, allowed = 0, self._allowed
        for row in matches:
            if allowed is not None and not allowed[row]:
                continue
            count += 1
            matched[row] = 1
            end = ends[row]
            if end - row > 1 and not shown[row + 1]:
                shown[row:end] = b"\x01" * (end - row)
            shown[row] = 1
            above = parents[row]
            while above and not opened[above]:
                opened[above] = shown[above] = 1
                above = parents[above]
        if len(tree):
            opened[0] = 1
        self.match_count = count
        self._shown, self._open, self._matched = shown, opened, matched
        self._rebuild()

    def children(self, row: int) -> "array[int]":
        """The children of a directory that are on show when it is open, in the present order."""
        whole = None if self.is_narrowed else self._whole.get(self.order)
        found = whole.wide.get(row) if whole is not None else None
        if found is None:
            found = self._sorted.get(row)
        if found is None:
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
        if rows is None:
            rows = self._walk(row)
        self.rows[position + 1 : position + 1] = rows
        self._open[row] = 1
        self._below[row] = len(rows)
        self._count_above(row, len(rows))

    def _count_above(self, row: int, change: int) -> None:
        parents, below = self.tree.parents, self._below
        while row:
            row = parents[row]
            below[row] += change

    def _rebuild(self) -> None:
        self._below = array("I", bytes(4 * len(self.tree)))
        self.rows = self._walk(0) if len(self.tree) else array("I")
        if len(self.tree):
            self._below[0] = len(self.rows)

    def _walk(self, top: int) -> "array[int]":
        """The rows on show below ``top``, and, for each open directory among them, how many rows are on show below it."""
        rows: array[int] = array("I")
        is_open, directories, below, ends = self._open, self._directories, self._below, self.tree.ends
        whole = None if self.is_narrowed else self._whole.get(self.order)
        closed = b"" if whole is None else self._closed(top)
        waiting: list[tuple[int, int, array[int], int]] = []
        directory, at, began, children = top, 0, 0, array("I")
        entered = True
        while True:
            if entered:
                entered = False
                end = ends[directory]
                if whole is not None and closed.find(1, directory + 1 - top, end - top) < 0:
                    rows.extend(whole.below(directory))  # Everything below is open.
                    below[directory + 1 : end] = whole.counts[directory + 1 : end]
                    children = array("I")
                else:
                    children = self.children(directory)
                    if is_open.find(1, directory + 1, end) < 0:
                        rows.extend(children)  # Nothing below is open: most directories, and every wide one, end here.
                        children = array("I")
            step = at
            for child in memoryview(children)[at:]:
                step += 1
                if directories[child] and is_open[child]:
                    rows.extend(children[at:step])
                    waiting.append((directory, step, children, began))
                    directory, at, began, entered = child, 0, len(rows), True
                    break
            else:
                rows.extend(children[at:])
                if directory != top:
                    below[directory] = len(rows) - began
                if not waiting:
                    return rows
                directory, at, children, began = waiting.pop()

    def _closed(self, top: int) -> bytes:
        """1 for each directory in or below ``top`` that is not open."""
        end = self.tree.ends[top]
        flags = int.from_bytes(self._directories[top:end], "big") ^ int.from_bytes(self._open[top:end], "big")
        return flags.to_bytes(end - top, "big")


def directories(tree: FileTree) -> bytearray:
    """One byte a row: 1 where something is below the row."""
    flags = bytearray(len(tree))
    parents: Sequence[int] = tree.parents
    for parent in set(parents):
        flags[parent] = 1
    return flags
