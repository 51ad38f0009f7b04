"""Trees: opening, closing, ordering, by keys and mouse."""

from textual import events

from tests.support.analyses import go_image
from tests.support.pilots import app_for, lines, main_screen, press, settled


async def test_keys_of_the_tree():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        tree = screen.file_tree
        tree.focus()
        closed = tree.row_count()
        await press(pilot, "l")
        assert tree.row_count() > closed
        await press(pilot, "l", "h", "h")
        assert tree.row_count() == closed
        await press(pilot, "E", "end")
        assert tree.cursor == tree.row_count() - 1
        await press(pilot, "C", "home", "s")
        assert "app/" in lines(tree)[0]
        assert "bin → usr/bin" in lines(tree)[1]
        await press(pilot, "pagedown")
        assert tree.cursor == tree.row_count() - 1


async def test_a_click_on_the_arrow_opens_and_the_wheel_scrolls():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        tree = screen.file_tree
        closed = tree.row_count()
        await pilot.click(tree, offset=(3, 1))
        await settled(pilot)
        assert tree.row_count() > closed
        tree.action_open_all()
        await settled(pilot)
        await pilot.click(tree, offset=(20, 5))
        await settled(pilot)
        assert tree.cursor == 4
        await pilot._post_mouse_events([events.MouseScrollDown], tree, (20, 5))
        await settled(pilot)
        assert tree.scroll_offset.y > 0
