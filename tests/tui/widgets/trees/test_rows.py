"""A list of rows."""

from layerscope.tui.widgets.trees.rows import ItemRows, Piece
from tests.support.analyses import go_image
from tests.support.pilots import PaneApp, app_for, main_screen, press, settled


async def test_without_colour_the_cursor_is_still_seen(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        assert screen.layer_rows.render_line(0)._segments[0].style.reverse


class Numbers(ItemRows[int]):
    """One row a number."""

    EMPTY = " No numbers."

    def item_pieces(self, item: int, width: int) -> list[Piece]:
        return [(f"{item}", "rows--plain")]


async def test_the_cursor_stays_within_the_rows():
    rows = Numbers("numbers", range(100))
    async with PaneApp(rows).run_test(size=(20, 10)) as pilot:
        for keys, cursor in (("up", 0), ("down", 1), ("end", 99), ("down", 99), ("pageup", 90), ("home", 0)):
            await press(pilot, keys)
            assert (rows.cursor, rows.item) == (cursor, cursor)


async def test_only_rows_on_screen_are_drawn_and_the_cursor_is_one_of_them():
    rows = Numbers("numbers", range(1_000_000))
    async with PaneApp(rows).run_test(size=(20, 10)) as pilot:
        await press(pilot, "end")
        drawn = [rows.render_line(y).text.strip() for y in range(10)]
        assert drawn == [str(number) for number in range(999_990, 1_000_000)]


async def test_without_rows_the_reason_is_said_and_no_key_does_anything():
    rows = Numbers("numbers", ())
    async with PaneApp(rows).run_test(size=(20, 10)) as pilot:
        await press(pilot, "down", "enter", "end")
        assert rows.render_line(0).text.startswith(" No numbers.")
        assert rows.render_line(1).text.strip() == ""


async def test_when_rows_go_the_cursor_goes_to_the_last_one():
    rows = Numbers("numbers", range(50))
    async with PaneApp(rows).run_test(size=(20, 10)) as pilot:
        await press(pilot, "end")
        rows.items = range(7)
        rows.changed()
        await settled(pilot)
        assert rows.item == 6
