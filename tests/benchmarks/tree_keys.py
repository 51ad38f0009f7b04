"""How long a key takes in the file tree, with 300,000 files in one directory and with a million rows.

    python -m tests.benchmarks.tree_keys

Prints milliseconds for each key: what the key does, and drawing every line that is on screen afterwards. Nothing is asserted.
"""

import asyncio
import sys
import time
from collections.abc import Callable

from textual.app import App, ComposeResult

from layerscope.filesystem.tree import FileTree
from layerscope.tui.rows.filtering import matching_rows
from layerscope.tui.rows.tree_columns import TreeColumns
from layerscope.tui.rows.visible_rows import VisibleRows
from layerscope.tui.theme import LAYERSCOPE, category_variables
from layerscope.tui.widgets.trees.tree import Tree
from tests.support.analyses import go_image
from tests.support.trees import bushy, one_directory

REPEATS = 20


class Host(App[None]):
    """Ten lines around the tree."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {**category_variables(False), "category-text": "black"}

    def on_mount(self) -> None:
        self.register_theme(LAYERSCOPE)

    def compose(self) -> ComposeResult:
        yield Tree(go_image())


def columns_of(tree: FileTree) -> TreeColumns:
    """A tree whose rows are all live, kept by nothing, and toolchain."""
    count = len(tree)
    return TreeColumns(
        tree=tree,
        changes=bytearray(),
        shadowed=bytearray(count),
        kept=bytearray(count),
        categories=bytearray(b"\4") * count,
        shares=bytearray(b"d") * count,
    )


def timed(tree: Tree, action: Callable[[], object], repeats: int = REPEATS) -> tuple[float, float]:
    """Milliseconds, the median and the worst, of the action with the drawing of the screen after it."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        tree.render_lines(tree.size.region)
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    return times[len(times) // 2], times[-1]


async def measure(title: str, tree: FileTree) -> None:
    """All keys on one tree."""
    start = time.perf_counter()
    visible = VisibleRows.prepared(tree)
    prepared = (time.perf_counter() - start) * 1000
    host = Host()
    async with host.run_test(size=(120, 40)) as pilot:
        widget = host.query_one(Tree)
        widget.show(columns_of(tree), visible)
        await pilot.pause()
        print(f"\n{title}: {len(tree):,} rows; made ready beside the screen in {prepared:.0f} ms")
        keys: list[tuple[str, Callable[[], object], int]] = [
            ("enter, first time", widget.action_choose, 1),
            ("enter (close, open)", widget.action_choose, REPEATS),
            ("E, open all", widget.action_open_all, 3),
            ("down", lambda: widget.action_move(1), 200),
            ("page down", lambda: widget.action_page(1), 200),
            ("end, home", lambda: widget.action_go(-1 if widget.cursor == 0 else 0), REPEATS),
            ("up from the end", lambda: (widget.action_go(-1), widget.action_move(-1)), REPEATS),
            ("left, to the directory above", lambda: (widget.action_go(-1), widget.action_fold()), REPEATS),
            ("enter on the first directory, all open", lambda: (widget.action_go(0), widget.action_choose()), REPEATS),
            ("s, another order", widget.action_sort, 4),
            ("C, close all", widget.action_close_all, 1),
        ]
        for name, action, repeats in keys:
            median, worst = timed(widget, action, repeats)
            print(f"  {name:<40} median {median:8.2f} ms   worst {worst:8.2f} ms")
            await pilot.pause()
        for text in ("e00012", "s0001/f0001", "nothing like it"):
            start = time.perf_counter()
            rows = matching_rows(tree, text) or []
            found = (time.perf_counter() - start) * 1000
            median, _ = timed(widget, lambda rows=rows: widget.filter(rows), 1)  # type: ignore[misc]
            print(f"  filter {text!r:<33} search {found:8.2f} ms   show {median:8.2f} ms ({len(rows):,} matches)")
            widget.filter(None)


def main() -> int:
    asyncio.run(measure("300 k files in one directory", one_directory(300_000)))
    asyncio.run(measure("a million files in 10,000 directories", bushy(100, 100, 100)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
