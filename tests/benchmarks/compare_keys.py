"""How long the compare screen takes to appear, and how long a key takes on it.

    python -m tests.benchmarks.compare_keys [FAT LEAN]

On two images of your own, or on the embedded pair and on pairs made here: 34 k files on each side, of which nothing or nearly
everything is shared, and a union of 300,000 paths. Prints milliseconds: from the finished comparison to the first screen with
both trees, and for each key what the key does and drawing both trees afterwards. Nothing is asserted.
"""

import asyncio
import sys
import time
from array import array
from collections.abc import Callable

from msgspec.structs import replace

from layerscope.analysis import Analysis, analyze
from layerscope.comparison.compare import compare
from layerscope.comparison.model import Comparison
from layerscope.filesystem.stacking import stack
from layerscope.sources import open_image
from layerscope.tui.rows.filtering import matching_rows
from layerscope.tui.rows.pair_columns import pair_columns
from layerscope.tui.screens.compare import CompareScreen
from tests.support.analyses import Row, analysis_of, layer_index
from tests.support.comparisons import demo
from tests.support.pilots import compare_screen, pair_app, settled

REPEATS = 20


def synthetic(first: int, count: int, each: int = 100) -> Analysis:
    """An image of ``count`` files, the numbers from ``first`` on, ``each`` to a directory."""
    rows: list[Row] = [(b"app/server", 7_400_000)]
    for number in range(first, first + count):
        directory = number // each
        path = b"srv/d%03d/s%05d/file%07d" % (directory // 100, directory, number)
        rows.append((path, 5000 + number * 7919 % 100_003))
    analysis = analysis_of(stack([layer_index(rows)]), (("COPY", "COPY srv /srv"),))
    layers = tuple(replace(layer, diff_id=f"sha256:{first:064x}") for layer in analysis.image.layers)
    return replace(analysis, image=replace(analysis.image, layers=layers, source="demo"))


def timed(screen: CompareScreen, action: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Milliseconds, the median and the worst, of the action with the drawing of both trees after it."""
    times = array("d")
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        for tree in (screen.fat_tree, screen.lean_tree):
            tree.render_lines(tree.size.region)
        times.append((time.perf_counter() - start) * 1000)
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[-1]


async def measure(title: str, fat: Analysis, lean: Analysis) -> None:
    """The first screen, and all keys, of one pair."""
    start = time.perf_counter()
    comparison = compare(fat, lean)
    compared = (time.perf_counter() - start) * 1000
    print(f"\n{title}: {len(comparison.paths):,} paths, compared in {compared:.0f} ms")
    start = time.perf_counter()
    pair_columns(comparison)
    print(f"  the tree of both, with its columns: {(time.perf_counter() - start) * 1000:.0f} ms")
    app = pair_app(comparison)
    app.animation_level = "none"
    async with app.run_test(size=(120, 40)) as pilot:
        await compare_screen(pilot)
        screen = await first_screen(app, comparison)
        await settled(pilot)
        fat_tree, lean_tree = screen.fat_tree, screen.lean_tree
        keys: list[tuple[str, Callable[[], object], int]] = [
            ("n, the next difference", lambda: screen.action_visit(1), REPEATS),
            ("N, the difference before", lambda: screen.action_visit(-1), REPEATS),
            ("E, open all", fat_tree.action_open_all, 3),
            ("down", lambda: fat_tree.action_move(1), 200),
            ("page down", lambda: lean_tree.action_page(1), 200),
            ("end, home", lambda: fat_tree.action_go(-1 if fat_tree.cursor == 0 else 0), REPEATS),
            ("enter on the first directory, all open", lambda: (fat_tree.action_go(0), fat_tree.action_choose()), REPEATS),
            ("n, all open", lambda: screen.action_visit(1), REPEATS),
            ("s, another order", lean_tree.action_sort, 4),
            ("C, close all", fat_tree.action_close_all, 1),
        ]
        for name, action, repeats in keys:
            median, worst = timed(screen, action, repeats)
            print(f"  {name:<40} median {median:8.2f} ms   worst {worst:8.2f} ms")
            await pilot.pause()
        await filters(screen)


async def first_screen(app: object, comparison: Comparison) -> CompareScreen:
    """Shows the comparison once more, and prints how long it takes until both trees are drawn."""
    screen = CompareScreen(comparison)
    start = time.perf_counter()
    await app.push_screen(screen)  # type: ignore[attr-defined]
    while not screen.fat_tree.is_loaded:
        await asyncio.sleep(0.001)
    for tree in (screen.fat_tree, screen.lean_tree):
        tree.render_lines(tree.size.region)
    print(f"  from the comparison to both trees on screen: {(time.perf_counter() - start) * 1000:.0f} ms")
    return screen


async def filters(screen: CompareScreen) -> None:
    """What the worker computes for a filter, and what showing it takes."""
    columns = screen.fat_tree.columns
    for name, show, least in (("1, only fat", 1, 0), ("3, changed", 3, 0), ("z, 1 kB or more", 0, 1000), ("0, all", 0, 0)):
        start = time.perf_counter()
        allowed = columns.pair.allowed(show, least)  # type: ignore[arg-type]
        found = (time.perf_counter() - start) * 1000
        median, _ = timed(screen, lambda allowed=allowed: screen.fat_tree.limit(allowed), 1)  # type: ignore[misc]
        print(f"  {name:<40} search {found:8.2f} ms   show  {median:8.2f} ms")
    for text in ("e00012", "nothing like it"):
        start = time.perf_counter()
        rows = matching_rows(columns.pair.tree, text) or []
        found = (time.perf_counter() - start) * 1000
        median, _ = timed(screen, lambda rows=rows: screen.fat_tree.filter(rows), 1)  # type: ignore[misc]
        print(f"  filter {text!r:<33} search {found:8.2f} ms   show  {median:8.2f} ms ({len(rows):,} matches)")


def main(arguments: list[str]) -> int:
    if arguments:
        fat, lean = (analyze(open_image(reference)) for reference in arguments)
        asyncio.run(measure(" and ".join(arguments), fat, lean))
        return 0
    asyncio.run(measure("the embedded pair", demo("fat"), demo("lean")))
    few = 34_000, 10  # Real images have about ten files to a directory.
    asyncio.run(measure("34 k files on each side, nothing shared", synthetic(0, *few), synthetic(34_000, *few)))
    asyncio.run(measure("34 k files on each side, nearly all shared", synthetic(0, *few), synthetic(1_000, *few)))
    asyncio.run(measure("200 k files on each side, half of them alike", synthetic(0, 200_000), synthetic(100_000, 200_000)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
