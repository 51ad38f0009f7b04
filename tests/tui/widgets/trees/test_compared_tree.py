"""Two trees that never part, and what stands beside a name."""

import pytest
from textual import events

from layerscope.tui.widgets.trees.compared_tree import ComparedTree
from tests.support.comparisons import demo_pair
from tests.support.pilots import compare_screen, in_step, lines, pair_app, press, settled


def line_of(tree: ComparedTree, name: str) -> str:
    return next(line for line in lines(tree, 60) if name in line)


async def test_signs_tell_what_only_one_side_has_what_changed_and_what_moved(pair):
    app = pair_app(pair)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        await press(pilot, "E")
        fat, lean = screen.fat_tree, screen.lean_tree
        assert line_of(fat, "bin/").startswith("− ")
        assert line_of(lean, "extra").startswith("+ ")
        assert line_of(fat, "conf").startswith("~ ")
        assert "place → /new/place" in line_of(fat, "place")
        assert "place ← /old/place" in line_of(lean, "place")
        assert line_of(fat, "run").startswith("  ")
        assert line_of(lean, "run").rstrip().endswith("=")
        assert line_of(lean, "conf").rstrip().endswith("+2 B")


async def test_what_a_side_lacks_is_an_empty_slot_in_the_same_row(pair):
    app = pair_app(pair)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        await press(pilot, "E")
        fat, lean = lines(screen.fat_tree, 60), lines(screen.lean_tree, 60)
        at = next(number for number, line in enumerate(fat) if "opt/" in line)
        assert "opt" not in lean[at]
        assert "╌╌╌" in lean[at]
        assert "−5.7 kB" in lean[at]


async def test_both_trees_open_close_sort_and_move_together():
    app = pair_app(demo_pair())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        for keys in (["E"], ["end"], ["pageup"], ["home", "l"], ["j", "j", "s"], ["tab", "pagedown"], ["k", "h"], ["G", "C"]):
            await press(pilot, *keys)
            assert in_step(screen), keys
        assert screen.focused is screen.lean_tree


async def test_mouse_and_wheel_move_both_trees():
    app = pair_app(demo_pair())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        closed = screen.fat_tree.row_count()
        await pilot.click(screen.lean_tree, offset=(4, 1))
        await settled(pilot)
        assert screen.fat_tree.row_count() != closed
        screen.fat_tree.action_open_all()
        await settled(pilot)
        await pilot.click(screen.lean_tree, offset=(30, 4))
        await settled(pilot)
        assert screen.fat_tree.cursor == 3
        await pilot._post_mouse_events([events.MouseScrollDown], screen.lean_tree, (20, 4))
        await settled(pilot)
        assert screen.fat_tree.scroll_offset.y > 0
        assert in_step(screen)


@pytest.mark.parametrize("height", [24, 25])
async def test_stacked_trees_stay_in_step_down_to_their_end(height, pair):
    app = pair_app(pair)
    async with app.run_test(size=(80, height)) as pilot:
        screen = await compare_screen(pilot)
        for keys in (["E", "end"], ["slash", "o", "enter", "end"]):
            await press(pilot, *keys)
            assert screen.fat_tree.size.height == screen.lean_tree.size.height
            assert in_step(screen)
